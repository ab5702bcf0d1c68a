"""Which of several differences is told, and when its batch is named again."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from compare.bugs.diagnosis import Diagnosis, Example
from compare.proof.run import Run
from compare.report.difference import differ, first_quantity, place_and_looks


def place(lines: list[str]) -> str:
    return next(line for line in lines if line.startswith("where"))[12:]


@pytest.fixture
def in_hard_batches(changed: Callable) -> Callable[..., Run]:
    """A run in which some hard batches, by their number, use so many times their budget in this quantity."""

    def change(run: Run, used: dict[int, float], quantity: str = "logits") -> Run:
        batches = dict(run.hard_batches)
        for n, times in used.items():
            name = list(batches)[n]
            batches[name] = replace(batches[name], used=times, quantity=quantity, index=[5, 1])
        return changed(run, hard_batches=batches)

    return change


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_runs_the_one_whose_earlier_check_failed_is_told(
    matching: list[Run], changed: Callable, in_hard_batches: Callable, order: int
):
    late = changed(matching[0], predictions=replace(matching[0].predictions, evaluation=3.0))
    early = in_hard_batches(matching[1], {3: 2.0})
    runs = [late, early][::order]
    assert differ(runs) == "differ: scratch and torch, in logits (E1)"
    assert place(place_and_looks(runs, None)).startswith("float64, the hard batch")
    assert first_quantity(runs) == "logits"


def test_the_first_hard_batch_over_its_budget_is_told(run: Run, in_hard_batches: Callable):
    broken = in_hard_batches(in_hard_batches(run, {2: 1.0}, "dW"), {5: 1.5, 7: 9.0})
    name = list(run.hard_batches)[5]
    assert first_quantity([broken]) == "logits"
    assert place(place_and_looks([broken], None)) == f'float32, the hard batch "{name}"; the training is within'


# Epoch and step of the first difference, the step of the diagnosis, and how its fact begins.
NAMED = {
    "the same": (1, 1, "step 1", "there W is off"),
    "another step": (1, 2, "step 1", "in step 1: W is off"),
    "another epoch": (2, 1, "step 1", "in step 1: W is off"),
    "a later one of the diagnosis": (
        1,
        1,
        "step 2 of a short run from other weights",
        "in step 2 of a short run from other weights: W is off",
    ),
}


@pytest.mark.parametrize("case", NAMED)
def test_the_step_of_the_screen_is_not_named_again(run: Run, diverging: Callable, case: str):
    epoch, step, called, text = NAMED[case]
    broken = diverging(run, "W", "one_step", used=3.0, index=[2, 9], epoch=epoch, step=step)
    diagnosis = Diagnosis(["one", "there W is off"], [], Example("W", "x", [2, 9], 7.0, 9.0, "float32", called))
    assert f"seen        {text}" in place_and_looks([broken], diagnosis)


def test_the_hard_batch_of_the_screen_is_not_named_again(run: Run, in_hard_batches: Callable):
    name = list(run.hard_batches)[5]
    broken = in_hard_batches(run, {5: 2.0})
    for called, text in ((f'"{name}"', "there Z is off"), ('"other"', 'in "other": Z is off')):
        example = Example("logits", "x", [5, 1], 7.0, 9.0, "float32", called)
        diagnosis = Diagnosis(["one", "there Z is off"], [], example)
        assert f"seen        {text}" in place_and_looks([broken], diagnosis)
