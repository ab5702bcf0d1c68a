"""The planted mistakes: each is caught in both precisions, by whom is pinned, and each is named from its trace."""

import json
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare import referee
from compare.backends import SCRATCH, Backend, backend, equations_backend, threads
from compare.bugs import BUGS
from compare.datasets import load
from compare.diagnosis import Diagnostician
from compare.problem import Hyperparameters, Problem
from scratch import EQUATIONS
from tests.conftest import DTYPES

# The mistakes that the issue of this catalogue names, and the words for them here.
NAMED = {
    "softmax-before-the-loss", "wrong-axis", "no-maximum-shift", "global-maximum", "log-p-plus-epsilon",
    "clipped-probabilities", "summed-loss", "mean-over-classes", "divided-by-n-minus-1", "fixed-hundred",
    "last-row-dropped", "labels-off-by-one", "labels-forgotten", "wrong-sign", "transposed-gradient",
    "bias-forgotten-forward", "bias-forgotten-in-the-gradient", "bias-forgotten-in-the-update", "mean-for-the-bias",
    "one-class-lost", "stale-gradient", "hidden-momentum", "hidden-weight-decay", "hidden-label-smoothing",
    "lr-off-by-1e-3", "lr-off-by-1e-5", "decaying-lr", "float16-logits", "base-2-logarithm", "pixels-by-256",
    "last-pixel-dropped", "never-shuffled", "short-batch-skipped", "updated-twice",
}  # fmt: skip


@pytest.fixture(scope="module")
def digits() -> Problem:
    return Problem(load("digits"), Hyperparameters(epochs=2))


@pytest.fixture(scope="module")
def heard(digits: Problem) -> dict[str, dict[str, referee.Testimony]]:
    contestants = [SCRATCH, *(bug.backend() for bug in BUGS.values())]
    return {dtype: {one.name: one for one in referee.hear(digits, dtype, contestants)} for dtype in DTYPES}


def test_the_catalogue_is_whole():
    assert len(BUGS) >= 36
    assert set(BUGS) >= NAMED
    for bug in BUGS.values():
        assert bug.function in scratch.Equations._fields
        assert all(sentence.endswith(".") for sentence in (bug.belief, bug.symptom, bug.lesson))
        assert bug.source.startswith("def ")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BUGS)
def test_each_mistake_is_caught(heard: dict, name: str, dtype: str):
    testimony = heard[dtype][name]
    assert set(testimony.said) == set(referee.WITNESSES)
    assert testimony.caught
    assert testimony.first


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_clean_pair_is_no_alarm(heard: dict, dtype: str):
    assert not any(heard[dtype]["scratch"].said.values())


def test_a_mistake_shows_in_the_quantity_of_its_equation(heard: dict):
    """Where the first witness names a quantity, it is one that the replaced function makes."""
    makes = {
        "batch": ("Z", "L"), "logits": ("Z",), "log_softmax": ("logP",), "nll_loss": ("L",), "logits_gradient": ("dZ",),
        "parameter_gradients": ("dW", "db"), "sgd_step": ("W", "b"),
    }  # fmt: skip
    for name, bug in BUGS.items():
        assert heard["float64"][name].first.split()[0].strip(",") in makes[bug.function], name


@pytest.fixture(scope="module")
def diagnostician(digits: Problem) -> Diagnostician:
    with threads(1):
        return Diagnostician(digits, backend("torch"))


@pytest.mark.parametrize("name", BUGS)
def test_the_diagnosis_names_each_mistake_first(diagnostician: Diagnostician, name: str):
    with threads(1):
        found = diagnostician.diagnose(BUGS[name].backend())
    assert found.guesses[0].bug.name == name
    assert found.guesses[0].likeness == pytest.approx(1)
    assert found.facts[0].split()[0] in ("Z", "logP", "L", "dZ", "dW", "db", "W", "b")


def replaced(**functions) -> Backend:
    return equations_backend("theirs", lambda: EQUATIONS._replace(**functions))


def momentum_of_a_half() -> scratch.Equations:
    velocity = [0.0, 0.0]

    def sgd_step(W, b, dW, db, lr):
        velocity[:] = (0.5 * v + g for v, g in zip(velocity, (dW, db), strict=True))
        return scratch.sgd_step(W, b, *velocity, lr)

    return EQUATIONS._replace(sgd_step=sgd_step)


def smoothed(logP, y, share=0.05):
    Y = np.eye(logP.shape[1])[y] * (1 - share) + share / logP.shape[1]
    return ((np.exp(logP) - Y) / len(y)).astype(logP.dtype)


def target_minus_prediction(logP, y):
    return np.eye(logP.shape[1])[y] / len(y) - np.exp(logP) / len(y)


