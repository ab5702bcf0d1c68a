"""A right formula that loses accuracy is told from a wrong one: its errors shrink with the precision."""

import math
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.problem import Problem
from compare.proof.accuracy_loss import loses_accuracy
from compare.proof.exact_arithmetic import count_unequal
from compare.proof.hard_batches import check_hard_batches


def log_of_softmax(Z):
    E = np.exp(Z - Z.max(axis=1, keepdims=True))
    return np.log(E / E.sum(axis=1, keepdims=True))


def middle_shift(Z):
    S = Z - (Z.max(axis=1, keepdims=True) + Z.min(axis=1, keepdims=True)) / 2
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def centred_pixels(X, dZ):
    db = dZ.sum(axis=0)
    return dZ.T @ (X - 0.5) + 0.5 * db[:, None], db


def pixels_less_their_mean(X, W, b):
    m = X.mean(axis=1, keepdims=True)
    return (X - m) @ W.T + m * W.sum(axis=1) + b


def nan_in_batches_of_512(logP, y):
    return scratch.nll_loss(logP, y) * logP.dtype.type(np.nan if len(y) == 512 else 1)


# The function that is replaced, by what, and whether it has the right formula.
FUNCTIONS = {
    "decay taken off again": (
        "sgd_step", lambda W, b, dW, db, lr: (W * 1000 - lr * dW - W * 999, b - lr * db), True,
    ),
    "pixels less their mean": ("logits", pixels_less_their_mean, True),
    "centred pixels": ("parameter_gradients", centred_pixels, True),
    "pixels less the mean of MNIST": (
        "logits", lambda X, W, b: (X - 0.1307) @ W.T + (b + 0.1307 * W.sum(axis=1)), True,
    ),
    "an update times the rate": (
        "sgd_step", lambda W, b, dW, db, lr: ((W / lr - dW) * lr, (b / lr - db) * lr), True,
    ),
    "logits far away": ("logits", lambda X, W, b: (X - 3) @ W.T + (b + 3 * W.sum(axis=1)), True),
    "log of softmax": ("log_softmax", log_of_softmax, True),
    "no shift": ("log_softmax", lambda Z: Z - np.log(np.exp(Z).sum(axis=1, keepdims=True)), True),
    "a shift by the middle": ("log_softmax", middle_shift, True),
    "a wrong rate": ("sgd_step", lambda W, b, dW, db, lr: (W - 1.01 * lr * dW, b - lr * db), False),
    "a rate wrong in the sixth digit": (
        "sgd_step", lambda W, b, dW, db, lr: (W - (1 + 1e-6) * lr * dW, b - lr * db), False,
    ),
    "a rate wrong in float64 only": (
        "sgd_step", lambda W, b, dW, db, lr: (W - (1 + 1e-12) * lr * dW, b - lr * db), False,
    ),
    "cut logarithms": ("log_softmax", lambda Z: np.maximum(scratch.log_softmax(Z), -30), False),
    "a little in the logarithm": ("log_softmax", lambda Z: scratch.log_softmax(Z) + Z.dtype.type(1e-5), False),
    "nan in batches of one size": ("nll_loss", nan_in_batches_of_512, False),
    "nothing wrong": ("nll_loss", scratch.nll_loss, False),
}  # fmt: skip


# All cases of a right one are looked at; the others end with the first error that stays.
QUICK = [case for case, (_, _, loses) in FUNCTIONS.items() if not loses and case != "nothing wrong"]
SLOW = [pytest.param(case, marks=pytest.mark.heavy) for case in FUNCTIONS if case not in (*QUICK, "log of softmax")]


@pytest.mark.parametrize("case", [*QUICK, "log of softmax", *SLOW])
def test_only_a_right_formula_loses_accuracy(small: Problem, replaced: Callable, case: str):
    name, function, loses = FUNCTIONS[case]
    ours = replaced(**{name: function})
    assert loses_accuracy(small, ours, backend("torch")) is loses
    if loses:
        with np.errstate(all="ignore"):
            other = SCRATCH._replace(name="other")
            over = [found.used > 1 for found in check_hard_batches(small, "float32", ours, other).values()]
            unequal = [counts.differ > 0 for counts in count_unequal(small, "float32", ours, other).values()]
        assert any(over + unequal), "it differs, and more than rounding may"


INF, NAN = math.inf, math.nan
ALONE = (1.0, (1.0, 5.0), (1e-9, 2.0))
# The share of a budget that a case may use; error and share of its budget in float32, and in float64; and the verdict,
# first of this case alone, then beside one whose error shrinks as it should.
CASES = {
    "shrinks by 2^-12": ((1.0, (1.0, 5.0), (2.0**-12, 5.0)), True, True),
    "shrinks by a little less": ((1.0, (1.0, 5.0), (2.0**-12 * 1.001, 5.0)), False, False),
    "grows": ((1.0, (1.0, 5.0), (2.0, 5.0)), False, False),
    "within its budget in float64": ((1.0, (1.0, 5.0), (0.9, 1.0)), True, True),
    "within its budget in both": ((1.0, (1.0, 1.0), (0.9, 1.0)), False, True),
    "over it in float64 only": ((1.0, (1.0, 0.9), (0.9, 1.1)), False, False),
    "where nothing rounds, shrinks": ((0.0, (1.0, 0.5), (1e-9, 0.5)), True, True),
    "where nothing rounds, stays": ((0.0, (1.0, 0.5), (0.5, 0.5)), False, False),
    "where nothing rounds, a rounding in float64 only": ((0.0, (0.0, 0.0), (1e-17, 1.0)), False, True),
    "where nothing rounds, more in float64 only": ((0.0, (0.0, 0.0), (1e-17, 1.1)), False, False),
    "nan in float32": ((1.0, (NAN, NAN), (1e-9, 0.5)), True, True),
    "infinite in float32": ((1.0, (INF, INF), (1e-9, 5.0)), True, True),
    "nan in both": ((1.0, (NAN, NAN), (NAN, NAN)), False, True),
    "infinite in both": ((1.0, (INF, INF), (INF, INF)), False, True),
    "nan in float64 only": ((1.0, (1.0, 5.0), (NAN, NAN)), False, False),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_an_error_that_stays_is_a_wrong_formula(small: Problem, monkeypatch: pytest.MonkeyPatch, case: str):
    found, alone, beside = CASES[case]
    for every, verdict in (([found], alone), ([found, ALONE], beside), ([ALONE, found], beside)):
        each = [
            # a quantity that was compared in one precision only says nothing
            (limit, {"W": _deviation(*single), "b": _deviation(1.0, 9.0)}, {"W": _deviation(*double)})
            for limit, single, double in every
        ]
        monkeypatch.setattr("compare.proof.accuracy_loss._both", lambda *_, each=each: iter(each))
        assert loses_accuracy(small, SCRATCH, backend("torch")) is verdict


def _deviation(error: float, used: float) -> SimpleNamespace:
    return SimpleNamespace(max_abs_error=error, used=used)
