"""The published curve, and how far a correct run may lie from it."""

import math

import pytest

from compare.problem import Hyperparameters
from compare.training import published


class Named:
    """As much of a problem as `applies` looks at."""

    def __init__(self, name: str = "mnist", **options: object):
        self.name, self.chosen = name, Hyperparameters(**({"epochs": 5} | options))


def test_the_curve_is_that_of_the_tutorial():
    # before training, after the first epoch, after the last
    assert (published.CURVE[0], published.CURVE[1], published.CURVE[-1]) == (0.1076, 0.6282, 0.8530)
    assert len(published.CURVE) == 21
    assert list(published.CURVE) == sorted(published.CURVE)


# A value below is what a correct run was seen to be away from the curve; the band must be wider, and not much wider.
BANDS = [(0, math.inf), (1, 0.05), (4, 0.05), (5, 0.015), (20, 0.015), (1000, 0.015)]


@pytest.mark.parametrize(("epoch", "half"), BANDS)
def test_the_band_is_wide_while_the_curve_climbs_and_narrow_from_epoch_5_on(epoch: int, half: float):
    assert published.band(epoch) == half


def test_it_applies_to_the_defaults_on_mnist_whatever_seed_and_length():
    assert published.applies(Named())
    assert published.applies(Named(epochs=20, seed=7))
    assert not published.applies(Named("fashion-mnist"))
    others = {"lr": 0.1}, {"batch_size": 50}, {"momentum": 0.9}, {"val_fraction": 0.1}, {"train_subset": 48_000}
    assert not any(published.applies(Named(**options)) for options in others)
