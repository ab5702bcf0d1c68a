"""Whatever is no array of NumPy is refused by name."""

import importlib
import sys
from typing import Any

import numpy as np
import pytest
import torch

import scratch
import torch_impl

X, W, b = np.ones((2, 3)), np.ones((4, 3)), np.ones(4)
Z, y = np.ones((2, 4)), np.zeros(2, int)

CALLS = {
    "logits": {"X": X, "W": W, "b": b},
    "log_softmax": {"Z": Z},
    "softmax": {"Z": Z},
    "softmax_jacobian": {"P": Z},
    "nll_loss": {"logP": Z, "y": y},
    "cross_entropy": {"Z": Z, "y": y},
    "logits_gradient": {"logP": Z, "y": y},
    "logits_gradient_by_chain_rule": {"P": Z, "y": y},
    "parameter_gradients": {"X": X, "dZ": Z},
    "sgd_step": {"W": W, "b": b, "dW": W, "db": b, "lr": 0.1},
    "SoftmaxRegression": {"weight": W, "bias": b},
    "pixels": {"images": X, "dtype": X.dtype},
    "batch": {"images": X, "labels": y, "index": y, "dtype": X.dtype},
    "accuracy": {"Z": Z, "y": y},
    "directions": {"parameter": W, "gradient": W},
}
# What is no array, or may be a list too.
NO_ARRAYS = {"lr", "dtype", "index"}

OTHERS = {
    "list": lambda a: a.tolist(),
    "tuple": tuple,
    "torch.Tensor": torch.from_numpy,
    "numpy.matrix": lambda _: np.ndarray.__new__(np.matrix, (2, 2)),
    "numpy.ma.MaskedArray": np.ma.masked_array,
    "numpy.float64": lambda _: np.float64(1),
    "NoneType": lambda _: None,
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize(
    ("name", "argument"), [(f, a) for f, named in CALLS.items() for a in named if a not in NO_ARRAYS]
)
def test_each_argument_must_be_an_array(name: str, argument: str, other: str):
    arguments = CALLS[name] | {argument: OTHERS[other](CALLS[name][argument])}
    with pytest.raises(TypeError, match=rf"^{argument} must be a NumPy array, not {other}; numpy.asarray makes one$"):
        _call(name, **arguments)


# What NumPy would answer in words of its own, or with numbers.
KINDS = {
    "text": "<U1",
    "bytes": "S1",
    "dates": "datetime64[s]",
    "times": "timedelta64[s]",
    "objects": object,
    "records": [("a", float)],
    "truth values": bool,
    "integers": np.int32,
    "complex numbers": complex,
}
# The way of a complex step, which the gradient check goes.
COMPLEX = {"logits", "softmax_jacobian", "log_softmax", "softmax", "nll_loss", "cross_entropy"}
COMPLEX |= {"logits_gradient", "logits_gradient_by_chain_rule"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "argument"),
    [(f, a) for f, named in CALLS.items() for a in named if a not in NO_ARRAYS and f != "SoftmaxRegression"],
)
def test_an_array_of_another_kind_is_refused(name: str, argument: str, kind: str):
    right = CALLS[name][argument]
    wrong = np.zeros(right.shape, KINDS[kind])
    arguments = CALLS[name] | {argument: wrong}
    is_label = argument in ("y", "labels")
    if (is_label and kind == "integers") or (kind == "complex numbers" and name in COMPLEX and not is_label):
        _call(name, **arguments)
        return
    words = "labels must be integers" if is_label else f"{argument} must be floats"
    words = "images must be uint8 or floats" if argument == "images" else words
    with pytest.raises(TypeError) as refused:
        _call(name, **arguments)
    assert str(refused.value) == f"{words}, not {wrong.dtype}"


def _call(name: str, **arguments: Any) -> None:
    if name == "directions":
        scratch.SGD(0.1, momentum=0.5).directions([arguments["parameter"]], [arguments["gradient"]])
    else:
        with np.errstate(all="ignore"):
            getattr(scratch, name)(**arguments)


@pytest.mark.parametrize("name", ["evaluate", "predict", "probabilities", "all_logits"])
@pytest.mark.parametrize("other", ["list", "torch.Tensor"])
def test_images_must_be_an_array(name: str, other: str):
    labels = [y] if name == "evaluate" else []
    with pytest.raises(TypeError, match=f"^images must be a NumPy array, not {other}"):
        getattr(scratch, name)(scratch.SoftmaxRegression(W, b), OTHERS[other](X), *labels)


