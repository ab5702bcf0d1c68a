"""A recording read back: to the bit, refused where the two sides part, and damage told in one line."""

import numpy as np
import pytest

from compare.errors import InputError
from compare.page.content import Content
from compare.page.packing import pack, unpack
from compare.page.reading import check, moments
from compare.page.recording import FIELDS, FIRST_STEPS, Recording


def changed(held: Content, name: str, place: tuple[int, ...], value: float) -> Content:
    """With one number of one array changed."""
    array = held.arrays[name].copy()
    array[place] = value
    return Content(held.facts, held.arrays | {name: array})


def test_moments_lead_back_to_what_both_sides_computed(recording: Recording, held: Content):
    found = list(moments(held))
    assert [number for number, *_ in found] == held.facts["moments"]
    for moment, (_, *sides) in zip(recording.moments, found, strict=True):
        for step, values in zip(moment.steps, sides, strict=True):
            assert [*values] == [*FIELDS]
            for field, value in values.items():
                np.testing.assert_array_equal(value, getattr(step, field), field)


def test_a_run_within_the_budgets_passes(held: Content):
    check(Content(held.facts, unpack(pack(held.arrays))))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("number", [1, FIRST_STEPS])
def test_a_quantity_over_its_budget_is_named_with_its_step(held: Content, field: str, number: int):
    over = changed(held, f"{number}/limits", (FIELDS.index(field),), -1)
    words = f"^with --lr 0.1 NumPy and PyTorch differ by more than the budget, first in {field} at step {number}: "
    with pytest.raises(InputError, match=words):
        check(over)


@pytest.mark.parametrize("value", [9.0, np.nan])
def test_a_loss_between_is_looked_at_too(held: Content, value: float):
    with pytest.raises(InputError, match=f"first in L at step {FIRST_STEPS + 5}: "):
        check(changed(held, "loss", (1, FIRST_STEPS + 4), value))


def test_the_first_of_several_is_told(held: Content):
    # of one step what a moment has comes before the loss
    over = changed(changed(held, f"{FIRST_STEPS}/limits", (FIELDS.index("W"),), -1), "loss", (1, FIRST_STEPS - 1), 9)
    with pytest.raises(InputError, match=f"first in W at step {FIRST_STEPS}: "):
        check(over)
    with pytest.raises(InputError, match="first in L at step 2: "):
        check(changed(over, "loss", (1, 1), 9))


DAMAGE = {
    "no such image": ("order", (0,), 2**16 - 1),
    "no such step": ("moments", [10**9]),
    "no number": ("lr", "0.1"),
    "huge images": ("features", 10**15),
    "no images": ("features", 0),
    "no batch": ("steps_per_epoch", 0),
    "nothing": ("moments", None),
}


@pytest.mark.parametrize("case", DAMAGE)
def test_what_does_not_fit_is_told_in_one_line(held: Content, case: str):
    name, *how = DAMAGE[case]
    damaged = changed(held, name, *how) if len(how) == 2 else Content(held.facts | {name: how[0]}, held.arrays)
    with pytest.raises(InputError, match=r"^the recording is damaged: \w+Error: [^\n]+$"):
        check(damaged)


@pytest.mark.parametrize("name", ["W0", "lit", "pixels", "labels", "loss", "limits", "1/Z", "2/torch/W", "1/limits"])
def test_an_array_that_is_not_there_or_too_short_is_told(held: Content, name: str):
    others = {own: array for own, array in held.arrays.items() if own != name}
    for arrays in (others, held.arrays | {name: held.arrays[name][:-1]}):
        with pytest.raises(InputError, match=r"^the recording is damaged: "):
            check(Content(held.facts, arrays))
