"""What a proof keeps of both sides, and what it refuses."""

import numpy as np
import pytest

import scratch
import torch_impl
from compare.backends.by_name import SCRATCH, equations_backend
from compare.data.registry import Dataset
from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem, checksum
from compare.proof.prove import prove
from compare.proof.run import Run
from scratch import EQUATIONS, Equations


@pytest.fixture(scope="module")
def small_run(small: Problem) -> Run:
    return prove(small, "float64")


def test_both_sides_that_leave_the_finite_numbers_cannot_be_compared(small: Problem):
    problem = Problem(Dataset("small", small.train, None, 4), Hyperparameters(epochs=3, batch_size=20, lr=1e38))
    with pytest.raises(InputError, match=r"both sides .*: L \(E3\) is inf at epoch 1, step 2; .*--lr"):
        prove(problem, "float32")


def test_other_precisions_are_refused(small: Problem):
    with pytest.raises(InputError, match="float16"):
        prove(small, "float16")


def test_a_run_keeps_what_both_sides_became(small: Problem, small_run: Run):
    """As each package trains by itself."""
    models = {"scratch": scratch.SoftmaxRegression, "torch": torch_impl.SoftmaxRegression}
    ends = {}
    for name, package in (("scratch", scratch), ("torch", torch_impl)):
        model = models[name](*small.start("float64"))
        history = package.fit(model, small.train, small.validation, small.batches, lr=0.1)
        assert [tuple(record) for record in small_run.history[name]] == [tuple(record) for record in history]
        ends[name] = np.array(model.weight.tolist()), np.array(model.bias.tolist())
        assert small_run.weights[name] == checksum(*ends[name])
        assert small_run.test[name] == package.evaluate(model, *small.test).accuracy
        assert small_run.seconds[name] > 0
    np.testing.assert_array_equal(small_run.templates, ends["scratch"][0])
    for n, name in enumerate("Wb"):
        assert small_run.drift[name] == np.abs(ends["scratch"][n] - ends["torch"][n]).max()
    assert list(small_run.history) == list(small_run.weights) == list(small_run.test) == ["scratch", "torch"]


def test_a_run_holds_every_check_of_every_step(small: Problem, small_run: Run):
    assert (small_run.dtype, small_run.sides, small_run.steps) == ("float64", ("scratch", "torch"), small.steps)
    assert {key: len(shares) for key, shares in small_run.trace.items()} == dict.fromkeys(small_run.worst, 7)
    for key, shares in small_run.trace.items():
        assert max(shares) == small_run.worst[key].used
    assert len(small_run.hard_batches) == 33
    assert set(small_run.exact_arithmetic) == set(small_run.distance_from_exact) == set(QUANTITIES)
    assert {side: len(checks) for side, checks in small_run.gradient_checks.items()} == {"scratch": 2, "torch": 2}
    assert small_run.predictions.compared == 11 + 15
    assert 0 < small_run.predictions.evaluation <= 1
    assert 0 < small_run.distance_from_exact["W"].ours < 8


def test_without_test_images_only_validation_is_compared(small: Problem):
    data = Dataset("small", small.train, None, small.classes)
    run = prove(Problem(data, Hyperparameters(epochs=1, batch_size=20)), "float32")
    assert run.test is None
    assert run.predictions.compared == 20


def test_each_step_is_reported(small: Problem):
    seen = []
    prove(small, "float32", on_step=lambda epoch, step: seen.append((epoch, step)))
    assert seen == [(epoch, step) for epoch in range(1, 8) for step in range(1, 6)]


def test_a_side_against_itself_has_two_names_and_no_difference(small: Problem):
    run = prove(small, "float32", theirs=SCRATCH)
    assert run.sides == ("scratch", "scratch (against)")
    assert list(run.history) == list(run.gradient_checks) == list(run.sides)
    assert {found.used for found in run.worst.values()} == {0}


def test_each_side_has_its_own_functions(small: Problem):
    """What one side keeps from step to step, the repeated step does not share."""

    def counting() -> Equations:
        calls = [0]

        def nll_loss(logP, y):
            calls[0] += 1
            return scratch.nll_loss(logP, y) + (calls[0] > 8)

        return EQUATIONS._replace(nll_loss=nll_loss)

    run = prove(small, "float64", ours=equations_backend("counting", counting))
    one_step, whole_run = run.worst["loss", "one_step"], run.worst["loss", "whole_run"]
    assert one_step.used > 1
    assert whole_run.used > 1
    # the side that trains evaluates besides, so it counts faster
    assert run.first_divergence.reading == "whole_run"


@pytest.mark.heavy
def test_the_two_precisions_and_the_two_sides_end_in_other_bits(small: Problem):
    assert len({weights for d in ("float32", "float64") for weights in prove(small, d).weights.values()}) == 4
