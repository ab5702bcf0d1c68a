"""The problem: start, split and order, drawn once and for both sides."""

import dataclasses

import numpy as np
import pytest

from compare.data.dataset import Dataset
from compare.data.registry import load
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem, checksum

BAD = {
    "no epochs": ({"epochs": 0}, "epochs must be at least 1, not 0"),
    "no batch": ({"batch_size": 0}, "batch size must be at least 1, not 0"),
    "lr 0": ({"lr": 0.0}, "lr must be above 0 and below 3.4e+38, not 0.0"),
    "lr beyond float32": ({"lr": 1e39}, "lr must be above 0 and below 3.4e+38, not 1e+39"),
    "dampening 1.5": ({"dampening": 1.5, "momentum": 0.5}, "dampening must lie in 0 ... 1, not 1.5"),
    "decay beyond float32": ({"weight_decay": 1e39}, "weight decay must be at least 0 and below 3.4e+38, not 1e+39"),
    "seed": ({"seed": -1}, "seed must be 0 or more, not -1"),
    "all held out": ({"val_fraction": 1.0}, "validation fraction must lie between 0 and 1, not 1.0"),
    "none held out": ({"val_fraction": 0.0}, "validation fraction must lie between 0 and 1, not 0.0"),
    "momentum 1": ({"momentum": 1.0}, "momentum must be at least 0 and below 1, not 1.0"),
    "momentum nan": ({"momentum": float("nan")}, "momentum must"),
    "dampening": ({"dampening": -0.1}, "dampening must lie in 0 ... 1, not -0.1"),
    "dampening above 1": ({"dampening": 1.1}, "dampening must lie in 0 ... 1, not 1.1"),
    "decay": ({"weight_decay": -1.0}, "weight decay must be at least 0 and below 3.4e+38, not -1.0"),
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


LIMITS = [
    {"epochs": 1, "batch_size": 1, "seed": 0, "train_subset": 1},
    {"lr": 3.4e38, "weight_decay": 3.4e38},
    {"lr": 1e-300, "val_fraction": 1e-9},
    {"val_fraction": 0.999, "momentum": 0.999, "dampening": 1.0},
]


@pytest.mark.parametrize("options", LIMITS)
def test_what_is_at_the_limit_is_taken(options: dict):
    chosen = Hyperparameters(**({"epochs": 1} | options))
    assert {name: getattr(chosen, name) for name in options} == options


def test_numbers_of_numpy_become_those_of_python():
    chosen = Hyperparameters(epochs=np.int64(3), lr=np.float32(0.5), momentum=np.float64(0.25))
    assert [type(value) for value in (chosen.epochs, chosen.lr, chosen.momentum)] == [int, float, float]


TOO_SMALL = {
    "batch too large": ({"batch_size": 100}, "batch size 100, but only 99 training images"),
    "none to validate with": ({"val_fraction": 0.001}, "110 to train on, 0 to validate; both need one"),
    "none to train on": ({"val_fraction": 0.999}, "0 to train on, 110 to validate; both need one"),
    "subset too large": ({"train_subset": 1000}, "training subset of 1,000, but only 99 training images"),
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


def test_checksums_see_one_pixel_and_one_label_of_any_image(rng: np.random.Generator):
    images, labels = rng.integers(0, 256, (20, 3)).astype(np.uint8), rng.integers(0, 4, 20)
    chosen = Hyperparameters(epochs=1, batch_size=5)

    def checksums() -> dict[str, str]:
        return Problem(Dataset("any", (images.copy(), labels.copy()), None, 5), chosen).checksums

    seen = [checksums()]
    for n in range(20):
        images[n, n % 3] ^= 1
        labels[n] += 1
        seen.append(checksums())
    for what in ("images", "labels"):
        assert len({one[what] for one in seen}) == 21


def test_a_checksum_is_of_the_values_whatever_the_order_of_bytes():
    array = np.arange(6.0).reshape(2, 3)
    assert checksum(array) == checksum(array.astype(">f8")) == checksum(np.asfortranarray(array))
    assert checksum(array) != checksum(array.astype("float32"))
    assert checksum(array) != checksum(array + 1)


def test_the_options_of_sgd_are_those_chosen():
    options = {"lr": 0.5, "momentum": 0.25, "dampening": 0.0, "weight_decay": 0.125, "nesterov": True}
    assert dataclasses.replace(Hyperparameters(epochs=1), **options).descent == options


# What version 0.1 gave to both sides for digits, for 3 epochs.
CHECKSUMS = {
    "images": "05dbce040f7644b83fd7fe49be4f657b41711bffe05c3acb93459f0a2ff5793c",
    "labels": "a48b45655c82b6ed1d7502f7a19072de451f95f7f6b4a34a402399159720e801",
    "weight": "f957608fb9562c104ee904a7fbf65e2cbc3384ac920cc7a6d7fad4f3afcdaa06",
    "bias": "2b37ba039ecdc078eea035e1c1348497b5aec2494e0d1b9ad1a7e4a6189707e8",
    "split": "990379d96b4d542d531d09aa05fd1a9ed42a3c7983e6fe8107b5ca47258fb218",
    "order": "285e81de3df36c7df62b0b0123bbaf910d6fc741304b6881284c81ad85a17ebd",
}


def test_a_seed_gives_the_problem_that_it_has_always_given():
    problem = Problem(load("digits"), Hyperparameters(epochs=3))
    assert problem.checksums == CHECKSUMS
    assert (problem.name, problem.classes, problem.features, problem.steps) == ("digits", 10, 64, 45)
    assert problem.epoch_batches(1)[0][:5].tolist() == [88, 607, 489, 716, 413]
    assert problem.epoch_batches(3)[-1][-3:].tolist() == [1275, 504, 400]
    assert problem.train[1][:5].tolist() == [7, 6, 5, 2, 5]
    assert problem.validation[1][:5].tolist() == [2, 9, 3, 8, 6]


def test_the_defaults_are_those_of_the_tutorial():
    defaults = dataclasses.asdict(Hyperparameters(epochs=1))
    assert defaults == {
        "epochs": 1,
        "batch_size": 100,
        "lr": 1e-3,
        "seed": 1,
        "val_fraction": 0.2,
        "momentum": 0.0,
        "dampening": 0.0,
        "weight_decay": 0.0,
        "nesterov": False,
        "train_subset": None,
    }


@pytest.mark.parametrize(
    "options",
    [
        {"batch_size": 1},
        {"lr": 3.4e38},
        {"lr": 1e-300},
        {"seed": 0},
        {"val_fraction": 0.999},
        {"dampening": 1.0},
        {"weight_decay": 3.4e38},
        {"momentum": 0.999, "nesterov": True},
        {"train_subset": 1},
    ],
)
def test_what_is_unusual_is_taken(options: dict):
    chosen = Hyperparameters(epochs=1, **options)
    assert {name: getattr(chosen, name) for name in options} == options


@pytest.mark.parametrize("lr", [np.nan, np.inf, -1.0])
def test_numbers_that_are_not_finite_are_refused(lr: float):
    for name in ("lr", "weight_decay", "val_fraction", "dampening", "momentum"):
        with pytest.raises(InputError, match=name.replace("_", " ").replace("val fraction", "validation fraction")):
            Hyperparameters(epochs=1, **{name: lr})


@pytest.mark.parametrize(("val_fraction", "sizes"), [(0.01, (109, 1)), (0.99, (1, 109))])
def test_one_image_is_enough_to_validate_with_or_to_train_on(make_small, val_fraction: float, sizes: tuple[int, int]):
    problem = make_small(val_fraction=val_fraction, batch_size=1)
    assert (len(problem.train[1]), len(problem.validation[1])) == sizes


def test_a_batch_and_a_subset_may_be_all_that_there_is(make_small):
    assert make_small(batch_size=99).steps_per_epoch == 1
    assert len(make_small(train_subset=99).train[1]) == 99
    with pytest.raises(InputError, match="batch size 31, but only 30 training images"):
        make_small(train_subset=30, batch_size=31)
    with pytest.raises(InputError, match="training subset of 100, but only 99 training images"):
        make_small(train_subset=100)


def test_the_order_of_the_first_1000_epochs_is_in_the_checksum(make_small):
    orders = {epochs: make_small(epochs=epochs, batch_size=99).checksums["order"] for epochs in (999, 1000, 1001)}
    assert orders[999] != orders[1000] == orders[1001]


def test_the_test_images_and_names_are_kept():
    images, labels = np.zeros((10, 2, 3), np.uint8), np.zeros(10, int)
    data = Dataset("named", (images, labels), (images[:4], labels[:4]), 2, ("cat", "dog"))
    problem = Problem(data, Hyperparameters(epochs=1, batch_size=1))
    assert (problem.shape, problem.names, len(problem.test[1])) == ((2, 3), ("cat", "dog"), 4)
    assert Problem(Dataset("bare", (images, labels), None, 2), problem.chosen).test is None


def test_a_problem_fits_a_line(make_small):
    text = "<Problem small: 99 training and 11 validation images, 35 steps, lr 0.1, seed 1>"
    assert repr(make_small(epochs=7)) == text
