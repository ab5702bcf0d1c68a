"""Questions about gradients: signs, sums of rows, entries that must be 0, and what a nudge does to the loss."""

import numpy as np

from compare.exercise.ratios import OF_ALL, constant_ratio, normalised
from compare.exercise.rungs import shown
from compare.exercise.seen import Question, Seen, apart, ratio, transposed, value
from compare.exercise.trials import STEPS, Trial, same, sizes_text

NUDGE = 0.001
# Of a slope that is nearer than this share the change by a nudge says too little.
CLOSE = 0.05
# What comes in from the function before.
INCOMING = {"probabilities_gradient": "dlogP", "softmax_backward": "dP", "weight_gradient": "dZ", "bias_gradient": "dZ"}


def _opposite(seen: Seen) -> str:
    if not seen.all_wrong(lambda ours, right, _: same(ours, -right)):
        return ""
    return f"{_nudged(seen)} Which sign does the slope have?"


def _nudged(seen: Seen) -> str:
    of, right = seen.symbol[1:], seen.first.right[seen.result][seen.place]
    place = ", ".join(map(str, seen.place))
    ours = seen.first.ours[seen.result][seen.place]
    if abs(ours - right) < CLOSE * abs(right):
        got, wanted = apart(ours, right)
        return f"{seen.where} your {seen.at()} is {got}, near to {wanted}, the slope of L by {of}[{place}], but not it."
    change = f"{NUDGE * float(right):+.3g}"
    mine = f"your {seen.at()} is {value(ours)}"
    return f"{seen.where} L changes by about {change} if {of}[{place}] rises by {NUDGE}, and {mine}."


def _by_nudging(seen: Seen) -> str:
    made_of = MADE_OF.get(seen.name, lambda _: f"the numbers of {' and '.join(seen.first.given)}")
    return f"{_nudged(seen)} It is made of {made_of(seen)}. What does your code compute from these?"


def _label_and_size(seen: Seen) -> str:
    n, y = seen.place[0], seen.first.given["y"]
    return f"the label {y[n]} of image {n}, and N = {len(y)}"


def _slope_and_gradient(seen: Seen) -> str:
    at = ", ".join(map(str, seen.place))
    P, dlogP = (seen.first.given[name][seen.place] for name in ("P", "dlogP"))
    return f"P[{at}] = {value(P)} and dlogP[{at}] = {value(dlogP)}"


def _row_and_gradient(seen: Seen) -> str:
    n = seen.place[0]
    P, dP = (seen.first.given[name][n] for name in ("P", "dP"))
    return f"P[{n}] = {shown(P)} and dP[{n}] = {shown(dP)}"


def _row_and_label(seen: Seen) -> str:
    n, logP = seen.place[0], seen.first.given["logP"]
    return f"logP[{n}] = {shown(logP[n])}, {_label_and_size(seen)}"


MADE_OF = {
    "log_probabilities_gradient": _label_and_size,
    "probabilities_gradient": _slope_and_gradient,
    "softmax_backward": _row_and_gradient,
    "logits_gradient": _row_and_label,
}


def _clear_ratio(seen: Seen) -> str:
    every = [ratio(*seen.pair(trial)) for trial in seen.wrong]
    return "" if None in every else constant_ratio(seen)


def _other_loss(seen: Seen) -> str:
    """Right as long as the gradient that comes in is that of a step, and wrong with every other."""
    others = seen.trials[1 + STEPS :]
    if seen.of_steps or any(trial.is_right(seen.result) for trial in others):
        return ""
    came, at = INCOMING[seen.name], seen.place if len(seen.place) == 2 and "X" not in seen.first.given else None
    where = seen.where.removesuffix(": there")
    there = f"{came}[{', '.join(map(str, at))}] is {value(seen.first.given[came][at])}, and " if at else ""
    got, wanted = apart(*(part[seen.place] for part in seen.pair(seen.first)))
    return (
        f"{where}, where {came} is the gradient of another loss: {there}your {seen.at()} is {got} and should be "
        f"{wanted}. What of {came} does your code use: all of its values, with their signs and sizes?"
    )


def _in(seen: Seen, trial: Trial) -> str:
    """Which trial is spoken of, if it is not the worked example."""
    return "" if trial is seen.trials[0] else f"in a batch with {sizes_text(trial)} "


def _elsewhere(seen: Seen) -> str:
    """An entry beside the label is not 0."""
    for trial in seen.of_steps:
        ours, right = seen.pair(trial)
        if (bad := np.argwhere((right == 0) & ~(np.abs(ours) < 1e-12))).size:
            n, k = map(int, bad[0])
            label = int(np.flatnonzero(right[n])[0])
            of = seen.symbol[1:]
            return (
                f"{_in(seen, trial)}your {seen.at((n, k))} is {value(ours[n, k])}, and image {n} has the label "
                f"{label}. Does L change if {of}[{n}, {k}] changes a little, and nothing else of {of}?"
            )
    return ""


