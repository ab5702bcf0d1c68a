"""The proof in both precisions at the same time: the same as one after the other."""

import functools
from dataclasses import asdict
from types import SimpleNamespace

import numpy as np
import pytest

from compare.errors import InputError
from compare.problem import DTYPES, Problem
from compare.proof import both_precisions
from compare.proof.both_precisions import at_the_same_time, expected_seconds, named, prove_each, reports
from compare.proof.prove import prove

SIDES = functools.partial(named, "scratch", "torch")


@pytest.mark.parametrize("dtypes", [pytest.param(["float64"], marks=pytest.mark.heavy), ["float64", "float32"]])
def test_runs_come_in_the_order_that_was_asked_for(small: Problem, dtypes: list[str]):
    told = []
    assert [run.dtype for run in prove_each(small, dtypes, SIDES, told.append)] == dtypes
    assert told == [f"{dtype} in epoch {epoch} of 7" for dtype in dtypes for epoch in range(1, 8) for _ in range(5)]


def of(steps: int) -> SimpleNamespace:
    """As much of a problem as the time is estimated from: so many steps on batches of mnist5k."""
    train = SimpleNamespace(array=np.empty((4000, 784), np.uint8)), None
    return SimpleNamespace(steps=steps, features=784, classes=10, train=train, chosen=SimpleNamespace(batch_size=100))


@pytest.mark.parametrize(
    ("steps", "count"), [(1, 1), (199, 199), (200, 100), (201, 100), (5000, 100), (5100, 102), (9600, 192)]
)
def test_a_report_comes_a_hundred_times_or_after_fifty_steps(steps: int, count: int):
    assert reports(of(steps)) == count


@pytest.mark.parametrize(("steps", "one", "two"), [(1000, 3.7704, 7.5408), (9600, 18.99584, 18.99584)])
def test_how_long_it_takes(steps: int, one: float, two: float):
    """A step 1.7704 ms, and two seconds for the rest; two at the same time take as long as one."""
    assert expected_seconds(of(steps), DTYPES[:1]) == pytest.approx(one)
    assert expected_seconds(of(steps), DTYPES) == pytest.approx(two)


def test_few_steps_or_one_precision_need_no_process(make_small):
    long = make_small(epochs=400)
    assert long.steps == both_precisions.STEPS_WORTH_A_PROCESS
    assert at_the_same_time(long, DTYPES)
    assert not at_the_same_time(make_small(epochs=399), DTYPES)
    assert not at_the_same_time(long, DTYPES[:1])


def test_of_data_that_may_not_fit_one_precision_comes_after_the_other(make_small, monkeypatch: pytest.MonkeyPatch):
    long = make_small(epochs=400)
    nbytes = long.train[0].array.nbytes
    monkeypatch.setattr(both_precisions, "FITS_TWICE", nbytes)
    assert at_the_same_time(long, DTYPES)
    monkeypatch.setattr(both_precisions, "FITS_TWICE", nbytes - 1)
    assert not at_the_same_time(long, DTYPES)


@pytest.mark.heavy
def test_at_the_same_time_is_one_after_the_other_to_the_bit(make_small, monkeypatch: pytest.MonkeyPatch):
    problem, told = make_small(epochs=50), []
    monkeypatch.setattr(both_precisions, "STEPS_WORTH_A_PROCESS", 1)
    for dtype, run in zip(DTYPES, prove_each(problem, DTYPES, SIDES, told.append), strict=True):
        alone = prove(problem, dtype)
        assert (run.verdict, run.weights, run.history) == (alone.verdict, alone.weights, alone.history)
        assert {key: asdict(found) for key, found in run.worst.items()} == {
            key: asdict(found) for key, found in alone.worst.items()
        }
        np.testing.assert_array_equal(run.templates, alone.templates)
    assert (problem.steps, len(told), reports(problem)) == (250, 250, 125)
    assert {what.partition(" ")[0] for what in told} == set(DTYPES)


@pytest.mark.heavy
def test_an_error_in_one_of_them_is_raised_here(make_small, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(both_precisions, "STEPS_WORTH_A_PROCESS", 1)
    problem = make_small(lr=1e38)
    with pytest.raises(InputError, match="both sides diverge"):
        prove_each(problem, DTYPES, SIDES, lambda _: None)
