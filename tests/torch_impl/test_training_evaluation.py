"""What evaluation and prediction of both packages promise, and that they promise the same."""

import numpy as np
import pytest
import torch

import scratch
import torch_impl
from compare.problem import Problem


def test_evaluation_and_prediction_agree(small: Problem, dtype: str):
    ours = scratch.SoftmaxRegression(*small.start(dtype))
    theirs = torch_impl.SoftmaxRegression(*small.start(dtype))
    images, labels = small.train
    a, b = scratch.evaluate(ours, images, labels), torch_impl.evaluate(theirs, images, labels)
    eps = float(np.finfo(dtype).eps)
    assert a.loss == pytest.approx(b.loss, rel=16 * eps)
    assert a.accuracy == b.accuracy
    np.testing.assert_array_equal(scratch.predict(ours, images), torch_impl.predict(theirs, images), strict=True)
    assert a.accuracy == (scratch.predict(ours, images) == labels).mean()
    P = scratch.probabilities(ours, images)
    assert P.dtype == dtype
    np.testing.assert_allclose(P, torch_impl.probabilities(theirs, images), rtol=16 * eps, strict=True)


def test_evaluation_in_pieces_sees_every_image(package, rng: np.random.Generator):
    images, labels = rng.integers(0, 256, (2501, 6)).astype(np.uint8), rng.integers(0, 3, 2501)
    model = package.SoftmaxRegression(rng.normal(size=(3, 6)), rng.normal(size=3))
    Z = scratch.logits(images / 255, np.asarray(model.weight), np.asarray(model.bias))
    np.testing.assert_array_equal(package.predict(model, images), Z.argmax(axis=1))
    loss, accuracy = package.evaluate(model, images, labels)
    assert loss == pytest.approx(float(scratch.cross_entropy(Z, labels)))
    assert accuracy == package.accuracy(Z, labels)


def test_losses_of_pieces_are_added_up_in_float64(package):
    # a loss of 2^24 for each of the first thousand images, of ln 2 for the others; in float32 the sum swallows these
    images = np.where(np.arange(3000) < 1000, -(2.0**24), 0)[:, None].astype(np.float32)
    model = package.SoftmaxRegression(np.array([[1], [0]], np.float32), np.zeros(2, np.float32))
    loss, accuracy = package.evaluate(model, images, np.zeros(3000, int))
    assert loss == pytest.approx((2**24 + 2 * np.log(2)) / 3, rel=0, abs=1e-6)
    assert type(loss) is float
    assert accuracy == 2 / 3


def test_no_images_have_no_predictions_and_nan_for_a_mean(package, small: Problem):
    model = package.SoftmaxRegression(*small.start("float32"))
    images, labels = (part[:0] for part in small.train)
    assert package.predict(model, images).shape == (0,)
    assert package.probabilities(model, images).shape == (0, 4)
    assert all(np.isnan(mean) for mean in package.evaluate(model, images, labels))
    assert np.isnan(package.accuracy(np.empty((0, 4)), labels))


@pytest.mark.parametrize("count", [0, 98, 1099, 2099])
def test_as_many_labels_as_images_are_asked_for(package, small: Problem, count: int):
    model = package.SoftmaxRegression(*small.start("float32"))
    with pytest.raises(ValueError, match=f"^99 images, but {count} labels$"):
        package.evaluate(model, small.train[0], np.zeros(count, int))


def test_accuracy_takes_the_first_of_equal_logits(package):
    Z = np.array([[1.0, 1.0], [0.0, 2.0], [3.0, 0.0]])
    assert package.accuracy(Z, np.array([0, 1, 1])) == pytest.approx(2 / 3)
    assert package.accuracy(Z, np.array([1, 1, 0])) == pytest.approx(2 / 3)


def test_a_label_of_minus_100_is_refused_in_evaluation(package, small: Problem):
    images, labels = small.train[0], np.where(np.arange(99) == 5, -100, small.train[1])
    with pytest.raises(ValueError, match="-100"):
        package.evaluate(package.SoftmaxRegression(*small.start("float32")), images, labels)


@pytest.mark.parametrize(("Z", "y"), [((3, 2), (3, 1)), ((3, 2), (2,)), ((3,), (3,))])
def test_an_accuracy_is_of_a_matrix_and_a_label_for_each_row(Z: tuple[int, ...], y: tuple[int, ...]):
    for count in (torch_impl.accuracy, torch_impl.correct):
        with pytest.raises(ValueError, match=r"^logits \(N, K\) and labels \(N,\) expected, not \(3"):
            count(torch.ones(Z), torch.zeros(y, dtype=torch.int64))
