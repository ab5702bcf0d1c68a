"""What holds for a step on every batch, whatever is in it."""

import tracemalloc
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

import scratch

EPS = np.finfo(np.float64).eps


def floats(size: float) -> st.SearchStrategy[float]:
    # nothing so small that a product of two could underflow: that is no rounding
    return st.floats(-size, size).map(lambda value: value if abs(value) > 1e-100 else 0.0)


@st.composite
def batches(draw: st.DrawFn) -> tuple[NDArray, NDArray, NDArray, NDArray]:
    """X (N, D), y (N,), W (K, D), b (K,) of any small shape."""
    N, D, K = (draw(st.integers(1, 6)) for _ in range(3))
    X, W, b = (draw(arrays(np.float64, shape, elements=floats(10))) for shape in ((N, D), (K, D), K))
    return X, draw(arrays(np.int64, N, elements=st.integers(0, K - 1))), W, b


def through(X: NDArray, y: NDArray, W: NDArray, b: NDArray) -> scratch.Step:
    return scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(lr=0.5), X, y)


def close(a: NDArray, b: NDArray, size: float) -> None:
    """Equal up to a few roundings of numbers as large as `size`."""
    np.testing.assert_allclose(a, b, rtol=0, atol=64 * EPS * max(1.0, size))


@given(batches(), floats(1e4))
def test_shifting_the_logits_changes_nothing(batch, shift: float):
    Z = through(*batch).Z
    close(scratch.log_softmax(Z + shift), scratch.log_softmax(Z), abs(Z).max() + abs(shift))


@given(batches())
def test_probabilities_are_a_distribution(batch):
    P = np.exp(through(*batch).logP)
    assert ((P >= 0) & (P <= 1)).all()
    close(P.sum(axis=1), np.ones(len(P)), 1)


@given(batches())
def test_each_row_of_the_logits_gradient_sums_to_zero(batch):
    s = through(*batch)
    close(s.dZ.sum(axis=1), np.zeros(len(s.dZ)), 1)
    close(s.db.sum(), 0, 1)


@given(batches(), st.randoms(use_true_random=False))
def test_order_within_a_batch_does_not_matter(batch, random):
    X, y, W, b = batch
    order = random.sample(range(len(y)), len(y))
    s, permuted = through(X, y, W, b), through(X[order], y[order], W, b)
    np.testing.assert_array_equal(permuted.dZ, s.dZ[order])
    for name in ("L", "dW", "db", "W", "b"):
        close(getattr(permuted, name), getattr(s, name), abs(s.Z).max())


@given(batches(), st.integers(1, 5))
def test_a_batch_is_the_weighted_mean_of_its_parts(batch, cut: int):
    X, y, W, b = batch
    cut = min(cut, len(y))
    parts = [(X[:cut], y[:cut]), *([(X[cut:], y[cut:])] if cut < len(y) else [])]
    whole, pieces = through(X, y, W, b), [through(*part, W, b) for part in parts]
    for name in ("L", "dW", "db"):
        mean = sum(len(part[1]) / len(y) * getattr(s, name) for part, s in zip(parts, pieces, strict=True))
        close(mean, getattr(whole, name), abs(whole.Z).max())


@given(batches(), st.integers(1, 4))
def test_repeating_a_batch_changes_neither_loss_nor_gradient(batch, times: int):
    X, y, W, b = batch
    s, repeated = through(X, y, W, b), through(np.tile(X, (times, 1)), np.tile(y, times), W, b)
    for name in ("L", "dW", "db", "W", "b"):
        close(getattr(repeated, name), getattr(s, name), abs(s.Z).max())


@given(batches(), st.sampled_from([0.25, 0.5, 2.0, 4.0]))
def test_scaling_by_a_power_of_two_scales_exactly(batch, c: float):
    X, y, W, b = batch
    s = through(X, y, W, b)
    # pixels times c and weights over c: the same logits, so dW times c and everything else as it was
    scaled = through(c * X, y, W / c, b)
    np.testing.assert_array_equal(scaled.dZ, s.dZ)
    np.testing.assert_array_equal(scaled.dW, c * s.dW)
    np.testing.assert_array_equal(scaled.db, s.db)


@given(batches())
def test_the_loss_is_never_negative_and_at_most_log_k_when_indifferent(batch):
    X, y, W, b = batch
    assert through(*batch).L >= 0
    close(through(X, y, 0 * W, 0 * b).L, np.log(len(b)), 1)


def test_a_record_fits_a_line(package):
    text = "Record(epoch=3, train_loss=2.3026, train_accuracy=0.1050, val_loss=0.5945, val_accuracy=1.0000)"
    assert repr(package.Record(3, 2.30259, 0.105, 0.59449, 1.0)) == text


def test_memory_of_evaluation_does_not_grow_with_the_images():
    model = scratch.SoftmaxRegression(np.ones((40, 3), np.float32), np.ones(40, np.float32))
    peaks = []
    for N in (2_000, 100_000):
        images, labels = np.ones((N, 3), np.uint8), np.zeros(N, np.uint8)
        tracemalloc.start()
        scratch.evaluate(model, images, labels)
        scratch.predict(model, images[:2_000])
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    # all logits would be 16 MB
    assert peaks[0] > 160_000, "one piece of logits"
    assert peaks[1] < 1.1 * peaks[0]


@pytest.mark.parametrize("Z", [[[1.0, 2.0]], np.ma.masked_array([[1.0, 2.0]])])
def test_the_accuracy_is_of_arrays(Z: Any):
    with pytest.raises(TypeError, match=r"^Z must be a NumPy array, not "):
        scratch.accuracy(Z, np.array([1]))
