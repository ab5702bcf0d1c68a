"""The paper tasks: right answers are right, and the usual wrong ones have a reason."""

import math
import re

import numpy as np
import pytest

import scratch
from compare.equations import RUNGS
from compare.exercise.paper import tasks
from compare.exercise.paper_numbers import CHANGE, NUDGE, numbers
from compare.exercise.rungs import TEXTS, rung_text
from compare.exercise.task import NEARLY, RIGHT, Task

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


@pytest.mark.parametrize("seed", SEEDS)
def test_the_second_hint_is_another_one_and_tells_no_answer(seed: int):
    for one in tasks(seed):
        assert one.step not in ("", one.tip, one.question)
        assert one.step not in one.question
        if isinstance(one.answer, float) and one.answer != round(one.answer, 2):
            assert f"{one.answer:.3f}" not in one.step


@pytest.mark.parametrize("seed", SEEDS)
def test_a_right_answer_with_two_decimals_is_nearly_right(seed: int):
    for name in ("P[0,0]", "L at zero weights", "J[0,0]", "dW[0,0] by hand", "new W[0,0]"):
        one = task(name, seed)
        short = round(one.answer, 2)
        assert one.reply(short).state == (RIGHT if abs(short - one.answer) <= one.within else NEARLY), name
    line = task("W[0,0] + 0.1, linear", seed)
    assert line.reply(-line.answer).reason == "the size is right. Is the sign?"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_product_may_be_answered_by_its_line(seed: int):
    one = task("the product", seed)
    assert one.reply("X @ W.T").state == one.reply(f"{one.answer}: X @ W.T").state == RIGHT
    assert {one.reply(line).reason for line in ("X @ W", "W @ X.T")} == {reason for _, reason in one.wrong}


def test_an_array_of_integers_is_asked_about_and_the_arrays_to_copy_have_none():
    one = task("W[0,0] + 0.1, real")
    assert one.reply(0.0).reason.startswith("is your W an array of integers?")
    assert "really change" in one.question
    assert "from mine import *" in one.question
    scope: dict = {"np": np}
    exec("\n".join(one.question.splitlines()[1:]), scope)
    drawn = numbers(7, 4)
    for name, right in (("X", drawn.step.X), ("W", drawn.W), ("b", drawn.b)):
        assert scope[name].dtype == float
        np.testing.assert_array_equal(scope[name], right)
    np.testing.assert_array_equal(scope["y"], drawn.step.y)


@pytest.mark.parametrize("words", ["below the line", "above the line"])
def test_a_fraction_has_a_numerator_and_a_denominator(words: str):
    assert not [one.name for one in tasks(7) if words in str(one)]


def test_the_short_way_does_not_hand_over_the_split_loss():
    assert "log(" not in task("dZ[0], the short way").question


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


def test_a_product_that_is_shown_is_that_of_its_factors():
    texts = [f"{task.question} {task.tip} {task.step}" for seed in range(60) for task in tasks(seed)]
    products = [found for text in texts for found in re.findall(r"(-?[\d.]+) \* (-?[\d.]+) = (-?[\d.]+)", text)]
    assert len(products) >= 120
    assert [one for one in products if abs(float(one[0]) * float(one[1]) - float(one[2])) > 5.01e-5] == []


def test_the_numbers_of_a_seed_stay_for_the_files_that_have_it():
    """Rounded as a learner writes them: each is still right."""
    kept = {
        "Z[0,0]": 2.0, "the product": "c", "P[0,0]": 0.1402, "P[0,0] after Z + 5": 0.1402,
        "L at zero weights": 2.0794, "L of the doubled batch": 1.3, "dlogP at the label": -0.25,
        "dlogP elsewhere": 0.0, "slope of log": 2.5, "dP at the label": -0.625, "J[0,0]": 0.0717,
        "J[0,1]": -0.0271, "dZ[1], the long way": (0.0388, 0.1741, -0.213),
        "dZ[0], the short way": (0.0498, -0.4179, 0.3681), "sum of dZ[0]": 0.0, "dW[0,0] by hand": -0.0753,
        "dW[0,0] by nudging": -0.0753, "db[0]": -0.0502, "sum of db": 0.0, "new W[0,0]": 0.7678,
        "W[0,0] + 0.1, linear": 0.1161, "W[0,0] + 0.1, real": 0.1195, "steps": 4.0, "last batch": 3.0,
    }  # fmt: skip
    assert {one.name for one in tasks(7)} == kept.keys()
    assert {one.name: one.reply(kept[one.name]).state for one in tasks(7)} == dict.fromkeys(kept, RIGHT)


