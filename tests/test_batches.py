"""Batches of an epoch, and the epochs of a run."""

import numpy as np
import pytest

import scratch
from compare.problem import Problem


def test_batches_are_those_of_a_list(small: Problem):
    batches = small.epoch_batches(2)
    every = list(batches)
    assert len(batches) == len(every) == 5
    assert [batches[n].tolist() for n in (0, 4, -1)] == [every[n].tolist() for n in (0, 4, 4)]
    assert [b.tolist() for b in batches[1:3]] == [b.tolist() for b in every[1:3]]
    assert [b.tolist() for b in small.epoch_batches(2, 3)] == [b.tolist() for b in every[3:]]
    assert len(small.epoch_batches(2, 5)) == 0
    with pytest.raises(IndexError):
        batches[5]


def test_the_epochs_of_a_run_are_there_each_time(small: Problem):
    kept = small.batches
    assert len(kept) == small.chosen.epochs
    first, again = ([[b.tolist() for b in epoch] for epoch in kept] for _ in range(2))
    assert first == again == [[b.tolist() for b in small.epoch_batches(n)] for n in range(1, small.chosen.epochs + 1)]


def test_batches_that_are_kept_train_two_models_alike(small: Problem):
    kept, models = small.batches, [scratch.SoftmaxRegression(*small.start("float32")) for _ in range(2)]
    records = [scratch.fit(model, small.train, small.validation, kept, 0.1) for model in models]
    assert len(records[0]) == len(records[1]) == 1 + small.chosen.epochs
    np.testing.assert_array_equal(models[0].weight, models[1].weight)
