"""One epoch call by call: the first input that is not as it should be, or a step too few or too many."""

from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.backends.traced import MOST_CALLS, Call
from compare.exercise.arguments import wrong_arguments
from compare.exercise.calls import equal, inputs_of, is_empty, numbered, used
from compare.exercise.gaps import factor_text, first_gap
from compare.exercise.right import RIGHT
from compare.exercise.rungs import shown
from compare.exercise.seen import prints_as_one, ratio
from compare.exercise.step_calls import Batch, wrong_steps
from compare.exercise.trials import Results
from compare.exercise.turn_texts import (
    QUESTIONS,
    RANDOM,
    Turn,
    always_the_same,
    another_number,
    images_text,
    in_place_of,
    labels_text,
    lesson,
    no_image_left,
    no_images,
    no_labels,
    not_finite,
    of_step,
    returned,
    steps_of,
    why_images,
)
from compare.words import counted

Values = dict[str, Any]


def first_wrong_turn(inputs: tuple[Any, ...], calls: list[Call], ours: Results | None = None) -> Turn | None:
    """The first thing that is wrong in the calls of an epoch; None if it is not in them.

    calls: the last of them is that of the epoch itself, whose inputs are not looked at.
    inputs: X, y, W, b, lr, batch_size. ours: what the epoch returned, None if it raised.
    """
    if not calls[:-1]:
        return None
    if ours is not None and not all(map(equal, calls[-1].results, ours)):
        return RANDOM
    epoch, taken = _Epoch(inputs), used(calls[:-1])
    found = None if ours is None else wrong_steps(epoch.head, calls, epoch.batches)
    found = found or epoch.wrong_input(taken)
    if found or ours is None:
        return found
    return epoch.wrong_count(taken) or epoch.wrong_result(ours, taken)


def empty_step(inputs: tuple[Any, ...], calls: list[Call]) -> Turn | None:
    """The step without images of an epoch whose W and b are right; None if there is none."""
    return _Epoch(inputs).wrong_input(used(calls[:-1])) if any(map(is_empty, calls)) else None


