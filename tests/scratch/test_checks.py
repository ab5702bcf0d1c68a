"""The functions that others call look at their arguments, the loop looks once; they compute the same."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import scratch
from scratch import checks, training

IMAGES, LABELS = np.ones((6, 3), np.uint8), np.array([0, 1, 2, 3, 0, 1])
EQUATIONS = scratch.Equations._fields[1:]


def start() -> tuple[scratch.SoftmaxRegression, scratch.SGD]:
    return scratch.SoftmaxRegression(np.ones((4, 3), np.float32), np.zeros(4, np.float32)), scratch.SGD(lr=0.1)


@pytest.mark.parametrize("name", EQUATIONS)
def test_the_loop_has_the_functions_that_others_call(name: str):
    public: Any = getattr(scratch.EQUATIONS, name)
    assert public is getattr(scratch, name)
    assert public.__wrapped__ is getattr(training.UNCHECKED, name)
    assert inspect.signature(public) == inspect.signature(public.__wrapped__)


def counted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many labels were looked at, call after call."""
    right, seen = checks.check_labels, []
    monkeypatch.setattr(checks, "check_labels", lambda y, N, K: (seen.append(len(y)), right(y, N, K))[1])
    return seen


def test_an_epoch_looks_at_the_labels_once(monkeypatch: pytest.MonkeyPatch):
    seen = counted(monkeypatch)
    assert len(list(scratch.epoch(*start(), (IMAGES, LABELS), [np.array([n]) for n in range(6)]))) == 6
    assert seen == [6]


def test_fit_and_evaluate_look_at_the_labels_once(monkeypatch: pytest.MonkeyPatch):
    seen = counted(monkeypatch)
    epochs = [[np.array([n]) for n in range(6)]] * 3
    scratch.fit(start()[0], (IMAGES, LABELS), (IMAGES[:2], LABELS[:2]), epochs, 0.1)
    assert seen == [6, 2]
    monkeypatch.setattr(training, "CHUNK", 1)
    scratch.evaluate(start()[0], IMAGES, LABELS)
    assert seen == [6, 2, 6]


def test_beside_equations_of_ones_own_the_others_look_at_each_batch(monkeypatch: pytest.MonkeyPatch):
    seen = counted(monkeypatch)
    own = scratch.EQUATIONS._replace(logits=lambda X, W, b: scratch.logits(X, W, b))
    list(scratch.epoch(*start(), (IMAGES, LABELS), [np.array([n, n]) for n in range(3)], own))
    assert seen == [6] + [2, 2] * 3


def test_nothing_is_looked_at_before_one_iterates():
    scratch.epoch(*start(), (IMAGES, LABELS - 1), [np.array([0])])


BAD_DATA: dict[str, tuple[Callable[[], tuple], type[Exception], str]] = {
    "a negative label": (lambda: (IMAGES, LABELS - 1), ValueError, r"labels must lie in 0 \.\.\. 3, not -1 \.\.\. 2"),
    "a label without class": (
        lambda: (IMAGES, LABELS + 1),
        ValueError,
        r"labels must lie in 0 \.\.\. 3, not 1 \.\.\. 4",
    ),
    "too few labels": (lambda: (IMAGES, LABELS[1:]), ValueError, r"labels must have shape \(6,\)"),
    "labels as floats": (lambda: (IMAGES, LABELS * 1.0), TypeError, "labels must be integers, not float64"),
    "labels in a list": (lambda: (IMAGES, LABELS.tolist()), TypeError, "y must be a NumPy array, not list"),
    "images in a list": (lambda: (IMAGES.tolist(), LABELS), TypeError, "images must be a NumPy array, not list"),
    "other pixels": (lambda: (IMAGES[:, 1:], LABELS), ValueError, r"images \(N, D\) and weights \(K, D\) expected"),
    "pictures": (lambda: (IMAGES[..., None], LABELS), ValueError, r"expected, not \(6, 3, 1\) and \(4, 3\)"),
    "rows of pictures": (
        lambda: (scratch.Rows(IMAGES[..., None], np.arange(6)), LABELS),
        ValueError,
        r"expected, not \(6, 3, 1\) and \(4, 3\)",
    ),
}


