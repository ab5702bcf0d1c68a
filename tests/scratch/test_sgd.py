"""E6, momentum, dampening, weight decay and Nesterov: PyTorch's meaning of each, step by step."""

import numpy as np
import pytest
import torch

import scratch

OPTIONS = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "dampened": {"momentum": 0.9, "dampening": 0.3},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "decay": {"weight_decay": 0.01},
    "all but nesterov": {"momentum": 0.5, "dampening": 0.1, "weight_decay": 0.1},
    "all but dampening": {"momentum": 0.5, "nesterov": True, "weight_decay": 0.1},
}


@pytest.mark.parametrize("case", OPTIONS)
def test_each_step_is_that_of_optim_sgd(rng: np.random.Generator, case: str, dtype: str):
    W, b = rng.normal(size=(4, 5)).astype(dtype), rng.normal(size=4).astype(dtype)
    ours, theirs = scratch.SGD(0.1, **OPTIONS[case]), [torch.from_numpy(a.copy()).requires_grad_() for a in (W, b)]
    optimizer = torch.optim.SGD(theirs, 0.1, **OPTIONS[case])
    for _ in range(20):
        gradients = [rng.normal(size=a.shape).astype(dtype) for a in (W, b)]
        W, b = scratch.sgd_step(W, b, *ours.directions([W, b], gradients), ours.lr)
        for tensor, gradient in zip(theirs, gradients, strict=True):
            tensor.grad = torch.from_numpy(gradient)
        optimizer.step()
        for a, tensor in zip((W, b), theirs, strict=True):
            assert a.dtype == dtype
            np.testing.assert_allclose(a, tensor.detach().numpy(), rtol=0, atol=16 * np.finfo(dtype).eps)


def test_there_is_no_velocity_before_the_first_step_and_without_momentum():
    ones = [np.ones((2, 3)), np.ones(2)]
    for momentum, expected in ((0.0, type(None)), (0.5, scratch.Velocity)):
        sgd = scratch.SGD(0.1, momentum)
        assert sgd.velocity is None
        sgd.directions(ones, ones)
        assert type(sgd.velocity) is expected


def test_a_learning_rate_of_numpy_leaves_float32_alone():
    W, b = np.ones((2, 3), np.float32), np.ones(2, np.float32)
    assert {array.dtype for array in scratch.sgd_step(W, b, W, b, np.float64(0.1))} == {np.dtype("float32")}
    options = vars(scratch.SGD(*map(np.float64, (0.1, 0.2, 0.3, 0.4))))
    assert {type(options[name]) for name in ("lr", "momentum", "dampening", "weight_decay")} == {float}


@pytest.mark.parametrize(("dW", "db"), [((2, 3), (2, 1)), ((2, 1), (2,)), ((3, 2), (2,))])
def test_gradients_that_would_be_broadcast_are_refused(dW: tuple[int, ...], db: tuple[int, ...]):
    with pytest.raises(ValueError, match="gradients"):
        scratch.sgd_step(np.ones((2, 3)), np.ones(2), np.ones(dW), np.ones(db), 0.1)


@pytest.mark.parametrize("case", ["momentum", "dampened", "nesterov"])
def test_a_gradient_array_may_be_used_again(rng: np.random.Generator, case: str):
    fresh, reused = scratch.SGD(0.1, **OPTIONS[case]), scratch.SGD(0.1, **OPTIONS[case])
    parameters = [rng.normal(size=(4, 5)), rng.normal(size=4)]
    buffers = [np.empty_like(a) for a in parameters]
    for _ in range(3):
        gradients = [rng.normal(size=a.shape) for a in parameters]
        for buffer, gradient in zip(buffers, gradients, strict=True):
            buffer[:] = gradient
        results = reused.directions(parameters, buffers)
        for ours, expected in zip(results, fresh.directions(parameters, gradients), strict=True):
            np.testing.assert_array_equal(ours, expected)
            # what is handed out may be written to as well
            ours *= 0.1


# What PyTorch refuses, and what it takes.
CHOICES = [
    {"lr": -0.1},
    {"lr": 0.1, "momentum": -0.5},
    {"lr": 0.1, "weight_decay": -1e-4},
    {"lr": 0.1, "nesterov": True},
    {"lr": 0.1, "nesterov": True, "momentum": 0.9, "dampening": 0.1},
    {"lr": 0.1, "nesterov": True, "momentum": -0.9},
    {"lr": 0.0},
    {"lr": -0.0},
    {"lr": np.nan},
    {"lr": np.inf},
    {"lr": 0.1, "momentum": np.nan},
    {"lr": 0.1, "momentum": 1.5, "dampening": -3.0},
    {"lr": 0.1, "nesterov": True, "momentum": 0.9, "dampening": -0.0},
    {"lr": 0.1, "nesterov": True, "momentum": np.nan},
]


@pytest.mark.parametrize("options", CHOICES, ids=str)
def test_options_are_refused_as_pytorch_refuses_them(options: dict[str, float]):
    def refused(sgd, *parameters: object) -> bool:
        try:
            sgd(*parameters, **options)
        except ValueError:
            return True
        return False

    assert refused(scratch.SGD) == refused(torch.optim.SGD, [torch.ones(1)])


@pytest.mark.parametrize("name", ["lr", "momentum", "weight_decay"])
def test_what_is_refused_is_named_with_its_value(name: str):
    with pytest.raises(ValueError, match=f"^{name} must be 0 or more, not -0.5$"):
        scratch.SGD(**({"lr": 0.1} | {name: -0.5}))
    with pytest.raises(ValueError, match=r"^nesterov needs a momentum above 0 and no dampening, not 0.5 and 0.1$"):
        scratch.SGD(0.1, momentum=0.5, dampening=0.1, nesterov=True)
