"""Each identity holds of both sides within rounding, and a mistake breaks it."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.bugs.catalogue import BUGS
from compare.data.registry import Dataset
from compare.problem import Hyperparameters, Problem
from compare.proof.identities import IDENTITIES, broken_identities
from scratch import SGD, SoftmaxRegression, Step

# For each identity a mistake that breaks it.
BREAKS = {
    "rows of P sum to 1 (E2)": "sum-forgotten",
    "log P keeps the differences of logits (E2)": "base-2-logarithm",
    "L is the mean of -log P at the labels (E3)": "summed-loss",
    "rows of dZ sum to 0 (E4)": "labels-forgotten",
    "dZ is negative at the label only (E4)": "wrong-sign",
    "N dZ at the label is P - 1 (E4)": "divided-by-n-minus-1",
    "dW and db sum to 0 over the classes (E5)": "one-class-lost",
    "db is the sum of dZ (E5)": "mean-for-the-bias",
    "dW W + db b is dZ Z (E1, E5)": "transposed-gradient",
    "W moves by -lr dW (E6)": "lr-off-by-1e-3",
    "gradients of a batch again": "stale-gradient",
    "gradients of a batch doubled": "summed-gradient",
    "gradients of a batch reversed": "last-row-dropped",
}
EPS = {"float32": 2.0**-23, "float64": 2.0**-52}


def test_every_identity_has_its_mistake():
    assert set(IDENTITIES) == {name for name in BREAKS if not name.startswith("gradients of a batch")}


@pytest.mark.parametrize("identity", BREAKS)
def test_each_identity_can_break(digits: Problem, identity: str, dtype: str):
    found = broken_identities(digits, BUGS[BREAKS[identity]].backend(), dtype)
    assert identity in found
    assert len(found) == len(set(found)) < len(BREAKS)


def test_both_sides_keep_all_of_them(digits: Problem, dtype: str):
    assert broken_identities(digits, SCRATCH, dtype) == []
    assert broken_identities(digits, backend("torch"), dtype) == []


@pytest.fixture
def step(dtype: str) -> tuple[Step, np.ndarray, np.ndarray, np.ndarray]:
    """A step at lr 0.1 on 8 images of 6 pixels and 4 classes; its labels, and the W and b that it started from."""
    random = np.random.default_rng(9)
    W, b = random.normal(size=(4, 6)).astype(dtype), random.normal(size=4).astype(dtype)
    X, y = random.uniform(0, 1, (8, 6)).astype(dtype), random.integers(0, 4, 8)
    return scratch.step(SoftmaxRegression(W, b), SGD(lr=0.1), X, y), y, W, b


# For each identity a field, one value of which is moved, and from how many eps on that is too much: 512 of what was
# added up, with the sizes of the step of the fixture, and 2 where a value is stored.
MOVED = {
    "rows of P sum to 1 (E2)": "logP",
    "log P keeps the differences of logits (E2)": "logP",
    "L is the mean of -log P at the labels (E3)": "L",
    "rows of dZ sum to 0 (E4)": "dZ",
    "N dZ at the label is P - 1 (E4)": "dZ",
    "dW and db sum to 0 over the classes (E5)": "dW",
    "db is the sum of dZ (E5)": "db",
    "dW W + db b is dZ Z (E1, E5)": "dW",
    "W moves by -lr dW (E6)": "W",
}


def slack(identity: str, s: Step, y: np.ndarray, W: np.ndarray, where: tuple) -> float:
    """By how many eps the value may be moved, in this step."""
    around_z, N = 1 + np.abs(s.Z).max(), len(y)
    return {
        "rows of P sum to 1 (E2)": 512 * around_z / np.exp(s.logP[where]) if s.logP.ndim == len(where) else 0,
        "log P keeps the differences of logits (E2)": 512 * around_z,
        "L is the mean of -log P at the labels (E3)": 512 * (1 + np.abs(s.logP).max()),
        "rows of dZ sum to 0 (E4)": 512 / N,
        "N dZ at the label is P - 1 (E4)": 512 * around_z / N,
        "dW and db sum to 0 over the classes (E5)": 512,
        "db is the sum of dZ (E5)": 512,
        "dW W + db b is dZ Z (E1, E5)": 512 * around_z / abs(W[where]) if len(where) == 2 and where[0] < 4 else 0,
        "W moves by -lr dW (E6)": 2 * (abs(W[where]) + abs(s.dW[where])) if len(where) == 2 and where[0] < 4 else 0,
    }[identity]


@pytest.mark.parametrize("identity", MOVED)
def test_rounding_is_allowed_and_little_more(step: tuple, dtype: str, identity: str):
    s, y, W, b = step
    field = MOVED[identity]
    where = {0: (), 1: (2,), 2: (2, 3)}[np.ndim(getattr(s, field))]
    if identity.startswith("N dZ"):
        where = (2, int(y[2]))
    margin = 0.2 if field == "W" else 0.04  # of two roundings, and of 512
    for share, holds in ((1 - margin, True), (1 + margin, False)):
        moved = np.array(getattr(s, field))
        moved[where] += share * slack(identity, s, y, W, where) * EPS[dtype]
        assert IDENTITIES[identity](s._replace(**{field: moved}), y, W, b) is holds, share


# For some identities a field, what its values must be, the most by which one may be off, in eps, and what is too much.
EDGES = {
    "db is the sum of dZ (E5)": ("db", 0, 512, 513),
    "dZ is negative at the label only (E4)": ("dZ", 0, -8 / 8, -9 / 8),  # divided by the 8 images
    "W moves by -lr dW (E6)": ("W", 1, 2, 3),
}


@pytest.mark.parametrize("identity", EDGES)
def test_the_most_that_is_allowed_is_allowed(step: tuple, dtype: str, identity: str):
    field, value, most, too_much = EDGES[identity]
    s, y, _, _ = step
    W, b = np.ones((4, 6), dtype), np.ones(4, dtype)
    s = s._replace(dZ=0 * s.dZ, dW=0 * s.dW, db=0 * s.db, W=W, b=b)
    for eps, holds in ((most, True), (too_much, False)):
        moved = np.array(getattr(s, field))
        moved.flat[(int(y[0]) + 1) % 4] = value + eps * EPS[dtype]
        assert IDENTITIES[identity](s._replace(**{field: moved}), y, W, b) is holds


@pytest.mark.parametrize("identity", IDENTITIES)
def test_nan_breaks_each_identity(step: tuple, identity: str):
    s, y, W, b = step
    assert IDENTITIES[identity](s, y, W, b)
    broken = Step(s.X, s.y, *(value * s.Z.dtype.type(np.nan) for value in s[2:]))
    assert not IDENTITIES[identity](broken, y, W, b)


def test_one_wrong_sign_is_seen(step: tuple):
    s, y, W, b = step
    for k in (int(y[5]), (int(y[5]) + 1) % 4):
        dZ = s.dZ.copy()
        dZ[5, k] *= -1
        assert not IDENTITIES["dZ is negative at the label only (E4)"](s._replace(dZ=dZ), y, W, b)


def test_a_gradient_of_zero_has_no_wrong_sign(step: tuple):
    s, y, W, b = step
    assert IDENTITIES["dZ is negative at the label only (E4)"](s._replace(dZ=0 * s.dZ), y, W, b)


@pytest.mark.parametrize("field", ["db", "b"])
def test_the_bias_counts_as_the_weights_do(step: tuple, field: str):
    s, y, W, b = step
    moved = s._replace(**{field: getattr(s, field) + s.Z.dtype.type(1e-3)})
    identity = {"db": "dW and db sum to 0 over the classes (E5)", "b": "W moves by -lr dW (E6)"}[field]
    assert not IDENTITIES[identity](moved, y, W, b)


# Mistakes in batches of one kind only.
BATCHES = {
    "short": (lambda X: len(X) == 7, {"L is the mean of -log P at the labels (E3)"}),
    "doubled": (lambda X: len(X) == 80, {"L is the mean of -log P at the labels (E3)", "gradients of a batch doubled"}),
    "real": (lambda X: (X[:, 0] == 0).all(), {"L is the mean of -log P at the labels (E3)"}),
    "dense": (lambda X: (X[:, 0] != 0).any(), {"L is the mean of -log P at the labels (E3)"}),
}


@pytest.mark.parametrize("batch", BATCHES)
def test_a_mistake_in_one_kind_of_batch_is_seen(digits: Problem, replaced: Callable, batch: str):
    chosen, broken = BATCHES[batch]
    last = []

    def logits(X, W, b):
        last[:] = [X]
        return scratch.logits(X, W, b)

    def nll_loss(logP, y):
        return scratch.nll_loss(logP, y) * (1.5 if chosen(last[0]) else 1)

    assert set(broken_identities(digits, replaced(logits=logits, nll_loss=nll_loss), "float64")) == broken


@pytest.mark.parametrize("kept", ["L", "dW", "db"])
def test_what_is_kept_from_step_to_step_is_seen(digits: Problem, replaced: Callable, kept: str):
    """Only the loss, only dW or only db is larger each time."""
    calls = [0]

    def nll_loss(logP, y):
        calls[0] += 1
        return scratch.nll_loss(logP, y) + (calls[0] * 1e-3 if kept == "L" else 0)

    def parameter_gradients(X, dZ):
        dW, db = scratch.parameter_gradients(X, dZ)
        more = calls[0] * 1e-3 * (np.arange(len(db)) - 4.5)
        return dW + (more[:, None] if kept == "dW" else 0), db + (more if kept == "db" else 0)

    found = broken_identities(digits, replaced(nll_loss=nll_loss, parameter_gradients=parameter_gradients), "float64")
    assert {f"gradients of a batch {name}" for name in ("again", "doubled", "reversed")} < set(found)


def test_a_training_set_of_a_few_images_will_do():
    data = Dataset("few", (np.eye(6, dtype=np.uint8) * 255, np.array([0, 1, 2, 0, 1, 2])), None, 3)
    problem = Problem(data, Hyperparameters(epochs=1, batch_size=1, lr=0.3))
    assert broken_identities(problem, SCRATCH, "float32") == []
