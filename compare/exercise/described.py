"""Where a function is wrong, said on request where no mistake is known by name."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from compare.equations import KNOWN
from compare.exercise.by_inputs import off_by_an_input, times_an_input
from compare.exercise.factors import one_factor
from compare.exercise.logits_questions import moved_images
from compare.exercise.nearly import rounded, same_gap
from compare.exercise.on_the_way import on_the_way
from compare.exercise.orders import equal_rows, other_order
from compare.exercise.seen import Seen, apart, prints_as_one, ratio
from compare.exercise.trials import Trial, is_nothing, same
from compare.exercise.updates import updated

# So far off, as a share of the largest value, is a result that was rounded to float32 once or twice.
FLOAT32 = 1e-8, 3e-7


def described(seen: Seen) -> tuple[str, ...]:
    """What holds in all trials that are wrong, and what to do with it."""
    finite = all(np.isfinite(trial.ours[seen.result]).all() for trial in seen.trials)
    known = finite and not seen.all_wrong(lambda ours, right, _: is_nothing(ours, right))
    said = next((text for describe in DESCRIPTIONS if known and (text := describe(seen))), "") or on_the_way(seen)
    ours, right = apart(*(float(part[seen.place]) for part in seen.pair(seen.first)))
    example = f"{seen.where} {seen.at()} is {ours} and should be {right}"
    by_hand = "Compute each step of your code for this entry by hand, and print each step in your code."
    return (said or f"{example[:1].upper()}{example[1:]}. {by_hand}",)


def _at_the_labels(seen: Seen) -> str:
    """Wrong at the labels only, or beside them only."""
    found = [_labels(trial.given, seen.pair(trial)[1]) for trial in seen.wrong]
    marks = [mark for mark in found if mark is not None]
    if len(marks) < len(found) or seen.first.ours[seen.result].ndim != 2:
        return ""
    bad = [~np.isclose(*seen.pair(trial), rtol=1e-9, atol=1e-12) for trial in seen.wrong]
    if all(not (wrong & ~mark).any() for wrong, mark in zip(bad, marks, strict=True)):
        return (
            f"Only the entries of {seen.symbol} at the labels are wrong; all others are right. Look at the "
            "part of your code with y."
        )
    if all(not (wrong & mark).any() for wrong, mark in zip(bad, marks, strict=True)):
        return (
            f"The entries of {seen.symbol} at the labels are right; all others are wrong. Look at what "
            "they get, and where it comes from."
        )
    return ""


def _labels(given: dict[str, NDArray], right: NDArray) -> NDArray | None:
    if "y" in given and right.ndim == 2 and len(given["y"]) == len(right):
        return np.eye(right.shape[1], dtype=bool)[given["y"]]
    return None


def _offset(seen: Seen) -> str:
    gaps = [np.subtract(*seen.pair(trial)) for trial in seen.wrong]
    if gaps[0].ndim == 2 and all(same(gap, np.broadcast_to(gap[:, :1], gap.shape)) for gap in gaps):
        return (
            f"Each row of {seen.symbol} is off by one number of its own: look at what you add to a row, or "
            "subtract from it."
        )
    if gaps[0].ndim == 2 and all(same(gap, np.broadcast_to(gap[:1], gap.shape)) for gap in gaps):
        return f"Each column of {seen.symbol} is off by one number of its own: look at what you add to a column."
    return ""


def _images(seen: Seen) -> str:
    if seen.name != "logits" or not moved_images(seen):
        return ""
    return "Your Z is right for the images of your product: take X there as it came in, with nothing added to it."


def _one_line(seen: Seen) -> str:
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


def _right_rows(seen: Seen) -> str:
    """Only the first or the last image is right."""
    pairs = [seen.pair(trial) for trial in seen.wrong if len(trial.right[seen.result].shape) == 2]
    if len(pairs) < len(seen.wrong) or not list(KNOWN[seen.name].results.values())[seen.result].startswith("N"):
        return ""
    right = [np.isclose(*pair, rtol=1e-9, atol=1e-12).all(axis=1) for pair in pairs]
    for row, what in ((0, "first"), (-1, "last")):
        if all(mask[row] and mask.sum() == 1 for mask in right):
            return (
                f"Of your {seen.symbol} only the {what} row is right, that of the {what} image{_each_row(seen)}. "
                "What is different for the other images?"
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


def _rounding(seen: Seen) -> str:
    return (
        f"Your {seen.symbol} is the right one, rounded. a // b rounds down to a whole number, round(a, 4) keeps four "
        "decimals, int(a) none: return it as it is."
        if rounded(seen)
        else ""
    )


def _added(seen: Seen) -> str:
    return (
        f"Your {seen.symbol} is the right one and a small number: nothing needs to be added to it, nor to what it is "
        "made of."
        if same_gap(seen)
        else ""
    )


def _few_digits(seen: Seen) -> str:
    """Right to as many digits as float32 has, in float64."""
    gaps = [np.abs(np.subtract(*pair)).max() / np.abs(pair[1]).max() for pair in map(seen.pair, seen.wrong)]
    if not FLOAT32[0] < max(gaps) < FLOAT32[1] or seen.first.ours[seen.result].dtype != np.float64:
        return ""
    return (
        f"Your {seen.symbol} is right to about 7 digits, as many as float32 has; float64 has 16. Look for a step that "
        "changes the dtype, rounds, or adds a small number."
    )


def _rows_apart(seen: Seen) -> str:
    """Each row is a multiple of what it should be."""
    for axis, what in ((1, "row"), (0, "column")):
        pairs = [seen.pair(trial) for trial in seen.wrong]
        if pairs[0][0].ndim == 2 and all(_multiples(ours, right, axis) for ours, right in pairs):
            return (
                f"Each {what} of {seen.symbol} is the right one times a number: look at what a {what} is "
                "multiplied with or divided by."
            )
    return ""


def _multiples(ours: NDArray, right: NDArray, axis: int) -> bool:
    ours, right = (ours, right) if axis else (ours.T, right.T)
    every = [ratio(a, b) for a, b in zip(ours, right, strict=True)]
    # a number that is off by rounding only is no factor
    return ours.shape[1] > 1 and None not in every and not all(map(prints_as_one, every))


def _some_sizes(seen: Seen) -> str:
    """Wrong in some trials only, which one size tells from the others."""
    good = [trial for trial in seen.trials if trial.is_right(seen.result)]
    if not good or seen.name == "one_epoch" or any(_has_a_right_row(*seen.pair(trial)) for trial in seen.wrong):
        return ""
    if [trial.sizes.get("N") for trial in good] == [1]:
        return f"Of the small batches only the one with N = 1 is right. {on_the_way(seen)}".rstrip()
    # one that is right may be so by chance
    found = [text for name in seen.first.sizes if (text := _split(name, seen.wrong, good))] if len(good) > 1 else []
    return f"{found[0]} {on_the_way(seen)}".rstrip() if len(found) == 1 else ""


def _has_a_right_row(ours: NDArray, right: NDArray) -> bool:
    """Whether a row is right beside wrong ones: a size would make all of them wrong."""
    return right.ndim == 2 and any(map(same, ours, right))


def _split(name: str, wrong: list[Trial], good: list[Trial]) -> str:
    bad_values, good_values = ({trial.sizes[name] for trial in some} for some in (wrong, good))
    found = "Of the small batches those are wrong where"
    if max(bad_values) < min(good_values):
        return f"{found} {name} is {max(bad_values):g} or less."
    if min(bad_values) > max(good_values):
        return f"{found} {name} is {min(bad_values):g} or more."
    return ""


def _sizes_are_right(seen: Seen) -> str:
    """Ours is the right one but for signs."""
    if not seen.all_wrong(lambda ours, right, _: same(np.abs(ours), np.abs(right))):
        return ""
    return (
        f"All numbers of {seen.symbol} have the right size, and some have the wrong sign: where does a sign get lost?"
    )


def _one_number(seen: Seen) -> str:
    """Ours is one number in all places."""
    if not seen.all_wrong(lambda ours, _, __: ours.size > 1 and np.ptp(ours) < 1e-12):
        return ""
    return (
        f"Your {seen.symbol} is the same number in every place of a batch: which index should make the places differ?"
    )


DESCRIPTIONS = (
    other_order, _rounding, _added, _few_digits, updated, _images, one_factor, _one_number, _sizes_are_right,
    off_by_an_input, times_an_input, _one_line, _right_rows, _at_the_labels, _offset, _rows_apart, equal_rows,
    _some_sizes,
)  # fmt: skip
