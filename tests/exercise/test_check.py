"""The checks of single functions: what is right, wrong and missing, and the reason."""

from collections.abc import Callable

import pytest

from compare.backends.worker import Worker
from compare.equations import FUNCTIONS
from compare.exercise.check import FunctionCheck, _worked_example, check_functions
from compare.problem import Problem


@pytest.fixture
def check(exercise_file: Callable, small: Problem) -> Callable[..., dict[str, FunctionCheck]]:
    """Check a file with these functions written (all six unless given), after this change."""

    def run(*names: str, change: tuple[str, str] = ("", "")) -> dict[str, FunctionCheck]:
        path = exercise_file(*(names or FUNCTIONS), change=change)
        return {one.name: one for one in check_functions(Worker(path), small)}

    return run


@pytest.mark.heavy
def test_six_right_functions(check: Callable):
    assert list(check().values()) == [FunctionCheck(name, "right") for name in FUNCTIONS]


def test_one_that_is_wrong_changes_nothing_for_the_others(check: Callable):
    found = check("logits", "nll_loss", change=("X @ W.T + b", "X @ W.T - b"))
    assert [found[name].state for name in ("logits", "nll_loss")] == ["wrong", "right"]


def test_what_is_missing(check: Callable):
    found = check("logits", "nll_loss")
    assert [one.state for one in found.values()] == ["right", "missing", "right", "missing", "missing", "missing"]
    assert found["sgd_step"].reason.endswith("mine.py, line 64: sgd_step (E6) is not written yet")
    assert found["sgd_step"].diagnosis is None


def test_a_function_that_is_not_in_the_file(check: Callable):
    found = check("nll_loss", change=("def nll_loss", "def loss"))
    assert (found["nll_loss"].state, found["nll_loss"].reason[:25]) == ("missing", "nll_loss is not in /tmp/p")


# What is changed in a right file, the function that is wrong, and the reason.
CHANGES = {
    "a minus": (
        ("X @ W.T + b", "X @ W.T - b"),
        "logits",
        "on the worked example Z is [[ 0. , 0.5, 0. ], [-0.5, 1.5, 1.5]], and should be [[ 1. , 0.5, -1. ], "
        "[ 0.5, 1.5, 0.5]]",
    ),
    "small numbers are shown as 0": (
        ("X @ W.T + b", "(X @ W.T + b) * np.where(np.arange(len(b)) == 2, 1e-9, 1)"),
        "logits",
        "on the worked example Z is [[ 1. , 0.5, -0. ], [ 0.5, 1.5, 0. ]], and should be [[ 1. , 0.5, -1. ], "
        "[ 0.5, 1.5, 0.5]]",
    ),
    "a sum": ((".mean()", ".sum()"), "nll_loss", "on the worked example L is 2.1064, and should be 1.0532"),
    "the second of two results": (
        ("dZ.sum(axis=0)", "dZ.mean(axis=0)"),
        "parameter_gradients",
        "on the worked example db is [-0.0535, 0.2311, -0.1776], and should be [-0.107 , 0.4622, -0.3552]",
    ),
    "nearly right on the example": (
        ("return W - lr * dW", "return W - (1 + 1e-8) * lr * dW"),
        "sgd_step",
        "on the worked example W is [[ 1.079983057856, -0.946762123589, -0.052985389934, -1.026492694967], "
        "[-0.159066469157, 0.956474071079, 0.855970777368, 0.927985388684], "
        "[ 0.079083411302, -1.009711947491, 1.197014612566, 0.098507306283]], and should be "
        "[[ 1.079983057056, -0.946762124121, -0.052985389404, -1.026492694702], "
        "[-0.159066467567, 0.956474071515, 0.855970778809, 0.927985389404], "
        "[ 0.079083410511, -1.009711947394, 1.197014610596, 0.098507305298]]",
    ),
    "on real images": (
        ("dZ.T @ X", "dZ.T @ X * (1 + (len(X) == 7))"),
        "parameter_gradients",
        'right on the worked example, but not in the batch "real images": dW',
    ),
    "no shift": (
        ("S = Z - Z.max(axis=1, keepdims=True)", "S = Z"),
        "log_softmax",
        'right on the worked example, but not in the batch "logits of ±1000": logP, in float32 only; '
        "the right formula, and it loses accuracy here",
    ),
    "a fixed batch": (
        ("/ len(y)", "/ (7 if len(y) == 1 else len(y))"),
        "logits_gradient",
        'right on the worked example, but not in the batch "a single image": dZ',
    ),
    "below the rounding of float32": (
        (".mean()", ".mean() * (1 + 1e-10)"),
        "nll_loss",
        'right on the worked example, but not in the batch "real images": L, in float64 only',
    ),
    "in another batch of each precision": (
        (".mean()", ".mean() * (1 + (len(y) == (36 if logP.dtype == 'float32' else 100)))"),
        "nll_loss",
        'right on the worked example, but not in the batch "dense pixels": L, in float64 only',
    ),
    "a large rate": (
        ("return W - lr * dW", "return W - min(lr, 1) * dW"),
        "sgd_step",
        'right on the worked example, but not in the batch "other learning rates": W - W0',
    ),
    "a rate that is a little off": (
        ("return W - lr * dW", "return W - (lr + 1e-9 * (lr == 8)) * dW"),
        "sgd_step",
        'right on the worked example, but not in the batch "one winner, 2", in which nothing rounds: W, '
        "in float64 only",
    ),
    "two steps": (
        ("def parameter_gradients(X, dZ):", "calls = []\ndef parameter_gradients(X, dZ):\n    calls.append(1)\n"
         "    dZ = dZ * (1 + (len(calls) > 3))"),
        "parameter_gradients",
        'right on the worked example, but not in the batch "a single image": dW',
    ),
}  # fmt: skip


