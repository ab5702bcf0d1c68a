"""The model is PyTorch's own layer, and with exact numbers it is `scratch` to the bit."""

import numpy as np
import pytest
import torch

import scratch
import torch_impl

BAD_PARAMETERS = {
    "bias of another length": (np.zeros((3, 2)), np.zeros(2)),
    "weight a vector": (np.zeros(3), np.zeros(3)),
    "two dtypes": (np.zeros((3, 2)), np.zeros(3, np.float32)),
    "integers": (np.zeros((3, 2), int), np.zeros(3, int)),
}


@pytest.mark.parametrize("case", BAD_PARAMETERS)
def test_parameters_that_do_not_fit_are_refused(package, case: str):
    with pytest.raises(ValueError, match="weight"):
        package.SoftmaxRegression(*BAD_PARAMETERS[case])


def test_models_copy_what_they_are_given(package):
    W, b = np.ones((2, 3)), np.ones(2)
    model = package.SoftmaxRegression(W, b)
    W[:], b[:] = 7, 7
    assert (np.asarray(model.weight) == 1).all()
    assert (np.asarray(model.bias) == 1).all()


def test_the_dtype_is_that_of_the_parameters(package, dtype: str):
    model = package.SoftmaxRegression(np.ones((2, 3), dtype), np.ones(2, dtype))
    assert str(model.dtype).removeprefix("torch.") == dtype


def test_parameters_have_pytorchs_own_names_and_shapes():
    state = torch_impl.SoftmaxRegression(np.ones((10, 784)), np.ones(10)).state_dict()
    assert {name: tuple(tensor.shape) for name, tensor in state.items()} == {
        "linear.weight": (10, 784),
        "linear.bias": (10,),
    }


def dyadic(rng: np.random.Generator, shape: tuple[int, ...], unit: float, dtype: str) -> np.ndarray:
    return (rng.integers(-16, 17, shape) * unit).astype(dtype)


@pytest.mark.parametrize("N", [1, 7, 36, 100])
def test_dyadic_inputs_are_bit_identical(rng: np.random.Generator, N: int, dtype: str):
    """Multiples of powers of two: every product and sum is exact, in any order, and the tolerance is zero."""
    X, G = np.abs(dyadic(rng, (N, 784), 1 / 16, dtype)), dyadic(rng, (N, 10), 1 / 64, dtype)
    W, b = dyadic(rng, (10, 784), 1 / 1024, dtype), dyadic(rng, (10,), 1 / 1024, dtype)
    lr = 2**-6
    model = torch_impl.SoftmaxRegression(W, b)
    optimizer = torch_impl.sgd(model, lr)
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


def test_a_model_fits_a_line():
    model = torch_impl.SoftmaxRegression(np.ones((3, 4), np.float32), np.ones(3, np.float32))
    assert repr(model) == "<SoftmaxRegression: 4 pixels to 3 classes, torch.float32>"
