"""The first message about a wrong function: a question, which names nothing yet."""

import numpy as np

from compare.exercise.gradient_questions import GRADIENTS
from compare.exercise.seen import (
    ALWAYS,
    Question,
    Seen,
    by_value,
    constant_ratio,
    ratio,
    sizes_text,
    transposed,
    value,
)
from compare.exercise.trials import Trial, same


def question(seen: Seen) -> str:
    """What to ask about a function that is wrong on some trials."""
    every = (*ALWAYS, *QUESTIONS.get(seen.name, ()), constant_ratio, transposed, by_value)
    return next(text for ask in every if (text := ask(seen)))


def _without_images(seen: Seen) -> str:
    """The difference is the same for each image: it is in the bias."""
    if not seen.all_wrong(lambda ours, right, _: np.ptp(ours - right, axis=0).max() < 1e-9):
        return ""
    at = value(seen.first.ours[0][0, 0] - (seen.first.right[0] - seen.first.given["b"])[0, 0])
    b = value(seen.first.given["b"][0])
    return (
        f"of a black image, X = 0, your Z[0, 0] would be {at} with b[0] = {b}. What should the logits of a "
        "black image be?"
    )


def _without_bias(seen: Seen) -> str:
    """The products alone are wrong."""
    trial = seen.first
    X, W, b = (trial.given[name] for name in ("X", "W", "b"))
    n, k = seen.place
    terms = " + ".join(f"{value(x)} * {value(w)}" for x, w in zip(X[n], W[k], strict=True))
    ours = value(trial.ours[0][n, k])
    return (
        f"{seen.where} your Z[{n}, {k}] is {ours}. By hand it is {terms} + {value(b[k])}. What does your "
        "code do to these numbers?"
    )


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
    return (
        f"{seen.where} Z[{n}, {k}] - Z[{n}, 0] is {value(Z[n, k] - Z[n, 0])}, and your logP[{n}, {k}] "
        f"- logP[{n}, 0] is "
        f"{value(ours[n, k] - ours[n, 0])}. The same is taken from all logits of a row: should these two be equal?"
    )


def _negative_loss(seen: Seen) -> str:
    ours = float(seen.first.ours[0])
    if ours >= 0:
        return ""
    return (
        f"{seen.where} your loss is {value(ours)}. Logarithms of probabilities are negative: which sign has the loss?"
    )


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
    return (
        f"{seen.where} your loss is {value(trial.ours[0])}. The labels are {[*map(int, y)]}: "
        f"{entries}{more}. What do you make of these {len(y)} numbers, and of no others?"
    )


def _loss_ratio(seen: Seen) -> str:
    ratios = [float(trial.ours[0] / trial.right[0]) for trial in seen.wrong]
    for name in ("N", "K"):
        sizes = [trial.sizes[name] for trial in seen.wrong]
        if np.allclose(ratios, sizes) or np.allclose(ratios, 1 / np.array(sizes, float)):
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
    n = next((n for n, r in enumerate(ratios) if abs(r - ratios[0]) > 1e-6), 0)
    rate = [f"lr = {trial.sizes['lr']:g}" for trial in seen.wrong]
    first = f"your step of {seen.symbol} is {ratios[0]:.4g} times as long as it should be with {rate[0]}"
    if n:
        return (
            f"{first}, and {ratios[n]:.4g} times with lr = {seen.wrong[n].sizes['lr']:g}. What does your "
            "code do with lr?"
        )
    return (
        f"{first}, and at every other rate. Where does that factor come from?"
        if ratios[0]
        else f"your new {seen.symbol} is the old one. Which line should change it?"
    )


def _from_three_numbers(seen: Seen) -> str:
    start, gradient = (seen.first.given[name][seen.place] for name in (seen.symbol, f"d{seen.symbol}"))
    ours = value(seen.first.ours[seen.result][seen.place])
    return (
        f"{seen.where} {seen.at()} is {value(start)}, d{seen.at()} is {value(gradient)} and lr = "
        f"{seen.first.sizes['lr']:g}. Your new {seen.at()} is {ours}: what do you make of these three numbers?"
    )


def _update_ratio(seen: Seen, trial: Trial) -> float | None:
    ours, right = seen.pair(trial)
    start = trial.given[seen.symbol]
    return ratio(ours - start, right - start)


def _which_batches(seen: Seen) -> str:
    """In which kinds of epochs it is wrong."""
    pairs = [(int(trial.sizes["N"]), int(trial.sizes["batch_size"])) for trial in seen.wrong]
    n, size = next((pair for pair in pairs if pair[0] > pair[1]), pairs[0])
    these = f"{n} images and batch_size {size}"
    if all(n % size for n, size in pairs):
        return (
            f"right where the batches come out even, but not with {these}. Which images are in the last batch, and how "
            "many are there?"
        )
    if all(n > size for n, size in pairs):
        return (
            f"right for an epoch of one batch, but not with {these}, which are {-(-n // size)} steps. Which W, b, "
            "images, gradient and rate does your second step use?"
        )
    return _in_one_batch(seen)


def _in_one_batch(seen: Seen) -> str:
    """An epoch of one batch is wrong as well."""
    trial = next((t for t in seen.wrong if t.sizes["N"] == t.sizes["batch_size"]), seen.wrong[0])
    if same(trial.ours[0], trial.given["W"]):
        turns = "W is what it was. How many turns does your loop make there?"
    else:
        turns = (
            "the result must be what one step with your functions gives. How many turns does your loop make there, and "
            "what does each step get?"
        )
    return f"wrong even where the epoch is a single batch ({sizes_text(trial)}): there {turns}"


FORWARD: dict[str, tuple[Question, ...]] = {
    "logits": (_without_images, transposed, _without_bias),
    "log_softmax": (_from_0_to_1, _columns_sum_to_1, _above_0, _rows_do_not_sum_to_1, _differences_of_logits),
    "nll_loss": (_negative_loss, _loss_ratio, _loss_of_other_entries),
    "sgd_step": (_moves_the_other_way, _step_ratio, _from_three_numbers),
    "one_epoch": (_which_batches,),
}
QUESTIONS = FORWARD | GRADIENTS


# What a batch is named, and what to ask about it.
BATCHES = {
    "logits of": "exp(1000) is no number of a computer: what may one take from all logits of a row before exp?",
    "logits far below 0": "exp(-1000) is 0, and so is a sum of such: what may one add to all logits of a row?",
    "rows of mixed scale": "The rows have very different logits: does each row get its own maximum?",
    "single image": "A batch may have one image: N is 1. Which step needs more, or drops an axis of length 1?",
    "a batch of": "Which number in your code is fixed that should come from the shape of an input?",
    "batches of": "Which number in your code is fixed that should come from the shape of an input?",
    "orders in memory": "The values lie in another order in memory here: which step takes them as they lie there, and "
    "not by their index?",
    "after other steps": "Which variable outside the function has another value in a later call?",
    "rate": "Which number in your code should be lr, at every size that lr may have?",
    "confident": "Probabilities are nearly 0 or 1 here: which step divides by them, takes their logarithm, or clips?",
    "equal logits": "All logits are equal here: which step looks for a largest one?",
    "tied": "Two logits of a row are equal here: which step looks for a largest one?",
    "single class": "All labels are the same here: which step counts labels, or takes K from them?",
}


def batch_question(batch: str) -> str:
    """What to ask about a batch in which a function is wrong."""
    return next((text for part, text in BATCHES.items() if part in batch), "What is special about this batch?")
