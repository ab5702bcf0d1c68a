"""The tests of the values of one quantity, each alone: what it says, and when it says nothing or cannot say."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

import scratch
from compare.bugs.traces import Observed
from compare.bugs.values import TESTS, one_element


def said(seen: Observed, field: str) -> set[str]:
    """What all tests say of our tensor of one step."""
    return {text for test in TESTS if (text := test(seen, field, *seen.pair(field)))}


def add(*index: int, by: float = 1.0) -> Callable[[NDArray], NDArray]:
    """A change of these elements only."""

    def change(array: NDArray) -> NDArray:
        array = array.copy()
        array[index] += by
        return array

    return change


# What our tensor is, what is said of it, and a tensor a little different of which it is not said.
NEAR: dict[str, tuple[str, Callable, str, Callable]] = {
    "zero": ("dW", np.zeros_like, "{} is zero in every element", lambda a: a * 1e-9),
    "an offset": ("L", lambda L: np.array([L, L]) + 0.25, "{} is off by 0.25 in every element", lambda L: L + 0.25),
    "rows": ("Z", lambda Z: Z + Z[:, :1], "each row of {} is off by a number of its own", lambda Z: Z + Z[:, :1] * Z),
    "columns": ("logP", lambda P: P + P[:1], "each class of {} is off by a number of its own", lambda P: P + P[:1] * P),
    "the transpose": (
        "dW",
        lambda dW: dW.T.reshape(dW.shape),
        "{} has the right numbers in the order of the transpose",
        lambda dW: dW.T.reshape(dW.shape) * 1.001,
    ),
    "probabilities": (
        "logP", np.exp, "the rows of {} sum to 1: these are probabilities, not logarithms", lambda P: np.exp(P) * 1.001
    ),
    "the wrong axis": (
        "logP",
        lambda P: scratch.log_softmax(P.T).T,
        "the columns of P sum to 1; its rows should",
        lambda P: scratch.log_softmax(P.T).T + 0.001,
    ),
    "few digits": (
        "dZ",
        lambda dZ: dZ.astype("f2").astype(float),
        "{} has no more digits than float16 has",
        lambda dZ: add(0, 0, by=1e-9)(dZ.astype("f2").astype(float)),
    ),
    "an element": ("dW", add(1, 3), "only the element [1, 3] of {} differs", add(1, slice(3, 5))),
    "a class": ("dW", add(1), "only class 1 of {} differs", lambda dW: add(0, 0)(add(1)(dW))),
    "a pixel": ("dW", add(slice(None), 2), "only pixel 2 of {} differs", add(slice(None), slice(2, 4))),
    "an image": ("Z", add(5), "only the last image of {} differs", add(slice(4, 6))),
}  # fmt: skip


@pytest.mark.parametrize("case", NEAR)
def test_it_is_said_of_this_tensor_and_not_of_one_near_it(observed: Callable, case: str):
    field, change, text, other = NEAR[case]
    assert text in said(observed(**{field: change}), field)
    assert text not in said(observed(**{field: other}), field)


# What our tensor is, how far it is off, and what is said of it only if it is so near.
WITHIN: dict[str, tuple[str, Callable, tuple[float, ...], tuple[float, ...], str]] = {
    "a large offset": (
        "Z", lambda Z, by: add(2, 1, by=by)(Z + 1000), (0.9e-6, -0.9e-6), (1.1e-6, -1.1e-6),
        "{} is off by 1000 in every element",
    ),
    "a small offset": (
        "Z", lambda Z, by: add(2, 1, by=by)(Z - 1e-5), (0.9e-12, -0.9e-12), (1.1e-12, -1.1e-12),
        "{} is off by -1e-05 in every element",
    ),
    "rows": (
        "Z", lambda Z, by: add(2, 1, by=by)(Z + Z[:, :1]), (1.9e-12, -1.9e-12), (2.2e-12, -2.2e-12),
        "each row of {} is off by a number of its own",
    ),
    "columns": (
        "logP", lambda P, by: add(2, 1, by=by)(P + P[:1]), (1.9e-12, -1.9e-12), (2.2e-12, -2.2e-12),
        "each class of {} is off by a number of its own",
    ),
    "the transpose": (
        "dW", lambda dW, by: dW.T.reshape(dW.shape) * (1 + by), (0.9e-6, -0.9e-6), (1.1e-6, -1.1e-6),
        "{} has the right numbers in the order of the transpose",
    ),
    "probabilities": (
        "logP", lambda P, by: add(2, 1, by=by)(np.exp(P)), (0.9e-6, -0.9e-6), (1.1e-6, -1.1e-6),
        "the rows of {} sum to 1: these are probabilities, not logarithms",
    ),
    "the wrong axis": (
        "logP", lambda P, by: scratch.log_softmax(P.T).T + np.log1p([by, 0, 0]), (0.9e-6, -0.9e-6), (1.1e-6, -1.1e-6),
        "the columns of P sum to 1; its rows should",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", WITHIN)
def test_how_near_is_near_enough(observed: Callable, case: str):
    field, change, near, far, text = WITHIN[case]
    for by in near + far:
        found = said(observed(**{field: lambda right, by=by: change(right, by)}), field)
        assert (text in found) == (by in near), by


@pytest.mark.parametrize("field", ["L", "dZ"])
def test_how_near_the_value_for_other_labels_must_be(observed: Callable, field: str):
    function = {"L": scratch.nll_loss, "dZ": scratch.logits_gradient}[field]
    made = np.atleast_1d(function(observed().theirs.logP, (observed().theirs.y + 1) % 3))
    smallest = np.abs(made) == np.abs(made).min()
    text = "{} is what it would be with each label one higher"
    for off in (1e-6 * made, (1e-9 + 1e-6 * np.abs(made).min()) * smallest):
        for times in (0.9, -0.9, 4.0, -4.0):
            seen = observed(**{field: lambda right, off=times * off: (made + off).reshape(right.shape)})
            assert (text in said(seen, field)) == (abs(times) < 1)


# Of which quantities a test speaks: a change that all have, and the fields of which it is told.
SPOKEN_OF: dict[str, tuple[Callable, set[str]]] = {
    "each row of {} is off by a number of its own": (lambda a: a + a[:, :1], {"Z", "logP"}),
    "each class of {} is off by a number of its own": (lambda a: a + a[:1], {"Z", "logP"}),
    "the rows of {} sum to 1: these are probabilities, not logits": (scratch.softmax, {"Z"}),
    "the rows of {} sum to 1: these are probabilities, not logarithms": (scratch.softmax, {"logP"}),
    "the columns of P sum to 1; its rows should": (lambda a: scratch.log_softmax(a.T).T, {"logP"}),
}


@pytest.mark.parametrize("text", SPOKEN_OF)
def test_it_is_said_of_these_quantities_only(observed: Callable, text: str):
    change, fields = SPOKEN_OF[text]
    every = ("Z", "logP", "dZ", "dW", "W")
    assert {field for field in every if text in said(observed(**{field: change}), field)} == fields


@pytest.mark.parametrize(
    "change",
    [
        add(3, slice(0, 3), by=0.5),
        lambda Z: Z + 0.5,
        lambda Z: Z + np.where(np.arange(6) > 3, 0.5, 0)[:, None] + add(0, 0)(0 * Z),
    ],
)
def test_of_one_row_or_one_number_for_all_no_row_has_its_own(observed: Callable, change: Callable):
    assert not any("a number of its own" in text for text in said(observed(Z=change), "Z"))


def test_two_rows_off_by_other_numbers_are_enough(observed: Callable):
    seen = observed(Z=lambda Z: Z + np.array([0, 0, 0.5, 0, 0.25, 0])[:, None])
    assert "each row of {} is off by a number of its own" in said(seen, "Z")
    seen = observed(Z=lambda Z: Z + np.array([0, 0.5, 0.25]))
    assert "each class of {} is off by a number of its own" in said(seen, "Z")


@pytest.mark.parametrize(
    ("dtype", "kept", "text"),
    [
        ("float64", "float16", "{} has no more digits than float16 has"),
        ("float64", "float32", "{} has no more digits than float32 has"),
        ("float32", "float16", "{} has no more digits than float16 has"),
        ("float32", "float32", None),
    ],
)
def test_digits_are_few_beside_those_of_the_dtype(observed: Callable, dtype: str, kept: str, text: str | None):
    for scale in (1, 1e10) if kept == "float32" else (1,):
        seen = observed(dtype=dtype, Z=lambda Z, scale=scale: (Z * scale).astype(kept).astype(Z.dtype))
        few = {found for found in said(seen, "Z") if "digits" in found}
        assert few == ({text} if text else set())


@pytest.mark.parametrize(("field", "value"), [("dW", 0.0), ("L", 0.5), ("logP", np.nan), ("logP", -np.inf)])
def test_few_digits_are_no_fact_of_zeros_of_one_number_or_of_nan(observed: Callable, field: str, value: float):
    seen = observed(**{field: lambda array: np.full_like(array, value)})
    with np.errstate(all="ignore"):
        assert not any("digits" in text for text in said(seen, field))


def test_few_digits_are_a_fact_beside_a_zero(observed: Callable):
    seen = observed(dW=lambda dW: (dW * (np.arange(5) > 0)).astype("f2").astype(float))
    assert "{} has no more digits than float16 has" in said(seen, "dW")


def test_few_digits_are_no_fact_where_the_right_tensor_has_as_few(observed: Callable):
    seen, few, all_digits = observed(), np.array([0.5, 2.0]), np.array([0.1, 0.3])
    told = {
        test(seen, "db", few, right) for right in (few, few * 2) for test in TESTS if test.__name__ == "_few_digits"
    }
    assert told == {""}
    assert "{} has no more digits than float16 has" in {test(seen, "db", few, all_digits) for test in TESTS}


@pytest.mark.parametrize(("N", "cannot"), [(1, ["_columns_offset", "_other_labels"]), (2, [])])
def test_of_one_image_one_cannot_say_whose_label_it_is(observed: Callable, N: int, cannot: list[str]):
    seen = observed(N=N, dZ=add(0))
    assert [test.__name__ for test in TESTS if test(seen, "dZ", *seen.pair("dZ")) is None] == cannot


def test_what_is_within_its_limit_does_not_differ(observed: Callable):
    for by, text in ((0.9e-12, "only the element [1, 3] of {} differs"), (1e-10, "only class 1 of {} differs")):
        seen = observed(dW=lambda dW, by=by: add(1, 3)(add(1, 0, by=by)(dW)))
        assert said(seen, "dW") == {text}


def test_an_offset_that_varies_by_all_of_its_limit_is_one(observed: Callable):
    """In binary fractions, of a right tensor of zeros, so that no difference is rounded."""
    seen = observed(Z=lambda Z: add(2, 1, by=2.0**-30)(np.full_like(Z, 0.25)))
    seen = seen._replace(theirs=seen.theirs._replace(Z=np.zeros((6, 3))), limits={"Z": 2.0**-30})
    assert "{} is off by 0.25 in every element" in said(seen, "Z")


def test_nan_is_a_difference(observed: Callable):
    seen = observed(dW=add(1, 3, by=np.nan))
    assert one_element(seen, "dW", *seen.pair("dW")) == "only the element [1, 3] of {} differs"
