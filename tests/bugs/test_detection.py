"""Each mistake of the catalogue is detected in both precisions, and each check sees a mistake that no other sees."""

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, equations_backend
from compare.bugs.catalogue import BUGS
from compare.bugs.detection import CHECKS, Detection, detect
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from scratch import EQUATIONS, Equations

DTYPES = "float32", "float64"


@pytest.fixture(scope="module")
def detections(digits: Problem) -> dict[str, dict[str, Detection]]:
    candidates = [SCRATCH, *(bug.backend() for bug in BUGS.values())]
    return {dtype: {one.name: one for one in detect(digits, dtype, candidates)} for dtype in DTYPES}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", BUGS)
def test_each_mistake_is_caught(detections: dict, name: str, dtype: str):
    detection = detections[dtype][name]
    assert set(detection.said) == set(CHECKS)
    assert detection.caught
    assert detection.first


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_clean_pair_is_no_alarm(detections: dict, dtype: str):
    assert not any(detections[dtype]["scratch"].said.values())


def test_a_mistake_shows_in_the_quantity_of_its_equation(detections: dict):
    """Where the first check names a quantity, it is one that the replaced function makes."""
    makes = {
        "batch": ("Z", "L"), "logits": ("Z",), "log_softmax": ("logP",), "nll_loss": ("L",), "logits_gradient": ("dZ",),
        "parameter_gradients": ("dW", "db"), "sgd_step": ("W", "b"),
    }  # fmt: skip
    for name, bug in BUGS.items():
        assert detections["float64"][name].first.split()[0].strip(",") in makes[bug.function], name


@pytest.fixture(scope="module")
def longer() -> Problem:
    return Problem(load("digits"), Hyperparameters(epochs=20))


def replaced(**functions) -> Equations:
    return EQUATIONS._replace(**functions)


def late_error() -> Equations:
    """After 60 calls one entry of dW is off by more than a step may be, and by less than a run may."""
    calls = [0]

    def parameter_gradients(X, dZ):
        dW, db = scratch.parameter_gradients(X, dZ)
        calls[0] += 1
        if calls[0] > 60:
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
    def logits(X, W, b):
        Z = scratch.logits(X, W, b)
        Z[(X[:, :1] == X).all(axis=1)] = 0
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
    "exact": (BUGS["tiny-weight-decay"].equations, False, "float32"),
    "gradients": (wrong_classes_swapped, True, "float64"),
    "invariants": (loss_lifted, True, "float64"),
    "accuracy": (black_images, True, "float64"),
}


@pytest.mark.parametrize("check", CHECKS)
def test_each_check_sees_what_no_other_sees(longer: Problem, monkeypatch: pytest.MonkeyPatch, check: str):
    make, both, dtype = ALONE[check]
    ours = equations_backend("ours", make)
    # what a correct model reaches here; the reference is no measure where it makes the same mistake
    monkeypatch.setattr("compare.bugs.detection.usual_band", lambda _: (0.15, 0.9))
    said = detect(longer, dtype, [ours], ours._replace(name="theirs") if both else None)[0].said
    assert [name for name, words in said.items() if words] == [check], said
