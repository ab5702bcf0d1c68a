"""The controls: before a proof, each check is shown the reference with a little added to it, and must see that.

Both sides are the reference here, so all that differs is what was added: twice a budget, one unit in the last place,
a slope, or what moves an image to another class.
"""

import functools
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from compare.backends.by_name import SCRATCH
from compare.backends.protocol import Backend
from compare.backends.user_file import UserFileError
from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.problem import Problem
from compare.proof.checks import CHECKS, READINGS
from compare.proof.comparison import Comparison, Deviation
from compare.proof.control_findings import ControlError, blind, equal, seen
from compare.proof.control_inputs import (
    CONTROL_IMAGES,
    EXAMPLE_STEPS,
    LABELS,
    OPTIONS,
    SIZES_AND_TERMS,
    example,
    model,
    small_problem,
)
from compare.proof.disturbed import Disturbance, changed, disturbed, disturbed_in, next_up, plus
from compare.proof.exact_arithmetic import count_unequal, exact_steps
from compare.proof.gradient_check import check_gradients, check_small_gradient
from compare.proof.hard_batches import check_hard_batches, hard_batches
from compare.proof.predictions import Predictions
from compare.proof.run import Controls
from compare.proof.single_steps import Case, SingleSteps
from compare.proof.tolerance import Start, allowed, sizes
from scratch import Step

# Shares of the largest gradient: twice the limits of two tests, and what makes the slope of the third 1.84.
GRADIENT, SLOPE_MOVE = {"central": 2e-7, "complex_step": 2e-12}, -1e-5
# In eps: what is taken from one of two logits and added to the other, so that they change places, and the budgets of
# logits and loss in the evaluation of the five images.
SWAP, LOGITS, LOSS = 1075, 161.0, 197.6

Control = Callable[[str, Backend], Iterator[str]]


def check_controls(problem: Problem, dtype: str, theirs: Backend) -> Controls:
    """Show each check the reference beside itself, and beside itself with a little added.

    Raises ControlError, naming what is not seen, or what differs.
    """
    with suppress(UserFileError):  # the proof will say where
        _compare_with_itself(problem, dtype, theirs)
    return Controls(0.0, tuple(what for control in CONTROLS for what in _all_seen(control, dtype, theirs)))


def _compare_with_itself(problem: Problem, dtype: str, theirs: Backend) -> None:
    """The first steps of the training, twice."""
    sides = [theirs.side(problem, dtype) for _ in range(2)]
    for number, index in enumerate(problem.epoch_batches(1)[:3], 1):
        one, other = (Step._make(map(np.array, side.step(index))) for side in sides)
        for quantity in QUANTITIES.values():
            pair = getattr(one, quantity.field), getattr(other, quantity.field)
            # what is not finite is left to the proof
            if not np.array_equal(*pair, equal_nan=True):
                raise ControlError(
                    f"could not compare: {theirs.name} does not give the same numbers twice: {quantity.symbol} "
                    f"({quantity.tag}) differs by {np.abs(np.subtract(*pair)).max():.1e} at step {number}, {dtype}"
                )


def _all_seen(control: Control, dtype: str, theirs: Backend) -> list[str]:
    """A reference that is wrong may hide what is added to it. That is for the proof to find, so `scratch` stands in."""
    with suppress(InputError):
        return [*control(dtype, theirs)]
    return [*control(dtype, SCRATCH)]


