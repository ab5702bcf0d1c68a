"""Advice on a finished training: whether the result is normal, and whether it stopped early."""

import math

from compare.data.dataset import largest_if_dark
from compare.problem import Hyperparameters, Problem
from compare.training import published
from compare.words import per_cent
from scratch import Record

# Lowest and highest validation accuracy over seeds (16 for mnist5k at lr 1e-3, 3 for mnist, else 8), everything else
# being the default, by data set, learning rate and steps.
USUAL = {
    ("mnist5k", 1e-3, 9600): (0.841, 0.890),
    ("mnist5k", 0.1, 960): (0.888, 0.914),
    ("digits", 1e-3, 9600): (0.871, 0.939),
    ("digits", 0.1, 960): (0.927, 0.964),
    ("mnist", 0.1, 2400): (0.911, 0.914),
}
# A seed that was not measured may lie a little outside.
CLOSE = 0.01
# Relative change of the validation loss over the last tenth of the epochs that counts as movement.
MOVED = 0.005
# Below this a fall is none, even if the loss fell no faster before.
STANDS = 0.0005
# The same above the lowest, of one that jumps.
UNSTEADY = 0.1


def usual_band(problem: Problem) -> tuple[float, float] | None:
    """Validation accuracies between which this data set, learning rate and number of steps normally end."""
    chosen = problem.chosen
    if published.applies(problem) and 0 < chosen.epochs < len(published.CURVE):
        middle, half = published.CURVE[chosen.epochs], published.band(chosen.epochs)
        return middle - half, middle + half
    default = Hyperparameters(epochs=chosen.epochs, lr=chosen.lr, seed=chosen.seed)
    measured = USUAL.get((problem.name, chosen.lr, problem.steps)) if chosen == default else None
    return measured and (measured[0] - CLOSE, measured[1] + CLOSE)


def diverged(start: float, end: float) -> bool:
    """True for a training that ends with a training loss that is not finite, or is above its start.

    start, end: the loss of the initial weights on all training images, and that of the final weights.
    """
    return not math.isfinite(end) or end > start


def advice(problem: Problem, history: list[Record], train_loss: float) -> str:
    """One or two sentences on the records of a training, as `fit` returns them.

    train_loss: of the final weights on all training images; that of a record is a running mean.
    """
    first, last = history[0], history[-1]
    if diverged(first.train_loss, train_loss):
        return (
            f"The training loss begins at {first.train_loss:.4g} and ends at {train_loss:.4g}: training diverges; "
            "try a smaller --lr."
        )
    which = problem.evaluated_on.capitalize()
    if last.val_accuracy < 1.5 / problem.classes:
        dark = largest_if_dark(problem.train[0].array)
        check = f"the pixels, of which none is above {dark} of 255" if dark else "the number of steps"
        return (
            f"{which} accuracy {per_cent(last.val_accuracy, 1)} is hardly better than guessing: check {check}, "
            "the learning rate and the labels."
        )
    words = _on_accuracy(which, last.val_accuracy, usual_band(problem)), _on_the_end(history, problem.evaluated_on)
    return " ".join(filter(None, words))


def _on_accuracy(which: str, accuracy: float, band: tuple[float, float] | None) -> str:
    if band is None:
        return ""
    reached, usual = f"{which} accuracy {per_cent(accuracy, 1)}", f"{per_cent(band[0], 1)} to {per_cent(band[1], 1)}"
    if accuracy < band[0]:
        return f"{reached} is below the usual {usual}: check the gradient, the labels and the learning rate."
    if accuracy > band[1]:
        return f"{reached} is above the usual {usual}: check that no validation image is trained on."
    return f"{reached} is normal here, {usual} being usual."


def _on_the_end(history: list[Record], part: str) -> str:
    """What the losses did over the last tenth of the epochs."""
    tenth = max(1, (len(history) - 1) // 10)
    last, before = history[-1], history[-1 - tenth]
    # of a loss that was 0 there is no share: it stayed, or it rose
    fall = 1 - last.val_loss / before.val_loss if before.val_loss else -float(last.val_loss > 0)
    span = "epoch" if tenth == 1 else f"{tenth} epochs"
    best = min(history[:-1], key=lambda record: record.val_loss)
    if fall > MOVED and last.val_loss > (1 + MOVED) * best.val_loss:
        was = f"the {part} loss was {best.val_loss:.4g} after epoch {best.epoch}, and ends at {last.val_loss:.4g}"
        jumps = last.val_loss > (1 + UNSTEADY) * best.val_loss
        return f"Unsteady: {was}; try a smaller --lr." if jumps else f"Levelled off: {was}."
    if fall > MOVED or (fall > STANDS and _as_fast_as_before(history, tenth)):
        return (
            f"Still improving at the end. The {part} loss fell by {per_cent(fall, 1)} in the last {span}; "
            "more --epochs or a larger --lr go further."
        )
    if fall < -MOVED and last.train_loss < before.train_loss:
        return f"Overfitting: the training loss still falls, but the {part} loss rises; stop earlier."
    if fall < -MOVED:
        return "Unsteady: both losses rose at the end; a smaller --lr would settle."
    return f"Levelled off: the {part} loss moved by {per_cent(abs(fall), 1)} in the last {span}."


def _as_fast_as_before(history: list[Record], tenth: int) -> bool:
    """True if the last tenth fell at least half as far as a tenth does on average: too slow is not levelled off."""
    epochs, last = len(history) - 1, history[-1].val_loss
    return (history[-1 - tenth].val_loss - last) / tenth >= 0.5 * (history[0].val_loss - last) / epochs
