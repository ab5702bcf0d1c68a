"""Each check detects a mistake that no other check detects, and what a detection is."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import scratch
from compare.backends.by_name import SCRATCH, backend, equations_backend
from compare.bugs import detection
from compare.bugs.accuracies import accuracies, with_accuracy
from compare.bugs.catalogue import BUGS
from compare.bugs.detection import DETECTION_CHECKS, Detection, detect
from compare.data.registry import load
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem
from scratch import EQUATIONS, Equations


def test_the_first_reason_is_said_with_its_check():
    found = Detection("x", {"one_step": "", "hard_batches": "Z, dense pixels", "identities": "rows"})
    assert found.first == "Z, dense pixels (hard batches)"
    assert found.detected


def test_a_low_accuracy_alone_detects_nothing():
    found = Detection("x", {"one_step": "", "accuracy": "9.8 %"})
    assert not found.detected
    assert found.first == "9.8 % (accuracy)"
    assert Detection("x", {"one_step": "Z 1/1", "accuracy": ""}).detected


@pytest.fixture(scope="module")
def longer() -> Problem:
    return Problem(load("digits"), Hyperparameters(epochs=20))


def replaced(**functions) -> Equations:
    return EQUATIONS._replace(**functions)


def late_error() -> Equations:
    """In calls 61 to 300 one entry of dW is off by more than a step may be, and by less than a run may."""
    calls = [0]

    def parameter_gradients(X, dZ):
        dW, db = scratch.parameter_gradients(X, dZ)
        calls[0] += 1
        if 60 < calls[0] <= 300:
            dW[0, dW.shape[1] // 3] += 80 * np.finfo(dW.dtype).eps * np.abs(dW).max()
        return dW, db

    return replaced(parameter_gradients=parameter_gradients)


def drift() -> Equations:
    """After 60 calls each step moves one weight by half of what a step may be off, always to the same side."""
    calls = [0]

    def sgd_step(W, b, dW, db, lr):
        W, b = scratch.sgd_step(W, b, dW, db, lr)
        calls[0] += 1
        if calls[0] > 60:
            W[0, W.shape[1] // 3] += 0.5 * np.finfo(W.dtype).eps * np.abs(W).max()
        return W, b

    return replaced(sgd_step=sgd_step)


def constant_images_lost() -> Equations:
    """Grey ones of many pixels: white ones and those of three pixels are in the exact steps."""

    def logits(X, W, b):
        Z = scratch.logits(X, W, b)
        Z[((X[:, :1] == X) & (X > 0) & (X < 1) & (X.shape[1] > 3)).all(axis=1)] = 0
        return Z

    return replaced(logits=logits)


def wrong_classes_swapped() -> Equations:
    """Two classes that are not the label get each other's gradient: rows still sum to 0, signs are right."""

    def logits_gradient(logP, y):
        dZ = scratch.logits_gradient(logP, y)
        rows, first, second = np.arange(len(y)), (y + 1) % dZ.shape[1], (y + 2) % dZ.shape[1]
        dZ[rows, first], dZ[rows, second] = dZ[rows, second], dZ[rows, first].copy()
        return dZ

    return replaced(logits_gradient=logits_gradient)


def loss_lifted() -> Equations:
    return replaced(nll_loss=lambda logP, y: scratch.nll_loss(logP, y) + logP.dtype.type(0.25))


def black_images() -> Equations:
    def batch(images, labels, index, dtype):
        X, y = scratch.batch(images, labels, index, dtype)
        return X * 0, y

    return replaced(batch=batch)


# check: (the mistake, whether both sides make it, the precision)
ALONE = {
    "one_step": (late_error, False, "float64"),
    "whole_run": (drift, False, "float64"),
    "hard_batches": (constant_images_lost, False, "float64"),
    "exact_arithmetic": (BUGS["tiny-weight-decay"].equations, False, "float32"),
    "gradient_checks": (wrong_classes_swapped, True, "float64"),
    "identities": (loss_lifted, True, "float64"),
    "accuracy": (black_images, True, "float64"),
}


@pytest.mark.parametrize("check", DETECTION_CHECKS)
def test_each_check_sees_what_no_other_sees(longer: Problem, check: str):
    make, both, dtype = ALONE[check]
    ours = equations_backend("ours", make)
    found = detect(longer, dtype, [ours], ours._replace(name="theirs") if both else None)[0]
    # what a correct model reaches here
    reasons = with_accuracy(found, accuracies(longer, {"ours": make()})["ours"], (0.15, 0.9)).reasons
    assert [name for name, reason in reasons.items() if reason] == [check], reasons


@pytest.fixture
def detected(random_problem: Callable[..., Problem]) -> Callable[..., Detection]:
    """All checks in float64 on a small problem, of `scratch` with some of its functions replaced."""

    def run(dtype: str = "float64", **functions: Callable) -> Detection:
        return detect(random_problem(), dtype, [equations_backend("ours", lambda: replaced(**functions))])[0]

    return run


