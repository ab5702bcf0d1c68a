"""Which step of an epoch does not change W and b, or changes them twice: sgd_step is called once in each."""

from itertools import pairwise
from typing import NamedTuple

from numpy.typing import NDArray

import scratch
from compare.backends.traced import NOTHING, Call
from compare.exercise.calls import equal
from compare.exercise.seen import value
from compare.exercise.turn_texts import Turn, images_text
from compare.words import counted

SGD = "sgd_step"
# These are called once for the logits of a batch.
OF_A_BATCH = "logits_gradient", "softmax_backward"
EACH = (
    "Each batch has its step, in its turn: none is left out, whatever its size, its loss, its predictions or its "
    "gradient."
)
BEHIND = f"If your {SGD} stands behind the loop, it runs once, for the last batch: it belongs in the loop. "


class Batch(NamedTuple):
    """The images of a step: their numbers, X (N, D) and y (N,)."""

    rows: range
    X: NDArray
    y: NDArray


def wrong_steps(head: str, calls: list[Call], batches: list[Batch]) -> Turn | None:
    """A step without sgd_step beside steps that have it, or one with it twice; None if neither is seen.

    head: which epoch it is. calls: all that the epoch makes, and then that of the epoch itself.
    """
    *calls, whole = calls
    parts = _by_batch(calls, batches)
    taken = sum(len(_steps(part)) for part in parts)
    if parts and taken == len(batches) > len(parts):
        return Turn(
            f"{head}, your {SGD} is called {taken} times, and your logits {counted(len(parts), 'time')}, with "
            f"{' and '.join(images_text(batch.rows) for batch in batches[: len(parts)])}. Which calls belong in each "
            "turn of the loop?",
            "Each step has a batch of its own, and all functions, from logits to sgd_step, are called for it in its "
            "turn.",
        )
    if taken <= len(parts) and any(len(_steps(part)) > 1 for part in parts):
        return None
    gone_on = [*whole.results, *(part for call in calls if call.name == "logits" for part in call.inputs[1:])]
    for n, part in enumerate(parts):
        made = _steps(part)
        if again := next(filter(None, (_returned(*pair, gone_on) for pair in pairwise(made))), ""):
            return Turn(
                f"{head}, your {SGD} is called {len(made)} times in step {n + 1} of {len(batches)}, and gets the "
                f"{again} that it has just returned. How often should W and b change in a step?",
                f"Each batch has one step: {SGD} is called once for it, and returns both W and b.",
            )
    left_out = [n for n, part in enumerate(parts) if not _steps(part)]
    own = all(map(_has_own_gradient, parts))
    if taken == 1 < len(parts) == len(batches) and not own:
        return Turn(
            f"{head}, your {SGD} is called once, and your logits {len(parts)} times. How often should W and b change?",
            f"Each batch has its own step, with its own dW and db: {SGD} stands in the loop, and nothing is added up.",
        )
    if not left_out or len(left_out) == len(parts) or not own:
        return None
    n, stepped = left_out[0], len(parts) - len(left_out)
    return Turn(
        f"{head}, your {SGD} is called in {stepped} of {counted(len(batches), 'step')}, and not in step {n + 1} "
        f"({images_text(batches[n].rows)}{_seen_of(parts[n], batches[n])}). Which line of yours leaves this step out?",
        f"{BEHIND if left_out == [*range(len(parts) - 1)] else ''}{EACH}",
    )


def _by_batch(calls: list[Call], batches: list[Batch]) -> list[list[Call]]:
    """The calls of each step, which begins where logits gets its images; none if it gets others than these in turn."""
    found: list[list[Call]] = []
    for call in calls:
        if call.name == "logits":
            step = next((n for n, batch in enumerate(batches) if equal(call.inputs[0], batch.X)), None)
            # all images at once are for a loss to be printed
            if step is None and call.inputs[0].shape[:1] == (batches[-1].rows.stop,):
                continue
            if step is None or step not in (len(found) - 1, len(found)):
                return []
            if step == len(found):
                found.append([])
            # a batch that comes again is a step too many, and told as such
            elif _steps(found[-1]):
                return []
        if found:
            found[-1].append(call)
        elif call.name == SGD:
            return []
    # all logits were made before the first gradient
    if any([call.name for call in part].count(name) > 1 for part in found for name in OF_A_BATCH):
        return []
    return found


def _steps(part: list[Call]) -> list[Call]:
    return [call for call in part if call.name == SGD]


def _returned(one: Call, two: Call, gone_on: list[NDArray]) -> str:
    """What a step gets of the results of the step before it, if the epoch goes on with what it makes of that."""
    every = zip(("W", "b"), two.inputs, one.results, two.results, strict=False)
    found = (name for name, got, was, made in every if equal(got, was) and any(equal(made, one) for one in gone_on))
    return " and ".join(found)


def _has_own_gradient(part: list[Call]) -> bool:
    """Whether the steps of these calls have the gradient that was made in them, and no sum of several."""
    made = [call.results[0] for call in part if call.name == "weight_gradient" and call.results]
    return not made or all(any(equal(step.inputs[2], one) for one in made) for step in _steps(part))


def _seen_of(part: list[Call], batch: Batch) -> str:
    """The loss of its images, and how many of them are classified right."""
    # none where logits raised, and the epoch went on
    Z = next(iter(part[0].results), NOTHING)
    if len(Z) != len(batch.y):
        return ""
    loss, right = float(scratch.cross_entropy(Z, batch.y)), int((Z.argmax(axis=1) == batch.y).sum())
    return f": the loss is {value(loss)}, and {right} of {len(batch.y)} classified right"