def test_a_wrong_answer_of_a_learner_gets_what_it_would_be_the_answer_to():
    softmax, update = numbers(7, 1), numbers(7, 4)
    first, Z = numbers(7, 0), softmax.step.Z[0]
    lifted = np.exp(Z + np.array([5, 0, 0]))
    W, raised = update.W.copy(), update.W.copy()
    raised[0] += 0.1
    dW = float(update.step.dW[0, 0])
    X, dZ = numbers(7, 3).step.X[:, 0], numbers(7, 3).step.dZ[:, 0]
    loss = {id(w): float(scratch.cross_entropy(update.step.X @ w.T + update.b, update.step.y)) for w in (W, raised)}
    for name, wrong, words in (
        ("Z[0,0]", first.step.Z[0, 0] - 2 * first.b[0], "the bias is added"),
        ("P[0,0]", Z[0] / Z.sum(), "without exp"),
        ("P[0,0] after Z + 5", lifted[0] / lifted.sum(), "5 added to Z[0, 0] alone"),
        ("P[0,0] after Z + 5", softmax.P[0, 0] * np.exp(5), "the denominator has exp(5) too"),
        ("L at zero weights", 0.0, "needs P = 1 at each label"),
        ("L of the doubled batch", 2 * softmax.loss, "if L were a sum"),
        ("L of the doubled batch", softmax.loss / 2, "the terms are doubled too"),
        ("sum of db", 1.0, "the sum of a row of P;"),
        ("sum of db", 2.0, "the sum of the two rows of P;"),
        ("dW[0,0] by hand", dZ[0] * X[0] - dZ[1] * X[1], "added, each with its own sign"),
        ("dW[0,0] by hand", sum(X) * sum(dZ), "one sum times the other"),
        ("db[0]", dZ[1], "the second image only"),
        ("db[0]", dZ[0] - dZ[1], "added, each with its own sign"),
        ("new W[0,0]", update.lr * dW, "where does it begin, and in which direction"),
        ("new W[0,0]", -update.lr * dW, "with the right sign: where does it begin"),
        ("new W[0,0]", update.lr * (W[0, 0] - dW), "only the gradient has the factor lr"),
        ("new W[0,0]", update.lr * W[0, 0] - dW, "not W[0, 0]"),
        ("W[0,0] + 0.1, linear", 0.1, "by how much does L?"),
        ("W[0,0] + 0.1, linear", -update.lr * dW, "lr has nothing to do with it"),
        ("W[0,0] + 0.1, linear", dW, "if W[0, 0] rises by 1"),
        ("W[0,0] + 0.1, linear", dW / 0.1, "not divided by it"),
        ("W[0,0] + 0.1, real", 0.1, "by how much does L?"),
        ("W[0,0] + 0.1, linear", 0.1 * update.lr * dW, "whatever lr is"),
        ("steps", 21.0, "a step for each image"),
        ("steps", 1.0, "one batch of all images"),
        ("last batch", 6.0, "fewer images are left"),
        ("last batch", 0.0, "the images that are left make the last batch"),
        ("W[0,0] + 0.1, real", loss[id(raised)] - loss[id(W)], "all of W[0], not W[0, 0] only"),
    ):
        assert words in task(name).reason(float(wrong)), name


# What would give the rung away: its formula in letters, or in words.
GIVEN_AWAY = {
    "log_probabilities_gradient": r"-Y|-1 ?/ ?N|minus one over N",
    "probabilities_gradient": r"dlogP ?/|1 / p\b|1 / P|divided? by [pP]\b",
    "softmax_backward": r"over j|dP\[1, \w\] J|einsum",
    "logits_gradient": r"P - Y|P minus Y|minus 1 at the label",
    "weight_gradient": r"dZ\^?T|dZ\.T|@|sum over n|sum over the images",
    "bias_gradient": r"sum of the rows|db\[k\]|db = |axis=0|dZ\.sum",
}


@pytest.mark.parametrize("rung", GIVEN_AWAY)
def test_no_text_of_a_paper_task_gives_the_formula_of_its_rung(rung: str):
    asked = [task for task in tasks(1) if task.rung == rung]
    assert asked
    for one in asked:
        texts = [one.question, one.tip, one.step, *(reason for _, reason in one.wrong), rung_text(rung)]
        assert [text for text in texts if re.search(GIVEN_AWAY[rung], text) or TEXTS[rung].formula in text] == []
