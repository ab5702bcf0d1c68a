"""The problem: start, split and order, drawn once and for both sides."""

import dataclasses

import numpy as np
import pytest

from compare.data.registry import Dataset
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem, checksum

BAD = {
    "no epochs": ({"epochs": 0}, "epochs must be at least 1, not 0"),
    "no batch": ({"batch_size": 0}, "batch size must be at least 1, not 0"),
    "lr 0": ({"lr": 0.0}, "lr must be a finite number above 0, not 0.0"),
    "lr beyond float32": ({"lr": 1e39}, "lr must be a finite number above 0, not 1e+39"),
    "seed": ({"seed": -1}, "seed must be 0 or more, not -1"),
    "all held out": ({"val_fraction": 1.0}, "validation fraction must lie between 0 and 1, not 1.0"),
    "none held out": ({"val_fraction": 0.0}, "validation fraction must lie between 0 and 1, not 0.0"),
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
        Hyperparameters(**({"epochs": 1} | options))
    assert words in str(refused.value)


def test_numbers_of_numpy_become_those_of_python():
    chosen = Hyperparameters(epochs=np.int64(3), lr=np.float32(0.5), momentum=np.float64(0.25))
    assert [type(value) for value in (chosen.epochs, chosen.lr, chosen.momentum)] == [int, float, float]


TOO_SMALL = {
    "batch too large": ({"batch_size": 100}, "batch size 100 is larger than the training set of 99 images"),
    "none to validate with": ({"val_fraction": 0.001}, "leaves 110 to train on and 0 to validate with; both need one"),
    "none to train on": ({"val_fraction": 0.999}, "leaves 0 to train on and 110 to validate with; both need one"),
    "subset too large": ({"train_subset": 1000}, "training subset of 1,000, but only 99 images"),
}


@pytest.mark.parametrize("case", TOO_SMALL)
def test_what_the_data_are_too_few_for_is_refused(make_small, case: str):
    options, words = TOO_SMALL[case]
    with pytest.raises(InputError) as refused:
        make_small(**options)
    assert words in str(refused.value)


def test_the_split_is_a_partition_and_each_epoch_a_new_permutation(small: Problem):
    assert (len(small.train[1]), len(small.validation[1])) == (99, 11)
    first, second = (np.concatenate(small.epoch_batches(epoch)) for epoch in (1, 2))
    assert (first != second).any()
    for order in (first, second):
        np.testing.assert_array_equal(np.sort(order), np.arange(99))
    assert len(list(small.batches)) == 7
    assert small.steps == sum(len(batches) for batches in small.batches) == 35
    assert [len(index) for index in small.epoch_batches(1)] == [20, 20, 20, 20, 19]


def test_no_image_is_trained_on_and_validated_with():
    images = np.arange(50.0)[:, None]
    problem = Problem(
        Dataset("numbered", (images, np.zeros(50, int)), None, 1), Hyperparameters(epochs=1, batch_size=5)
    )
    parts = problem.train[0], problem.validation[0]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts), axis=None), np.arange(50))
    assert [len(part) for part in parts] == [40, 10]


def test_a_subset_is_the_beginning_of_the_split(small: Problem, make_small):
    part = make_small(train_subset=30)
    np.testing.assert_array_equal(part.train[0], small.train[0][:30])
    np.testing.assert_array_equal(part.train[1], small.train[1][:30])
    np.testing.assert_array_equal(part.validation[0], small.validation[0])


def test_initial_weights_follow_pytorchs_law(small: Problem):
    W, b = small.start("float64")
    limit = 1 / np.sqrt(12)
    assert 0.8 * limit < np.abs(W).max() <= limit
    assert np.abs(b).max() <= limit
    assert W.min() < 0 < W.max()
    np.testing.assert_array_equal(small.start("float32")[0], W.astype(np.float32), strict=True)


CHANGES = {
    "epochs": ({"epochs": 8}, {"order"}),
    "batch_size": ({"batch_size": 10}, set()),
    "lr": ({"lr": 0.2}, set()),
    "seed": ({"seed": 2}, {"images", "labels", "weight", "bias", "split", "order"}),
    "val_fraction": ({"val_fraction": 0.2}, {"images", "labels", "order"}),
    "train_subset": ({"train_subset": 30}, {"images", "labels", "order"}),
}


@pytest.mark.parametrize("case", CHANGES)
def test_checksums_tell_what_changed(small: Problem, make_small, case: str):
    options, expected = CHANGES[case]
    other = make_small(**options).checksums
    assert {name for name in other if small.checksums[name] != other[name]} == expected


def test_checksums_see_one_pixel_and_one_label(small: Problem):
    images, labels = small.train[0].copy(), small.train[1].copy()
    whole = Problem(Dataset("small", (images, labels), None, 4), small.chosen).checksums
    images[17, 3] ^= 1
    assert Problem(Dataset("small", (images, labels), None, 4), small.chosen).checksums["images"] != whole["images"]
    labels[17] = (labels[17] + 1) % 4
    assert Problem(Dataset("small", (images, labels), None, 4), small.chosen).checksums["labels"] != whole["labels"]


def test_a_checksum_is_of_the_values_whatever_the_order_of_bytes():
    array = np.arange(6.0).reshape(2, 3)
    assert checksum(array) == checksum(array.astype(">f8")) == checksum(np.asfortranarray(array))
    assert checksum(array) != checksum(array.astype("float32"))
    assert checksum(array) != checksum(array + 1)


def test_the_options_of_sgd_are_those_chosen():
    options = {"lr": 0.5, "momentum": 0.25, "dampening": 0.0, "weight_decay": 0.125, "nesterov": True}
    assert dataclasses.replace(Hyperparameters(epochs=1), **options).descent == options
