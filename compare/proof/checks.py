"""The checks and their names, one each: every table, picture, JSON file and message takes them from here.

The key is the name in code and JSON, `name` the one that people read.
"""

from typing import NamedTuple


class Check(NamedTuple):
    """The plain name of a check, and one sentence that says what it does."""

    name: str
    what: str


CHECKS = {
    "one_step": Check("one step", "Both sides start each step from the same weights: the error is that of one step."),
    "whole_run": Check("whole run", "Each side keeps its own weights through the whole run: small errors add up."),
    "hard_batches": Check("hard batches", "Single steps on batches that are numerically difficult."),
    "exact_arithmetic": Check(
        "exact arithmetic", "Single steps in which no operation rounds: all values must be equal."
    ),
    "gradient_checks": Check("gradient checks", "The gradient of each side must fit the loss, in three tests."),
    "identities": Check("identities", "What must hold of one side alone: for example, rows of P sum to 1."),
    "accuracy": Check("accuracy", "The validation accuracy must lie in the usual range."),
    "evaluation": Check(
        "evaluation", "After training, at the same weights, both sides must give the same logits and loss."
    ),
    "predictions": Check(
        "predictions", "After training, both sides must put each image in the same class, near ties aside."
    ),
}

# The two ways in which the steps of a training are compared.
READINGS = {key: CHECKS[key].what for key in ("one_step", "whole_run")}
