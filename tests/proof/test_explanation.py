"""One image through the six equations: each number is what its name says, on both sides."""

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend, State
from compare.proof.explanation import STAGES, entry, explain
from scratch import Velocity

IMAGE, LABEL = np.array([[0, 51, 255]], np.uint8), np.array([2])
W, B = np.array([[1.0, 2, 3], [0, -1, 2], [0.5, 0.5, -4], [6, 1, 0]]), np.array([0.5, 0, 1, -1])


def by_hand() -> dict[str, np.ndarray]:
    x, lr = np.array([0, 0.2, 1]), 0.5
    Z = W @ x + B
    S = Z - Z.max()
    P = np.exp(S) / np.exp(S).sum()
    dZ = P - np.eye(4)[2]
    dW = np.outer(dZ, x)
    after = (W - lr * dW) @ x + B - lr * dZ
    return {
        "logits": Z,
        "shifted": S,
        "exponentials": np.exp(S),
        "sum": np.exp(S).sum(),
        "probabilities": P,
        "log_probabilities": np.log(P),
        "loss": -np.log(P[2]),
        "dZ": dZ,
        "dW_norm": np.sqrt((dW**2).sum(axis=1)),
        "dW_entry": dZ[2] * x[2],
        "db": dZ,
        "W_norm": np.sqrt(((W - lr * dW) ** 2).sum(axis=1)),
        "W_entry": W[2, 2] - lr * dZ[2] * x[2],
        "b": B - lr * dZ,
        "logits_after": after,
        "loss_after": np.log(np.exp(after).sum()) - after[2],
    }


@pytest.mark.parametrize("side", [SCRATCH, None], ids=["scratch", "torch"])
def test_every_number_is_what_its_name_says(side: Backend | None, dtype: str):
    state = State(W.astype(dtype), B.astype(dtype), Velocity(9 * W, 9 * B))
    found = explain(side or backend("torch"), state, IMAGE, LABEL, 0.5)
    expected = by_hand()
    assert list(found) == list(STAGES) == list(expected)
    for name, value in expected.items():
        assert found[name].dtype == dtype, name
        np.testing.assert_allclose(found[name], value, rtol=0, atol=32 * np.finfo(dtype).eps, err_msg=name)
        assert np.shape(found[name]) == np.shape(value), name


def test_each_library_computes_its_own():
    """Where the logits of both are the same to the bit, exp and log still are those of each."""
    state = State(W, B)
    ours, theirs = explain(SCRATCH, state, IMAGE, LABEL, 0.5), explain(backend("torch"), state, IMAGE, LABEL, 0.5)
    for name in STAGES:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=0, atol=1e-14)


def test_the_tags_follow_the_derivation():
    tags = [tag for tag, _ in STAGES.values()]
    *step, logits_after, loss_after = tags
    assert step == sorted(step)
    assert set(step) == {"E1", "E2", "E3", "E4", "E5", "E6"}
    assert (logits_after, loss_after) == ("E1", "E3"), "of the new weights"


def test_the_entry_is_of_the_label_and_the_brightest_pixel():
    assert entry(IMAGE, LABEL) == (2, 2)
    assert entry(np.array([[3.0, 9.0, 9.0]]), np.array([1])) == (1, 1)
