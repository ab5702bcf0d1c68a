"""The verdict: match for the two as they are, differ for each planted bug."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends import Backend, ScratchSide, TorchSide, equations_backend
from compare.datasets import Dataset, load
from compare.errors import InputError
from compare.judge import Judge
from compare.lockstep import lockstep
from compare.predictions import Predictions
from compare.problem import Hyperparameters, Problem
from compare.proof import Run, prove
from compare.tolerance import QUANTITIES, READINGS, allowed, sizes
from scratch import EQUATIONS, Equations
from tests.conftest import DTYPES


def replaced(**functions: Callable) -> Backend:
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
    "wrong axis": (replaced(log_softmax=wrong_axis), "log_probabilities", 1),
    "summed loss": (replaced(nll_loss=summed_loss), "loss", 1),
    "wrong gradient": (replaced(logits_gradient=sign_lost), "dZ", 1),
    "missing 1/N": (replaced(logits_gradient=missing_mean), "dZ", 1),
    "dropped last row": (replaced(parameter_gradients=dropped_last_row), "dW", 1),
    "stale gradient": (equations_backend("scratch", stale_gradient), "dW", 2),
    "lr off by 1e-3": (replaced(sgd_step=slightly_fast), "W", 1),
    "bias not updated": (replaced(sgd_step=bias_not_updated), "b", 1),
    "float16 on the way": (replaced(logits=half_precision), "logits", 1),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bug", BUGS)
def test_each_planted_bug_turns_the_verdict(small: Problem, bug: str, dtype: str):
    ours, quantity, step = BUGS[bug]
    run = prove(small, dtype, ours=ours)
    assert run.verdict == "differ"
    found = run.first_divergence
    assert (found.quantity, found.epoch, found.step) == (quantity, 1, step)
    assert found.used > 1
    assert found.max_abs_error == pytest.approx(abs(found.ours - found.theirs), rel=1e-4)
    assert run.worst[quantity, "resynchronised"].used >= found.used
    assert not run.only_amplified


def test_weights_are_shown_as_updates_since_the_start(small: Problem):
    found = prove(small, "float64", ours=replaced(sgd_step=slightly_fast)).first_divergence
    # one step at a rate 1.001 times too high: so are the updates, and the weights are not
    assert found.ours == pytest.approx(1.001 * found.theirs, rel=1e-9)


@pytest.mark.parametrize("batch_size", [1, 7, 89])
@pytest.mark.parametrize("lr", [1e-5, 1e-3, 0.1])
@pytest.mark.parametrize("dtype", DTYPES)
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
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_run_that_fits_its_images_perfectly_is_no_false_alarm(dtype: str, batch_size: int):
    """Losses and gradients near 0: where a purely relative tolerance cries wolf."""
    problem = Problem(separable(), Hyperparameters(epochs=300 if batch_size > 1 else 60, batch_size=batch_size, lr=0.5))
    run = prove(problem, dtype)
    assert run.curve[-1]["torch"]["train_loss"] < 0.01
    assert run.verdict == "match"
    # the last steps, where the sides are as different as they are allowed to be relative to nothing
    own, resync, reference = ScratchSide(problem, dtype), ScratchSide(problem, dtype), TorchSide(problem, dtype)
    late = Judge()
    for epoch, batches in enumerate(problem.batches, 1):
        for moment in lockstep(problem, batches, reference, own, resync):
            if epoch > problem.chosen.epochs - 10:
                late.see(1, moment)
    assert max(found.scaled_error for found in late.worst.values()) > 16 * np.finfo(dtype).eps


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_learning_rate_that_amplifies_rounding_is_told_from_a_bug(dtype: str):
    random = np.random.default_rng(6)
    images, labels = random.integers(0, 256, (200, 64)).astype(np.uint8), random.integers(0, 3, 200)
    problem = Problem(Dataset("noise", (images, labels), None, 3), Hyperparameters(epochs=60, batch_size=20, lr=10))
    run = prove(problem, dtype)
    assert run.verdict == "differ"
    assert run.first_divergence.reading == "free_running"
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

    run = prove(small, "float32", ours=replaced(log_softmax=overflow))
    found = run.first_divergence
    assert run.steps == 0
    assert (found.quantity, found.epoch, found.step, found.index) == ("log_probabilities", 1, 1, [19, 2])
    assert np.isnan(found.ours)
    assert np.isfinite(found.theirs)


def test_both_sides_that_leave_the_finite_numbers_cannot_be_compared(small: Problem):
    problem = Problem(Dataset("small", small.train, None, 4), Hyperparameters(epochs=3, batch_size=20, lr=1e38))
    with pytest.raises(InputError, match=r"both sides .*: L \(E3\) is inf at epoch 1, step 2; .*--lr"):
        prove(problem, "float32")


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"logits": lambda X, W, b: scratch.logits(X, W, b).astype(np.float64)}, r"Z \(E1\) of scratch is .* float64"),
        ({"log_softmax": lambda Z: scratch.log_softmax(Z).astype(np.float16)}, r"logP \(E2\) of scratch is .* float16"),
        ({"nll_loss": lambda logP, y: float(scratch.nll_loss(logP, y))}, r"L \(E3\) of scratch is \(\) float64"),
    ],
)
def test_another_shape_or_dtype_is_told(small: Problem, wrong: dict, words: str):
    with pytest.raises(InputError, match=words):
        prove(small, "float32", ours=replaced(**wrong))


def test_other_precisions_are_refused(small: Problem):
    with pytest.raises(InputError, match="float16"):
        prove(small, "float16")


def test_one_image_a_step_at_a_high_rate_is_no_false_alarm_of_a_single_step():
    run = prove(Problem(load("mnist5k"), Hyperparameters(epochs=1, batch_size=1, lr=1.0)), "float64")
    assert max(found.used for (_, reading), found in run.worst.items() if reading == "resynchronised") <= 1


def test_images_classified_differently_count_unless_they_are_near_ties():
    for ties, verdict in ((0, "differ"), (1, "match")):
        found = Predictions(compared=9, differ=1, near_ties=ties)
        assert Run("float32", ("a", "b"), {}, predictions=found).verdict == verdict


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_budget_is_the_formula_of_the_page(small: Problem, dtype: str):
    """Allowed = eps (16 size + sqrt(t) terms), written a second time, from the table of the report."""
    own, resync, reference = ScratchSide(small, dtype), ScratchSide(small, dtype), TorchSide(small, dtype)
    moment = list(lockstep(small, small.epoch_batches(1)[:3], reference, own, resync))[-1]
    ref, (X, W, b, W0, b0, _, chosen) = moment.reference, moment.start
    z = (abs(X) @ abs(W).T + abs(b)).max()
    c = z + 2 * abs(ref.Z).max()
    mean_x = X.mean(axis=0).max()
    terms = {
        "logits": (abs(ref.Z).max(), z),
        "log_probabilities": (abs(ref.logP).max(), c),
        "loss": (abs(ref.logP).max(), c),
        "dZ": (abs(ref.dZ).max(), max(1, c) / len(X)),
        "dW": (abs(ref.dW).max(), max(1, c) * mean_x),
        "db": (abs(ref.db).max(), max(1, c)),
        "W": (abs(ref.W - W0).max(), abs(ref.W).max() + chosen.lr * max(1, c) * mean_x),
        "b": (abs(ref.b - b0).max(), abs(ref.b).max() + chosen.lr * max(1, c)),
    }
    found = sizes(ref, moment.start)
    assert set(found) == set(terms) == set(QUANTITIES)
    for name, expected in terms.items():
        assert found[name] == pytest.approx([float(value) for value in expected], rel=1e-5)
    eps = float(np.finfo(dtype).eps)
    assert allowed(3.0, 5.0, 49, np.dtype(dtype)) == pytest.approx(eps * (16 * 3 + 7 * 5))


def test_images_at_a_tie_may_be_classified_differently():
    """Two templates that are the same but for a few roundings: which class wins is a matter of these."""

    class Tied(Problem):
        def start(self, dtype):
            W, b = super().start(dtype)
            W[1], b[1] = W[0], b[0] + 4 * np.finfo(dtype).eps
            return W, b

    random = np.random.default_rng(8)
    images = random.integers(0, 256, (200, 30)).astype(np.uint8)
    problem = Tied(Dataset("tied", (images, random.integers(0, 2, 200)), None, 2), Hyperparameters(epochs=1))

    def favour_the_first(X, W, b):
        Z = scratch.logits(X, W, b)
        Z[:, 0] += 8 * np.finfo(X.dtype).eps
        return Z

    # gradients of two equal templates are opposite, so a learning rate this small keeps them equal
    object.__setattr__(problem.chosen, "lr", 1e-30)
    run = prove(problem, "float64", ours=replaced(logits=favour_the_first))
    assert run.predictions.differ > 0
    assert run.predictions.near_ties == run.predictions.differ


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_mistake_that_only_evaluation_makes_is_seen(small: Problem, dtype: str):
    """No batch has as many images as the test set: only the curve would show it."""

    def logits(X, W, b):
        return scratch.logits(X, W, b) * X.dtype.type(1.001 if len(X) == 15 else 1)

    run = prove(small, dtype, ours=replaced(logits=logits))
    assert run.verdict == "differ"
    assert [name for name, content in run.witnesses.items() if not content] == ["evaluation"]
    assert prove(small, dtype).predictions.evaluation <= 1
