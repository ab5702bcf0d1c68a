"""What a page holds of a recorded run: facts for the reader of the page, and arrays by name; recording.js reads them.

What sums and products alone compute is the same to the bit in every browser, if the order of the sum is the same. Of
that only the distance from what NumPy computed is kept.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.page.packing import PIXELS, distance, pack_images
from compare.page.recording import DTYPE, FIELDS, Moment, Recording
from compare.problem import Problem

Arrays = dict[str, NDArray]


class Content(NamedTuple):
    """Facts that JSON takes, and arrays by name."""

    facts: dict[str, Any]
    arrays: Arrays


def content(recording: Recording) -> Content:
    """All that the page needs of a recording."""
    problem, W0_b0 = recording.problem, recording.problem.start(DTYPE)
    parts = problem.train, problem.validation
    images, labels = (np.concatenate([np.asarray(part[n]) for part in parts]) for n in range(2))
    lit, values = pack_images(images)
    arrays: Arrays = {
        "lit": lit,
        PIXELS: values,
        "labels": labels.astype(np.uint8),
        "order": np.concatenate([np.concatenate(epoch) for epoch in problem.batches]).astype(
            np.uint16 if len(images) <= 2**16 else np.uint32
        ),
        "W0": W0_b0[0],
        "b0": W0_b0[1],
        "loss": recording.loss,
        "hits": recording.hits.astype(np.uint16),
        "limits": recording.limits,
        "history": recording.history,
    }
    known = W0_b0
    for moment in recording.moments:
        arrays |= {f"{moment.number}/{name}": array for name, array in _moment(moment, W0_b0, known, problem).items()}
        known = moment.steps[0].W, moment.steps[0].b
    return Content(facts(problem, [moment.number for moment in recording.moments]), arrays)


def facts(problem: Problem, moments: list[int]) -> dict[str, Any]:
    """What a reader of the page is told of the problem."""
    chosen = problem.chosen
    return {
        "name": problem.name,
        "shape": problem.shape if len(problem.shape) == 2 else (1, problem.features),
        "names": problem.names,
        "features": problem.features,
        "classes": problem.classes,
        "train": len(problem.train[1]),
        "validation": len(problem.validation[1]),
        "epochs": chosen.epochs,
        "batch_size": chosen.batch_size,
        "steps_per_epoch": problem.steps_per_epoch,
        "steps": problem.steps,
        "lr": chosen.lr,
        "moments": moments,
        "fields": FIELDS,
    }


def _moment(
    moment: Moment, initial: tuple[NDArray, NDArray], known: tuple[NDArray, NDArray], problem: Problem
) -> Arrays:
    """The arrays of one moment; `known` are the weights that the page has reached by the moments before."""
    ours, theirs = moment.steps
    W, b = moment.before.W, moment.before.b
    found: Arrays = {"limits": moment.limits, "logP": ours.logP, "dZ": ours.dZ}
    if not (np.array_equal(W, known[0]) and np.array_equal(b, known[1])):
        found |= {"before/W": distance(W, initial[0]), "before/b": distance(b, initial[1])}
    dW, db = sequential_gradients(ours.X, ours.dZ)
    near = {
        "Z": sequential_logits(ours.X, W, b),
        "dW": dW,
        "db": db,
        "W": W - problem.chosen.lr * ours.dW,
        "b": b - problem.chosen.lr * ours.db,
    }
    found |= {name: distance(getattr(ours, name), value) for name, value in near.items()}
    pairs = {name: (np.asarray(getattr(theirs, name)), np.asarray(getattr(ours, name))) for name in FIELDS}
    return found | {f"torch/{name}": distance(*pair).reshape(-1) for name, pair in pairs.items()}


def sequential_logits(X: NDArray, W: NDArray, b: NDArray) -> NDArray:
    """E1 with one product added after the other, as engine.js adds them: X (N, D), W (K, D), b (K,) -> Z (N, K)."""
    return np.stack([np.cumsum(X * row, axis=1)[:, -1] + bias for row, bias in zip(W, b, strict=True)], axis=1)


def sequential_gradients(X: NDArray, dZ: NDArray) -> tuple[NDArray, NDArray]:
    """E5 with one image added after the other: X (N, D), dZ (N, K) -> dW (K, D), db (K,)."""
    dW, db = np.zeros((dZ.shape[1], X.shape[1])), np.zeros(dZ.shape[1])
    for x, row in zip(X, dZ, strict=True):
        dW += row[:, None] * x
        db += row
    return dW, db