def _readings(dtype: str, theirs: Backend) -> Iterator[str]:
    """Each quantity in the last step of the example, by twice its budget."""
    steps, eps = example(dtype), float(np.finfo(dtype).eps)
    for reading, t in zip(READINGS, (1, EXAMPLE_STEPS), strict=True):
        scales = SIZES_AND_TERMS.items()
        ours = theirs
        # what is over its budget comes after something that is not
        for case, share in zip(steps.cases[:: EXAMPLE_STEPS - 1], (0.8 / math.sqrt(t), 2), strict=True):
            limits = {name: share * eps * (16 * size + math.sqrt(t) * terms) for name, (size, terms) in scales}
            changes = {name: plus(limit) for name, limit in limits.items()}
            ours = disturbed_in(ours, steps, case, functools.partial(changed, changes=changes))
        clean, found = (_worst(steps, reading, side, theirs, dtype) for side in (theirs, ours))
        equal(reading, [deviation.used for deviation in clean.values()], dtype, worst=clean)
        for key in found:
            what = f"{_text(key[0])} off by twice its budget"
            yield seen(reading, what, dtype, worst=clean | {key: found[key]})


def _worst(
    steps: SingleSteps, reading: str, ours: Backend, theirs: Backend, dtype: str
) -> dict[tuple[str, str], Deviation]:
    comparison = Comparison((ours.name, theirs.name))
    for _, pair in steps.pairs(ours, theirs, dtype):
        comparison.add(1, pair._replace(steps={reading: pair.steps["one_step"]}))
    return comparison.worst


