"""How long a training takes, told before it starts."""

import time

import pytest

from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.training.duration import step_seconds
from compare.training.train import train


@pytest.mark.parametrize("name", ["scratch", "torch"])
def test_it_is_about_what_is_measured(name: str):
    problem = Problem(load("mnist5k"), Hyperparameters(epochs=5))
    train(Problem(load("digits"), Hyperparameters(epochs=1)), name)  # the first step of PyTorch takes a second
    began = time.process_time()
    train(problem, name)
    measured = time.process_time() - began
    assert measured / 6 < 200 * step_seconds(name, "float32", 78_400, 10) < 6 * measured


def test_what_makes_a_step_longer():
    step = step_seconds("scratch", "float32", 78_400, 10)
    assert step < step_seconds("torch", "float32", 78_400, 10)
    assert step == step_seconds("mine", "float32", 78_400, 10)
    assert step < step_seconds("scratch", "float64", 78_400, 10) < 2 * step
    assert step < step_seconds("scratch", "float32", 2 * 78_400, 10) < 2 * step
    assert step < step_seconds("scratch", "float32", 78_400, 20) < 2 * step
    alone, two, three = (step_seconds("torch", "float32", 6400, 10, ranks) for ranks in (1, 2, 3))
    assert alone == step_seconds("torch", "float32", 6400, 10)
    assert 2 * alone < two < 4 * alone < three < 6 * alone
