"""The options of a problem: what is taken, what is refused, and the defaults."""

import dataclasses

import numpy as np
import pytest

from compare.errors import InputError
from compare.problem import Hyperparameters

BAD = {
    "no epochs": ({"epochs": 0}, "epochs must lie in 1 ... 1,000,000, not 0"),
    "too many epochs": ({"epochs": 1_000_001}, "epochs must lie in 1 ... 1,000,000, not 1000001"),
    "half an epoch": ({"epochs": 2.5}, "epochs must be a whole number, not 2.5"),
    "epochs without end": ({"epochs": float("inf")}, "epochs must be a whole number, not inf"),
    "a word": ({"batch_size": "many"}, "batch size must be a whole number, not many"),
    "half an image": ({"train_subset": 1.5}, "train subset must be a whole number, not 1.5"),
    "no batch": ({"batch_size": 0}, "batch size must be at least 1, not 0"),
    "lr 0": ({"lr": 0.0}, "lr must be above 0 and below 3.4e+38, not 0.0"),
    "lr beyond float32": ({"lr": 1e39}, "lr must be above 0 and below 3.4e+38, not 1e+39"),
    "dampening 1.5": ({"dampening": 1.5, "momentum": 0.5}, "dampening must lie in 0 ... 1, not 1.5"),
    "decay beyond float32": ({"weight_decay": 1e39}, "weight decay must be at least 0 and below 3.4e+38, not 1e+39"),
    "seed": ({"seed": -1}, "seed must be 0 or more, not -1"),
    "all held out": ({"val_fraction": 1.0}, "validation fraction must be at least 0 and below 1, not 1.0"),
    "less than none held out": ({"val_fraction": -0.1}, "validation fraction must be at least 0 and below 1, not -0.1"),
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
    {"epochs": 1_000_000},
    {"lr": 3.4e38, "weight_decay": 3.4e38},
    {"lr": 1e-300, "val_fraction": 1e-9},
    {"val_fraction": 0.0},
    {"val_fraction": 0.999, "momentum": 0.999, "dampening": 1.0},
    {"batch_size": 1},
    {"lr": 3.4e38},
    {"lr": 1e-300},
    {"seed": 0},
    {"val_fraction": 0.999},
    {"dampening": 1.0},
    {"weight_decay": 3.4e38},
    {"momentum": 0.999, "nesterov": True},
    {"train_subset": 1},
]


@pytest.mark.parametrize("options", LIMITS)
def test_what_is_at_the_limit_is_taken(options: dict):
    chosen = Hyperparameters(**({"epochs": 1} | options))
    assert {name: getattr(chosen, name) for name in options} == options


def test_numbers_of_numpy_become_those_of_python():
    given = {"epochs": np.int64(3), "lr": np.float32(0.5), "nesterov": np.True_, "train_subset": np.int64(7)}
    chosen = Hyperparameters(**given, momentum=0.9)
    assert {name: type(getattr(chosen, name)) for name in given} == dict(
        zip(given, (int, float, bool, int), strict=True)
    )
    assert {name: getattr(chosen, name) for name in given} == given


def test_the_options_of_sgd_are_those_chosen():
    options = {"lr": 0.5, "momentum": 0.25, "dampening": 0.0, "weight_decay": 0.125, "nesterov": True}
    assert dataclasses.replace(Hyperparameters(epochs=1), **options).descent == options


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


@pytest.mark.parametrize("lr", [np.nan, np.inf, -1.0])
def test_numbers_that_are_not_finite_are_refused(lr: float):
    for name in ("lr", "weight_decay", "val_fraction", "dampening", "momentum"):
        with pytest.raises(InputError, match=name.replace("_", " ").replace("val fraction", "validation fraction")):
            Hyperparameters(epochs=1, **{name: lr})
