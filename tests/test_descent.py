"""Momentum, dampening, weight decay and Nesterov: PyTorch's meaning of each, step by step; and going on later."""

import dataclasses

import numpy as np
import pytest
import torch

import scratch
import torch_impl
from compare.backends import threads
from compare.datasets import Dataset
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem, checksum
from compare.proof import prove
from tests.conftest import DTYPES

OPTIONS = {
    "momentum": {"momentum": 0.9},
    "dampened": {"momentum": 0.9, "dampening": 0.3},
    "nesterov": {"momentum": 0.9, "nesterov": True},
    "decay": {"weight_decay": 0.01},
    "all but nesterov": {"momentum": 0.5, "dampening": 0.1, "weight_decay": 0.1},
    "all but dampening": {"momentum": 0.5, "nesterov": True, "weight_decay": 0.1},
}


def with_options(problem: Problem, **options: object) -> Problem:
    """The same problem, trained in another way."""
    other = object.__new__(Problem)
    vars(other).update({name: value for name, value in vars(problem).items() if name != "checksums"})
    other.chosen = dataclasses.replace(problem.chosen, **options)
    return other


@pytest.mark.parametrize("dtype", DTYPES)
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


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", OPTIONS)
def test_the_proof_holds(small: Problem, case: str, dtype: str):
    run = prove(with_options(small, **OPTIONS[case]), dtype)
    assert run.verdict == "match"
    assert run.weights != prove(small, dtype).weights, "an option that does nothing would match as well"


WRONG = {
    "first velocity damped": ("dampened", lambda sgd, g: setattr(sgd, "velocity", [0 * v for v in g])),
    "no dampening": ("dampened", lambda sgd, _: setattr(sgd, "dampening", 0.0)),
    "momentum a little less": ("momentum", lambda sgd, _: setattr(sgd, "momentum", 0.899)),
    "nesterov forgotten": ("nesterov", lambda sgd, _: setattr(sgd, "nesterov", False)),
    "decay forgotten": ("decay", lambda sgd, _: setattr(sgd, "weight_decay", 0.0)),
    "decay of 1e-4 too much": ("decay", lambda sgd, _: setattr(sgd, "weight_decay", 0.0101)),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_meaning_is_noticed(small: Problem, monkeypatch: pytest.MonkeyPatch, case: str, dtype: str):
    options, spoil = WRONG[case]
    right = scratch.SGD.directions

    def wrong(self, parameters, gradients):
        if self.velocity is None or case != "first velocity damped":
            spoil(self, gradients)
        return right(self, parameters, gradients)

    monkeypatch.setattr(scratch.SGD, "directions", wrong)
    run = prove(with_options(small, **OPTIONS[options]), dtype)
    assert run.verdict == "differ"
    assert run.first_divergence.quantity in ("W", "b")


BAD = {
    "momentum 1": ({"momentum": 1.0}, "momentum must be at least 0 and below 1, not 1.0"),
    "momentum nan": ({"momentum": float("nan")}, "momentum must"),
    "dampening": ({"dampening": -0.1}, "dampening must lie in 0 ... 1, not -0.1"),
    "decay": ({"weight_decay": -1.0}, "weight decay must be a finite number, 0 or more, not -1.0"),
    "nesterov alone": ({"nesterov": True}, "nesterov needs a momentum above 0"),
    "nesterov dampened": ({"nesterov": True, "momentum": 0.9, "dampening": 0.1}, "a dampening of 0"),
    "subset 0": ({"train_subset": 0}, "training subset must be at least 1 image, not 0"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_makes_no_sense_is_refused(case: str):
    options, words = BAD[case]
    with pytest.raises(InputError) as refused:
        Hyperparameters(epochs=1, **options)
    assert words in str(refused.value)


class Interrupted(Exception):  # noqa: N818
    """What a user's Ctrl-C becomes between two steps."""


def copy(tensor) -> np.ndarray:
    return np.asarray(tensor).copy()


def train(package, problem: Problem, dtype: str, model=None, state=None, stop_after: int | None = None):
    """fit, stopped after so many steps."""
    model = model or package.SoftmaxRegression(*problem.start(dtype))
    done = iter(range(1, 10_000))

    def on_step(*_):
        if next(done) == stop_after:
            raise Interrupted

    with threads(1):
        package.fit(
            model,
            problem.train,
            problem.validation,
            problem.batches,
            **problem.chosen.descent,
            on_step=on_step,
            state=state,
        )
    return model


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("package", [scratch, torch_impl])
@pytest.mark.parametrize("case", ["momentum", "all but dampening"])
def test_going_on_after_any_step_ends_in_the_same_bits(small: Problem, package, case: str, dtype: str):
    problem = with_options(small, **OPTIONS[case])
    whole_state: dict = {}
    whole = train(package, problem, dtype, state=whole_state)
    for stop in range(1, problem.steps + 1):
        state: dict = {}
        model = package.SoftmaxRegression(*problem.start(dtype))
        with pytest.raises(Interrupted):
            train(package, problem, dtype, model, state, stop_after=stop)
        # only what could be written to a file goes on
        copied = state | {"velocity": [copy(v) for v in state["velocity"]], "history": list(state["history"])}
        model = package.SoftmaxRegression(copy(model.weight), copy(model.bias))
        train(package, problem, dtype, model, copied)
        assert checksum(copy(model.weight)) == checksum(copy(whole.weight)), stop
        assert checksum(copy(model.bias)) == checksum(copy(whole.bias)), stop
        assert copied["history"] == whole_state["history"], stop


def test_one_backend_goes_on_where_the_other_stopped(small: Problem):
    problem = with_options(small, **OPTIONS["momentum"])
    for first, second in ((scratch, torch_impl), (torch_impl, scratch)):
        state: dict = {}
        model = first.SoftmaxRegression(*problem.start("float64"))
        with pytest.raises(Interrupted):
            train(first, problem, "float64", model, state, stop_after=17)
        other = second.SoftmaxRegression(copy(model.weight), copy(model.bias))
        train(second, problem, "float64", other, state)
        whole = train(second, problem, "float64")
        np.testing.assert_allclose(copy(other.weight), copy(whole.weight), rtol=0, atol=1e-14)
        assert len(state["history"]) == problem.chosen.epochs + 1


def test_a_subset_is_the_beginning_of_the_split(small: Problem):
    data = Dataset("small", small.train, None, small.classes)
    whole = Problem(data, Hyperparameters(epochs=1, batch_size=5))
    part = Problem(data, Hyperparameters(epochs=1, batch_size=5, train_subset=30))
    np.testing.assert_array_equal(part.train[0], whole.train[0][:30])
    np.testing.assert_array_equal(part.validation[0], whole.validation[0])
    with pytest.raises(InputError, match="training subset of 1,000, but only 79 images"):
        Problem(data, Hyperparameters(epochs=1, batch_size=5, train_subset=1000))
