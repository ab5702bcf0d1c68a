"""One epoch call by call: what is right is never accused, and each wrong input is told with its step."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.exercise.epoch_questions import own_functions_unused
from compare.exercise.right import RIGHT
from compare.exercise.trials import as_results, small_inputs
from compare.exercise.turn_texts import labels_text
from compare.exercise.turns import first_wrong_turn

EPOCH = """
for first in range(0, len(y), batch_size):
    Xb, yb = X[first : first + batch_size], y[first : first + batch_size]
    logP = log_softmax(logits(Xb, W, b))
    dZ = logits_gradient(logP, yb)
    W, b = sgd_step(W, b, weight_gradient(Xb, dZ), bias_gradient(dZ), lr)
return W, b
"""
# 7 images in batches of 3, so three steps, the last of one image.
SHORT = small_inputs("one_epoch")[2]
# Changes of the right epoch that leave it right.
RIGHT_CHANGES = {
    "nothing": ("", ""),
    "a loss to be printed": ("    dZ =", "    nll_loss(log_softmax(logits(Xb, W, b)), yb)\n    dZ ="),
    "a loss after each step": ("return W", "    nll_loss(log_softmax(logits(Xb, W, b)), yb)\nreturn W"),
    "the loss of all images": ("return W", "    nll_loss(log_softmax(logits(X, W, b)), y)\nreturn W"),
    "a list": ("return W, b", "return [W, b]"),
    "own update": (
        "sgd_step(W, b, weight_gradient(Xb, dZ), bias_gradient(dZ), lr)", "W - lr * dZ.T @ Xb, b - lr * dZ.sum(axis=0)"
    ),
}  # fmt: skip
# Right as long as no P is 0.
LONG_WAY = (
    "logits_gradient(logP, yb)",
    "softmax_backward(np.exp(logP), probabilities_gradient(np.exp(logP), log_probabilities_gradient(logP, yb)))",
)
# Changes that make it wrong, beside the loss that some print, and words of the question.
WRONG_CHANGES = {
    "order": ("range(0, len(y), batch_size)", "[3, 0, 6]", "in step 1 of 3, your logits gets images 3 to 5"),
    "labels": (", y[first : first + batch_size]", ", y[: min(3, 7 - first)]", "step 2 of 3, your logits_gradient gets"),
    "rate": (", lr)", ", lr / 2)", "the lr that your sgd_step gets is 0.35, not 0.7"),
    "short batch": ("range(0, len(y), batch_size)", "range(0, 6, 3)", "logits gets images 0 to 2, then images 3 to 5."),
    "pixels": ("logits(Xb", "logits(Xb / 2", "shape (3, 5) in which not every row is one of the images"),
    "returned": ("return W, b", "return W, 2 * b", "the b that you return is 2 times the right one"),
    "long step": (
        "sgd_step(W, b, weight_gradient(Xb, dZ), bias_gradient(dZ), lr)",
        "W - 2 * lr * weight_gradient(Xb, dZ), b",
        "in step 2 of 3, the W that your logits gets is one that has moved 2 times as far as step 1 should take it",
    ),
    "a little": ("return W, b", "return W, b + 1e-7 * (b > b.mean())", "is 0.540686 at b[0], where 0.540685 belongs"),
    "not finite": ("logits(Xb", "logits(Xb * np.nan", "shape (3, 5) in which not every row is one of the images"),
    "a list": ("return W, b", "return [W, 2 * b]", "the b that you return is 2 times the right one"),
    "random": ("return W, b", "return W + np.random.rand(), b", "your epoch returned two different results"),
}  # fmt: skip


def test_an_epoch_that_does_without_the_other_functions_is_told_from_one_that_does_not(written_trace: Callable):
    alone = "return W - lr * (W @ X.T) @ X, b"
    assert own_functions_unused(written_trace("one_epoch", alone)(SHORT))
    assert own_functions_unused(written_trace("one_epoch", f"logits(X, W, b)\n{alone}")(SHORT))
    for case in RIGHT_CHANGES.values():
        assert not own_functions_unused(written_trace("one_epoch", EPOCH.replace(*case))(SHORT))
    assert not own_functions_unused([])


@pytest.mark.parametrize("case", RIGHT_CHANGES)
def test_what_is_right_is_not_accused(written_trace: Callable, case: str):
    trace = written_trace("one_epoch", EPOCH.replace(*RIGHT_CHANGES[case]))
    for inputs in small_inputs("one_epoch"):
        assert first_wrong_turn(inputs, trace(inputs), as_results(RIGHT["one_epoch"](*inputs))) is None


def test_the_long_way_is_right_as_long_as_no_probability_is_0(written_trace: Callable, written: Callable):
    body = EPOCH.replace(*LONG_WAY)
    found = []
    with np.errstate(divide="ignore", invalid="ignore"):
        for inputs in small_inputs("one_epoch"):
            ours = as_results(written("one_epoch", body)(*inputs))
            found.append(first_wrong_turn(inputs, written_trace("one_epoch", body)(inputs), ours))
    assert [turn is None for turn in found].count(False) == 1
    assert [turn.asks for turn in found if turn] == [
        "with 3 images and batch_size 2, in step 1 of 2, your probabilities_gradient gets the right numbers, and "
        "returns some that are nan or inf. Some P are 0 there: which way to dZ divides by P, and which does not?"
    ]


@pytest.mark.parametrize("beside", ["nothing", "a loss to be printed", "a loss after each step"])
@pytest.mark.parametrize("case", WRONG_CHANGES)
def test_what_is_wrong_is_told_with_its_step(written: Callable, written_trace: Callable, case: str, beside: str):
    *change, words = WRONG_CHANGES[case]
    body = EPOCH.replace(*change).replace(*RIGHT_CHANGES[beside])
    calls = written_trace("one_epoch", body)(SHORT)
    turn = first_wrong_turn(SHORT, calls, as_results(written("one_epoch", body)(*SHORT)))
    assert words in turn.asks
    assert turn.asks.endswith("?")
    assert turn.says.endswith(".")


def test_an_epoch_that_calls_nothing_has_no_turns(written_trace: Callable):
    calls = written_trace("one_epoch", "return W, b")(SHORT)
    assert first_wrong_turn(SHORT, calls, (SHORT[2], SHORT[3])) is None


def test_numbers_are_not_compared_more_narrowly_than_they_are_computed(written_trace: Callable):
    inputs = tuple(v.astype("float32") if getattr(v, "dtype", None) == np.float64 else v for v in SHORT)
    calls = written_trace("one_epoch", EPOCH)(inputs)
    assert first_wrong_turn(inputs, calls, calls[-1].results) is None


def test_labels_in_a_sentence():
    assert labels_text(np.array([2])) == "the label 2"
    assert labels_text(np.array([0, 2])) == "the labels [0, 2]"