def _hard_batches(dtype: str, theirs: Backend) -> Iterator[str]:
    """Each quantity in a batch of its own, the last batch among them."""
    problem, ours = small_problem(), theirs
    steps = hard_batches(problem, dtype)
    cases = {case.name: case for case in steps.cases}
    chosen = dict(zip(QUANTITIES, list(cases)[-1 :: -(len(cases) // len(QUANTITIES))], strict=False))
    for name, batch in chosen.items():
        ours = disturbed_in(ours, steps, cases[batch], functools.partial(_twice_its_budget, name, cases[batch]))
    found = check_hard_batches(problem, dtype, ours, theirs)
    clean = {batch: found[batch] for batch in found if batch not in chosen.values()}
    equal("hard_batches", [deviation.used for deviation in clean.values()], dtype, hard_batches=clean)
    for name, batch in chosen.items():
        what = f'{_text(name)} off by twice its budget in the batch "{batch}"'
        one = {batch: found[batch]} if batch in found else {}
        yield seen("hard_batches", what, dtype, hard_batches=clean | one)


def _twice_its_budget(name: str, case: Case, done: Step) -> Step:
    """By the rules of tolerance.py, which the example has been held to."""
    scale = sizes(done, Start.of(case.start, (case.start.W, case.start.b), OPTIONS))[name]
    return changed(done, {name: plus(2 * allowed(*scale, 1, done.Z.dtype))})


def _exact_arithmetic(dtype: str, theirs: Backend) -> Iterator[str]:
    """Each quantity in the first or in the last exact step."""
    problem, ours = small_problem(), theirs
    steps = exact_steps(problem, dtype)
    for n, case in enumerate((steps.cases[0], steps.cases[-1])):
        change = functools.partial(changed, changes=dict.fromkeys([*QUANTITIES][n::2], next_up))
        ours = disturbed_in(ours, steps, case, change)
    clean, found = (count_unequal(problem, dtype, side, theirs) for side in (theirs, ours))
    equal("exact_arithmetic", [counts.differ for counts in clean.values()], dtype, exact_arithmetic=clean)
    for name in QUANTITIES:
        what = f"{_text(name)} off by one unit in the last place"
        yield seen("exact_arithmetic", what, dtype, exact_arithmetic=clean | {name: found[name]})


def _gradient_checks(dtype: str, theirs: Backend) -> Iterator[str]:
    """Each test alone, the others being told that all is well; and each of the two problems."""
    last_weight = np.array([14])
    # of `scratch`, because these are 800 steps
    every = check_gradients(small_problem(), disturbed(SCRATCH, "step", _wrong_gradient(SLOPE_MOVE)))
    tests = {"slope": every[0]}
    for test, share in GRADIENT.items():
        tests[test] = check_small_gradient(disturbed(theirs, "step", _wrong_gradient(share)), last_weight)
    well = replace(every[0], central={1e-5: 0.0}, complex_step=0.0, slope=2.0)
    equal("gradient_checks", [], dtype, gradient_checks={theirs.name: [well, well]})
    for test, found in tests.items():
        checks = [well, replace(well, **{test: getattr(found, test)})]
        what = f"a wrong gradient in the test {test.replace('_', ' ')!r}"
        yield seen("gradient_checks", what, dtype, gradient_checks={theirs.name: checks})
    for n, name in enumerate(("small", "real")):
        what = f"a wrong gradient of the {name} problem"
        yield seen("gradient_checks", what, dtype, gradient_checks={theirs.name: [well, *every[n : n + 1]]})


def _wrong_gradient(share: float) -> Disturbance:
    def disturbance(done: Step, _: Any) -> Step:
        largest = max(float(np.abs(gradient).max()) for gradient in (done.dW, done.db))
        return done._replace(dW=plus(share * largest)(np.array(done.dW)))

    return disturbance


def _evaluation(dtype: str, theirs: Backend) -> Iterator[str]:
    """Logits and loss of five images."""
    eps = float(np.finfo(dtype).eps)
    disturbances: dict[str, tuple[str, Disturbance]] = {
        "a logit": ("logits", lambda Z, _: plus(2 * LOGITS * eps)(np.array(Z))),
        "a loss": ("evaluate", lambda found, _: found._replace(loss=found.loss + 2 * LOSS * eps)),
    }
    for what, (method, disturbance) in disturbances.items():
        clean, found = Predictions(), Predictions()
        for predictions, ours in ((clean, theirs), (found, disturbed(theirs, method, disturbance))):
            again, reference = (side.side(model(dtype), dtype) for side in (ours, theirs))
            predictions.evaluate(CONTROL_IMAGES, LABELS, again, reference)
        equal("evaluation", [clean.evaluation], dtype, predictions=clean)
        yield seen("evaluation", f"{what} off by twice its budget", dtype, predictions=found)


def _predictions(dtype: str, theirs: Backend) -> Iterator[str]:
    """The first image in another class, alone and with the last, which is within rounding of a tie; and in none."""
    swap, nowhere = np.zeros((2, len(CONTROL_IMAGES), 3), dtype)
    swap[[0, -1]], nowhere[-1] = np.array([-SWAP, SWAP, 0]) * np.finfo(dtype).eps, np.nan
    alone = swap * (np.arange(len(CONTROL_IMAGES)) == 0)[:, None]
    clean, one, both, lost = (_predicted(dtype, theirs, added) for added in (0 * swap, alone, swap, nowhere))
    equal("predictions", [clean.largest, clean.differ], dtype, predictions=clean)
    yield seen("predictions", "an image in another class", dtype, predictions=one)
    yield seen("predictions", "an image in another class beside one that is nearly a tie", dtype, predictions=both)
    yield seen("predictions", "an image in no class", dtype, predictions=lost)
    if (clean.certified, both.certified, lost.certified) != (5, 3, 0):
        raise blind("predictions", "that a certificate is wrong", dtype)
    yield f"{CHECKS['predictions'].name}: a wrong certificate"


def _predicted(dtype: str, theirs: Backend, added: NDArray) -> Predictions:
    """The reference beside itself, with this added to its logits."""
    predictions, ours = Predictions(), disturbed(theirs, "logits", lambda Z, _: Z + added)
    own, reference = (side.side(model(dtype), dtype) for side in (ours, theirs))
    predictions.compare(CONTROL_IMAGES, own, reference, EXAMPLE_STEPS)
    return predictions


CONTROLS: tuple[Control, ...] = (
    _readings, _hard_batches, _exact_arithmetic, _gradient_checks, _evaluation, _predictions,
)  # fmt: skip


def _text(name: str) -> str:
    return f"{QUANTITIES[name].symbol} ({QUANTITIES[name].tag})"