# Everything before it must pass until it shows.
LATE = "a rate that is a little off"


@pytest.mark.parametrize(
    "case", [*(case for case in CHANGES if case != LATE), pytest.param(LATE, marks=pytest.mark.heavy)]
)
def test_the_one_that_is_wrong_and_why(check: Callable, case: str):
    change, name, reason = CHANGES[case]
    found = check(name, change=change)
    assert [one.name for one in found.values() if one.state != "missing"] == [name]
    assert (found[name].state, found[name].reason) == ("wrong", reason)
    assert found[name].diagnosis is not None


# What is right where N = D, or at a rate of 1, and not in the worked example.
ONLY_WHERE_SIZES_ARE_EQUAL = {
    "no transpose of W": ("X @ W.T + b", "X @ (W if len(b) == X.shape[1] else W.reshape(W.T.shape)) + b"),
    "no transpose of dZ": ("dZ.T @ X", "(dZ @ X if dZ.shape[1] == len(X) else dZ.reshape(dZ.T.shape) @ X)"),
    "the mean over classes": (".mean()", ".sum() / logP.shape[1]"),
    "no rate": ("W - lr * dW, b - lr * db", "W - dW, b - db"),
    "no rate for b": ("b - lr * db", "b - db"),
    "divided by the rate": ("W - lr * dW, b - lr * db", "W - dW / lr, b - db / lr"),
    "the square of the rate": ("W - lr * dW, b - lr * db", "W - lr * lr * dW, b - lr * lr * db"),
    "the rate as an integer": ("W - lr * dW", "W - int(lr) * dW"),
    "the rate on all": ("W - lr * dW", "lr * (W - dW)"),
}


@pytest.mark.parametrize("case", ONLY_WHERE_SIZES_ARE_EQUAL)
def test_sizes_and_rate_of_the_worked_example_hide_no_mistake(exercise_file: Callable, case: str):
    file = Worker(exercise_file(*FUNCTIONS, change=ONLY_WHERE_SIZES_ARE_EQUAL[case]))
    found = {name: _worked_example(file, name) for name in FUNCTIONS}
    assert [reason[:22] for reason in found.values() if reason] == ["on the worked example "]


# What is changed, and the reason, of a function that cannot be used at all.
UNUSABLE = {
    "in place": (("dZ = np.exp(logP)", "dZ = logP"), "logits_gradient (E4) changes its input in place"),
    "raises": (("return X @ W.T + b", "return X @ W + b"), "logits (E1) raises ValueError: matmul"),
    "in the middle": (
        ("    S = Z", "    assert len(Z) != 36\n    S = Z"),
        'log_softmax (E2) raises AssertionError, in the batch "a batch of 36"',
    ),
    "not a pair": (
        ("return dZ.T @ X, dZ.sum(axis=0)", "return dZ.T @ X"),
        "parameter_gradients (E5) returns a ndarray, not a pair",
    ),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_function_that_cannot_be_used_is_wrong(check: Callable, case: str):
    change, reason = UNUSABLE[case]
    name = next(name for name in FUNCTIONS if f"{name} (E" in reason)
    found = check(name, change=change)[name]
    assert (found.state, found.diagnosis) == ("wrong", None)
    assert reason in found.reason


def test_a_wrong_function_gets_a_diagnosis(check: Callable):
    found = check("sgd_step", change=("return W - lr * dW", "return W - 2 * lr * dW"))["sgd_step"].diagnosis
    assert found.facts[0] == "W - W0 (E6) is the first to differ, in the first step"
    assert found.guesses[0].bug.name == "updated-twice"


def test_a_function_that_works_on_the_example_only_has_no_diagnosis(check: Callable):
    found = check("logits", change=("return X @ W.T + b", "assert len(X) == 2\n    return X @ W.T - b"))["logits"]
    assert found.reason.startswith("on the worked example Z is")
    assert found.diagnosis is None


def test_each_function_is_checked_on_one_thread(
    exercise_file: Callable, small: Problem, monkeypatch: pytest.MonkeyPatch, threads_now: Callable
):
    monkeypatch.setattr("compare.exercise.check._check", threads_now)
    assert check_functions(Worker(exercise_file()), small) == [{1}] * 6
