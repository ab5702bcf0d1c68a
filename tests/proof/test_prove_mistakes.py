"""A proof of a wrong side: differ, for each planted mistake and wrong option, where it shows first."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import equations_backend
from compare.backends.protocol import Backend
from compare.problem import Problem
from compare.proof.prove import prove
from scratch import EQUATIONS, Equations

pytestmark = pytest.mark.heavy


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


def test_distances_are_of_one_step_at_the_rate_of_the_problem(small: Problem):
    """A mistake in the update only: W alone is far, by what lr makes of it."""
    run = prove(small, "float64", ours=with_function(sgd_step=slightly_fast))
    far = {name for name, distances in run.distance_from_exact.items() if distances.ours > 100}
    assert far == {"W", "b"}
    assert all(distances.theirs < 100 for distances in run.distance_from_exact.values())


def test_one_side_that_leaves_the_finite_numbers_stops_the_run(small: Problem):
    def overflow(Z):
        logP = scratch.log_softmax(Z)
        logP[-1, 2 % logP.shape[1]] = np.nan
        return logP

    run = prove(small, "float32", ours=with_function(log_softmax=overflow))
    found = run.first_divergence
    assert run.steps == 0
    assert (found.quantity, found.epoch, found.step, found.index) == ("log_probabilities", 1, 1, [19, 2])
    assert np.isnan(found.ours)
    assert np.isfinite(found.theirs)


OPTIONS = {
    "momentum": {"momentum": 0.9},
    "dampened": {"momentum": 0.9, "dampening": 0.3},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "decay": {"weight_decay": 0.01},
    "all but nesterov": {"momentum": 0.5, "dampening": 0.1, "weight_decay": 0.1},
    "all but dampening": {"momentum": 0.5, "nesterov": True, "weight_decay": 0.1},
}


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
