"""fit: what is proven is what trains."""

import numpy as np
import pytest
import torch
from threadpoolctl import threadpool_info

import scratch
import torch_impl
from compare.backends import threads
from compare.datasets import Dataset
from compare.problem import Hyperparameters, Problem, checksum
from compare.proof import prove
from tests.conftest import DTYPES

PACKAGES = {"scratch": scratch, "torch": torch_impl}


def fit(package, problem: Problem, dtype: str, **options):
    model = package.SoftmaxRegression(*problem.start(dtype))
    with threads(1):
        history = package.fit(model, problem.train, problem.validation, problem.batches, problem.chosen.lr, **options)
    return model, history


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PACKAGES)
def test_fit_alone_ends_in_the_bits_of_the_proof(small: Problem, name: str, dtype: str):
    run = prove(small, dtype)
    model, history = fit(PACKAGES[name], small, dtype)
    assert checksum(np.asarray(model.weight), np.asarray(model.bias)) == run.weights[name]
    assert history == [{"epoch": record["epoch"], **record[name]} for record in run.curve]


def test_the_proof_of_one_precision_ends_elsewhere_than_the_other(small: Problem):
    assert len({weights for dtype in DTYPES for weights in prove(small, dtype).weights.values()}) == 4


@pytest.mark.parametrize("package", PACKAGES.values())
def test_records_and_callbacks(small: Problem, package):
    steps, records = [], []
    _, history = fit(package, small, "float64", on_step=lambda *args: steps.append(args), on_epoch=records.append)
    assert records == history
    assert [record["epoch"] for record in history] == list(range(8))
    assert [(epoch, step) for epoch, step, _ in steps] == [(e, s) for e in range(1, 8) for s in range(1, 6)]
    # 99 images: four batches of 20 and one of 19, each counted by its size
    losses = [loss for epoch, _, loss in steps if epoch == 3]
    assert history[3]["train_loss"] == pytest.approx(np.average(losses, weights=[20, 20, 20, 20, 19]))
    assert history[-1]["train_loss"] < history[0]["train_loss"]


@pytest.mark.parametrize("package", PACKAGES.values())
def test_training_accuracy_is_of_each_image_as_it_was_seen(small: Problem, package):
    """With a batch an epoch every image is seen by the weights that the epoch before ended with."""
    images, labels = small.train
    model = package.SoftmaxRegression(*small.start("float64"))
    seen = [package.evaluate(model, images, labels)]
    whole = [[np.arange(99)]] * 5
    keep = lambda _: seen.append(package.evaluate(model, images, labels))  # noqa: E731
    history = package.fit(model, small.train, small.validation, whole, 0.5, on_epoch=keep)
    assert [record["train_accuracy"] for record in history] == [accuracy for _, accuracy in (seen[0], *seen[1:-1])]
    assert len({accuracy for _, accuracy in seen}) > 2


@pytest.mark.parametrize("package", PACKAGES.values())
def test_a_diverging_run_says_where(small: Problem, package):
    model = package.SoftmaxRegression(*small.start("float32"))
    with pytest.raises(FloatingPointError, match=r"the loss is (nan|inf) at epoch 1, step 2"):
        package.fit(model, small.train, small.validation, small.batches, lr=1e38)


@pytest.mark.parametrize("package", PACKAGES.values())
def test_training_loss_is_of_the_images_that_were_seen(small: Problem, package):
    losses = []
    model = package.SoftmaxRegression(*small.start("float64"))
    batches = [small.epoch_batches(1)[:2]]
    keep = lambda *args: losses.append(args[2])  # noqa: E731
    history = package.fit(model, small.train, small.validation, batches, 0.1, on_step=keep)
    assert history[1]["train_loss"] == pytest.approx(np.mean(losses))


def test_the_proof_runs_on_one_thread_whatever_the_machine():
    with threads(1):
        assert torch.get_num_threads() == 1
        assert {pool["num_threads"] for pool in threadpool_info()} == {1}


def test_the_split_is_a_partition_and_each_epoch_a_new_permutation(small: Problem):
    assert (len(small.train[1]), len(small.validation[1])) == (99, 11)
    first, second = (np.concatenate(small.epoch_batches(epoch)) for epoch in (1, 2))
    assert (first != second).any()
    for order in (first, second):
        np.testing.assert_array_equal(np.sort(order), np.arange(99))
    assert len(list(small.batches)) == 7
    assert small.steps == sum(len(batches) for batches in small.batches) == 35


def test_the_checksum_of_the_order_is_of_all_epochs(small: Problem):
    data = Dataset("small", small.train, None, small.classes)
    first, second = (Problem(data, Hyperparameters(epochs=epochs, batch_size=20)).checksums for epochs in (1, 2))
    assert {name for name in first if first[name] != second[name]} == {"order"}


def test_initial_weights_follow_pytorchs_law(small: Problem):
    W, b = small.start("float64")
    limit = 1 / np.sqrt(12)
    assert 0.8 * limit < np.abs(W).max() <= limit
    assert np.abs(b).max() <= limit
    np.testing.assert_array_equal(small.start("float32")[0], W.astype(np.float32), strict=True)
