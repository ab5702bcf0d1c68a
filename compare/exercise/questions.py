"""The first message about a wrong function: a question, which names nothing yet."""

import numpy as np
from numpy.typing import NDArray

from compare.exercise.epoch_questions import which_batches
from compare.exercise.gradient_questions import GRADIENTS
from compare.exercise.logits_questions import LOGITS
from compare.exercise.nearly import NEARLY
from compare.exercise.ratios import constant_ratio
from compare.exercise.seen import (
    ALWAYS,
    SPREAD,
    Question,
    Seen,
    apart,
    by_value,
    prints_as_one,
    ratio,
    transposed,
    value,
)
from compare.exercise.trials import Trial, same


def question(seen: Seen, of_inputs: str = "") -> str:
    """What to ask about a function that is wrong on some trials; of_inputs: a question about an input left out."""
    if text := next((text for ask in (*ALWAYS, *NEARLY) if (text := ask(seen))), of_inputs):
        return text
    every = (*QUESTIONS.get(seen.name, ()), constant_ratio, transposed, by_value)
    return next(text for ask in every if (text := ask(seen)))


def _from_0_to_1(seen: Seen) -> str:
    if not seen.all_wrong(lambda ours, _, __: ours.min() >= 0 and same(ours.sum(axis=1), np.ones(len(ours)))):
        return ""
    return "your rows are from 0 to 1 and sum to 1. Are these logarithms, or what one takes the logarithm of?"


def _above_0(seen: Seen) -> str:
    ours, place = seen.first.ours[0], np.unravel_index(seen.first.ours[0].argmax(), seen.first.ours[0].shape)
    if not ours.max() > 0 or np.isinf(ours).any():
        return ""
    at = seen.at(tuple(map(int, place)))
    return f"{seen.where} your {at} is {value(ours.max())}. Can the logarithm of a probability be above 0?"


def _columns_sum_to_1(seen: Seen) -> str:
    if not seen.all_wrong(lambda ours, _, __: same(np.exp(ours).sum(axis=0), np.ones(ours.shape[1]))):
        return ""
    return (
        "exp of each of your columns sums to 1. What should sum to 1: one class over all images, or one "
        "image over all classes?"
    )


def _rows_do_not_sum_to_1(seen: Seen) -> str:
    sums = np.exp(seen.first.ours[0]).sum(axis=1)
    row = int(np.abs(sums - 1).argmax())
    if abs(sums[row] - 1) < 1e-6:
        return ""
    return (
        f"{seen.where} exp of your row {row} sums to {value(sums[row])}. What should the probabilities of "
        "one image sum to?"
    )


def _differences_of_logits(seen: Seen) -> str:
    Z, ours = seen.first.given["Z"], seen.first.ours[0]
    gaps = np.abs((ours - ours[:, :1]) - (Z - Z[:, :1]))
    n, k = map(int, np.unravel_index(gaps.argmax(), gaps.shape))
    given, got = apart(Z[n, k] - Z[n, 0], ours[n, k] - ours[n, 0])
    return (
        f"{seen.where} Z[{n}, {k}] - Z[{n}, 0] is {given}, and your logP[{n}, {k}] - logP[{n}, 0] is {got}. The same "
        "number is subtracted from all logits of a row: should these two be equal?"
    )


def _negative_loss(seen: Seen) -> str:
    ours = float(seen.first.ours[0])
    # with another value too the sign is not what is wrong
    if ours >= 0 or not (_loss_ratio(seen) or ratio(*(np.atleast_1d(v) for v in _all_losses(seen)))):
        return ""
    return (
        f"{seen.where} your loss is {value(ours)}. Logarithms of probabilities are negative: which sign must the loss "
        "have?"
    )


def _all_losses(seen: Seen) -> list[NDArray]:
    """Ours and the right ones, of all wrong trials."""
    return [np.array(side, float) for side in zip(*map(seen.pair, seen.wrong), strict=True)]


def _loss_of_other_entries(seen: Seen) -> str:
    trial = seen.first
    logP, y = trial.given["logP"], trial.given["y"]
    if (
        ratio(np.atleast_1d(trial.ours[0]), np.atleast_1d(trial.right[0]))
        and len({round(float(t.ours[0] / t.right[0]), 6) for t in seen.wrong}) == 1
    ):
        return ""
    entries = ", ".join(f"logP[{n}, {label}] = {value(logP[n, label])}" for n, label in enumerate(y[:3]))
    more = " and so on" if len(y) > 3 else ""
    ours, _ = apart(trial.ours[0], trial.right[0])
    return (
        f"{seen.where} your loss is {ours}. The labels are {[*map(int, y)]}: {entries}{more}. "
        "Which numbers of logP does your code use, and what does it make of them?"
    )