def test_rows_of_a_package_that_was_loaded_twice_are_rows(monkeypatch: pytest.MonkeyPatch):
    rows = scratch.Rows(X, y)
    for name in [name for name in sys.modules if name.partition(".")[0] == "scratch"]:
        monkeypatch.delitem(sys.modules, name)
    second: Any = importlib.import_module("scratch")
    assert second.Rows is not scratch.Rows
    model = second.SoftmaxRegression(W, b)
    np.testing.assert_array_equal(second.predict(model, rows), scratch.predict(scratch.SoftmaxRegression(W, b), rows))
    list(second.epoch(model, second.SGD(0.1), (rows, y), [y]))
    np.testing.assert_array_equal(second.batch(rows, y, y, X.dtype)[0], rows[y])


def test_labels_must_be_an_array_in_evaluation():
    with pytest.raises(TypeError, match=r"^y must be a NumPy array, not list"):
        scratch.evaluate(scratch.SoftmaxRegression(W, b), X, y.tolist())


def test_an_array_in_a_file_is_an_array(tmp_path):
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    assert type(mapped) is np.memmap
    np.testing.assert_array_equal(scratch.logits(mapped, W, b), scratch.logits(X, W, b), strict=True)


@pytest.mark.parametrize("shape", [(3,), (2, 2), (2, 2, 3), (0, 2)])
def test_images_of_another_shape_are_refused(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match=r"images \(N, D\) and weights \(K, D\) expected"):
        scratch.logits(np.ones(shape), W, b)


@pytest.mark.parametrize("shape", [(2,), (3, 4), (2, 4, 1), (0, 4)])
def test_gradients_of_another_shape_are_refused(shape: tuple[int, ...]):
    with pytest.raises(ValueError, match=r"images \(N, D\) and gradients \(N, K\) expected"):
        scratch.parameter_gradients(X, np.ones(shape))


def test_rows_are_those_of_the_array_at_the_index():
    array, index = np.arange(24, dtype=np.uint8).reshape(8, 3), np.array([7, 0, 0, 5])
    rows, expected = scratch.Rows(array, index), array[index]
    assert (rows.shape, rows.dtype, len(rows), repr(rows)) == ((4, 3), np.uint8, 4, "<Rows: 4 of 8>")
    mask = np.array([True, False, False, True])
    for n in (0, -1, slice(1, 3), slice(2, None), np.array([3, 3, 1]), np.array([], int), mask):
        np.testing.assert_array_equal(rows[n], expected[n], strict=True)
    np.testing.assert_array_equal(np.asarray(rows), expected, strict=True)
    assert np.asarray(rows, float).dtype == float
    np.testing.assert_array_equal(np.concatenate([rows, rows]), np.concatenate([expected, expected]))
    for wrong in (4, np.array([4])):
        with pytest.raises(IndexError):
            rows[wrong]


def test_rows_are_copies_and_say_so():
    array = np.zeros((3, 2))
    rows = scratch.Rows(array, np.arange(3))
    rows[:][0] = 1
    assert not array.any()
    with pytest.raises(ValueError, match="cannot be had without a copy"):
        np.asarray(rows, copy=False)
    with pytest.raises(TypeError, match=r"^index must be a NumPy array, not list"):
        scratch.Rows(array, [0, 1])


@pytest.mark.parametrize("package", [scratch, torch_impl], ids=["scratch", "torch"])
def test_training_on_rows_is_training_on_their_copy_to_the_bit(package, rng: np.random.Generator, dtype: str):
    images, labels = rng.integers(0, 256, (2300, 6)).astype(np.uint8), rng.integers(0, 3, 2300)
    index = rng.permutation(2300)[:2100]
    batches = [np.array_split(rng.permutation(2100), 9)]
    W0, b0 = rng.normal(size=(3, 6)).astype(dtype), np.zeros(3, dtype)
    ends = []
    for given in (scratch.Rows(images, index), images[index]):
        model = package.SoftmaxRegression(W0, b0)
        data = given, labels[index]
        history = package.fit(model, data, data, batches, 0.1)
        P = np.asarray(package.probabilities(model, given)), package.predict(model, given)
        ends.append((np.asarray(model.weight).tobytes(), history, *(part.tobytes() for part in P)))
    assert ends[0] == ends[1]
