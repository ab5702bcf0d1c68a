"""What to say of a function that cannot be used: it raises, or returns something of another kind or shape."""

import re

from compare.equations import KNOWN
from compare.exercise.faults import FAULTS, PRINTED
from compare.exercise.line_faults import LINE_FAULTS
from compare.exercise.sizes import fixed_size, in_letters, of_the_labels
from compare.exercise.step_faults import STEP_FAULTS
from compare.exercise.sum_faults import SUM_FAULTS

OTHERWISE = (
    "What is in that line, and of which shape?",
    f"Put print() of each array's shape before that line. {PRINTED}",
)


def fault_help(text: str, name: str) -> tuple[str, str]:
    """A question about what a function did, and what to say on request."""
    if fixed := of_the_labels(text, name) or fixed_size(text, name):
        return fixed
    asks, says = next(
        (
            texts
            for pattern, texts in (STEP_FAULTS | SUM_FAULTS | LINE_FAULTS | FAULTS).items()
            if re.search(pattern, text)
        ),
        OTHERWISE,
    )
    given, result = next(iter(KNOWN[name].parameters)), next(iter(KNOWN[name].results))
    return asks, f"{in_letters(text, name)}{says.format(given=given, result=result)}"
