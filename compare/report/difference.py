"""Where two sides differ: which function, equation and quantity, both values, and what it looks like."""

import math
import re
import textwrap
from typing import NamedTuple

from compare.bugs.diagnosis import NOTHING, Diagnosis, Example
from compare.equations import QUANTITIES, Quantity
from compare.proof.accuracy_loss import LOSES_ACCURACY
from compare.proof.comparison import Deviation
from compare.proof.run import Run
from compare.report.tables import LONG_NAME, NAME, WIDTH, cut, per_cent
from compare.words import of_budget

SHOWN_DIGITS = {"float32": 9, "float64": 17}
# Growth of a rounding from which a training is called unstable.
UNSTABLE = 10
LABEL = 12
# Of one field.
MOST_LINES = 4
WITHIN = "the training is within budget"
# What to try where no mistake of the catalogue is named.
KEEPS = "does it keep something between calls? the same call gives another result after others than as the first"
REORDER = "another order of the operations, for example that of the equation: large numbers that cancel cost digits"
# What the axes of a quantity count.
AXIS_NAMES = {"N": "batch image", "K": "class", "D": "pixel"}


class Found(NamedTuple):
    """The words for one difference, one field a line; what is not known is empty."""

    function: str
    equation: str
    where: str
    quantity: str
    values: str


def differ(runs: list[Run]) -> str:
    """The verdict, and the function in which the sides first differ."""
    run = _first(runs)
    function = _found(run).function
    lines = (f"differ: {cut(run.sides[0], n)} and {cut(run.sides[1], n)}, {function}" for n in (LONG_NAME, NAME))
    return min(lines, key=lambda line: len(line) > WIDTH)


def place_and_looks(runs: list[Run], diagnosis: Diagnosis | None, room: int | None = None) -> list[str]:
    """Lines of 80 columns below the verdict: where, which quantity, both values, and what it looks like.

    room: at most so many lines, if it is enough for one line of each field; None for no limit.
    """
    run = _first(runs)
    found = _found(run)
    if diagnosis and diagnosis.example and not found.equation:
        found = _with_example(found, diagnosis.example, run)
    parts = {label: text for label, text in found._asdict().items() if label != "function"}
    parts |= _looks(diagnosis, run.loses_accuracy) if run.growth is None else {"note": amplified(run.growth, run.dtype)}
    parts |= _note(run)
    return _fitted(parts, room)


def first_quantity(runs: list[Run]) -> str | None:
    """The quantity that is the first to differ, if a comparison of the two sides says so."""
    run = _first(runs)
    hard = next((found for found in run.hard_batches.values() if not found.used <= 1), None)
    if found := run.first_divergence or hard:
        return found.quantity
    return next((name for name, counts in run.exact_arithmetic.items() if counts.differ), None)


def _note(run: Run) -> dict[str, str]:
    if run.loses_accuracy:
        return {"note": LOSES_ACCURACY}
    return {"note": "found in float64 only: every check in float32 passed"} if run.only_in_float64 else {}


def _first(runs: list[Run]) -> Run:
    """The run whose first check that failed is the earliest: a step says more than a gradient check does."""
    return min((run for run in runs if run.verdict == "differ"), key=lambda run: list(run.checks.values()).index(False))


def _fitted(parts: dict[str, str], room: int | None) -> list[str]:
    """The lines of all fields. The longest field is cut first; of two, the later, which says less of the place."""
    lines = {label: _labelled(label, text) for label, text in parts.items()}
    while room is not None and sum(map(len, lines.values())) > max(room, sum(map(bool, lines.values()))):
        longest = max(reversed(lines), key=lambda label: len(lines[label]))
        lines[longest] = _labelled(longest, parts[longest], len(lines[longest]) - 1)
    return [line for field in lines.values() for line in field]


def _labelled(label: str, text: str, most: int = MOST_LINES) -> list[str]:
    if not text:
        return []
    return textwrap.wrap(
        text,
        WIDTH,
        max_lines=most,
        placeholder=" …",
        break_on_hyphens=False,
        initial_indent=f"{label:<{LABEL}}",
        subsequent_indent=" " * LABEL,
    )


def _found(run: Run) -> Found:
    """The first thing that is wrong: in training, else in the first check that failed."""
    first = run.first_divergence
    if first:
        return _of_deviation(first, run, f"{run.dtype}, epoch {first.epoch}, step {first.step}, {_reading(first)}")
    for name, found in run.hard_batches.items():
        if not found.used <= 1:
            return _of_deviation(found, run, f'{run.dtype}, the hard batch "{name}"; {WITHIN}')
    searches = _in_exact_arithmetic, _in_gradients, _in_evaluation, _in_predictions
    return next(found for found in (search(run) for search in searches) if found)


def _reading(found: Deviation) -> str:
    return {"one_step": "both from the same weights", "whole_run": "each on weights of its own"}[found.reading]


