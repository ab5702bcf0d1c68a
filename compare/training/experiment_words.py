"""What was seen in the trainings of an experiment, in words that follow the numbers."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from compare.words import counted, per_cent, points

# What happens less often is taken as not seen by chance.
UNLIKELY = 0.05


@dataclass(frozen=True)
class Row:
    """One training of the grid: what was varied, and how it ended.

    Losses and accuracies are those of the final weights, on all images of either part; no running means. If a loss
    was no longer finite on the way, all four are nan. diverged: see `advice.diverged`.
    """

    setting: str
    value: float
    backend: str
    steps: int
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float
    val_images: int
    diverged: bool
    data: str = ""
    epochs: int = 0
    seed: int = 1
    batch_size: int = 100
    lr: float = 0.1

    @property
    def val_error(self) -> float:
        """Standard error of the validation accuracy, that of a share of N images: sqrt(p (1 - p) / N)."""
        return math.sqrt(self.val_accuracy * (1 - self.val_accuracy) / self.val_images)


def _reach(rows: list[Row], pick: Callable[..., float]) -> list[Row]:
    """By setting a row of the accuracy that max or min picks; none is where all are nan."""
    picked = pick((row.val_accuracy for row in rows if not math.isnan(row.val_accuracy)), default=math.nan)
    return list({row.setting: row for row in rows if row.val_accuracy == picked}.values())


def _listed(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} and {last}" if others else last


def _gap(row: Row) -> float:
    return row.train_accuracy - row.val_accuracy


def _lost(rows: list[Row]) -> str:
    """What diverges, and on which side; empty if nothing does."""
    lost: dict[str, list[str]] = {}
    for row in rows:
        if row.diverged:
            lost.setdefault(row.setting, []).append(row.backend)
    return ", ".join(f"{setting} ({' and '.join(sides)})" for setting, sides in lost.items())


def _if_lost(rows: list[Row]) -> str:
    """A sentence on what diverges, if anything does."""
    lost = _lost(rows)
    return f" Training diverges at {lost}." if lost else ""


def _at(rows: list[Row], value: float) -> Row:
    return next(row for row in rows if math.isclose(row.value, value))


def on_learning_rates(rows: list[Row]) -> str:
    """Whether the tutorial's rate is too low, and what diverges."""
    slow, fast = _at(rows, 1e-3), _at(rows, 0.1)
    best = _reach([row for row in rows if not row.diverged], max)
    lost = _lost(rows)
    end = f"training diverges at {lost}" if lost else "none diverges: no training loss ends above its start"
    better = fast.val_accuracy > slow.val_accuracy
    tutorial = better and fast.data == "mnist5k"
    why = ": the tutorial's accuracy levels off because its rate is too low, not too high" if tutorial else ""
    highest = (
        f"The best of these {'is' if len(best) == 1 else 'are'} {_listed(row.setting for row in best)} "
        f"({per_cent(best[0].val_accuracy, 1)}), and {end}."
        if best
        else "Training diverges at all of these."
    )
    steps, reached = counted(fast.steps, "step"), per_cent(slow.val_accuracy, 1)
    if fast.diverged:
        return f"At lr 0.1 training diverges in {steps}; at lr 0.001 it reaches {reached}. {highest}"
    beats = "beats" if better else "does not beat"
    return f"After {steps} lr 0.1 ({per_cent(fast.val_accuracy, 1)}) {beats} lr 0.001 ({reached}){why}. {highest}"


def on_batch_sizes(rows: list[Row]) -> str:
    """Steps and losses of small and large batches."""
    small, large = rows[0], rows[-1]
    return (
        f"At the same number of epochs, batches of {small.setting} take {counted(small.steps, 'step')} and reach "
        f"{per_cent(small.val_accuracy, 1)}, batches of {large.setting} take {large.steps:,} and reach "
        f"{per_cent(large.val_accuracy, 1)}. The training loss ends at {small.train_loss:.3f} and "
        f"{large.train_loss:.3f}: "
        + (
            "at one learning rate more steps go further."
            if small.train_loss < large.train_loss
            else "more steps did not go further here."
        )
        + _if_lost(rows)
    )


def on_validation_sizes(rows: list[Row]) -> str:
    """How sure an accuracy is."""

    def accuracy(row: Row) -> str:
        share, N = row.val_accuracy, row.val_images
        if share in (0, 1):
            # the formula below would give 0; Clopper and Pearson 1934: N like outcomes leave out what is rarer than 5 %
            bound = UNLIKELY ** (1 / N) if share else 1 - UNLIKELY ** (1 / N)
            return f"{per_cent(share, 1)}, which tells of {per_cent(bound, 1)} or {'more' if share else 'less'}"
        return f"{per_cent(share, 1)}, give or take {points(row.val_error)}"

    few, many = rows[0], rows[-1]
    return (
        f"With {counted(few.val_images, 'validation image')} the accuracy is {accuracy(few)}; "
        f"with {many.val_images:,} it is {accuracy(many)}. Holding out more leaves less to learn from, and a smaller "
        "difference than these means nothing." + _if_lost(rows)
    )


def on_train_metrics(rows: list[Row]) -> str:
    """How far training accuracy is above validation."""
    first, last = rows[0], rows[-1]
    rising = "rose" if last.val_loss > min(row.val_loss for row in rows) else "still fell"
    gaps = [points(_gap(row)) for row in (first, last)]
    return (
        f"After {last.setting} epochs on 300 images the accuracy on these images is "
        f"{per_cent(last.train_accuracy, 1)}, {gaps[1]} above validation; after {first.setting} it was {gaps[0]} "
        f"above. The training loss fell from {first.train_loss:.3f} to {last.train_loss:.3f} while the validation loss "
        f"in the end {rising} ({last.val_loss:.3f}): only images that were not trained on tell how good a model is."
        + _if_lost(rows)
    )


def on_subsets(rows: list[Row]) -> str:
    """What more images change."""
    few, many = rows[0], rows[-1]
    return (
        f"At the same number of steps, {few.setting} images reach {per_cent(few.val_accuracy, 1)} and {many.setting} "
        f"reach {per_cent(many.val_accuracy, 1)}. The gap between training and validation accuracy goes from "
        f"{100 * _gap(few):.1f} to {points(_gap(many))}." + _if_lost(rows)
    )


def on_data_sets(rows: list[Row]) -> str:
    """The best and the worst of the data sets."""
    best, worst = _reach(rows, max), _reach(rows, min)
    high, low = (
        f"{per_cent(ends[0].val_accuracy, 1)} on {_listed(row.setting for row in ends)}" for ends in (best, worst)
    )
    return (
        f"The same model and the same rate reach {high} and {low}. On their training images it is "
        f"{_listed(per_cent(row.train_accuracy, 1) for row in best + worst)}: how far a linear model gets is a "
        "matter of the data." + _if_lost(rows)
    )
