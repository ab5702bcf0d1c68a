"""The paper tasks: questions before each rung, whose numbers come from a seed of the learner's."""

import math
from collections.abc import Iterator
from functools import cache

import numpy as np

import scratch
from compare.exercise.paper_gradients import parameters, through_softmax, through_the_logarithm, without_detour
from compare.exercise.paper_numbers import CHANGE, Numbers, numbers
from compare.exercise.rungs import product, shown
from compare.exercise.task import FOUR, Choice, Task, told_apart

LINES = "X @ W", "X @ W.T", "W @ X.T"


@cache
def tasks(seed: int) -> tuple[Task, ...]:
    """All paper tasks of a seed, in the order of the rungs."""
    chain = through_the_logarithm, through_softmax, without_detour
    parts = (_logits, _product), (_softmax, _loss), chain, (parameters,), (_update, _steps)
    asked = ((ask, numbers(seed, part)) for part, every in enumerate(parts) for ask in every)
    return tuple(task for ask, drawn in asked for task in ask(drawn, seed))


def _logits(n: Numbers, _: int) -> Iterator[Task]:
    X, W, b, Z = n.step.X, n.W, n.b, n.step.Z
    yield Task(
        "logits", "Z[0,0]", f"X[0] = {shown(X[0])}, W[0] = {shown(W[0])}, b[0] = {shown(b[0])}. What is Z[0, 0]?",
        float(Z[0, 0]), "multiply pixel by pixel with the weights of class 0, add all, and add b[0]",
        f"the first product is X[0, 0] W[0, 0] = {product(X[0, 0], W[0, 0])}",
        ((float(Z[0, 0] - b[0]), "that is without the bias"),
         (float(Z[0, 0] - 2 * b[0]), f"the bias is added: b[0] is {shown(b[0])}, and its sign stays")),
    )  # fmt: skip


def _product(_: Numbers, seed: int) -> Iterator[Task]:
    lines = tuple(zip("abc", map(str, np.random.default_rng(seed).permutation(LINES)), strict=True))
    letters = {line: letter for letter, line in lines}
    choice = "\n".join(f"{letter}: {line}" for letter, line in lines)
    yield Choice(
        "logits", "the product",
        f'X is (N, D), W is (K, D). Which line has shape (N, K)? Answer with its letter in quotes, as "a".\n{choice}',
        letters["X @ W.T"], "the inner sizes must be equal, D and D, and the outer ones remain: which matrix must be "
        "transposed?", "(A, B) @ (B, C) is (A, C), and .T exchanges the two sizes: write the sizes below each line",
        ((letters["X @ W"], "(N, D) @ (K, D): the inner sizes, D and K, are not equal"),
         (letters["W @ X.T"], "(K, D) @ (D, N) has a row for each class: what should a row of Z be for?")),
        lines=lines,
    )  # fmt: skip


def _softmax(n: Numbers, _: int) -> Iterator[Task]:
    Z, P = n.step.Z, n.P
    yield Task(
        "log_softmax", "P[0,0]", f"Z[0] = {shown(Z[0])}. Softmax makes P[0, 0] = exp(Z[0, 0]) / sum of exp(Z[0]): "
        "what is it?", float(P[0, 0]), "exp of the first logit, divided by the sum of exp of all three",
        f"exp of the three logits is {shown(np.exp(Z[0]))}",
        ((float(np.exp(Z[0, 0])), "that is exp of the logit: divide it by the sum"),
         (float(n.step.logP[0, 0]), "that is the logarithm of P[0, 0]"),
         (float(Z[0, 0] / Z[0].sum()) if Z[0].sum() else math.inf, "that is without exp: Z[0, 0] divided by the sum")),
    )  # fmt: skip
    yield Task(
        "log_softmax", "P[0,0] after Z + 5", "Now 5 is added to all three logits of that row. What is P[0, 0]?",
        float(P[0, 0]), "exp(z + 5) = exp(z) exp(5), in the numerator and in the denominator. What is left of exp(5)?",
        "each of the three terms of the denominator has the factor exp(5): take it out of the sum",
        ((_softmax_of(Z[0] + [5, 0, 0]), "that is with 5 added to Z[0, 0] alone: it is added to all three"),
         (float(P[0, 0] * math.exp(5)), "the denominator has exp(5) too")),
    )  # fmt: skip


def _softmax_of(row: np.ndarray) -> float:
    """P of the first class, of one row of logits."""
    return float(np.exp(scratch.log_softmax(row[None]))[0, 0])


def _loss(n: Numbers, _: int) -> Iterator[Task]:
    yield Task(
        "nll_loss", "L at zero weights", f"W and b are 0, and there are K = {n.K} classes. What is L?", math.log(n.K),
        f"all {n.K} logits are equal, so what is each probability? L is minus its natural logarithm",
        f"the {n.K} probabilities of an image are equal and sum to 1, so each is 1 / {n.K}",
        ((0.0, "a loss of 0 needs P = 1 at each label: what is P here?"),
         (1 / n.K, "that is the probability of each class: L is minus its logarithm"),
         (-math.log(n.K), "the logarithm of a probability is negative, and L is minus that"),
         (math.log10(n.K), "that is the logarithm to base 10; here log is the natural one")),
    )  # fmt: skip
    yield Task(
        "nll_loss", "L of the doubled batch", f"The loss of a batch is {n.loss}. Now each image is in it twice. "
        "What is the loss?", n.loss, "twice as many terms, and twice as many images to divide by",
        "with S for the sum of the terms, the loss was S / N. What is the new sum, and the new N?",
        ((2 * n.loss, "that would be so if L were a sum; it is a mean"), (n.loss / 2, "the terms are doubled too")),
    )  # fmt: skip