def failed(found: Detection) -> list[str]:
    return [check for check, reason in found.reasons.items() if reason]


RATES = (lambda lr: 1.0 if lr == 8 else lr, 8.0), (lambda lr: 0.25 if lr == 0.5 else lr, 0.5)


@pytest.mark.parametrize(("wrong", "case"), RATES)
def test_exact_steps_are_taken_at_two_rates(detected: Callable, wrong: Callable, case: float):
    """A rate that is wrong at one of them only."""
    assert wrong(case) != case
    found = detected(sgd_step=lambda W, b, dW, db, lr: scratch.sgd_step(W, b, dW, db, wrong(lr)))
    assert failed(found) == ["exact_arithmetic"]


def test_a_function_that_spoils_an_earlier_result_is_detected_there(detected: Callable):
    def log_softmax(Z):
        Z -= Z.max(axis=1, keepdims=True)
        return scratch.log_softmax(Z)

    assert detected(log_softmax=log_softmax).reasons["one_step"] == "Z 1/1"


def test_a_user_file_cannot_change_what_it_returned(random_problem: Callable[..., Problem], tmp_path: Path):
    """It keeps every Z, and spoils it in a later function of the same step, before the step is compared."""
    (tmp_path / "mine.py").write_text(
        "import numpy as np\nkept = []\n"
        "def logits(X, W, b):\n    kept.append(X @ W.T + b)\n    return kept[-1]\n"
        "def log_softmax(Z):\n    S = Z - Z.max(axis=1, keepdims=True)\n    kept[-1].fill(7)\n"
        "    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))\n"
    )
    assert failed(detect(random_problem(), "float64", [backend(str(tmp_path / "mine.py"))])[0]) == []


def test_what_is_not_finite_is_detected_and_stops_nobody_else(random_problem: Callable[..., Problem]):
    nan = equations_backend("nan", lambda: replaced(nll_loss=lambda logP, y: scratch.nll_loss(logP, y) * np.nan))
    first, second = detect(random_problem(), "float64", [nan, SCRATCH])
    assert (first.name, second.name) == ("nan", "scratch")
    assert first.reasons["one_step"] == first.reasons["whole_run"] == "L 1/1"
    assert failed(second) == []


def test_a_reference_that_diverges_is_told(random_problem: Callable[..., Problem]):
    with pytest.raises(InputError, match="both sides diverge"):
        detect(random_problem(lr=1e38, epochs=8), "float32", [SCRATCH])


def test_a_reference_that_diverges_alone_is_told(random_problem: Callable[..., Problem]):
    nan = equations_backend("nan", lambda: replaced(nll_loss=lambda logP, y: scratch.nll_loss(logP, y) * np.nan))
    with pytest.raises(InputError, match="the reference diverges: the validation loss is nan after epoch 0"):
        detect(random_problem(), "float64", [SCRATCH], nan)


def test_every_step_and_every_candidate_is_reported(random_problem: Callable[..., Problem]):
    reports = []
    detect(random_problem(epochs=2), "float64", [SCRATCH, SCRATCH], on_step=lambda: reports.append(1))
    assert len(reports) == 2 * 5 + 2


def test_the_budget_of_the_whole_run_grows_with_its_steps(
    random_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch
):
    steps, limits = [], detection.limits
    monkeypatch.setattr(detection, "limits", lambda scales, t, dtype: steps.append(t) or limits(scales, t, dtype))
    detect(random_problem(epochs=2), "float64", [SCRATCH])
    # of each step that of the step alone, then that of the run
    assert (steps[::2], steps[1::2]) == ([1] * 10, [*range(1, 11)])


def test_a_run_that_differs_goes_no_further(random_problem: Callable[..., Problem], monkeypatch: pytest.MonkeyPatch):
    calls = []

    def logits_gradient(logP, y):
        calls.append(len(y))
        return -scratch.logits_gradient(logP, y)

    monkeypatch.setattr(detection, "checks_without_training", lambda *_: {})
    wrong = equations_backend("wrong", lambda: replaced(logits_gradient=logits_gradient))
    problem = random_problem()
    found, right = detect(problem, "float32", [wrong, SCRATCH])
    assert failed(found) == ["one_step", "whole_run"]
    assert np.isnan(found.reached)
    # one of the five steps, in each reading
    assert len(calls) == 2
    assert failed(right) == []
    assert right.reached == accuracies(problem, {"scratch": EQUATIONS})["scratch"]


def test_all_is_computed_on_one_thread(random_problem: Callable[..., Problem]):
    numbers = set()
    detect(random_problem(), "float64", [SCRATCH], on_step=lambda: numbers.add(torch.get_num_threads()))
    assert numbers == {1}
