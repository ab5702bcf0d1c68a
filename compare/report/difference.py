"""Where two sides differ: which function, equation and quantity, both values, and what it looks like."""

import math
import textwrap
from typing import NamedTuple

from compare.bugs.diagnosis import Diagnosis, Example
from compare.equations import FUNCTIONS, QUANTITIES, Quantity, feeding
from compare.proof.comparison import Deviation
from compare.proof.run import Run
from compare.report.looks import TRY, batch_of, looks, note
from compare.report.tables import LONG_NAME, NAME, WIDTH, cut
from compare.words import of_budget

SHOWN_DIGITS = {"float32": 9, "float64": 17}
LABEL = 12
# What is told of each difference, by label.
FIELDS = "equation", "where", "quantity", "values"
# Of one field, where the screen is limited; and how one ends that is cut.
MOST_LINES, CUT = 4, " … (the rest: --details)"
WITHIN = "the training is within budget"
# What the axes of a quantity count.
AXIS_NAMES = {"N": "batch image", "K": "class", "D": "pixel"}


class Found(NamedTuple):
    """The words for one difference; what is not known is empty.

    batch: of `where`, if it names one. made_by: the functions of which one made what is wrong, fed_by: those that made
    what they got.
    """

    function: str
    equation: str
    where: str
    quantity: str
    values: str
    batch: str = ""
    made_by: tuple[str, ...] = ()
    fed_by: tuple[str, ...] = ()

    def suspects(self, diagnosis: Diagnosis | None) -> list[str]:
        """The functions to look into where none of `made_by` was replaced; empty if one was, or that is not known."""
        replaced = diagnosis.replaced if diagnosis else None
        if replaced is None or {*self.made_by} & {*replaced}:
            return []
        return [name for name in self.fed_by if name in replaced]


def differ(runs: list[Run], diagnosis: Diagnosis | None = None) -> str:
    """The verdict, and the function in which the sides first differ."""
    run = _first(runs)
    found = _found(run)
    function = found.function
    if suspects := found.suspects(diagnosis):
        function = f"in {suspects[0]} ({FUNCTIONS[suspects[0]].tag})" + (" or later" if len(suspects) > 1 else "")
    lines = (f"differ: {cut(run.sides[0], n)} and {cut(run.sides[1], n)}, {function}" for n in (LONG_NAME, NAME))
    return min(lines, key=lambda line: len(line) > WIDTH)


def place_and_looks(
    runs: list[Run],
    diagnosis: Diagnosis | None,
    room: int | None = None,
) -> list[str]:
    """Lines of 80 columns below the verdict: where, which quantity, both values, and what it looks like.

    room: at most so many lines, if it is enough for one line of each field; None for no limit.
    """
    run = _first(runs)
    found = _found(run)
    if diagnosis and diagnosis.example and not found.equation:
        found = _with_example(found, diagnosis, diagnosis.example, run)
    parts = {label: getattr(found, label) for label in FIELDS}
    parts |= looks(run, diagnosis, found.batch, WIDTH - LABEL)
    notes = [parts.get("note", ""), note(run, diagnosis), _not_in_the_file(found, diagnosis)]
    return _fitted(parts | {"note": "; ".join(filter(None, notes))}, room)


def first_quantity(runs: list[Run]) -> str | None:
    """The quantity that is the first to differ, if a comparison of the two sides says so."""
    run = _first(runs)
    hard = next((found for found in run.hard_batches.values() if not found.used <= 1), None)
    if found := run.first_divergence or hard:
        return found.quantity
    return next((name for name, counts in run.exact_arithmetic.items() if counts.differ), None)


def _not_in_the_file(found: Found, diagnosis: Diagnosis | None) -> str:
    suspects = found.suspects(diagnosis)
    return (
        f"the file has no {' and no '.join(found.made_by)}: see what {' or '.join(suspects)} returns"
        if suspects
        else ""
    )


def _first(runs: list[Run]) -> Run:
    """The run whose first check that failed is the earliest: a step says more than a gradient check does."""
    return min((run for run in runs if run.verdict == "differ"), key=lambda run: list(run.checks.values()).index(False))


