"""The problem: start, split and order, drawn once and for both sides."""

import pickle

import numpy as np
import pytest

from compare import problem as problem_module
from compare.data import mapped
from compare.data.dataset import Dataset
from compare.data.registry import load
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem, checksum

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


def test_no_image_is_copied_before_it_is_in_a_batch():
    images, labels = np.arange(200, dtype=np.uint8).reshape(50, 4), np.arange(50) % 3
    data = Dataset("any", (images, labels), None, 3)
    problem = Problem(data, Hyperparameters(epochs=1, batch_size=5))
    for rows, own in (problem.train, problem.validation):
        assert np.shares_memory(rows.array, images)
        np.testing.assert_array_equal(own, labels[rows.index])
    batch = problem.epoch_batches(1)[0]
    np.testing.assert_array_equal(problem.train[0][batch], images[problem.train[0].index[batch]])


def test_what_is_kept_in_files_has_the_same_bits(make_small, monkeypatch: pytest.MonkeyPatch):
    small = make_small()
    expected = small.checksums, [list(map(list, epoch)) for epoch in small.batches]
    monkeypatch.setattr(mapped, "KEPT_IN_FILE", 0)
    monkeypatch.setattr(mapped, "PIECE", 50)
    other = make_small()
    assert isinstance(other.train[0].index.base.base, np.memmap)
    assert (other.checksums, [list(map(list, epoch)) for epoch in other.batches]) == expected


def test_another_process_draws_the_same(small: Problem):
    other = pickle.loads(pickle.dumps(small))
    assert (other.checksums, other.chosen, other.name) == (small.checksums, small.chosen, small.name)
    np.testing.assert_array_equal(other.train[0], small.train[0])


def test_the_order_in_a_checksum_is_bounded_by_images(make_small, monkeypatch: pytest.MonkeyPatch):
    def order(epochs: int) -> str:
        return make_small(epochs=epochs, batch_size=99).checksums["order"]

    monkeypatch.setattr(problem_module, "IMAGES_IN_CHECKSUM", 5 * 99)
    assert order(4) != order(5) == order(6)
    monkeypatch.setattr(problem_module, "IMAGES_IN_CHECKSUM", 1)
    drawn, one = [], Problem._order
    monkeypatch.setattr(Problem, "_order", lambda self, epoch: drawn.append(epoch) or one(self, epoch))
    assert order(1) == order(7)
    assert drawn == [1, 1], "one epoch is in it always, and no other is drawn"


def test_nothing_is_held_out_only_where_there_are_test_images(make_small):
    problem = make_small(val_fraction=0)
    assert (len(problem.train[1]), len(problem.validation[1]), len(problem.test[1])) == (110, 0, 15)
    assert (problem.evaluated_on, problem.evaluated) == ("test", problem.test)
    np.testing.assert_array_equal(np.sort(np.concatenate(problem.epoch_batches(1))), np.arange(110))
    other = make_small()
    assert (other.evaluated_on, other.evaluated) == ("validation", other.validation)
    images, labels = np.zeros((10, 2), np.uint8), np.zeros(10, int)
    with pytest.raises(InputError, match="validation fraction 0 needs test images to evaluate on, and bare has none"):
        Problem(Dataset("bare", (images, labels), None, 1), Hyperparameters(epochs=1, batch_size=1, val_fraction=0))


def test_a_checksum_is_of_the_values_whatever_the_order_of_bytes():
    array = np.arange(6.0).reshape(2, 3)
    assert checksum(array) == checksum(array.astype(">f8")) == checksum(np.asfortranarray(array))
    assert checksum(array) != checksum(array.astype("float32"))
    assert checksum(array) != checksum(array + 1)


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
