"""What a difference looks like: each mistake is named from its trace, and relatives are recognised."""

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend, equations_backend
from compare.backends.protocol import Backend
from compare.backends.threads import threads
from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import Diagnostician
from compare.problem import Problem
from scratch import EQUATIONS


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