def _fitted(parts: dict[str, str], room: int | None) -> list[str]:
    """The lines of all fields. The longest is cut first; of two, the later, which says less of the place.

    What to try is cut last of all.
    """
    lines = {label: _labelled(label, text, None if room is None else MOST_LINES) for label, text in parts.items()}
    while room is not None and sum(map(len, lines.values())) > max(room, sum(map(bool, lines.values()))):
        others = [label for label in lines if label != TRY and len(lines[label]) > 1]
        longest = max(reversed(others or [*lines]), key=lambda label: len(lines[label]))
        lines[longest] = _labelled(longest, parts[longest], len(lines[longest]) - 1)
    return [line for field in lines.values() for line in field]


def _labelled(label: str, text: str, most: int | None) -> list[str]:
    if not text:
        return []
    return textwrap.wrap(
        text,
        WIDTH,
        max_lines=most,
        placeholder=CUT,
        break_on_hyphens=False,
        initial_indent=f"{label:<{LABEL}}",
        subsequent_indent=" " * LABEL,
    )


def _found(run: Run) -> Found:
    """The first thing that is wrong: in training, else in the first check that failed."""
    first = run.first_divergence
    if first:
        where = f"{run.dtype}, epoch {first.epoch}, step {first.step}, {_reading(first)}"
        return _of_deviation(first, run, where, "step 1" if first.epoch == first.step == 1 else "")
    for name, found in run.hard_batches.items():
        if not found.used <= 1:
            return _of_deviation(found, run, f'{run.dtype}, the hard batch "{name}"; {WITHIN}', f'"{name}"')
    searches = _in_exact_arithmetic, _in_gradients, _in_evaluation, _in_predictions
    return next(found for found in (search(run) for search in searches) if found)


def _reading(found: Deviation) -> str:
    return {"one_step": "both from the same weights", "whole_run": "each on weights of its own"}[found.reading]


def _of_deviation(found: Deviation, run: Run, where: str, batch: str) -> Found:
    quantity = QUANTITIES[found.quantity]
    told = _equation(quantity), where, _place(quantity, found.index), _values(found, run)
    # weights of its own are made by every function
    fed_by = feeding(quantity.function) if found.reading == "one_step" else tuple(FUNCTIONS)
    return Found(f"in {quantity.function} ({quantity.tag})", *told, batch, (quantity.function,), fed_by)


def _with_example(found: Found, diagnosis: Diagnosis, example: Example, run: Run) -> Found:
    """What a check did not keep: one value of both sides, on the inputs of the diagnosis."""
    quantity = QUANTITIES[example.quantity]
    sides = (run.sides[0], "scratch") if diagnosis.with_scratch else run.sides
    both = _both((example.ours, example.theirs), run.dtype, sides)
    values = f"{both} {batch_of(example, run.dtype)}; {found.values}"
    return found._replace(equation=_equation(quantity), quantity=_place(quantity, example.place or None), values=values)


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
    both = _both((found.ours, found.theirs), run.dtype, run.sides)
    return f"{both}: {of_budget(found.used)}" if math.isfinite(found.used) else both


def _both(values: tuple[float, float], dtype: str, sides: tuple[str, str]) -> str:
    digits = SHOWN_DIGITS[dtype]
    if len({f"{value:.{digits}g}" for value in values}) == 1:  # an example of the diagnosis may be in float64
        digits = SHOWN_DIGITS["float64"]
    named = zip(values, sides, strict=True)
    return ", ".join(f"{value:.{digits}g} ({cut(side, LONG_NAME)})" for value, side in named)


def _in_exact_arithmetic(run: Run) -> Found | None:
    unequal = {QUANTITIES[name]: counts for name, counts in run.exact_arithmetic.items() if counts.differ}
    if not unequal:
        return None
    first = next(iter(unequal))
    counted = ", ".join(f"{quantity.symbol} {c.differ:,} of {c.values:,}" for quantity, c in unequal.items())
    where = f"{run.dtype}, steps in which nothing rounds; {WITHIN}"
    return Found(
        f"in {first.function} ({first.tag})", "", where, first.symbol, f"not equal: {counted}", "", *_makers(first)
    )


def _makers(quantity: Quantity) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return (quantity.function,), feeding(quantity.function)


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
        made_by=("logits_gradient", "parameter_gradients"),
        fed_by=("logits", "log_softmax", "nll_loss"),
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