def _loss_ratio(seen: Seen) -> str:
    ratios = [float(trial.ours[0] / trial.right[0]) for trial in seen.wrong]
    for name in ("N", "K"):
        sizes = np.array([trial.sizes[name] for trial in seen.wrong], float)
        if np.ptp(ratios / sizes) < SPREAD or np.ptp(ratios * sizes) < SPREAD:
            return constant_ratio(seen)
    return ""


def _moves_the_other_way(seen: Seen) -> str:
    updates = [_update_ratio(seen, trial) for trial in seen.wrong]
    if None in updates or not all(float(r or 0) < 0 for r in updates):
        return ""
    trial, place = seen.first, seen.place
    gradient, start = trial.given[f"d{seen.symbol}"][place], trial.given[seen.symbol][place]
    return (
        f"{seen.where} d{seen.at()} is {value(gradient)}, and your {seen.at()} goes from {value(start)} to "
        f"{value(trial.ours[seen.result][place])}. Does the loss rise or fall that way?"
    )


def _step_ratio(seen: Seen) -> str:
    updates = [_update_ratio(seen, trial) for trial in seen.wrong]
    if None in updates:
        return ""
    ratios = [float(r or 0) for r in updates]
    if prints_as_one(*ratios):
        return ""
    n = next((n for n, r in enumerate(ratios) if abs(r - ratios[0]) > 1e-6), 0)
    rate = [f"lr = {trial.sizes['lr']:g}" for trial in seen.wrong]
    first = f"your step of {seen.symbol} is {ratios[0]:.4g} times as long as it should be with {rate[0]}"
    if n:
        return _changing_step(seen, first, ratios, n)
    if not ratios[0]:
        return f"your new {seen.symbol} is the old one. Which line should change it?"
    if len(seen.wrong) < len(seen.trials):
        return ""
    return f"{first}, and at every other rate. Where does that factor come from?"


def _changing_step(seen: Seen, first: str, ratios: list[float], n: int) -> str:
    """The step is too long or too short, and not always as much: by lr, by a size, or by the gradient."""
    lr = np.array([trial.sizes["lr"] for trial in seen.wrong])
    also = f"and {ratios[n]:.4g} times with lr = {lr[n]:g}"
    if any(np.ptp(ratios * lr**power) < SPREAD * max(ratios * lr**power) for power in (-2, -1, -0.5, 0.5, 1, 2)):
        return f"{first}, {also}. What does your code do with lr?"
    for letter in "KD":
        sizes = np.array([trial.sizes[letter] for trial in seen.wrong])
        if any(np.ptp(ratios * sizes**power) < SPREAD * max(ratios) for power in (-1.0, 1.0)):
            return (
                f"your step of {seen.symbol} is {ratios[0]:.4g} times as long as it should be where W has the shape "
                f"{seen.wrong[0].given['W'].shape}, and {ratios[n]:.4g} times where it is "
                f"{seen.wrong[n].given['W'].shape}. Which size of W is in your step?"
            )
    return f"{first}, {also}. What does your code do with lr, and what with d{seen.symbol} before they are multiplied?"


def _from_three_numbers(seen: Seen) -> str:
    start, gradient = (seen.first.given[name][seen.place] for name in (seen.symbol, f"d{seen.symbol}"))
    ours, _ = apart(*(part[seen.place] for part in seen.pair(seen.first)))
    return (
        f"{seen.where} {seen.at()} is {value(start)}, d{seen.at()} is {value(gradient)} and lr = "
        f"{seen.first.sizes['lr']:g}. Your new {seen.at()} is {ours}: what does your code compute from these "
        "three numbers?"
    )


def _update_ratio(seen: Seen, trial: Trial) -> float | None:
    ours, right = seen.pair(trial)
    start = trial.given[seen.symbol]
    return ratio(ours - start, right - start)


FORWARD: dict[str, tuple[Question, ...]] = {
    "logits": LOGITS,
    "log_softmax": (_from_0_to_1, _columns_sum_to_1, _above_0, _rows_do_not_sum_to_1, _differences_of_logits),
    "nll_loss": (_negative_loss, _loss_ratio, _loss_of_other_entries),
    "sgd_step": (_moves_the_other_way, _step_ratio, _from_three_numbers),
    "one_epoch": (which_batches,),
}
QUESTIONS = FORWARD | GRADIENTS
