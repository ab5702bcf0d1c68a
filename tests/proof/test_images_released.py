"""Images of a large batch are much memory: a check keeps those of one batch at most, and none that nobody asks for."""

import weakref
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH, backend
from compare.problem import Problem
from compare.proof.exact_arithmetic import count_unequal
from compare.proof.hard_batches import check_hard_batches
from compare.proof.predictions import _Sizes
from compare.proof.single_steps import SingleSteps
from compare.proof.tolerance import not_negative
from scratch import Step


@pytest.fixture
def alive(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many arrays of images (N, D) are there of the steps that a reference or `SingleSteps.steps` has taken."""
    seen: list[weakref.ref] = []
    took, steps = SingleSteps._taken, SingleSteps.steps

    def noted(step: Step) -> Step:
        # a view of memory of PyTorch cannot be followed, a copy can
        step = step._replace(X=np.array(step.X))
        seen.append(weakref.ref(step.X))
        return step

    def _taken(self: SingleSteps, *given: Any) -> Step | None:
        step = took(self, *given)
        return step and noted(step)

    def noted_steps(self: SingleSteps, *given: Any) -> Iterator[tuple[Any, Step]]:
        return ((case, noted(step)) for case, step in steps(self, *given))

    monkeypatch.setattr(SingleSteps, "_taken", _taken)
    monkeypatch.setattr(SingleSteps, "steps", noted_steps)
    return lambda: sum(one() is not None for one in seen)


def test_the_images_of_a_hard_batch_go_before_those_of_the_next_come(
    digits: Problem, monkeypatch: pytest.MonkeyPatch, alive: Callable
):
    numbers, taken = [], SingleSteps._taken

    def counted(*given: Any) -> Step | None:
        numbers.append(alive())
        return taken(*given)

    monkeypatch.setattr(SingleSteps, "_taken", counted)
    with np.errstate(all="ignore"):
        check_hard_batches(digits, "float32", SCRATCH, backend("torch"))
    assert len(numbers) > 200
    assert max(numbers) == 0


def test_of_exact_steps_taken_alone_no_images_are_kept(
    digits: Problem, monkeypatch: pytest.MonkeyPatch, alive: Callable
):
    numbers, pairs = [], SingleSteps.pairs

    def counted(*given: Any) -> Iterator:
        numbers.append(alive())
        return pairs(*given)

    monkeypatch.setattr(SingleSteps, "pairs", counted)
    with np.errstate(all="ignore"):
        count_unequal(digits, "float32", SCRATCH, backend("torch"))
    # before the steps of each group: all but the last pair, of few images, of the group before
    assert len(numbers) == 3
    assert max(numbers) <= 1


@pytest.mark.parametrize(("X", "copied"), [([[0.0, 0.5]], False), ([[0.5, -0.25]], True)])
def test_only_images_with_values_below_0_are_copied_for_their_sizes(X: list, copied: bool):
    images = np.array(X)
    assert (not_negative(images) is not images) == copied
    assert not_negative(images).tolist() == np.abs(X).tolist()


def test_pixels_below_0_count_by_their_size():
    W, b = np.array([[1.0, 2.0], [-3.0, 0.0]]), np.array([0.5, -1.0])
    images, Z = np.array([[-4.0, 1.0]]), np.zeros((1, 2))
    # |-4| |-3| + |-1|
    assert _Sizes.of(images, Z, Z, W, b).terms == 13.0