# Mistakes written by another hand, or of another strength, than those of the catalogue: the name, and a fact.
RELATIVES = {
    "a larger decay": (replaced(sgd_step=lambda W, b, dW, db, lr: (W * (1 - 5e-3 * lr) - lr * dW, b - lr * db)),
                       "hidden-weight-decay", "W - W0"),
    "a larger epsilon": (replaced(log_softmax=lambda Z: np.log(np.exp(scratch.log_softmax(Z)) + 1e-6)),
                         "log-p-plus-epsilon", "logP"),
    "another clip": (replaced(log_softmax=lambda Z: np.maximum(scratch.log_softmax(Z), -12)),
                     "clipped-probabilities", "not on real images"),
    "more smoothing": (replaced(logits_gradient=smoothed), "hidden-label-smoothing", "dZ"),
    "less momentum": (equations_backend("theirs", momentum_of_a_half), "hidden-momentum", "kept from step to step"),
    "lr off by 3e-4": (replaced(sgd_step=lambda W, b, dW, db, lr: scratch.sgd_step(W, b, dW, db, lr * 1.0003)),
                       "lr-off-by-1e-3", "1.0003 times"),
    "the sum by hand": (replaced(nll_loss=lambda logP, y: -sum(row[k] for row, k in zip(logP, y, strict=True))),
                        "summed-loss", "N = 100 times"),
    "log10": (replaced(log_softmax=lambda Z: scratch.log_softmax(Z) / np.log(10)),
              "base-2-logarithm", "0.4342945 times"),
    "the first class lost": (replaced(parameter_gradients=lambda X, dZ: scratch.parameter_gradients(
        X, dZ * (np.arange(dZ.shape[1]) > 0))), "one-class-lost", "only class 0 differs"),
    "columns of P": (replaced(log_softmax=lambda Z: scratch.log_softmax(Z.T).T),
                     "wrong-axis", "columns of P sum to one"),
    "one minus too many": (replaced(logits_gradient=target_minus_prediction), "wrong-sign", "-1 times"),
}  # fmt: skip


@pytest.mark.parametrize("case", RELATIVES)
def test_relatives_of_a_mistake_are_recognised(diagnostician: Diagnostician, case: str):
    theirs, name, words = RELATIVES[case]
    with threads(1):
        found = diagnostician.diagnose(theirs)
    assert any(words in fact for fact in found.facts), found.facts
    assert name in [guess.bug.name for guess in found.guesses], found.guesses


def test_nothing_is_said_of_the_clean_pair(diagnostician: Diagnostician):
    with threads(1):
        assert diagnostician.diagnose(SCRATCH) == ([], [])


def test_a_mistake_like_no_other_is_not_given_a_name(diagnostician: Diagnostician):
    random = np.random.default_rng(1)
    odd = replaced(logits=lambda X, W, b: scratch.logits(X, W, b) + random.normal(size=(len(X), len(W))))
    with threads(1):
        assert diagnostician.diagnose(odd).guesses == []


def test_bugs_prints_the_matrix(cli, tmp_path: Path):
    code, out, _ = cli("bugs", "--data", "digits", "--epochs", 1, "--json", tmp_path / "json")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    for name in BUGS:
        assert len([line for line in out.splitlines() if line.startswith(f"{name} ")]) == 2, name
    counts = f"{len(BUGS)} of {len(BUGS)}"
    assert f"caught: {counts} in float32 and {counts} in float64; no false alarm" in " ".join(out.split())
    assert f"names {counts} first, and {len(BUGS)} among its first three guesses" in " ".join(out.split())
    matrix = json.loads((tmp_path / "json").read_text())["bugs"]
    assert [row["name"] for row in matrix][1:] == list(BUGS)
    assert all(row["heard"][dtype]["caught"] for row in matrix[1:] for dtype in DTYPES)
    assert not any(matrix[0]["heard"][dtype]["caught"] for dtype in DTYPES)


def test_a_mistake_is_taught(cli, tmp_path: Path):
    code, out, _ = cli("bugs", "stale-gradient", "--json", tmp_path / "json")
    assert code == 0
    bug = BUGS["stale-gradient"]
    for words in (bug.belief, bug.symptom, bug.lesson, "def stale_gradient():", "return dZ.T @ X, dZ.sum(axis=0)"):
        assert " ".join(words.split()) in " ".join(out.split())
    assert json.loads((tmp_path / "json").read_text())["tag"] == "E5"
    assert cli("bugs", "no-such-bug")[0] == 2


def test_one_mistake_is_proven_and_explained(cli, tmp_path: Path):
    options = "--data", "digits", "--epochs", 1, "--dtype", "float32", "--json", tmp_path / "json"
    code, out, _ = cli("prove", "--bug", "mean-for-the-bias", *options)
    assert code == 1
    text = " ".join(out.split())
    assert "only the bias differs, the weights do not" in text
    assert "this looks like mean for the bias, see bug mean-for-the-bias, E5" in text
    assert BUGS["mean-for-the-bias"].lesson in text
    assert json.loads((tmp_path / "json").read_text())["diagnosis"]["guesses"][0]["bug"] == "mean-for-the-bias"
    assert cli("prove", "--bug", "mean-for-the-bias", "--backend", "torch")[0] == 2
    assert cli("prove", "--bug", "no-such-bug")[0] == 2
