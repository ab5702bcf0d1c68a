"""Each quantity held to its budget: what counts as a difference, and what is kept of it."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.problem import Problem
from compare.proof.comparison import Comparison, OneSideNotFiniteError, difference, place_of_largest, worse
from compare.proof.lockstep import StepPair
from compare.proof.prove import prove
from compare.proof.tolerance import allowed, ceilings, sizes

SIDES = ("ours", "theirs")
NAN, INF = float("nan"), float("inf")


def limit(pair: StepPair, name: str, t: int = 1) -> float:
    """What the budget allows after t steps."""
    return allowed(*sizes(pair.reference, pair.start)[name], t, pair.reference.W.dtype)


def off(pair: StepPair, name: str, by: float, reading: str = "one_step", where: int = -1) -> StepPair:
    """The same pair, with one value of a quantity changed on our side."""
    field = QUANTITIES[name].field
    changed = np.array(getattr(pair.reference, field))
    changed.flat[where] += by
    return pair._replace(steps=pair.steps | {reading: pair.steps[reading]._replace(**{field: changed})})


# ours, theirs, and whether these values count as equal
VALUES = {
    "equal": (1.5, 1.5, True),
    "the sign of zero": (0.0, -0.0, True),
    "one unit in the last place": (np.nextafter(1.5, 2), 1.5, False),
    "the smallest number": (5e-324, 0.0, False),
    "nan on our side": (NAN, 1.5, False),
    "nan on both sides": (NAN, NAN, False),
    "infinity": (INF, 1.5, False),
}


@pytest.mark.parametrize("case", VALUES)
def test_values_that_count_as_equal(equal_pair: Callable, case: str):
    pair = equal_pair("float64")
    ours, theirs, equal = VALUES[case]
    pair.steps["one_step"].dW[1, 2], pair.reference.dW[1, 2] = ours, theirs
    unequal = difference(pair, "dW", "one_step", SIDES) != 0
    assert unequal.shape == pair.reference.dW.shape
    assert [list(where) for where in np.argwhere(unequal)] == ([] if equal else [[1, 2]])


def test_the_difference_is_the_distance_of_one_reading(equal_pair: Callable):
    pair = equal_pair("float64")
    pair = off(off(pair, "dW", 0.5, "one_step", 3), "dW", -0.25, "whole_run", 4)
    for reading, by in (("one_step", 0.5), ("whole_run", 0.25)):
        assert difference(pair, "dW", reading, SIDES).max() == pytest.approx(by)
    assert difference(pair, "db", "one_step", SIDES).max() == 0


UNLIKE = {
    "shape": (
        {"Z": np.ones((2, 3), np.float32)},
        r"^Z \(E1\) of ours is \(2, 3\) float32, that of theirs \(20, 4\) flo",
    ),
    "dtype": (
        {"dW": np.ones((4, 12))},
        r"^dW \(E5\) of ours is \(4, 12\) float64, that of theirs \(4, 12\) float32, at",
    ),
    "a float": ({"L": 1.0}, r"^L \(E3\) of ours is \(\) float64, that of theirs \(\) float32, at epoch 3, step 2$"),
}


@pytest.mark.parametrize("case", UNLIKE)
def test_another_shape_or_dtype_is_an_error_that_says_where(equal_pair: Callable, case: str):
    pair = equal_pair("float32")
    wrong, words = UNLIKE[case]
    with pytest.raises(InputError, match=words):
        Comparison(SIDES).add(3, pair._replace(steps={"one_step": pair.steps["one_step"]._replace(**wrong)}))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"logits": lambda X, W, b: scratch.logits(X, W, b).astype(np.float64)}, r"Z \(E1\) of scratch is .* float64"),
        ({"log_softmax": lambda Z: scratch.log_softmax(Z).astype(np.float16)}, r"logP \(E2\) of scratch is .* float16"),
        ({"nll_loss": lambda logP, y: float(scratch.nll_loss(logP, y))}, r"L \(E3\) of scratch is \(\) float64"),
    ],
)
def test_a_proof_ends_at_another_dtype(small: Problem, replaced: Callable, wrong: dict, words: str):
    with pytest.raises(InputError, match=words):
        prove(small, "float32", ours=replaced(**wrong))


@pytest.mark.parametrize(
    ("used", "other", "expected"),
    [(2, 1, True), (1, 2, False), (1, 1, False), (NAN, 9, True), (9, NAN, False), (NAN, NAN, False), (INF, 9, True)],
)
def test_nan_is_worse_than_every_number(used: float, other: float, expected: bool):
    assert worse(used, other) is expected
    assert place_of_largest(np.array([[1.0, INF, 3.0], [INF, 2.0, NAN]])) == (1, 2)


def test_equal_sides_use_nothing(equal_pair: Callable, dtype: str):
    comparison = Comparison()
    comparison.add(1, equal_pair(dtype))
    assert {found.used for found in comparison.worst.values()} == {0}
    assert len(comparison.worst) == 2 * len(QUANTITIES) == 16
    assert (comparison.first_divergence, comparison.steps) == (None, 1)


@pytest.mark.parametrize("reading", ["one_step", "whole_run"])
@pytest.mark.parametrize("name", QUANTITIES)
def test_the_budget_decides(equal_pair: Callable, dtype: str, name: str, reading: str):
    pair = equal_pair(dtype)
    size = sizes(pair.reference, pair.start)[name][0]
    for share in (0.7, 1.4):
        comparison = Comparison()
        comparison.add(1, off(pair, name, share * limit(pair, name), reading))
        found = comparison.worst[name, reading]
        assert found.used == pytest.approx(share, rel=0.1)  # the changed value is rounded
        ceiling = ceilings(pair.reference, pair.start)[name] / size
        told = found.budget, found.used * found.budget, found.max_abs_error / size, found.ceiling or ceiling
        assert told == pytest.approx((limit(pair, name) / size, *2 * [found.scaled_error], ceiling), rel=1e-9, abs=0)
        of = found.quantity, found.reading, found.epoch, found.step, found.ceiling is None
        assert of == (name, reading, 1, 2, reading == "whole_run")
        assert comparison.first_divergence is (found if share > 1 else None)
        assert {key for key, other in comparison.worst.items() if other.used} == {(name, reading)}


@pytest.mark.parametrize("name", QUANTITIES)
def test_both_values_are_told_and_where_they_are(equal_pair: Callable, name: str):
    """Those of W and b are updates since the start of the run."""
    pair = equal_pair("float64")
    comparison = Comparison()
    comparison.add(1, off(pair, name, 0.5))
    found, tensor = comparison.worst[name, "one_step"], getattr(pair.reference, QUANTITIES[name].field)
    assert found.index == ([n - 1 for n in tensor.shape] or None)
    origin = {"W": pair.start.W0, "b": pair.start.b0}.get(name, np.zeros_like(tensor))
    assert found.theirs == pytest.approx(tensor.flat[-1] - origin.flat[-1])
    assert found.ours == pytest.approx(found.theirs + 0.5)
    assert found.max_abs_error == pytest.approx(0.5)


def test_the_run_has_more_room_the_longer_it_is_and_a_step_has_not(equal_pair: Callable):
    pair = equal_pair("float64")
    comparison = Comparison()
    for _ in range(24):
        comparison.add(1, pair)
    between = (limit(pair, "loss") + limit(pair, "loss", 25)) / 2
    comparison.add(1, off(off(pair, "loss", between, "one_step"), "loss", between, "whole_run"))
    assert comparison.worst["loss", "one_step"].used > 1
    assert comparison.worst["loss", "whole_run"].used == pytest.approx(between / limit(pair, "loss", 25), rel=1e-2)
    assert comparison.first_divergence.reading == "one_step"


def test_the_first_divergence_stays_the_first_and_the_worst_the_worst(equal_pair: Callable):
    pair = equal_pair("float64")
    comparison = Comparison()
    for number, (name, by) in enumerate([("db", 2e-3), ("logits", 2e-3), ("db", 1e-3), ("db", 4e-3), ("db", 3e-3)], 1):
        comparison.add(1, off(pair._replace(number=number), name, by))
    first, worst = comparison.first_divergence, comparison.worst["db", "one_step"]
    assert (first.quantity, first.step) == ("db", 1)
    assert (worst.step, comparison.worst["logits", "one_step"].step) == (4, 2)
    assert worst.max_abs_error == pytest.approx(4e-3)


def test_of_one_step_the_first_in_the_order_of_the_derivation_is_told(equal_pair: Callable):
    pair = equal_pair("float64")
    for name in reversed(QUANTITIES):
        pair = off(pair, name, 1e-3)
        comparison = Comparison()
        comparison.add(1, pair)
        assert comparison.first_divergence.quantity == name


def test_the_trace_has_the_worst_share_of_each_epoch(equal_pair: Callable):
    pair = equal_pair("float64")
    comparison = Comparison()
    for epoch, share in ((1, 0.25), (1, 0.5), (1, 0.125), (2, 0.125), (3, 0.75), (3, 1.5)):
        comparison.add(epoch, off(pair, "dZ", share * limit(pair, "dZ")))
    assert comparison.trace["dZ", "one_step"] == pytest.approx([0.5, 0.125, 1.5], rel=0.1)
    assert comparison.trace["dZ", "whole_run"] == [0, 0, 0]


@pytest.mark.parametrize("value", [NAN, INF, -INF])
def test_one_side_that_is_not_finite_stops_the_comparison_and_is_kept(equal_pair: Callable, value: float):
    pair = equal_pair("float32")
    pair.steps["one_step"].dZ[3, 1] = value
    comparison = Comparison()
    with np.errstate(invalid="ignore"), pytest.raises(OneSideNotFiniteError):
        comparison.add(1, pair)
    found = comparison.first_divergence
    assert (found.quantity, found.index) == ("dZ", [3, 1])
    assert found is comparison.worst["dZ", "one_step"]
    assert np.array_equal(found.ours, value, equal_nan=True)
    assert not found.used <= 1


def test_the_reference_may_be_the_side_that_is_not_finite(equal_pair: Callable):
    pair = equal_pair("float32")
    pair.reference.db[2] = NAN
    with pytest.raises(OneSideNotFiniteError):
        Comparison().add(1, pair)


@pytest.mark.parametrize(("field", "where", "words"), [("Z", (3, 1), r"Z \[3, 1\] \(E1\)"), ("L", (), r"L \(E3\)")])
def test_both_sides_not_finite_is_an_error_that_says_where(equal_pair: Callable, field: str, where: tuple, words: str):
    pair = equal_pair("float32")
    for step in (pair.reference, pair.steps["one_step"], pair.steps["whole_run"]):
        getattr(step, field)[where] = INF
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(InputError, match=f"both sides .*: {words} is inf at epoch 5, step 2; .* --lr"),
    ):
        Comparison().add(5, pair)


def test_an_infinite_share_of_finite_values_does_not_stop_the_comparison(equal_pair: Callable):
    """Where the reference is exactly 0 the smallest number is allowed, and a share of it overflows."""
    pair = equal_pair("float64")
    scales = dict.fromkeys(QUANTITIES, (0.0, 0.0))
    comparison = Comparison()
    comparison.add(1, off(pair, "b", 100.0), scales)
    assert comparison.first_divergence.used == INF
    assert comparison.first_divergence.quantity == "b"


def test_where_the_reference_is_zero_errors_are_in_smallest_numbers(equal_pair: Callable, dtype: str):
    pair, tiny = equal_pair(dtype), float(np.finfo(dtype).tiny)
    pair.reference.dZ[:] = pair.steps["one_step"].dZ[:] = 0
    for times in (1, 4):
        comparison = Comparison()
        comparison.add(1, off(pair, "dZ", times * tiny), dict.fromkeys(QUANTITIES, (0.0, 0.0)))
        found = comparison.worst["dZ", "one_step"]
        assert (found.max_abs_error, found.scaled_error, found.budget, found.used) == (times * tiny, times, 1, times)
        assert (comparison.first_divergence is found) == (times > 1)


def test_known_scales_are_used(equal_pair: Callable):
    pair = equal_pair("float64")
    comparison = Comparison()
    comparison.add(1, off(pair, "dW", 1e-3), dict.fromkeys(QUANTITIES, (2.0, 1e20)))
    found = comparison.worst["dW", "one_step"]
    assert found.scaled_error == pytest.approx(5e-4)
    assert found.ceiling is not None
    assert (comparison.first_divergence, comparison.worst["dW", "whole_run"].ceiling) == (None, None)
