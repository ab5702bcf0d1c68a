"""How much of a difference another function explains."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.bugs.evidence import Evidence

ONES, FIRST, LAST = np.ones((6, 3)), np.eye(6)[:, :3], np.eye(6)[:, 3:]
# What is added to the right dZ by the side and by the guess, and how much is explained.
PAIRS = {
    "the same": (ONES, ONES, 1.0),
    "three times as large": (ONES, 3 * ONES, 1 / 3),
    "a third": (3 * ONES, ONES, 1 / 3),
    "opposite": (1e-6 * ONES, -1e-6 * ONES, 0.0),
    "nothing in common": (1e-6 * FIRST, 1e-6 * LAST, 0.0),
    "nothing": (ONES, 0 * ONES, 0.0),
    "squares that overflow": (1e200 * FIRST, 2e200 * FIRST, 0.5),
    "not finite in the same places": (np.where(FIRST, np.nan, 5), np.where(FIRST, np.inf, 5), 1.0),
    "not finite in one half": (np.where(np.arange(18).reshape(6, 3) < 9, np.nan, 0), 0 * ONES, 0.0),
}


@pytest.mark.parametrize("pair", PAIRS)
def test_how_much_is_explained(observed: Callable, pair: str):
    ours, guessed, explained = PAIRS[pair]
    evidence = Evidence([observed(dZ=lambda dZ: dZ + ours)], "logits_gradient")
    found = evidence.likeness(lambda: lambda *_: observed().theirs.dZ + guessed)
    # of values that are not small beside the right ones, a little is lost
    assert found.explained == pytest.approx(explained, abs=0.05)


@pytest.mark.parametrize(("share", "explained"), [(0.0, 1.0), (1e-4, 0.0), (5e-4, 0.5)])
def test_values_near_zero_are_compared_with_each_other(observed: Callable, share: float, explained: float):
    """Both are off by nearly all of the right value, and are still not alike."""
    evidence = Evidence([observed(dZ=lambda dZ: dZ * 1e-3)], "logits_gradient")
    guessed = observed().theirs.dZ * (share or 1e-3)
    assert evidence.likeness(lambda: lambda *_: guessed).explained == pytest.approx(explained, abs=0.11)


def test_a_scalar_is_compared_by_its_size(observed: Callable):
    evidence = Evidence([observed(L=lambda L: L + 0.5)], "nll_loss")
    right = observed().theirs.L
    shares = [evidence.likeness(lambda add=add: lambda *_: right + add).explained for add in (0.5, 0.4, 0.1, -0.5)]
    assert shares == pytest.approx([1, 0.8, 0.2, 0])


def test_a_difference_as_large_as_its_limit_is_a_rounding(observed: Callable):
    seen = observed(L=lambda _: 1.25)
    for limit, explained in ((0.25, 0.0), (0.24, 1.0)):
        near = seen._replace(theirs=seen.theirs._replace(L=1.0), limits={"L": limit})
        assert Evidence([near], "nll_loss").likeness(lambda: lambda *_: 1.25).explained == explained


def test_it_is_the_mean_of_the_cases_in_which_one_is_wrong(observed: Callable):
    def add(dZ):
        return dZ + 1

    seen = [observed(dZ=add), observed(dZ=add), observed(), observed(Z=add, logP=add, dZ=add)]
    evidence, right = Evidence(seen, "logits_gradient"), observed().theirs.dZ
    made = iter([right + 1, right + 1, right + 1, right])
    # the third is wrong in the guess only, the fourth did not get the right inputs
    assert evidence.likeness(lambda: lambda *_: next(made)).explained == pytest.approx(2 / 3)
    assert evidence.likeness(lambda: lambda *_: right).explained == 0


def test_rounding_is_no_difference(observed: Callable):
    evidence = Evidence([observed(dZ=lambda dZ: dZ + 0.9e-12)], "logits_gradient")
    assert evidence.likeness(lambda: lambda *_: observed().theirs.dZ - 0.9e-12) == (0.0, 0)
    evidence = Evidence([observed(dZ=lambda dZ: dZ + 5e-12)], "logits_gradient")
    assert evidence.likeness(lambda: lambda *_: observed().theirs.dZ + 4.5e-12).explained == 1


def test_each_set_of_steps_begins_with_a_new_function(observed: Callable):
    first, second = observed(dZ=lambda dZ: dZ + 1), observed(dZ=lambda dZ: dZ + 1)
    evidence, made = Evidence([first, first, second], "logits_gradient"), []

    def make():
        made.append([])
        return lambda *_: made[-1].append(1) or first.theirs.dZ + 1

    assert evidence.likeness(make).explained == 1
    assert [len(calls) for calls in made] == [2, 1]


def test_equal_values_are_counted(observed: Callable):
    evidence = Evidence([observed(dZ=lambda dZ: dZ + 1)], "logits_gradient")
    guessed = observed().theirs.dZ + 1
    guessed[0, 0] *= 1 + 1e-15
    assert evidence.likeness(lambda: lambda *_: guessed).equal == 17


def test_without_cases_nothing_is_explained():
    assert Evidence([], "logits").likeness(lambda: print) == (0.0, 0)


@pytest.mark.parametrize(
    ("mine", "guess", "explained"),
    [(np.nan, 0.0, 0.5), (0.0, np.nan, 0.5), (np.nan, np.nan, 1.0), (np.nan, -np.inf, 1.0), (0.0, 0.0, 1.0)],
)
def test_a_case_counts_where_either_is_not_finite(observed: Callable, mine: float, guess: float, explained: float):
    """The first case is explained; in the second, one element of ours or of the guess is not finite, or none is."""
    place = np.arange(18).reshape(6, 3) == 7
    seen = [observed(dZ=lambda dZ: dZ + 1), observed(dZ=lambda dZ: np.where(place, dZ + mine, dZ))]
    right = observed().theirs.dZ
    made = iter([right + 1, np.where(place, right + guess, right)])
    found = Evidence(seen, "logits_gradient").likeness(lambda: lambda *_: next(made))
    assert found.explained == pytest.approx(explained)


def test_labels_that_are_one_higher_are_a_difference(observed: Callable):
    def one_for_nothing(y):
        return np.where(y == 0, 1, y)

    seen, right = observed(y=one_for_nothing), observed().theirs
    evidence = Evidence([seen], "batch")
    assert evidence.likeness(lambda: lambda *_: (right.X, one_for_nothing(right.y))).explained == 1
    assert evidence.likeness(lambda: lambda *_: (right.X, right.y)).explained == 0


def test_tiny_differences_have_a_size(observed: Callable):
    """Their squares would be 0."""
    seen = observed()
    tiny = [seen.theirs.dZ * factor for factor in (0, 1e-200, 2e-200)]
    ours, theirs = seen.ours._replace(dZ=tiny[1]), seen.theirs._replace(dZ=tiny[0])
    seen = seen._replace(ours=ours, theirs=theirs, limits=dict.fromkeys(seen.limits, 0.0))
    evidence = Evidence([seen], "logits_gradient")
    assert evidence.likeness(lambda: lambda *_: tiny[2]).explained == pytest.approx(0.5)
