"""The verdict: match for the two as they are, differ for each planted bug."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import backend, equations_backend
from compare.backends.protocol import Backend
from compare.backends.user_file import UserFileError
from compare.data.registry import Dataset, load
from compare.equations import FUNCTIONS, QUANTITIES
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem
from compare.proof.comparison import Comparison
from compare.proof.prove import prove
from compare.proof.tolerance import READINGS
from scratch import EQUATIONS, Equations


def with_function(**functions: Callable) -> Backend:
    return equations_backend("scratch", lambda: EQUATIONS._replace(**functions))


def wrong_axis(Z):
    return Z - Z.max(axis=0) - np.log(np.exp(Z - Z.max(axis=0)).sum(axis=0))


def sign_lost(logP, y):
    return -scratch.logits_gradient(logP, y)


def missing_mean(logP, y):
    return scratch.logits_gradient(logP, y) * len(y)


def dropped_last_row(X, dZ):
    return scratch.parameter_gradients(X[:-1], dZ[:-1])


def summed_loss(logP, y):
    return scratch.nll_loss(logP, y) * len(y)


def stale_gradient() -> Equations:
    """zero_grad forgotten: each step adds to the gradient of the one before."""
    total = [0.0, 0.0]

    def accumulate(X, dZ):
        total[:] = (old + new for old, new in zip(total, scratch.parameter_gradients(X, dZ), strict=True))
        return tuple(total)

    return EQUATIONS._replace(parameter_gradients=accumulate)


def slightly_fast(W, b, dW, db, lr):
    return scratch.sgd_step(W, b, dW, db, lr * 1.001)


def bias_not_updated(W, b, dW, db, lr):
    return scratch.sgd_step(W, b, dW, 0 * db, lr)


def half_precision(X, W, b):
    return scratch.logits(X.astype(np.float16), W.astype(np.float16), b.astype(np.float16)).astype(X.dtype)


# name: (backend, the quantity that gives it away first, the step of the first epoch at which it does)
BUGS = {
    "wrong axis": (with_function(log_softmax=wrong_axis), "log_probabilities", 1),
    "summed loss": (with_function(nll_loss=summed_loss), "loss", 1),
    "wrong gradient": (with_function(logits_gradient=sign_lost), "dZ", 1),
    "missing 1/N": (with_function(logits_gradient=missing_mean), "dZ", 1),
    "dropped last row": (with_function(parameter_gradients=dropped_last_row), "dW", 1),
    "stale gradient": (equations_backend("scratch", stale_gradient), "dW", 2),
    "lr off by 1e-3": (with_function(sgd_step=slightly_fast), "W", 1),
    "bias not updated": (with_function(sgd_step=bias_not_updated), "b", 1),
    "float16 on the way": (with_function(logits=half_precision), "logits", 1),
}


@pytest.mark.parametrize("bug", BUGS)
def test_each_planted_bug_turns_the_verdict(small: Problem, bug: str, dtype: str):
    ours, quantity, step = BUGS[bug]
    run = prove(small, dtype, ours=ours)
    assert run.verdict == "differ"
    found = run.first_divergence
    assert (found.quantity, found.epoch, found.step) == (quantity, 1, step)
    assert found.used > 1
    assert found.max_abs_error == pytest.approx(abs(found.ours - found.theirs), rel=1e-4)
    assert run.worst[quantity, "one_step"].used >= found.used
    assert not run.only_amplified


def test_weights_are_shown_as_updates_since_the_start(small: Problem):
    found = prove(small, "float64", ours=with_function(sgd_step=slightly_fast)).first_divergence
    # one step at a rate 1.001 times too high: so are the updates, and the weights are not
    assert found.ours == pytest.approx(1.001 * found.theirs, rel=1e-9)


@pytest.mark.parametrize("batch_size", [1, 7, 89])
@pytest.mark.parametrize("lr", [1e-5, 1e-3, 0.1])
def test_the_two_as_they_are_match(small: Problem, dtype: str, lr: float, batch_size: int):
    data = Dataset("small", small.train, small.test, small.classes)
    problem = Problem(data, Hyperparameters(epochs=20, batch_size=batch_size, lr=lr, val_fraction=0.1))
    run = prove(problem, dtype)
    assert run.verdict == "match"
    assert run.first_divergence is None
    assert not run.only_amplified
    assert set(run.worst) == {(name, reading) for name in QUANTITIES for reading in READINGS}
    for found in run.worst.values():
        assert 0 <= found.used <= 1
        assert found.scaled_error <= found.budget
        # the budget detects, the bound of the worst case is far above what happens
        assert found.ceiling is None or found.scaled_error < found.ceiling
    assert run.predictions.compared == len(problem.validation[1]) + len(problem.test[1])
    assert run.predictions.differ == 0


def separable() -> Dataset:
    """Three classes that a linear model tells apart at once: each has a bright pixel of its own."""
    random = np.random.default_rng(5)
    images, labels = random.integers(0, 100, (60, 3)).astype(np.uint8), random.integers(0, 3, 60)
    images[np.arange(60), labels] = 255
    return Dataset("separable", (images, labels), None, classes=3)


@pytest.mark.parametrize("batch_size", [1, 16])
def test_a_run_that_fits_its_images_perfectly_is_no_false_alarm(lockstep: Callable, dtype: str, batch_size: int):
    """Losses and gradients near 0: a purely relative tolerance would be too tight there."""
    problem = Problem(separable(), Hyperparameters(epochs=300 if batch_size > 1 else 60, batch_size=batch_size, lr=0.5))
    run = prove(problem, dtype)
    assert run.history["torch"][-1].train_loss < 0.01
    assert run.verdict == "match"
    # the last steps, where the sides are as different as they are allowed to be relative to nothing
    late = Comparison()
    for epoch, pair in lockstep(problem, dtype):
        if epoch > problem.chosen.epochs - 10:
            late.add(1, pair)
    assert max(found.scaled_error for found in late.worst.values()) > 16 * np.finfo(dtype).eps


def test_a_learning_rate_that_amplifies_rounding_is_told_from_a_bug(dtype: str):
    random = np.random.default_rng(6)
    images, labels = random.integers(0, 256, (200, 64)).astype(np.uint8), random.integers(0, 3, 200)
    problem = Problem(Dataset("noise", (images, labels), None, 3), Hyperparameters(epochs=60, batch_size=20, lr=10))
    run = prove(problem, dtype)
    assert run.verdict == "differ"
    assert run.first_divergence.reading == "whole_run"
    assert run.only_amplified
    assert run.growth > 1000


def test_what_adds_up_in_a_stable_training_is_told_from_rounding(small: Problem):
    """A drift of a quarter of what a step may be off, always to the same side, after 60 calls."""

    def drifting() -> Equations:
        calls = [0]

        def sgd_step(W, b, dW, db, lr):
            W, b = scratch.sgd_step(W, b, dW, db, lr)
            calls[0] += 1
            return W + W.dtype.type(0.25 * np.finfo(W.dtype).eps * np.abs(W).max() * (calls[0] > 60)), b

        return EQUATIONS._replace(sgd_step=sgd_step)

    data = Dataset("small", small.train, None, small.classes)
    problem = Problem(data, Hyperparameters(epochs=200, batch_size=20, lr=1e-3))
    run = prove(problem, "float64", ours=equations_backend("drifting", drifting))
    assert run.only_amplified
    assert run.growth < 10


def test_one_side_that_leaves_the_finite_numbers_stops_the_run(small: Problem):
    def overflow(Z):
        logP = scratch.log_softmax(Z)
        logP[-1, 2] = np.nan
        return logP

    run = prove(small, "float32", ours=with_function(log_softmax=overflow))
    found = run.first_divergence
    assert run.steps == 0
    assert (found.quantity, found.epoch, found.step, found.index) == ("log_probabilities", 1, 1, [19, 2])
    assert np.isnan(found.ours)
    assert np.isfinite(found.theirs)


def test_both_sides_that_leave_the_finite_numbers_cannot_be_compared(small: Problem):
    problem = Problem(Dataset("small", small.train, None, 4), Hyperparameters(epochs=3, batch_size=20, lr=1e38))
    with pytest.raises(InputError, match=r"both sides .*: L \(E3\) is inf at epoch 1, step 2; .*--lr"):
        prove(problem, "float32")


def test_other_precisions_are_refused(small: Problem):
    with pytest.raises(InputError, match="float16"):
        prove(small, "float16")


def test_one_image_a_step_at_a_high_rate_is_no_false_alarm_of_a_single_step():
    run = prove(Problem(load("mnist5k"), Hyperparameters(epochs=1, batch_size=1, lr=1.0)), "float64")
    assert max(found.used for (_, reading), found in run.worst.items() if reading == "one_step") <= 1


@pytest.mark.parametrize(("batch_size", "count"), [(1, 1), (7, 1), (100, 1), (300, 1), (100, 2)])
def test_no_false_alarm_whatever_the_batch_and_the_threads(dtype: str, batch_size: int, count: int):
    """A few of the runs of benchmarks/false_alarms.py, with few steps."""
    chosen = Hyperparameters(epochs=2, batch_size=batch_size, seed=2, train_subset=300)
    run = prove(Problem(load("digits"), chosen), dtype, thread_count=count)
    assert all(run.checks.values()), run.checks


OPTIONS = {
    "momentum": {"momentum": 0.9},
    "dampened": {"momentum": 0.9, "dampening": 0.3},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "decay": {"weight_decay": 0.01},
    "all but nesterov": {"momentum": 0.5, "dampening": 0.1, "weight_decay": 0.1},
    "all but dampening": {"momentum": 0.5, "nesterov": True, "weight_decay": 0.1},
}


@pytest.mark.parametrize("case", OPTIONS)
def test_it_holds_with_every_option_of_sgd(small: Problem, make_small, case: str, dtype: str):
    run = prove(make_small(**OPTIONS[case]), dtype)
    assert run.verdict == "match"
    assert run.weights != prove(small, dtype).weights, "an option that does nothing would match as well"


WRONG_OPTIONS = {
    "first velocity damped": ("dampened", lambda sgd, g: setattr(sgd, "velocity", [0 * v for v in g])),
    "no dampening": ("dampened", lambda sgd, _: setattr(sgd, "dampening", 0.0)),
    "momentum a little less": ("momentum", lambda sgd, _: setattr(sgd, "momentum", 0.899)),
    "nesterov forgotten": ("nesterov", lambda sgd, _: setattr(sgd, "nesterov", False)),
    "decay forgotten": ("decay", lambda sgd, _: setattr(sgd, "weight_decay", 0.0)),
    "decay of 1e-4 too much": ("decay", lambda sgd, _: setattr(sgd, "weight_decay", 0.0101)),
}


@pytest.mark.parametrize("case", WRONG_OPTIONS)
def test_a_wrong_meaning_of_an_option_is_noticed(make_small, monkeypatch: pytest.MonkeyPatch, case: str, dtype: str):
    options, spoil = WRONG_OPTIONS[case]
    right = scratch.SGD.directions

    def wrong(self, parameters, gradients):
        if self.velocity is None or case != "first velocity damped":
            spoil(self, gradients)
        return right(self, parameters, gradients)

    monkeypatch.setattr(scratch.SGD, "directions", wrong)
    run = prove(make_small(**OPTIONS[options]), dtype)
    assert run.verdict == "differ"
    assert run.first_divergence.quantity in ("W", "b")


def test_the_two_precisions_and_the_two_sides_end_in_other_bits(small: Problem):
    assert len({weights for d in ("float32", "float64") for weights in prove(small, d).weights.values()}) == 4


def test_right_functions_of_a_user_file_match(small: Problem, user_file, right_functions, dtype: str):
    run = prove(small, dtype, ours=backend(user_file(right_functions)))
    assert run.sides == ("mine", "torch")
    assert run.verdict == "match"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_user_file_lacks_comes_from_scratch(small: Problem, user_file, one_function, name: str):
    alone = one_function(name, f"return scratch.{name}({', '.join(FUNCTIONS[name].parameters)})")
    run = prove(small, "float64", ours=backend(user_file(alone)))
    assert run.verdict == "match"
    assert run.weights["mine"] == prove(small, "float64").weights["scratch"]


# A wrong function in each place, and the quantity that gives it away.
WRONG_FUNCTIONS = {
    "logits": ("return X @ W.T - b", "logits"),
    "log_softmax": ("return Z - np.log(np.exp(Z).sum(axis=0))", "log_probabilities"),
    "nll_loss": ("return -logP[np.arange(len(y)), y].sum()", "loss"),
    "logits_gradient": ("return np.exp(logP) / len(y)", "dZ"),
    "parameter_gradients": ("return dZ.T @ X, dZ.mean(axis=0)", "db"),
    "sgd_step": ("return W + lr * dW, b - lr * db", "W"),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_wrong_function_in_each_place_differs(small: Problem, user_file, one_function, name: str):
    body, quantity = WRONG_FUNCTIONS[name]
    found = prove(small, "float64", ours=backend(user_file(one_function(name, body)))).first_divergence
    assert (found.quantity, found.epoch, found.step) == (quantity, 1, 1)


def test_what_a_user_file_does_wrong_in_the_middle_is_told_with_its_step(small: Problem, user_file, one_function):
    late = "calls = 0\n" + one_function(
        "parameter_gradients",
        "global calls; calls += 1; assert calls < 8, 'tired'; return scratch.parameter_gradients(X, dZ)",
    )
    with pytest.raises(UserFileError, match=r"raises AssertionError: tired, at epoch 2, step 3$"):
        prove(small, "float64", ours=backend(user_file(late)))


def test_nan_of_a_user_file_is_a_difference(small: Problem, user_file, one_function):
    found = prove(small, "float64", ours=backend(user_file(one_function("log_softmax", "return Z * np.nan"))))
    assert found.first_divergence.quantity == "log_probabilities"
    assert found.first_divergence.ours != found.first_divergence.ours


def test_memory_that_a_user_file_keeps_is_not_ours(small: Problem, user_file, one_function):
    """It changes what it returned, and what it was given, one call later."""
    body = "[k.fill(7) for k in kept if k.flags.writeable]; Z = X @ W.T + b; kept.extend([Z, X, W]); return Z"
    code = "kept = []\n" + one_function("logits", body)
    assert prove(small, "float64", ours=backend(user_file(code))).verdict == "match"
