"""The paper tasks: right answers are right, and the usual wrong ones have a reason."""

import math

import numpy as np
import pytest

import scratch
from compare.equations import RUNGS
from compare.exercise.paper import Task, tasks
from compare.exercise.paper_numbers import CHANGE, NUDGE, numbers

SEEDS = range(40)


def task(name: str, seed: int = 7) -> Task:
    return next(one for one in tasks(seed) if one.name == name)


def test_every_rung_has_at_least_two_in_its_order():
    order = [one.rung for one in tasks(7)]
    assert list(dict.fromkeys(order)) == list(RUNGS)
    assert min(order.count(rung) for rung in RUNGS) >= 2
    assert len({one.name for one in tasks(7)}) == len(order)


@pytest.mark.parametrize("seed", SEEDS)
def test_right_answers_pass_and_wrong_ones_get_their_reason(seed: int):
    for one in tasks(seed):
        assert one.reason(one.answer) == ""
        for wrong, reason in one.wrong:
            assert one.reason(wrong) == reason
        assert one.tip
        assert one.tip not in [reason for _, reason in one.wrong]


@pytest.mark.parametrize("seed", SEEDS)
def test_three_decimals_are_enough_and_a_hundredth_off_is_wrong(seed: int):
    for one in tasks(seed):
        if isinstance(one.answer, float):
            digits = 4 if one.within < 1e-4 else 3
            assert one.reason(round(one.answer, digits)) == ""
            assert one.reason(one.answer + 0.01)


def test_answers_of_another_kind_are_wrong_and_have_the_tip():
    row = task("dZ[0], the short way")
    assert row.reason(row.answer[0]) == row.reason(row.answer[:2]) == row.reason("np.log(2)") == row.tip
    assert task("Z[0,0]").reason((1.0, 2.0)) == task("Z[0,0]").tip
    letter = task("the product")
    assert letter.reason(f" {letter.answer.upper()} ") == ""
    assert letter.reason("z") == letter.tip


@pytest.mark.parametrize("seed", SEEDS)
def test_the_answers_are_what_the_functions_give(seed: int):
    """Each against another way to it than that of the task."""
    chain, parameters, update = (numbers(seed, part) for part in (2, 3, 4))
    long = scratch.logits_gradient_by_chain_rule(np.exp(chain.step.logP), chain.step.y)
    np.testing.assert_allclose(task("dZ[1], the long way", seed).answer, long[1], atol=1e-12)
    np.testing.assert_allclose(task("dZ[0], the short way", seed).answer, long[0], atol=1e-12)
    assert task("dW[0,0] by nudging", seed).answer == pytest.approx(task("dW[0,0] by hand", seed).answer, abs=1e-4)
    assert task("db[0]", seed).answer == pytest.approx(float(parameters.step.db[0]))
    line, real = (task(f"W[0,0] + 0.1, {kind}", seed).answer for kind in ("linear", "real"))
    assert line == pytest.approx(CHANGE * (update.loss_with(NUDGE) - update.loss_with(-NUDGE)) / (2 * NUDGE), abs=1e-4)
    assert abs(line - real) > 2 * task("W[0,0] + 0.1, real", seed).within
    K = int(task("L at zero weights", seed).question.partition("K = ")[2].split()[0])
    assert task("L at zero weights", seed).answer == math.log(K)


def test_no_question_shows_the_answer_of_another():
    shown = " ".join(one.question for one in tasks(7))
    for one in tasks(7):
        if isinstance(one.answer, float) and one.answer != round(one.answer, 2):
            assert f"{one.answer:.4f}" not in shown
