"""A side that returns a little more than it computed, in one place and nowhere else."""

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.control_inputs import example
from compare.proof.disturbed import changed, disturbed, disturbed_in, next_up, plus
from compare.proof.single_steps import SingleSteps


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_is_added_is_added_to_the_last_element_that_is_not_0(dtype: str):
    array = np.array([[1, 2], [4, 0]], dtype)
    np.testing.assert_array_equal(plus(0.5)(array.copy()), np.array([[1, 2], [4.5, 0]], dtype))
    above = next_up(array.copy())
    np.testing.assert_array_equal(above - array, np.array([[0, 0], [4 * np.finfo(dtype).eps, 0]], dtype))
    assert above.dtype == dtype
    assert plus(1.0)(np.array(2, dtype)) == 3
    np.testing.assert_array_equal(plus(1.0)(np.zeros(3, dtype)), [0, 0, 1])


def test_one_quantity_of_one_step_is_changed():
    steps = example("float64")
    made = disturbed_in(SCRATCH, steps, steps.cases[2], lambda done: changed(done, {"dW": plus(0.5), "loss": plus(1)}))
    assert made.name == "scratch"
    for number, (_, pair) in enumerate(steps.pairs(made, SCRATCH, "float64")):
        for name, quantity in QUANTITIES.items():
            gap = getattr(pair.steps["one_step"], quantity.field) - getattr(pair.reference, quantity.field)
            assert np.abs(gap).sum() == pytest.approx({"dW": 0.5, "loss": 1}.get(name, 0) if number == 2 else 0)


def test_other_single_steps_with_the_same_indices_are_left_alone():
    steps = example("float64")
    images, labels = steps.train
    other = SingleSteps((images, labels[::-1]), steps.chosen, steps.cases)
    made = disturbed_in(SCRATCH, steps, steps.cases[0], lambda done: changed(done, {"logits": plus(1)}))
    gaps = [
        [np.abs(pair.steps["one_step"].Z - pair.reference.Z).sum() for _, pair in one.pairs(made, SCRATCH, "float64")]
        for one in (steps, other)
    ]
    assert gaps == [[1, *[0] * 8], [0] * 9]


def test_one_method_is_disturbed_and_the_others_are_not(small: Problem):
    made = disturbed(SCRATCH, "evaluate", lambda found, given: found._replace(loss=found.loss + len(given[1])))
    ours, right = (backend.side(small, "float64") for backend in (made, SCRATCH))
    images, labels = small.validation
    assert ours.evaluate(images, labels).loss == right.evaluate(images, labels).loss + len(labels)
    np.testing.assert_array_equal(ours.logits(images), right.logits(images))
    np.testing.assert_array_equal(ours.state().W, right.state().W)
