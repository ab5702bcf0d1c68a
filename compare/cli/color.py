"""Output without colors."""

import os

NO_COLOR = "Print without colors; so does the variable NO_COLOR."


def without_color(asked: bool) -> None:
    """What --no-color does."""
    # Rich reads it wherever it prints, in help and in a child as well
    if asked:
        os.environ["NO_COLOR"] = "1"
