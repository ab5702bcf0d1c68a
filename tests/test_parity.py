"""scratch and torch_impl side by side: pixels, single steps, evaluation, and exact arithmetic."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from torchvision.transforms import ToTensor

import scratch
import torch_impl
from compare.backends import ScratchSide, TorchSide
from compare.judge import Judge
from compare.lockstep import lockstep
from compare.problem import Problem
from compare.tolerance import QUANTITIES
from tests.conftest import DTYPES

ALL_PIXELS = np.arange(256, dtype=np.uint8).reshape(1, 256)


def test_a_batch_equals_totensor_bit_for_bit():
    expected = ToTensor()(Image.fromarray(ALL_PIXELS)).reshape(1, 256).numpy()
    ours = scratch.pixels(ALL_PIXELS, np.dtype("float32"))
    theirs, _ = torch_impl.Images(ALL_PIXELS, np.zeros(1, int), torch.float32)[np.array([0])]
    np.testing.assert_array_equal(ours, expected, strict=True)
    np.testing.assert_array_equal(theirs.numpy(), expected, strict=True)
    assert (ALL_PIXELS * np.float32(1 / 255) != expected).any(), "the product is not the quotient"


@pytest.mark.parametrize("dtype", DTYPES)
def test_pixels_agree_in_both_precisions_and_leave_their_input(dtype: str):
    before = ALL_PIXELS.copy()
    ours = scratch.pixels(ALL_PIXELS, np.dtype(dtype))
    theirs, _ = torch_impl.Images(ALL_PIXELS, np.zeros(1, int), getattr(torch, dtype))[np.array([0])]
    np.testing.assert_array_equal(ours, theirs.numpy(), strict=True)
    np.testing.assert_array_equal(ALL_PIXELS, before)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", QUANTITIES)
def test_each_quantity_of_each_step(small: Problem, name: str, dtype: str):
    judge = Judge()
    own, resync = ScratchSide(small, dtype), ScratchSide(small, dtype)
    for moment in lockstep(small, small.epoch_batches(1), TorchSide(small, dtype), own, resync):
        judge.see(1, moment)
        tensor = getattr(moment.reference, QUANTITIES[name].field)
        assert tensor.dtype == getattr(moment.steps["free_running"], QUANTITIES[name].field).dtype == dtype
        assert np.abs(tensor).max() > 0, "two tensors of zeros would prove nothing"
    for reading in ("resynchronised", "free_running"):
        assert judge.worst[name, reading].used <= 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_evaluation_and_prediction_agree(small: Problem, dtype: str):
    ours = scratch.SoftmaxRegression(*small.start(dtype))
    theirs = torch_impl.SoftmaxRegression(*small.start(dtype))
    images, labels = small.train
    a, b = scratch.evaluate(ours, images, labels), torch_impl.evaluate(theirs, images, labels)
    assert a.loss == pytest.approx(b.loss, rel=16 * float(np.finfo(dtype).eps))
    assert a.accuracy == b.accuracy
    np.testing.assert_array_equal(scratch.predict(ours, images), torch_impl.predict(theirs, images), strict=True)
    assert a.accuracy == (scratch.predict(ours, images) == labels).mean()


@pytest.mark.parametrize("package", [scratch, torch_impl])
def test_evaluation_in_pieces_sees_every_image(package, rng: np.random.Generator):
    images, labels = rng.integers(0, 256, (2501, 6)).astype(np.uint8), rng.integers(0, 3, 2501)
    model = package.SoftmaxRegression(rng.normal(size=(3, 6)), rng.normal(size=3))
    X = images / 255
    Z = scratch.logits(X, np.asarray(model.weight), np.asarray(model.bias))
    np.testing.assert_array_equal(package.predict(model, images), Z.argmax(axis=1))
    assert package.evaluate(model, images, labels).loss == pytest.approx(float(scratch.cross_entropy(Z, labels)))
    assert package.evaluate(model, images, labels).accuracy == package.accuracy(Z, labels)


@pytest.mark.parametrize("package", [scratch, torch_impl])
def test_accuracy_takes_the_first_of_equal_logits(package):
    Z = np.array([[1.0, 1.0], [0.0, 2.0], [3.0, 0.0]])
    assert package.accuracy(Z, np.array([0, 1, 1])) == pytest.approx(2 / 3)
    assert package.accuracy(Z, np.array([1, 1, 0])) == pytest.approx(2 / 3)


def test_float_images_keep_their_values_on_both_sides():
    images = np.array([[0.25, 0.5, 200.0]])
    before = images.copy()
    theirs, _ = torch_impl.Images(images, np.zeros(1, int), torch.float64)[np.array([0])]
    for X in (scratch.pixels(images, np.dtype("float64")), theirs.numpy()):
        np.testing.assert_array_equal(X, before)
    np.testing.assert_array_equal(images, before)


ODD = {
    "int32 labels": (lambda images: images, lambda labels: labels.astype(np.int32)),
    "reversed": (lambda images: images[::-1], lambda labels: labels[::-1]),
    "big-endian": (lambda images: images.astype(">f8"), lambda labels: labels.astype(">i8")),
    "read-only": (lambda images: np.broadcast_to(images, images.shape), lambda labels: labels),
}


@pytest.mark.parametrize("case", ODD)
def test_both_sides_take_arrays_of_any_make(small: Problem, case: str):
    images, labels = (make(part) for make, part in zip(ODD[case], small.train, strict=True))
    results = []
    for package in (scratch, torch_impl):
        model = package.SoftmaxRegression(*small.start("float64"))
        package.fit(model, (images, labels), (images, labels), [small.epoch_batches(1)], 0.1)
        results.append(np.asarray(model.weight))
    np.testing.assert_allclose(*results, rtol=0, atol=1e-14)


def test_pytorch_does_not_ignore_a_label_of_minus_100(small: Problem):
    images, labels = small.train[0], np.where(np.arange(99) == 5, -100, small.train[1])
    for package in (scratch, torch_impl):
        with pytest.raises(ValueError, match="-100"):
            package.evaluate(package.SoftmaxRegression(*small.start("float32")), images, labels)


@pytest.mark.parametrize("package", [scratch, torch_impl])
def test_no_images_have_no_predictions(small: Problem, package):
    model = package.SoftmaxRegression(*small.start("float32"))
    assert package.predict(model, small.train[0][:0]).shape == (0,)


@pytest.mark.parametrize("package", [scratch, torch_impl])
def test_models_copy_what_they_are_given(package):
    W, b = np.ones((2, 3)), np.ones(2)
    model = package.SoftmaxRegression(W, b)
    W[:], b[:] = 7, 7
    assert (np.asarray(model.weight) == 1).all()
    assert (np.asarray(model.bias) == 1).all()


def test_parameters_have_pytorchs_own_names_and_shapes():
    state = torch_impl.SoftmaxRegression(np.ones((10, 784)), np.ones(10)).state_dict()
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == {
        "linear.weight": (10, 784),
        "linear.bias": (10,),
    }


def dyadic(rng: np.random.Generator, shape: tuple[int, ...], unit: float, dtype: str) -> np.ndarray:
    return (rng.integers(-16, 17, shape) * unit).astype(dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("N", [1, 7, 36, 100])
def test_dyadic_inputs_are_bit_identical(rng: np.random.Generator, N: int, dtype: str):
    """Multiples of powers of two: every product and sum is exact, in any order, and the tolerance is zero."""
    X, G = np.abs(dyadic(rng, (N, 784), 1 / 16, dtype)), dyadic(rng, (N, 10), 1 / 64, dtype)
    W, b = dyadic(rng, (10, 784), 1 / 1024, dtype), dyadic(rng, (10,), 1 / 1024, dtype)
    lr = 2**-6
    model = torch_impl.SoftmaxRegression(W, b)
    optimizer = torch.optim.SGD(model.parameters(), lr=lr)
    Z = model(torch.from_numpy(X))
    np.testing.assert_array_equal(scratch.logits(X, W, b), Z.detach().numpy(), strict=True)

    Z.backward(torch.from_numpy(G))
    dW, db = scratch.parameter_gradients(X, G)
    assert np.abs(dW).max() > 0
    np.testing.assert_array_equal(dW, model.linear.weight.grad.numpy(), strict=True)
    np.testing.assert_array_equal(db, model.linear.bias.grad.numpy(), strict=True)

    optimizer.step()
    new_W, new_b = scratch.sgd_step(W, b, dW, db, lr)
    assert (new_W != W).any()
    np.testing.assert_array_equal(new_W, model.weight.numpy(), strict=True)
    np.testing.assert_array_equal(new_b, model.bias.numpy(), strict=True)


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_log_probabilities_we_show_are_those_that_cross_entropy_uses(rng: np.random.Generator, dtype: str):
    Z, y = torch.from_numpy(rng.normal(size=(50, 10)).astype(dtype)), torch.from_numpy(rng.integers(0, 10, 50))
    assert F.nll_loss(torch.log_softmax(Z, dim=1), y).item() == F.cross_entropy(Z, y).item()
