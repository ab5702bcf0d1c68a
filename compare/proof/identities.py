"""Identities of E1 to E6: equations that the quantities of one side must fulfil, whatever the other side computes."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend, State
from compare.problem import Hyperparameters, Problem
from compare.proof.single_steps import Case, SingleSteps
from scratch import Rows, Step

# In eps of the numbers that were added: a few for the operations, many for a sum of a few hundred terms.
SLACK = 512
# A P of 1 or 0 that was rounded, in eps.
SIGN = 8
IDENTITIES_LR = 0.1
DENSE_IMAGES = 40


def broken_identities(problem: Problem, backend: Backend, dtype: str) -> list[str]:
    """The names of the identities that a side breaks, on real images and on dense random ones."""
    random = np.random.default_rng(8)
    dense = random.integers(0, 256, (DENSE_IMAGES, problem.features)).astype(np.uint8)
    labels = random.integers(0, problem.classes, DENSE_IMAGES)
    broken: dict[str, None] = {}
    for train in (problem.train, (dense, labels)):
        # in the order in which they are found, each once
        broken |= dict.fromkeys(_broken(train, problem.start(dtype), backend))
    return list(broken)


def _broken(train: tuple[NDArray | Rows, NDArray], start: tuple[NDArray, NDArray], backend: Backend) -> list[str]:
    labels, index = train[1], np.arange(min(DENSE_IMAGES, len(train[1])))
    # what a side keeps from step to step shows when a batch comes again
    repeats = {"again": index, "doubled": np.tile(index, 2), "reversed": index[::-1].copy()}
    batches = {"once": index, **repeats, "short": index[:7]}
    cases = tuple(Case(name, State(*start), where) for name, where in batches.items())
    single_steps = SingleSteps(train, Hyperparameters(epochs=1, lr=IDENTITIES_LR), cases)
    steps = {case.name: step for case, step in single_steps.steps(backend, start[0].dtype.name)}
    return [
        *(
            name
            for batch, step in steps.items()
            for name, holds in IDENTITIES.items()
            if not holds(step, labels[batches[batch]], *start)
        ),
        *(f"gradients of a batch {batch}" for batch in repeats if not _same_gradients(steps["once"], steps[batch])),
    ]


def _near(a: NDArray | np.floating, b: NDArray | np.floating, size: float) -> bool:
    # nan is near nothing
    return bool((np.abs(a - b) <= SLACK * np.finfo(np.asarray(a).dtype).eps * float(size)).all())


def _same_gradients(one: Step, other: Step) -> bool:
    pairs = ((one.L, other.L), (one.dW, other.dW), (one.db, other.db))
    return all(_near(a, b, 1 + np.abs(a).max()) for a, b in pairs)


def _rows_of_p(s: Step, _y: NDArray, _W: NDArray, _b: NDArray) -> bool:
    return _near(np.exp(s.logP).sum(axis=1), np.ones(1, s.logP.dtype), 1 + np.abs(s.Z).max())


def _differences(s: Step, _y: NDArray, _W: NDArray, _b: NDArray) -> bool:
    return _near(s.logP - s.logP[:, :1], s.Z - s.Z[:, :1], 1 + np.abs(s.Z).max())


def _loss(s: Step, y: NDArray, _W: NDArray, _b: NDArray) -> bool:
    return _near(s.L, -s.logP[np.arange(len(y)), y].mean(), 1 + np.abs(s.logP).max())


def _rows_of_dz(s: Step, _y: NDArray, _W: NDArray, _b: NDArray) -> bool:
    return _near(s.dZ.sum(axis=1), np.zeros(1, s.dZ.dtype), 1 / len(s.dZ))


def _signs(s: Step, y: NDArray, _W: NDArray, _b: NDArray) -> bool:
    at_label = np.arange(s.dZ.shape[1]) == y[:, None]
    # a P of 1 may be rounded to a little more
    return bool((np.where(at_label, -s.dZ, s.dZ) >= -SIGN * np.finfo(s.dZ.dtype).eps / len(y)).all())


def _label_share(s: Step, y: NDArray, _W: NDArray, _b: NDArray) -> bool:
    # N dZ at the label is P - 1
    rows = np.arange(len(y))
    return _near(len(y) * s.dZ[rows, y] + 1, np.exp(s.logP[rows, y]), 1 + np.abs(s.Z).max())


def _classes(s: Step, _y: NDArray, _W: NDArray, _b: NDArray) -> bool:
    # what one class gains the others lose
    return _near(s.dW.sum(axis=0), np.zeros(1, s.dW.dtype), 1.0) and _near(s.db.sum(), s.db.dtype.type(0), 1.0)


def _bias_is_the_sum(s: Step, _y: NDArray, _W: NDArray, _b: NDArray) -> bool:
    return _near(s.db, s.dZ.sum(axis=0), 1.0)


def _chain(s: Step, _y: NDArray, W: NDArray, b: NDArray) -> bool:
    # W and b change the loss only through Z, which is linear in them
    left = (s.dW * W).sum() + (s.db * b).sum()
    return _near(left, (s.dZ * s.Z).sum(), 1 + np.abs(s.Z).max())


def _update(s: Step, _y: NDArray, W: NDArray, b: NDArray) -> bool:
    lr = s.W.dtype.type(IDENTITIES_LR)
    eps = np.finfo(W.dtype).eps
    for new, old, d in ((s.W, W, s.dW), (s.b, b, s.db)):
        if not (np.abs(new - (old - lr * d)) <= 2 * eps * (np.abs(old) + np.abs(d))).all():
            return False
    return True


IDENTITIES: dict[str, Callable[[Step, NDArray, NDArray, NDArray], bool]] = {
    "rows of P sum to 1 (E2)": _rows_of_p,
    "log P keeps the differences of logits (E2)": _differences,
    "L is the mean of -log P at the labels (E3)": _loss,
    "rows of dZ sum to 0 (E4)": _rows_of_dz,
    "dZ is negative at the label only (E4)": _signs,
    "N dZ at the label is P - 1 (E4)": _label_share,
    "dW and db sum to 0 over the classes (E5)": _classes,
    "db is the sum of dZ (E5)": _bias_is_the_sum,
    "dW W + db b is dZ Z (E1, E5)": _chain,
    "W moves by -lr dW (E6)": _update,
}
