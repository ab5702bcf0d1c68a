"""The gradient of a side against its own loss: three tests that a right one passes and a wrong one does not."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend
from compare.bugs.catalogue import BUGS
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof.gradient_check import GradientCheck, check_gradients, first_wrong_gradient

NAN = float("nan")
RIGHT = {"central": {0.1: 1e-3, 1e-5: 9e-8, 1e-9: 1e-4}, "complex_step": 9e-13, "slope": 1.91}
# One of the three tests fails, and the two others pass.
WRONG = {
    "central differences": {"central": {0.1: 1e-3, 1e-5: 2e-7, 1e-9: 1e-4}},
    "complex step": {"complex_step": 2e-12},
    "Taylor": {"slope": 1.89},
    "nan in the first difference": {"central": {0.1: NAN, 1e-5: 9e-8}},
    "nan in the last difference": {"central": {0.1: 9e-8, 1e-5: NAN}},
    "nan in the complex step": {"complex_step": NAN},
    "nan as slope": {"slope": NAN},
}


def test_a_gradient_that_passes_all_three_tests_is_right():
    assert GradientCheck("small", 18, 18, **RIGHT).passed is True
    limits = {"central": {1e-5: 1e-7}, "complex_step": 1e-12, "slope": 1.9}
    assert GradientCheck("small", 18, 18, **limits).passed is True


@pytest.mark.parametrize("case", WRONG)
def test_a_gradient_that_fails_one_test_is_wrong(case: str):
    assert GradientCheck("small", 18, 18, **RIGHT | WRONG[case]).passed is False


@pytest.mark.parametrize("side", [SCRATCH, None], ids=["scratch", "torch"])
def test_right_gradients_have_a_u_and_a_slope_of_two(digits: Problem, side: Backend | None):
    small, real = check_gradients(digits, side or backend("torch"))
    assert (small.problem, small.parameters, small.of) == ("small", 18, 18)
    assert (real.problem, real.parameters, real.of) == ("real", 12, 650)
    for check in (small, real):
        assert check.passed
        assert list(check.central) == [10.0**-n for n in range(1, 13)]
        assert check.slope == pytest.approx(2, abs=0.01)
        assert check.complex_step < 1e-14
        errors = list(check.central.values())
        lowest = int(np.argmin(errors))
        # truncation falls with h squared on the left, rounding rises on the right
        assert errors[0] / errors[1] == pytest.approx(100, rel=0.05)
        assert 3 <= lowest <= 5
        assert errors[-1] > 1e4 * errors[lowest]


def problems() -> dict[str, Problem]:
    chosen = [Hyperparameters(epochs=1, seed=seed, batch_size=size) for seed, size in ((1, 100), (2, 1), (3, 7))]
    return {f"{name}, seed {one.seed}": Problem(load(name), one) for name in ("digits", "mnist5k") for one in chosen}


def test_right_gradients_are_ten_times_better_than_they_must_be():
    """The limits, as numbers of this page: 1e-7, 1e-12 and a slope of 1.9."""
    for name, problem in problems().items():
        for check in check_gradients(problem, SCRATCH):
            assert min(check.central.values()) < 1e-8, name
            assert check.complex_step < 1e-13, name
            assert check.slope > 1.98, name


@pytest.mark.parametrize("name", ["wrong-sign", "summed-gradient", "stale-gradient", "hidden-label-smoothing"])
def test_wrong_gradients_have_a_slope_of_one(digits: Problem, name: str):
    for check in check_gradients(digits, BUGS[name].backend()):
        assert not check.passed
        assert check.slope == pytest.approx(1, abs=0.1)
        assert check.complex_step > 1e-5
        assert min(check.central.values()) > 1e-5


@pytest.mark.parametrize("where", range(4))
def test_one_wrong_entry_is_seen_in_the_small_problem(digits: Problem, replaced: Callable, where: int):
    """Every parameter is checked there, those of b too."""

    def parameter_gradients(X, dZ):
        dW, db = scratch.parameter_gradients(X, dZ)
        flat = (dW, dW, db, db)[where].reshape(-1)
        flat[(0, -1, 0, -1)[where]] += 1e-4
        return dW, db

    small, _ = check_gradients(digits, replaced(parameter_gradients=parameter_gradients))
    assert not small.passed
    assert 1e-5 < small.complex_step < 1e-2
    assert small.complex_step == pytest.approx(min(small.central.values()), rel=0.05)


def test_the_sample_of_the_real_problem_is_of_all_its_parameters(digits: Problem, replaced: Callable):
    """A scale of the last 10, the biases, is seen in the sample or in the Taylor test, which looks at all."""
    wrong = replaced(parameter_gradients=lambda X, dZ: (dZ.T @ X, 1.01 * dZ.sum(axis=0)))
    small, real = check_gradients(digits, wrong)
    assert not small.passed
    assert not real.passed
    assert real.slope < 1.5


def test_errors_are_shares_of_the_largest_gradient(digits: Problem, replaced: Callable):
    """All gradients 1 % too large: 1 % of the largest, to each test that measures an error."""
    scaled = replaced(logits_gradient=lambda logP, y: 1.01 * scratch.logits_gradient(logP, y))
    for check in check_gradients(digits, scaled)[:1]:
        assert check.complex_step == pytest.approx(0.01 / 1.01, rel=1e-9)
        assert min(check.central.values()) == pytest.approx(0.01 / 1.01, rel=1e-4)


def test_a_loss_that_does_not_fit_its_gradient_is_seen_by_the_differences(digits: Problem, replaced: Callable):
    """The formula of the complex step is that of `scratch`, and does not see it."""
    decayed = replaced(nll_loss=lambda logP, y: scratch.nll_loss(logP, y) * 1.001)
    for check in check_gradients(digits, decayed):
        assert check.complex_step < 1e-13
        assert min(check.central.values()) == pytest.approx(1e-3, rel=0.5)
        assert check.slope == pytest.approx(1, abs=0.05)
        assert not check.passed


def test_a_gradient_kept_from_the_step_before_is_seen(digits: Problem):
    small, real = check_gradients(digits, BUGS["stale-gradient"].backend())
    # the second step on the same batch has twice the gradient
    assert small.complex_step == pytest.approx(0.5)
    assert real.complex_step == pytest.approx(0.5, abs=0.45)


def test_gradients_of_a_loss_that_is_no_number_are_not_right(digits: Problem, replaced: Callable):
    nothing = replaced(nll_loss=lambda logP, _y: logP.sum() * np.nan)
    for check in check_gradients(digits, nothing):
        assert not check.passed
        assert np.isnan(check.slope)


def test_a_gradient_of_zero_is_wrong(digits: Problem, replaced: Callable):
    nothing = replaced(logits_gradient=lambda logP, _y: np.zeros_like(logP))
    with np.errstate(all="ignore"):
        assert not any(check.passed for check in check_gradients(digits, nothing))


@pytest.mark.parametrize("name", [None, "wrong-sign", "stale-gradient", "never-shuffled", "no-maximum-shift"])
def test_the_first_wrong_gradient_is_the_first_that_does_not_pass(digits: Problem, name: str | None):
    side = BUGS[name].backend() if name else SCRATCH
    wrong = next((check for check in check_gradients(digits, side) if not check.passed), None)
    found = first_wrong_gradient(digits, side)
    assert (found and (found.problem, found.complex_step, found.slope)) == (
        wrong and (wrong.problem, wrong.complex_step, wrong.slope)
    )


def test_a_gradient_that_only_the_differences_show_is_found_as_well(digits: Problem, monkeypatch: pytest.MonkeyPatch):
    """No loss is so wrong that complex step and Taylor test pass: so no difference may be small enough."""
    monkeypatch.setattr("compare.proof.gradient_check.CENTRAL", 1e-13)
    found = first_wrong_gradient(digits, SCRATCH)
    assert found is not None
    assert found.passed_two
    assert found.central == check_gradients(digits, SCRATCH)[0].central


def test_no_more_differences_are_taken_than_decide(digits: Problem, replaced: Callable):
    taken = []

    def counted(right: Callable) -> Backend:
        def logits_gradient(logP, y):
            taken.append(len(y))
            return right(logP, y)

        return replaced(logits_gradient=logits_gradient)

    numbers = []
    for right in (scratch.logits_gradient, lambda logP, y: -scratch.logits_gradient(logP, y)):
        taken.clear()
        first_wrong_gradient(digits, counted(right))
        numbers.append(len(taken))
    # two steps for the gradient and eight for the slope, 36 and 24 for each h: of a right one three, of a wrong one one
    assert numbers == [2 * 10 + 3 * (36 + 24), 10 + 36]


def test_no_parameter_of_the_real_problem_is_checked_twice(shaped: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("compare.proof.gradient_check._check", lambda _name, _at, which: sorted(which.tolist()))
    assert check_gradients(shaped(3, 3), SCRATCH) == [[*range(18)], [*range(12)]]
    # of 15, not all
    _, some = check_gradients(shaped(4, 3), SCRATCH)
    assert len({*some}) == 12
    assert {*some} < {*range(15)}