def _of_deviation(found: Deviation, run: Run, where: str) -> Found:
    quantity = QUANTITIES[found.quantity]
    place = _place(quantity, found.index)
    return Found(f"in {quantity.function} ({quantity.tag})", _equation(quantity), where, place, _values(found, run))


def _with_example(found: Found, example: Example, run: Run) -> Found:
    """What a check did not keep: one value of both sides, on the inputs of the diagnosis."""
    quantity, both = QUANTITIES[example.quantity], _both((example.ours, example.theirs), run)
    place = _place(quantity, example.place or None)
    return found._replace(
        equation=_equation(quantity), quantity=place, values=f'{both} in "{example.batch}"; {found.values}'
    )


def _equation(quantity: Quantity) -> str:
    # the update is compared, and the equation gives the new weights
    return f"{quantity.field} {'<-' if quantity.symbol != quantity.field else '='} {quantity.formula}"


def _place(quantity: Quantity, index: list[int] | None) -> str:
    return quantity.symbol + ("" if index is None else f" {index}: {_in_words(quantity.dimensions, index)}")


def _in_words(dimensions: str, index: list[int]) -> str:
    """What an index means.

    >>> _in_words("NK", [69, 7])
    'batch image 69, class 7'
    """
    return ", ".join(f"{AXIS_NAMES[axis]} {n}" for axis, n in zip(dimensions, index, strict=True))


def _values(found: Deviation, run: Run) -> str:
    both = _both((found.ours, found.theirs), run)
    return f"{both}: {of_budget(found.used)}" if math.isfinite(found.used) else both


def _both(values: tuple[float, float], run: Run) -> str:
    digits = SHOWN_DIGITS[run.dtype]
    if len({f"{value:.{digits}g}" for value in values}) == 1:  # an example of the diagnosis may be in float64
        digits = SHOWN_DIGITS["float64"]
    named = zip(values, run.sides, strict=True)
    return ", ".join(f"{value:.{digits}g} ({cut(side, LONG_NAME)})" for value, side in named)


def _in_exact_arithmetic(run: Run) -> Found | None:
    unequal = {QUANTITIES[name]: counts for name, counts in run.exact_arithmetic.items() if counts.differ}
    if not unequal:
        return None
    first = next(iter(unequal))
    counted = ", ".join(f"{quantity.symbol} {c.differ:,} of {c.values:,}" for quantity, c in unequal.items())
    where = f"{run.dtype}, steps in which nothing rounds; {WITHIN}"
    return Found(f"in {first.function} ({first.tag})", "", where, first.symbol, f"not equal: {counted}")


def _in_gradients(run: Run) -> Found | None:
    failed = [(side, check) for side, checks in run.gradient_checks.items() for check in checks if not check.passed]
    if not failed:
        return None
    side, check = failed[0]
    errors = f"differences: {min(check.central.values()):.1e}, complex step: {check.complex_step:.1e}"
    where = f"gradient checks in float64, the {check.problem} problem; {WITHIN}"
    return Found(
        f"in the gradient of {cut(side)} (E4, E5)",
        "",
        where,
        "dW and db, compared with the loss of the same side",
        f"largest errors by {errors}; Taylor slope {check.slope:.2f}, and 2 is right",
    )


def _in_evaluation(run: Run) -> Found | None:
    if run.checks["evaluation"]:
        return None
    used = of_budget(run.predictions.evaluation)
    where = f"{run.dtype}, after training, both with the same weights"
    return Found("in the evaluation (E1 to E3)", "", where, "logits or loss", used)


def _in_predictions(run: Run) -> Found:
    found = run.predictions
    counted = f"{found.differ:,} of {found.compared:,} images, of which {found.near_ties:,} are near ties"
    where = f"{run.dtype}, after training"
    return Found("in the predicted classes", "", where, "the class of the largest logit", counted)


def _looks(diagnosis: Diagnosis | None, loses_accuracy: bool) -> dict[str, str]:
    if diagnosis is None:
        return {}
    looks = [f"{guess.bug.name} ({per_cent(guess.likeness)} alike)" for guess in diagnosis.guesses]
    return {
        "seen": "; ".join(diagnosis.facts[1:3] or diagnosis.facts) or NOTHING,
        "looks like": ", or ".join(looks) or "none of the mistakes of the catalogue",
        "try": _advice(diagnosis, loses_accuracy),
    }


def _advice(diagnosis: Diagnosis, loses_accuracy: bool) -> str:
    if diagnosis.guesses:
        lesson = diagnosis.guesses[0].bug.lesson
        # one line, if its first clause says enough
        return lesson if len(lesson) <= WIDTH - LABEL else re.split("[;:] ", lesson)[0]
    if loses_accuracy:
        return REORDER
    if diagnosis.keeps:
        return KEEPS
    if diagnosis.example:
        quantity = QUANTITIES[diagnosis.example.quantity]
        return f"redo {quantity.tag} of the example in MATHS.md by hand, line by line"
    return "--details shows from which epoch on the error grows"


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
