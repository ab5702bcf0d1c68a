"""Where a function is wrong, said on request where no mistake is known by name."""

import numpy as np
from numpy.typing import NDArray

from compare.exercise.by_inputs import off_by_an_input, times_an_input
from compare.exercise.by_size import another_divisor, right_from_a_size_on
from compare.exercise.combined import combined
from compare.exercise.factors import one_factor
from compare.exercise.logits_questions import moved_images
from compare.exercise.nearly import a_little_off, rounded, same_gap
from compare.exercise.on_the_way import on_the_way
from compare.exercise.orders import equal_rows, other_order
from compare.exercise.places import at_the_labels, one_line, right_rows, rows_apart, some_at_the_labels
from compare.exercise.seen import Seen, apart, value
from compare.exercise.trials import Trial, is_nothing, same
from compare.exercise.updates import updated
from compare.words import capital

# So far off, as a share of the largest value, is a result that was rounded to float32 once or twice.
FLOAT32 = 1e-8, 3e-7
OF_LOG_P = (
    "logP is a logarithm already, and below 0: its logarithm and its root are nan. The logarithm of 0 is -inf, as in "
    "np.log(Y), and 0 times -inf is nan, as is 0/0."
)
NOT_STORED = (
    "What is computed and gets no place is lost: A = ..., A += ... and A[i] = ... store it, and B @ C or A - 1 alone "
    "do not. What is below 1 and is made a whole number is 0."
)


def described(seen: Seen) -> tuple[str, ...]:
    """What holds in all trials that are wrong, and what to do with it."""
    finite = all(np.isfinite(trial.ours[seen.result]).all() for trial in seen.trials)
    known = finite and not seen.all_wrong(lambda ours, right, _: is_nothing(ours, right))
    if not finite and "logP" in seen.first.given:
        return (OF_LOG_P,)
    if not any(trial.ours[seen.result].any() for trial in seen.trials):
        return (NOT_STORED,)
    said = next((text for describe in DESCRIPTIONS if known and (text := describe(seen))), "") or on_the_way(seen)
    ours, right = apart(*(float(part[seen.place]) for part in seen.pair(seen.first)))
    example = f"{seen.where} {seen.at()} is {ours} and should be {right}"
    by_hand = "Compute each step of your code for this entry by hand, and print each step in your code."
    return (said or f"{capital(example)}. {by_hand}",)


def _offset(seen: Seen) -> str:
    """All entries of a batch, of a row or of a column are off by one number."""
    gaps = [np.subtract(*seen.pair(trial)) for trial in seen.wrong]
    first = gaps[0]
    if first.ndim != 2:
        return ""
    if all(same(gap, np.broadcast_to(gap[0, 0], gap.shape)) for gap in gaps):
        return (
            f"All of {seen.symbol} is {_off(first[0, 0])} {seen.batch}, and by one number in each other batch: which "
            "number of yours is one for the whole batch?"
        )
    for axis, line, added in ((1, "row", "add to a row, or subtract from it"), (0, "column", "add to a column")):
        starts = [gap[:, :1] if axis else gap[:1] for gap in gaps]
        if all(same(gap, np.broadcast_to(start, gap.shape)) for gap, start in zip(gaps, starts, strict=True)):
            each = ", ".join(f"{line} {n} {_off(number)}" for n, number in enumerate(np.ravel(starts[0])[:2]))
            return (
                f"Each {line} of {seen.symbol} is off by one number of its own, {seen.batch} {each}: look at what you "
                f"{added}."
            )
    return ""


def _off(gap: float) -> str:
    return f"too {'high' if gap > 0 else 'low'} by {value(abs(gap))}" if gap else "by nothing"


def _images(seen: Seen) -> str:
    if seen.name != "logits" or not moved_images(seen):
        return ""
    return "Your Z is right for the images of your product: take X there as it came in, with nothing added to it."


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


def _nearly(seen: Seen) -> str:
    """Right to some digits everywhere."""
    if not a_little_off(seen):
        return ""
    share = max(np.abs(np.subtract(*pair)).max() / np.abs(pair[1]).max() for pair in map(seen.pair, seen.wrong))
    return (
        f"Your {seen.symbol} is right to {int(-np.log10(share))} digits or so, and float64 has 16. Look for a step "
        "that rounds, adds a small number, or takes the difference of two numbers that are nearly equal."
    )


def _one_number(seen: Seen) -> str:
    """Ours is one number in all places."""
    if not seen.all_wrong(lambda ours, _, __: ours.size > 1 and np.ptp(ours) < 1e-12):
        return ""
    return (
        f"Your {seen.symbol} is the same number in every place of a batch: which index should make the places differ?"
    )


DESCRIPTIONS = (
    other_order, _rounding, _added, another_divisor, _few_digits, updated, _images, one_factor, _one_number, combined,
    _sizes_are_right, times_an_input, off_by_an_input, _nearly, one_line, right_rows, at_the_labels, _offset,
    rows_apart, equal_rows, right_from_a_size_on, some_at_the_labels, _some_sizes,
)  # fmt: skip