def _label_is_zero(seen: Seen) -> str:
    for trial in seen.of_steps:
        ours, right = seen.pair(trial)
        if (bad := np.argwhere((right != 0) & (ours == 0))).size:
            n, k = map(int, bad[0])
            return (
                f"{_in(seen, trial)}your {seen.at((n, k))} is 0, and image {n} has the label {k}. Does L change with "
                f"{seen.symbol[1:]}[{n}, {k}]?"
            )
    return ""


def _labels_differ(seen: Seen) -> str:
    """DlogP is not the same at all labels."""
    ours, right = seen.pair(seen.first)
    at = ours[right != 0]
    if at.size < 2 or np.ptp(at) < 1e-12:
        return ""
    return (
        f"{seen.where} your entries at the labels are {value(at[0])} and {value(at[1])}. L is the mean "
        "of minus logP at "
        "the labels: does one image count more than another?"
    )


def _small_p(seen: Seen) -> str:
    """DP of a small P is smaller than that of a large one."""
    P, dlogP = seen.first.given["P"], seen.first.given["dlogP"]
    ours, right = seen.pair(seen.first)
    labels = np.flatnonzero(right.any(axis=1))
    if not seen.of_steps or len(labels) < 2 or dlogP[right != 0].size < 2:
        return ""
    p, d = P[right != 0], ours[right != 0]
    low, high = int(p.argmin()), int(p.argmax())
    if np.abs(d[low]) > np.abs(d[high]):
        return ""
    return (
        f"{seen.where} your dP is {value(d[low])} where P = {value(p[low])}, and {value(d[high])} where P = "
        f"{value(p[high])}. Is the logarithm steeper where P is small, or where it is large?"
    )


def _row_sums(seen: Seen) -> str:
    sums = seen.first.ours[0].sum(axis=1)
    row = int(np.abs(sums).argmax())
    if abs(sums[row]) < 1e-9:
        return ""
    return (
        f"{seen.where} your row {row} of dZ sums to {value(sums[row])}. If all logits of an image rise by the same "
        "number, P stays as it is, and so does L: what must a row of dZ sum to?"
    )


def _sign_beside_the_label(seen: Seen) -> str:
    ours, right = seen.pair(seen.first)
    bad = np.argwhere(np.sign(ours) * np.sign(right) < 0)
    if not bad.size or not seen.of_steps:
        return ""
    n, k = map(int, bad[0])
    is_label = "is the label" if right[n, k] < 0 else "is not the label"
    return (
        f"{seen.where} your {seen.at((n, k))} is {value(ours[n, k])}; class {k} {is_label} of image {n}. If its logit "
        "rises, does L rise or fall?"
    )


def _one_image(seen: Seen) -> str:
    """Right for a single image only."""
    if any(len(trial.given["dZ"]) == 1 for trial in seen.wrong):
        return ""
    n = len(seen.first.given["dZ"])
    return (
        f"{_nudged(seen)} There are {n} images, and {seen.symbol[1:]} acts on each of them. How do their "
        "effects go together?"
    )


def _pixels_by_hand(seen: Seen) -> str:
    k, d = seen.place
    X, dZ = seen.first.given["X"], seen.first.given["dZ"]
    pairs = ", ".join(
        f"dZ[{n}, {k}] = {value(dZ[n, k])} and X[{n}, {d}] = {value(X[n, d])}" for n in range(min(2, len(X)))
    )
    more = ", and so on" if len(X) > 2 else ""
    return f"{_nudged(seen)} It is made of {pairs}{more}. What does your code compute from these?"


def _column_by_hand(seen: Seen) -> str:
    k, dZ = seen.place[0], seen.first.given["dZ"]
    return f"{_nudged(seen)} The images have dZ[:, {k}] = {shown(dZ[:, k])}. What does your code compute from these?"


_ROWS: tuple[Question, ...] = (normalised, _opposite, _clear_ratio, _row_sums, _sign_beside_the_label, _by_nudging)
GRADIENTS: dict[str, tuple[Question, ...]] = {
    "log_probabilities_gradient": (_opposite, _clear_ratio, _elsewhere, _label_is_zero, _labels_differ, _by_nudging),
    "probabilities_gradient": (
        *(normalised, _other_loss, _opposite, _clear_ratio, _elsewhere, _label_is_zero, _small_p, _by_nudging),
    ),
    "softmax_backward": (normalised, _other_loss, *_ROWS),
    "logits_gradient": _ROWS,
    "weight_gradient": (*OF_ALL, _other_loss, _opposite, _clear_ratio, transposed, _one_image, _pixels_by_hand),
    "bias_gradient": (*OF_ALL, _other_loss, _opposite, _clear_ratio, transposed, _one_image, _column_by_hand),
    "parameter_gradients": (*OF_ALL, _opposite, _clear_ratio, _one_image, _by_nudging),
}
