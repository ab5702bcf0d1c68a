"""Which places of a result are wrong: labels, one row or column, or all rows but one."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from compare.equations import KNOWN
from compare.exercise.seen import Seen, prints_as_one, ratio
from compare.words import capital

PLURALS = {"row": "rows", "column": "columns", "entry": "entries"}


def at_the_labels(seen: Seen) -> str:
    """Wrong at the labels only, or beside them only, and in each such place."""
    wrong, marks = _wrong_and_labels(seen)
    if not marks:
        return ""
    if all(np.array_equal(*pair) for pair in zip(wrong, marks, strict=True)):
        return (
            f"Only the entries of {seen.symbol} at the labels are wrong; all others are right. Look at the "
            "part of your code with y."
        )
    if all(np.array_equal(bad, ~mark) for bad, mark in zip(wrong, marks, strict=True)):
        return (
            f"The entries of {seen.symbol} at the labels are right; all others are wrong. Look at what "
            "they get, and where it comes from."
        )
    return ""


def some_at_the_labels(seen: Seen) -> str:
    """Some are wrong at the labels only, or beside them only."""
    wrong, marks = _wrong_and_labels(seen)
    if marks and not any((bad & ~mark).any() for bad, mark in zip(wrong, marks, strict=True)):
        return (
            f"Only entries of {seen.symbol} at labels are wrong, and not all of these. Look at the part of your code "
            "with y: which labels, or images, does it treat in another way?"
        )
    if marks and not any((bad & mark).any() for bad, mark in zip(wrong, marks, strict=True)):
        return (
            f"The entries of {seen.symbol} at the labels are right, and some of the others are wrong. Look at what "
            "these get, and where it comes from."
        )
    return ""


def _wrong_and_labels(seen: Seen) -> tuple[list[NDArray], list[NDArray]]:
    """Where ours is wrong, and where the labels are; none of a result without labels."""
    marks = [_labels(trial.given, seen.pair(trial)[1]) for trial in seen.wrong]
    known = [mark for mark in marks if mark is not None]
    bad = [~np.isclose(*seen.pair(trial), rtol=1e-9, atol=1e-12) for trial in seen.wrong]
    return bad, known if len(known) == len(marks) and bad[0].ndim == 2 else []


def _labels(given: dict[str, NDArray], right: NDArray) -> NDArray | None:
    if "y" in given and right.ndim == 2 and len(given["y"]) == len(right):
        return np.eye(right.shape[1], dtype=bool)[given["y"]]
    return None


def one_line(seen: Seen) -> str:
    """Only the first or last row or column is wrong."""
    bad = [~np.isclose(*seen.pair(trial), rtol=1e-9, atol=1e-12) for trial in seen.wrong]
    if bad[0].ndim == 0 or max(map(len, bad)) < 2:
        return ""
    lines: dict[str, Callable[[NDArray], NDArray]] = {
        "last row" if bad[0].ndim == 2 else "last entry": lambda wrong: wrong[:-1],
        "first row" if bad[0].ndim == 2 else "first entry": lambda wrong: wrong[1:],
    }
    if bad[0].ndim == 2:
        lines |= {"last column": lambda wrong: wrong[:, :-1], "first column": lambda wrong: wrong[:, 1:]}
    return next(
        (
            f"Only the {line} of {seen.symbol} is wrong: look at where your loops and slices begin and end."
            for line, rest in lines.items()
            if not any(rest(wrong).any() for wrong in bad)
        ),
        "",
    )


def right_rows(seen: Seen) -> str:
    """Only the first or the last image is right."""
    pairs = [seen.pair(trial) for trial in seen.wrong if len(trial.right[seen.result].shape) == 2]
    if len(pairs) < len(seen.wrong) or not list(KNOWN[seen.name].results.values())[seen.result].startswith("N"):
        return ""
    right = [np.isclose(*pair, rtol=1e-9, atol=1e-12).all(axis=1) for pair in pairs]
    for row, what in ((0, "first"), (-1, "last")):
        if all(mask[row] and mask.sum() == 1 for mask in right):
            return (
                f"Of your {seen.symbol} only the {what} row is right, that of the {what} image{_each_row(seen)}. "
                f"What is different for the other images{': does a return stand in the loop' if row == 0 else ''}?"
            )
    return ""


def _each_row(seen: Seen) -> str:
    """How far each row of the largest batch is off, where that is one number a row."""
    trial = max(seen.wrong, key=lambda one: one.sizes["N"])
    ours, right = seen.pair(trial)
    where = f": with N = {len(ours)}"
    every = [ratio(*pair) for pair in zip(ours, right, strict=True)]
    if None not in every:
        return f"{where} your rows are {_numbers(every)} times what they should be"
    if seen.name != "logits":
        return ""
    times = [ratio(gap, trial.given["b"]) for gap in ours - right + trial.given["b"]]
    return "" if None in times else f"{where} b is {_numbers(times)} times in your rows"


def _numbers(values: list[float | None]) -> str:
    return ", ".join(f"{float(one or 0):.4g}" for one in values)


def rows_apart(seen: Seen) -> str:
    """Each row is a multiple of what it should be."""
    pairs = [seen.pair(trial) for trial in seen.wrong]
    if pairs[0][0].ndim == 1:
        return _left_out(seen, [(ours[:, None], right[:, None]) for ours, right in pairs], "entry")
    for turned, what in ((False, "row"), (True, "column")):
        every = [(ours.T, right.T) if turned else (ours, right) for ours, right in pairs]
        if pairs[0][0].ndim == 2 and all(_multiples(*pair) for pair in every):
            return _left_out(seen, every, what) or (
                f"Each {what} of {seen.symbol} is the right one times a number: look at what a {what} is "
                "multiplied with or divided by."
            )
    return ""


def _left_out(seen: Seen, pairs: list[tuple[NDArray, NDArray]], what: str) -> str:
    """Rows that are 0, and all others right."""
    wrong = [~np.isclose(*pair, rtol=1e-9, atol=1e-12).all(axis=1) for pair in pairs]
    if any(ours[bad].any() for (ours, _), bad in zip(pairs, wrong, strict=True)):
        return ""
    one, many = np.flatnonzero(wrong[0]), PLURALS[what]
    which = f"{many} {', '.join(map(str, one))} of your {seen.symbol} are" if len(one) > 1 else ""
    which = which or f"{what} {one[0]} of your {seen.symbol} is"
    return (
        f"{capital(which)} 0 {seen.batch}, which has {len(wrong[0])} {many}, and all others are right: "
        "how far do your loops and slices go, and does a return stand in a loop?"
    )


def _multiples(ours: NDArray, right: NDArray) -> bool:
    every = [ratio(a, b) for a, b in zip(ours, right, strict=True)]
    # a number that is off by rounding only is no factor
    return ours.shape[1] > 1 and None not in every and not all(map(prints_as_one, every))