def _update(n: Numbers, _: int) -> Iterator[Task]:
    W, dW, lr = float(n.W[0, 0]), float(n.step.dW[0, 0]), n.lr
    yield Task(
        "sgd_step", "new W[0,0]", f"W[0, 0] = {shown(W)}, dW[0, 0] = {shown(dW)}, lr = {lr}. What is the new W[0, 0]?",
        W - lr * dW, "lr times the gradient, and go to where the loss falls",
        f"lr dW[0, 0] = {lr} * {shown(dW)} is how far W[0, 0] goes, down the slope",
        told_apart(W - lr * dW, (
            (W + lr * dW, "that is uphill: L grows in the direction of its gradient"),
            (W - dW, "the step has the factor lr"),
            (lr * (W - dW), "only the gradient has the factor lr, W[0, 0] has none"),
            (lr * W - dW, "the gradient has the factor lr, not W[0, 0]"),
            (lr * dW, "that is how far W[0, 0] goes: where does it begin, and in which direction does it go?"),
            (-lr * dW, "that is how far W[0, 0] goes, with the right sign: where does it begin?"),
            (dW, "that is the gradient: W[0, 0] goes against it, lr times as far"))),
    )  # fmt: skip
    line, before, after = CHANGE * dW, n.loss_with(0), n.loss_with(CHANGE)
    real = after - before
    yield Task(
        "sgd_step", "W[0,0] + 0.1, linear",
        f"Of the same step: W[0, 0] rises by {CHANGE} instead. By how much does L change, if it were a straight "
        "line with the slope dW[0, 0] of the question before? Four decimals.",
        line, f"dW[0, 0] says how fast L changes with W[0, 0]: how much is that for a change of {CHANGE}?",
        f"a straight line changes by slope times change; the slope is dW[0, 0] = {shown(dW)}",
        told_apart(line, (
            (real, "that is the real change; the straight line has the slope dW"),
            (lr * dW, "lr has nothing to do with it"), (-lr * dW, "lr has nothing to do with it"),
            (lr * line, f"lr has nothing to do with it: W[0, 0] rises by {CHANGE}, whatever lr is"),
            (CHANGE, "that is by how much W[0, 0] rises: by how much does L?"),
            (dW, f"that is the slope, which is the change of L if W[0, 0] rises by 1: it rises by {CHANGE}"),
            (dW / CHANGE, "the change is the slope times how far one goes, not divided by it"),
            (W - lr * dW, "that is the new W[0, 0] of the question before: here the change of L is asked for")), FOUR),
        FOUR,
    )  # fmt: skip
    yield Task(
        "sgd_step", "W[0,0] + 0.1, real",
        f"And by how much does L really change if W[0, 0] rises by {CHANGE}? Compute L twice with your functions, in a "
        "file beside this one: `from mine import *`, with the name of this file for mine. Four decimals.\n"
        f"X = np.array({_floats(n.step.X)})\nW = np.array({_floats(n.W)})\nb = np.array({_floats(n.b)})\n"
        f"y = np.array({shown(n.step.y)})",
        real, f"L with W[0, 0] + {CHANGE}, minus L before", f"L before is {before:.4f}",
        ((line, "that is the straight line; compute L twice"), (-real, "L after, minus L before"),
         (0.0, "is your W an array of integers? Such an array cuts 0.1 off: write 1.0 in it, not 1"),
         (n.loss_with(CHANGE, slice(None)) - before, f"that is with {CHANGE} added to all of W[0], not W[0, 0] only"),
         (after, "that is L after: how much did it change?"), (before, "that is L before: how much does it change?"),
         *told_apart(real, ((CHANGE, "that is by how much W[0, 0] rises: by how much does L?"),), FOUR)),
        FOUR,
    )  # fmt: skip


def _steps(n: Numbers, _: int) -> Iterator[Task]:
    images, size = n.epoch
    full, last = divmod(images, size)
    yield Task(
        "one_epoch", "steps", f"{images} images in batches of {size}: how many steps does an epoch have?",
        float(full + 1), "each image is in one batch, and the last batch may be shorter",
        f"{images} / {size} is {images / size:.2f}: are there images after the last full batch?",
        ((float(full), "the images that are left make one more batch"),
         (images / size, "a step is one batch, and there is no part of a step: the last batch is shorter"),
         (float(images), "that would be a step for each image: a step takes a batch"),
         (1.0, "that would be one batch of all images")),
    )  # fmt: skip
    yield Task(
        "one_epoch", "last batch", "How many images are in the last batch?", float(last),
        "how many are left after the full batches?", f"the full batches have {full} * {size} images together",
        told_apart(last, (
            (float(size), "a full batch has so many: after the full batches fewer images are left"),
            (float(size - last), "so many are missing in the last batch: how many are in it?"),
            (0.0, "the images that are left make the last batch, which is shorter"))),
    )  # fmt: skip


def _floats(numbers: np.ndarray) -> str:
    """An array as it may be copied: with decimal points, so that it becomes no array of integers."""
    return str(numbers.astype(float).tolist())
