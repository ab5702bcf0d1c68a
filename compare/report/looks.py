"""What a difference looks like, in words: what holds of the values, which mistake it may be, and what to try."""

import re

from compare.bugs.diagnosis import BOTH, NOTHING, Diagnosis, Example
from compare.bugs.facts import THERE, TIMES
from compare.bugs.values import FEW_DIGITS
from compare.equations import QUANTITIES
from compare.proof.accuracy_loss import LOSES_ACCURACY
from compare.proof.run import Run
from compare.words import per_cent

# Growth of a rounding from which a training is called unstable.
UNSTABLE = 10
TRY = "try"
# What --details shows of the check that failed first.
DETAILS = {
    "one_step": "at which epoch and step each error is largest",
    "whole_run": "at which epoch and step each error is largest",
    "hard_batches": "the largest error of every hard batch",
    "exact_arithmetic": "how many values of each quantity are not equal",
    "gradient_checks": "how far each gradient is from the loss of its side",
    "evaluation": "how far logits and loss are apart at the same weights",
    "predictions": "how far the best two logits of an image are apart",
}
# What to try where no mistake of the catalogue is named.
KEEPS = "does it keep something? the same call gave two different results"
ROUNDS = "compute in the dtype of what comes in, and name no other on the way"
REORDER = "another order of the operations, for example that of the equation: large numbers that cancel cost digits"
SHIFT = "subtract from each row of Z its own maximum before exp, whatever the logits are"


def looks(run: Run, diagnosis: Diagnosis | None, batch: str, room: int) -> dict[str, str]:
    """By label what is seen, what it looks like and what to try.

    batch: that of which the screen tells already, empty if it names none. room: columns of one line of advice.
    """
    if run.growth is not None:
        return {"note": amplified(run.growth, run.dtype)}
    if diagnosis is None:
        return {}
    guesses = [f"{guess.bug.name} ({per_cent(guess.likeness)} alike)" for guess in diagnosis.guesses]
    return {
        "seen": _seen(diagnosis, batch, run.dtype),
        "looks like": ", or ".join(guesses) or "none of the mistakes of the catalogue",
        TRY: _advice(run, diagnosis, room),
    }


def note(run: Run, diagnosis: Diagnosis | None) -> str:
    """What else there is to know of a difference; empty if there is nothing."""
    if run.loses_accuracy:
        return "" if diagnosis and _is_no_rounding(diagnosis) else LOSES_ACCURACY
    return "found in float64 only: every check in float32 passed" if run.only_in_float64 else ""


def _is_no_rounding(diagnosis: Diagnosis) -> bool:
    """Whether values are not finite, or all off by one ratio: no digits were lost, though float64 may be right."""
    return diagnosis.shift or any(TIMES in fact for fact in diagnosis.facts)


def batch_of(example: Example, dtype: str) -> str:
    """The batch of an example, with its precision if that is another than `dtype`."""
    return f"in {example.called or example.batch}" + ("" if example.dtype == dtype else f", {example.dtype}")


def _seen(diagnosis: Diagnosis, batch: str, dtype: str) -> str:
    """Two facts after the one that says where, which is replaced by the batch of the screen."""
    facts = diagnosis.facts[1:] if diagnosis.with_scratch else diagnosis.facts
    if not facts:
        return NOTHING
    told, example = "; ".join(facts[1:3] or facts), diagnosis.example
    where = ""
    if example and example.called != batch:
        where = f"{batch_of(example, dtype)}: "
    elif example and example.dtype != dtype and THERE in told:  # else it holds of every batch
        where = f"in {example.dtype}: "
    both = f"{BOTH} " if diagnosis.with_scratch else ""
    return both + where + (told.replace(THERE, "", 1) if where else told)


def _advice(run: Run, diagnosis: Diagnosis, room: int) -> str:
    if diagnosis.guesses:
        lesson = diagnosis.guesses[0].bug.lesson
        # one line, if its first clause says enough
        return lesson if len(lesson) <= room else re.split("[;:] ", lesson)[0]
    if diagnosis.shift:
        return SHIFT
    if run.loses_accuracy and not _is_no_rounding(diagnosis):
        return REORDER
    if diagnosis.keeps:
        return KEEPS
    if any(FEW_DIGITS in fact for fact in diagnosis.facts):
        return ROUNDS
    if diagnosis.example:
        return _redo(diagnosis.example, diagnosis.by_hand)
    return f"--details shows {DETAILS[next(name for name, passed in run.checks.items() if not passed)]}"


def _redo(example: Example, by_hand: bool) -> str:
    tag = QUANTITIES[example.quantity].tag
    if by_hand:
        return f"redo {tag} of the example in MATHS.md by hand, line by line"
    # float64 is looked at first, and is right then
    narrow = " in float32" if example.dtype == "float32" else ""
    # what may be cut stands last
    return f"{tag}{narrow} with {example.sizes}: the example in MATHS.md comes out right"


def amplified(growth: float, dtype: str) -> str:
    """What to make of a whole run that is over budget while every step is within it."""
    start = "every single step is within budget, only the whole run is not. "
    if growth > UNSTABLE:
        return start + (
            f"A change of the initial weights by one rounding grows {growth:,.0f} times in this training: it is "
            "unstable, and two correct sides differ (try a smaller --lr)."
        )
    more = " (try --dtype float64)" if dtype == "float32" else ""
    return start + (
        f"Rounding does not grow in this training (a change of the initial weights ends {growth:.2g} times as large), "
        f"so something too small to be seen in one step adds up{more}."
    )