@pytest.mark.parametrize("case", BAD_DATA)
def test_data_that_do_not_fit_end_before_the_first_step(case: str):
    make, error, words = BAD_DATA[case]
    model, optimizer = start()
    with pytest.raises(error, match=words):
        # the first batch alone would fit
        next(scratch.epoch(model, optimizer, make(), [np.array([1])]))
    assert (model.weight == 1).all()


@pytest.mark.parametrize("index", [np.ones(6, bool), np.ones(1)], ids=["a mask", "floats"])
@pytest.mark.parametrize("images", [IMAGES, scratch.Rows(IMAGES, np.arange(6))], ids=["array", "rows"])
def test_a_batch_is_given_by_integers(index: np.ndarray, images: Any):
    with pytest.raises(
        TypeError, match=rf"^a batch must be an array \(N,\) of integer indices, not .* of {index.dtype}$"
    ):
        scratch.batch(images, LABELS, index, np.dtype(np.float32))


def test_a_batch_may_be_a_list():
    X, y = scratch.batch(IMAGES, LABELS, [3, -1], np.dtype(np.float32))
    assert (X.shape, y.tolist()) == ((2, 3), [3, 1])


@pytest.mark.parametrize("options", [{"momentum": 0.5}, {"weight_decay": 0.1}])
def test_directions_are_of_arrays(options: dict[str, float]):
    sgd, right = scratch.SGD(0.1, **options), [np.ones((1, 2)), np.ones(1)]
    with pytest.raises(TypeError, match=r"^gradient must be a NumPy array, not list"):
        sgd.directions(right, [[[1.0, 1.0]], [1.0]])
    matrix = np.ndarray.__new__(np.matrix, (1, 2))
    for wrong in ([[1.0, 1.0]], matrix):
        with pytest.raises(TypeError, match=r"^parameter must be a NumPy array, not (list|numpy.matrix)"):
            sgd.directions([wrong, right[1]], right)
    assert sgd.velocity is None


def test_what_is_no_matrix_is_told():
    with pytest.raises(ValueError, match=r"^a matrix \(N, K\) expected, not \(\)$"):
        scratch.softmax_jacobian(np.array(1.0))


@pytest.mark.parametrize(("Z", "y"), [((2, 3), (3,)), ((2,), (2,)), ((2, 3), (2, 1)), ((2, 3, 1), (2,))])
def test_an_accuracy_is_of_a_matrix_and_a_label_for_each_row(Z: tuple[int, ...], y: tuple[int, ...]):
    with pytest.raises(ValueError, match=r"^logits \(N, K\) and labels \(N,\) expected, not \("):
        scratch.accuracy(np.ones(Z), np.zeros(y, int))
    with pytest.raises(ValueError, match=r"^logits \(N, K\) and labels \(N,\) expected, not \("):
        scratch.correct(np.ones(Z), np.zeros(y, int))


def test_images_of_other_integers_than_bytes_are_refused():
    """They would be taken as they are, and bytes as 255ths."""
    model, images = start()[0], IMAGES.astype(np.int64)
    for given in (images, scratch.Rows(images, np.arange(6))):
        for call in (scratch.predict, scratch.probabilities, scratch.all_logits):
            with pytest.raises(TypeError, match=r"^images must be uint8 or floats, not int64$"):
                call(model, given)
        with pytest.raises(TypeError, match=r"^images must be uint8 or floats, not int64$"):
            scratch.fit(model, (given, LABELS), (IMAGES, LABELS), [[np.array([0])]], 0.1)


def test_batches_of_numbers_are_no_epoch():
    with pytest.raises(TypeError, match=r"^a batch must be an array \(N,\) of integer indices, not \(\) of int64$"):
        scratch.fit(start()[0], (IMAGES, LABELS), (IMAGES, LABELS), [np.array([0, 1])], 0.1)


def test_without_classes_nothing_is_right():
    assert scratch.correct(np.ones((0, 0)), np.zeros(0, int)) == 0
    empty = scratch.SoftmaxRegression(np.ones((0, 3)), np.zeros(0))
    assert np.isnan(scratch.evaluate(empty, IMAGES[:0], LABELS[:0])).all()
