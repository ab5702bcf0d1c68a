"""Shares of batches, and how they are weighted; several ranks are in tests/backends/test_ranks.py."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

import torch_impl
from compare.problem import Problem
from torch_impl.parallel import Shares, data_parallel, evaluate, totals, weighted

SIZES = 0, 1, 2, 3, 7, 20, 100


@pytest.mark.parametrize("ranks", [1, 2, 3, 8])
def test_all_shares_together_are_the_whole_in_its_order(ranks: int):
    for N in SIZES:
        batch = np.arange(N) + 5
        parts = [batch[Shares(rank, ranks).part(N)] for rank in range(ranks)]
        np.testing.assert_array_equal(np.concatenate(parts), batch)
        lengths = [len(part) for part in parts]
        assert max(lengths) - min(lengths) <= 1


def test_seven_images_are_four_and_three_and_one_is_one_and_none():
    shares = Shares(0, 2), Shares(1, 2)
    assert [[len(part) for part in own.of([np.arange(7), np.arange(1)])] for own in shares] == [[4, 1], [3, 0]]


def test_the_weight_is_that_of_the_batch_under_way_and_the_weights_add_up_to_1():
    every = [Shares(rank, 3) for rank in range(3)]
    batches = [np.arange(N) for N in SIZES[1:]]
    for batch, *parts in zip(batches, *(own.of(batches) for own in every), strict=True):
        for own, part in zip(every, parts, strict=True):
            assert own.weight == len(part) / len(batch)
        assert sum(own.weight for own in every) == pytest.approx(1, abs=1e-15)


def gradients(model: torch_impl.SoftmaxRegression, problem: Problem, index: np.ndarray) -> list[torch.Tensor]:
    """Those of one step at a rate of 0."""
    data = torch_impl.Images(*problem.train, model.dtype)
    torch_impl.step(model, torch_impl.sgd(model, 0.0), *data[index])
    return [parameter.grad.clone() for parameter in model.parameters()]


def test_the_step_of_no_images_has_gradients_of_0_and_a_loss_of_nan(small: Problem):
    """What `weighted` and `totals` rely on."""
    model = torch_impl.SoftmaxRegression(*small.start("float64"))
    assert not any(gradient.any() for gradient in gradients(model, small, np.arange(0)))
    data = torch_impl.Images(*small.train, model.dtype)
    done = torch_impl.step(model, torch_impl.sgd(model, 0.0), *data[np.arange(0)])
    assert torch.isnan(done.L)


class Bucket:
    """Stands for a GradBucket."""

    def __init__(self, gradient: torch.Tensor):
        self.gradient = gradient

    def buffer(self) -> torch.Tensor:
        """Of all parameters in it."""
        return self.gradient


@pytest.fixture
def added_up(monkeypatch: pytest.MonkeyPatch) -> Callable[[list[torch.Tensor], list[Shares]], torch.Tensor]:
    """What the hook of each rank hands to all_reduce, added up here."""
    handed: list[torch.Tensor] = []

    class Work:
        def get_future(self) -> torch.futures.Future:
            done = torch.futures.Future()
            done.set_result([handed[-1]])
            return done

    def all_reduce(tensor: torch.Tensor, async_op: bool) -> Work:
        assert async_op
        handed.append(tensor)
        return Work()

    monkeypatch.setattr("torch.distributed.all_reduce", all_reduce)

    def add(each: list[torch.Tensor], shares: list[Shares]) -> torch.Tensor:
        for own, gradient in zip(shares, each, strict=True):
            assert weighted(own, Bucket(gradient)).wait() is handed[-1]
        return sum(handed[-len(each) :])

    return add


@pytest.mark.parametrize("ranks", [2, 3])
@pytest.mark.parametrize("N", [1, 2, 7, 20])
def test_weighted_gradients_of_shares_add_up_to_that_of_the_batch(
    small: Problem, added_up: Callable, N: int, ranks: int
):
    model, index = torch_impl.SoftmaxRegression(*small.start("float64")), small.epoch_batches(1)[0][:N]
    every = [Shares(rank, ranks) for rank in range(ranks)]
    parts = [next(own.of([index])) for own in every]
    whole, each = gradients(model, small, index), [gradients(model, small, part) for part in parts]
    for n, gradient in enumerate(whole):
        summed = added_up([own[n] for own in each], every)
        torch.testing.assert_close(summed, gradient, rtol=1e-13, atol=1e-15)


@pytest.mark.usefixtures("alone")
def test_a_single_rank_takes_the_steps_of_one_process_to_the_bit(small: Problem, dtype: str):
    one, other = (torch_impl.SoftmaxRegression(*small.start(dtype)) for _ in range(2))
    shares, data = Shares(0, 1), torch_impl.Images(*small.train, one.dtype)
    optimizers = [torch_impl.sgd(model, 0.1, momentum=0.9) for model in (one, other)]
    batches = small.epoch_batches(1)
    together = torch_impl.epoch(data_parallel(one, shares), optimizers[0], data, shares.of(batches))
    for done, usual in zip(together, torch_impl.epoch(other, optimizers[1], data, batches), strict=True):
        loss, hits = totals(done, shares)
        assert (loss.item(), int(hits)) == (usual.L.item(), torch_impl.correct(usual.Z, usual.y))
    assert torch.equal(one.weight, other.weight)
    assert evaluate(one, *small.validation, shares) == torch_impl.evaluate(other, *small.validation)


@pytest.mark.usefixtures("alone")
def test_a_share_without_images_adds_nothing_to_loss_and_hits(small: Problem):
    model = torch_impl.SoftmaxRegression(*small.start("float64"))
    data = torch_impl.Images(*small.train, model.dtype)
    done = torch_impl.step(model, torch_impl.sgd(model, 0.1), *data[np.arange(0)])
    assert [number.item() for number in totals(done, Shares(1, 2, own=0, batch=1))] == [0, 0]


def test_a_loss_that_is_not_finite_stays_so(monkeypatch: pytest.MonkeyPatch):
    """Only the nan of no images is left out."""
    monkeypatch.setattr("torch.distributed.all_reduce", lambda _: None)
    X, y = torch.zeros(2, 3), torch.zeros(2, dtype=torch.int64)
    done = torch_impl.Step(X, y, torch.zeros(2, 4), torch.tensor(float("nan")))
    assert totals(done, Shares(0, 2, own=2, batch=4))[0].isnan()


@pytest.mark.parametrize("ranks", [2, 3])
def test_evaluations_of_shares_add_up(small: Problem, ranks: int):
    model = torch_impl.SoftmaxRegression(*small.start("float64"))
    images, labels = small.train
    parts = [Shares(rank, ranks).part(len(labels)) for rank in range(ranks)]
    each = [torch_impl.training.sums(model, images, labels, part) for part in parts]
    loss, accuracy = torch_impl.training.means(map(sum, zip(*each, strict=True)), len(labels))
    whole = torch_impl.evaluate(model, images, labels)
    assert (loss, accuracy) == (pytest.approx(whole.loss, rel=1e-14), whole.accuracy)


@pytest.mark.parametrize("own", [1, 3])
def test_the_loss_of_the_batch_weighs_each_share(monkeypatch: pytest.MonkeyPatch, own: int):
    monkeypatch.setattr("torch.distributed.all_reduce", lambda _: None)
    y = torch.zeros(own, dtype=torch.int64)
    done = torch_impl.Step(torch.zeros(own, 3), y, torch.eye(own, 4), torch.tensor(2.0))
    loss, hits = totals(done, Shares(0, 2, own=own, batch=4))
    assert (loss.item(), hits.item()) == (2.0 * own / 4, 1)