class _Epoch:
    """What all functions should get in each step, and W and b after the last one."""

    def __init__(self, inputs: tuple[Any, ...]):
        self.X, self.y, W, b, self.lr, self.size = inputs
        model = scratch.SoftmaxRegression(W, b)
        every = (range(first, min(first + self.size, len(self.y))) for first in range(0, len(self.y), self.size))
        self.batches = [Batch(r, self.X[r.start : r.stop], self.y[r.start : r.stop]) for r in every]
        self.steps: list[Values] = []
        for batch in self.batches:
            before = {"W": model.weight.copy(), "b": model.bias.copy(), "lr": self.lr}
            step = scratch.step(model, scratch.SGD(self.lr), batch.X, batch.y)
            P, dlogP = np.exp(step.logP), RIGHT["log_probabilities_gradient"](step.logP, step.y)
            with np.errstate(divide="ignore", invalid="ignore"):
                self.steps.append(step._asdict() | before | {"P": P, "dlogP": dlogP, "dP": dlogP / P})
        self.after = {"W": model.weight, "b": model.bias}
        self.missing: list[int] = []  # images that no call of logits gets
        self.head = f"with {counted(len(self.y), 'image')} and batch_size {self.size}"

    def wrong_input(self, calls: list[Call]) -> Turn | None:
        """The first input of a call that is not as it should be."""
        right: dict[int, str] = {}
        began = (self._rows(call.inputs[0]) or () for call in calls if call.name == "logits" and call.inputs)
        given = {row for rows in began for row in rows}
        self.missing = sorted({*range(len(self.y))} - given)
        for n, call in numbered(calls):
            if n >= len(self.steps) and is_empty(call):
                return no_image_left(self.head, n + 1, len(self.y), self.size, self.batches[-1].rows)
            if n >= len(self.steps):
                continue
            if turn := wrong_arguments(call, self.steps[n], partial(self._named, n), self._place(n)):
                return turn
            for name, got in inputs_of(call):
                if not equal(got, self.steps[n][name]):
                    return self._told(n, call.name, name, got, right.get(n, ""))
                if name == "X":
                    right[n] = call.name
            if not all(np.isfinite(part).all() for part in call.results):
                return not_finite(self._place(n), call.name)
        return None

    def _place(self, n: int) -> str:
        return f"{self.head}, in step {n + 1} of {len(self.steps)},"

    def _named(self, n: int, got: NDArray) -> str:
        """What an array is, or its shape; of a number its value."""
        whole = next((name for name, every in (("X", self.X), ("y", self.y)) if equal(got, every)), "")
        return (
            self._another(n, got)
            or (whole and f"all of {whole}")
            or (f"an array {got.shape}" if got.ndim else f"{float(got):g}")
        )

    def _told(self, n: int, function: str, name: str, got: NDArray, other: str) -> Turn:
        """Other: which function had the images of this step before, if one had."""
        place = self._place(n)
        if name in ("X", "y") and got.ndim and (what := self._another(n, got)) and what[0] not in "Xy":
            return in_place_of(f"{place} your {function} gets", what, name)
        if name == "X":
            return self._images(n, place, function, got, other)
        if name == "y" and got.ndim != 1:
            return no_labels(f"{place} your {function} gets", got, len(self.steps[n]["y"]))
        if name == "y":
            images = images_text(self.batches[n].rows)
            return Turn(
                f"{place} your {function} gets the labels {shown(got)}. Which images are in this step, and which "
                "labels have these?",
                f"Step {n + 1} has {images}, with {labels_text(self.steps[n]['y'])}: cut X and y in the same way, "
                "and keep both in their order.",
            )
        known = self._another(n, got) or name not in ("logP", "P")
        asked = QUESTIONS[name] if known else f"Which {name} belongs to this step?"
        asks = f"{place} the {name} that your {function} gets is {self.identified(n, name, got)}. {asked}"
        counts = len(self.y), self.size, len(self.steps[n]["y"])
        return Turn(asks, lesson(name, n + 1, self._start(n, name), got, self.lr, counts))

    def _start(self, n: int, name: str) -> str:
        return f"the {name} that step {n} returned" if n else f"the {name} that came in"

    def _images(self, n: int, place: str, function: str, got: NDArray, other: str) -> Turn:
        place = f"{place} your {function} gets"
        rows, wanted = self._rows(got), self.batches[n].rows
        if rows is None:
            return no_images(place, got, self.X.shape[1], turned=self._rows(got.T) is not None)
        if other:
            return Turn(
                f"{place} {images_text(rows)}, and your {other} got {images_text(wanted)}. Should both get the same?",
                "All functions of a step get one batch: cut it once, and give its name to each of them.",
            )
        if n and self.missing and rows == [*self.batches[0].rows]:
            return always_the_same(f"{self.head}, your {function} gets", rows, self.missing)
        if n and rows == [*range((n - 1) * self.size, n * self.size)]:
            return Turn(
                f"{self.head}, your {function} gets {images_text(rows)} in one call, and again in the next. "
                "How often does each batch go through your functions, and between which of them do W and b change?",
                "Each batch goes through once: dW and db come from one dZ, before W or b changes.",
            )
        return Turn(
            f"{place} {images_text(rows)}. Which images should it get?",
            f"Step {n + 1} has {images_text(wanted)}. {why_images(rows, wanted, len(self.y))}",
        )

    def _rows(self, got: NDArray) -> list[int] | None:
        """Which images these are; None if one is none of them."""
        if got.ndim != 2 or got.shape[1] != self.X.shape[1]:
            return None
        found = [np.flatnonzero((row == self.X).all(axis=1)) for row in got]
        return [int(rows[0]) for rows in found] if all(rows.size for rows in found) else None

    def identified(self, n: int, name: str, got: NDArray) -> str:
        """What an input is, or how it is off."""
        right = self._at(n, name)
        if name == "lr":
            return f"{float(got):g}, not {self.lr:g}" if got.size == 1 else "no number"
        return (
            self._another(n, got)
            or self._sum(n, name, got)
            or self._moved(n, name, got)
            or factor_text(got, right)
            or (f"of the shape {got.shape}, not {np.shape(right)}" if got.shape != np.shape(right) else "")
            or first_gap(name, got, right)
        )

    def _at(self, n: int, name: str) -> Any:
        return (self.steps[n] if n < len(self.steps) else self.after)[name]

    def _another(self, n: int, got: NDArray) -> str:
        """Another quantity of this step, or one of another step."""
        order = [n, *(k for k in range(len(self.steps)) if k != n)]
        for k in (k for k in order if k < len(self.steps)):
            for other, value in self.steps[k].items():
                if equal(got, value):
                    return of_step(k, other, k == n)
        return ""

    def _sum(self, n: int, name: str, got: NDArray) -> str:
        """The sum of a gradient over the steps so far, or their mean."""
        if name not in ("dW", "db") or n >= len(self.steps):
            return ""
        total = np.sum([step[name] for step in self.steps[: n + 1]], axis=0)
        return f"the sum of {name} over steps 1 to {n + 1}" if n and equal(got, total) else ""

    def _moved(self, n: int, name: str, got: NDArray) -> str:
        """W or b after a step that is too long, too short, or goes the other way."""
        if name not in self.after or not n or got.shape != np.shape(self._at(n, name)):
            return ""
        start = self.steps[n - 1][name]
        found = ratio(got - start, self._at(n, name) - start)
        if found is None or prints_as_one(found):
            return ""
        images = len(self.steps[n - 1]["y"])
        as_many = f" ({images} is the number of images in it)" if images > 1 and np.isclose(found, images) else ""
        turned = "the other way, and " if found < 0 else ""
        return f"one that has moved {turned}{abs(found):.4g} times as far as step {n} should take it{as_many}"

    def wrong_count(self, calls: list[Call]) -> Turn | None:
        """Too few steps, or too many."""
        names = [call.name for call in calls]
        made = names.count("sgd_step") or names.count("logits")
        if made == len(self.steps) or not made or len(calls) >= MOST_CALLS:
            return None
        rows = [self._rows(call.inputs[0]) for call in calls if call.name == "logits"]
        listed = ", then ".join(images_text(row) for row in rows if row is not None)
        with_images = f"; your logits gets {listed}" if listed else ""
        begun = "take" if "sgd_step" in names else "begin"
        return Turn(
            f"{self.head} you {begun} {counted(made, 'step')}{with_images}. How many steps should it be, with which "
            "images?",
            f"{steps_of(len(self.y), self.size, self.batches[-1].rows)}{another_number(made, len(self.steps))}",
        )

    def wrong_result(self, ours: Results, calls: list[Call]) -> Turn | None:
        """W or b that is returned."""
        for name, got in zip(self.after, ours, strict=True):
            if not equal(got, self.after[name]):
                what = self.identified(len(self.steps), name, np.asarray(got))
                return returned(f"{self.head} the {name} that you return is {what}.", name, [c.name for c in calls])
        return None
