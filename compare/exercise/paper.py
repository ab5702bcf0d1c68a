"""The paper tasks: questions before each rung, whose numbers come from a seed of the learner's."""

import math
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np

import scratch
from compare.exercise.paper_numbers import CHANGE, NUDGE, Numbers, numbers
from compare.exercise.right import RIGHT
from compare.exercise.rungs import shown

Answer = float | str | tuple[float, ...]

# Answers are taken to three decimals, or to four where the third does not tell two answers apart.
THREE, FOUR = 6e-4, 6e-5


class Task(NamedTuple):
    """A question before a rung. name: its key in ANSWERS. tip: what to think of, without the answer.

    wrong: for answers that people give what is wrong with them. within: how near a number must be.
    """

    rung: str
    name: str
    question: str
    answer: Answer
    tip: str
    wrong: tuple[tuple[Answer, str], ...] = ()
    within: float = THREE

    def reason(self, given: Answer) -> str:
        """Why an answer is not right; empty if it is."""
        if self._same(given, self.answer):
            return ""
        return next((text for answer, text in self.wrong if self._same(given, answer)), self.tip)

    def _same(self, given: Answer, answer: Answer) -> bool:
        if isinstance(answer, str) or isinstance(given, str):
            return str(given).strip().lower() == answer
        return np.shape(given) == np.shape(answer) and bool(np.abs(np.subtract(given, answer)).max() <= self.within)


@cache
def tasks(seed: int) -> tuple[Task, ...]:
    """All paper tasks of a seed, in the order of the rungs."""
    parts = _score, _softmax, _chain, _parameters, _update
    return tuple(task for n, part in enumerate(parts) for task in part(numbers(seed, n), seed))


def _score(n: Numbers, seed: int) -> Iterator[Task]:
    X, W, b, Z = n.step.X, n.W, n.b, n.step.Z
    yield Task(
        "logits", "Z[0,0]", f"X[0] = {shown(X[0])}, W[0] = {shown(W[0])}, b[0] = {shown(b[0])}. What is Z[0, 0]?",
        float(Z[0, 0]), "multiply pixel by pixel with the weights of class 0, add all, and add b[0]",
        ((float(Z[0, 0] - b[0]), "that is without the bias"),),
    )  # fmt: skip
    lines = np.random.default_rng(seed).permutation(["X @ W", "X @ W.T", "W @ X.T"])
    right = "abc"[list(lines).index("X @ W.T")]
    choice = ", ".join(f"{letter}: {line}" for letter, line in zip("abc", lines, strict=True))
    yield Task(
        "logits", "the product", f"X is (N, D), W is (K, D). Which line has shape (N, K)? {choice}", right,
        "the inner sizes must be equal, D and D, and the outer ones remain: which matrix must be turned?",
    )  # fmt: skip


def _softmax(n: Numbers, _: int) -> Iterator[Task]:
    Z, P = n.step.Z, n.P
    yield Task(
        "log_softmax", "P[0,0]", f"Z[0] = {shown(Z[0])}. Softmax makes P[0, 0] = exp(Z[0, 0]) / sum of exp(Z[0]): "
        "what is it?", float(P[0, 0]), "exp of the first logit, divided by the sum of exp of all three",
        ((float(np.exp(Z[0, 0])), "that is exp of the logit: divide it by the sum"),
         (float(n.step.logP[0, 0]), "that is the logarithm of P[0, 0]")),
    )  # fmt: skip
    yield Task(
        "log_softmax", "P[0,0] after Z + 5", "Now 5 is added to all three logits of that row. What is P[0, 0]?",
        float(P[0, 0]), "exp(z + 5) = exp(z) exp(5): above and below the line. What is left of exp(5)?",
    )  # fmt: skip
    yield Task(
        "nll_loss", "L at zero weights", f"W and b are 0, and there are K = {n.K} classes. What is L?", math.log(n.K),
        f"all {n.K} logits are equal, so what is each probability? L is minus its natural logarithm",
        ((1 / n.K, "that is the probability of each class: L is minus its logarithm"),
         (-math.log(n.K), "the logarithm of a probability is negative, and L is minus that"),
         (math.log10(n.K), "that is the logarithm to base 10; here log is the natural one")),
    )  # fmt: skip
    yield Task(
        "nll_loss", "L of the doubled batch", f"The loss of a batch is {n.loss}. Now each image is in it twice. "
        "What is the loss?", n.loss, "twice as many terms, and twice as many images to divide by",
        ((2 * n.loss, "that would be so if L were a sum; it is a mean"), (n.loss / 2, "the terms are doubled too")),
    )  # fmt: skip


def _chain(n: Numbers, _: int) -> Iterator[Task]:
    N, p, P, y = n.images, n.p, n.P, n.step.y
    yield Task(
        "log_probabilities_gradient", "dlogP at the label",
        f"L = -(1/N) sum over n of logP[n, y[n]], and N = {N}. What is dL / dlogP at the label of an image?", -1 / N,
        "L has this entry once, with which factor in front?",
        ((1 / N, "if the label becomes more probable, does the loss rise or fall?"),
         (-1, "the loss is a mean over N images"), (1, "the loss is a mean over N images, and has a minus")),
    )  # fmt: skip
    yield Task(
        "log_probabilities_gradient", "dlogP elsewhere", "And at an entry that is not the label?", 0.0,
        "is this entry anywhere in L, if logP is what you may change?",
    )  # fmt: skip
    yield Task(
        "probabilities_gradient", "slope of log", f"What is the derivative of log p at p = {p}?", 1 / p,
        "the derivative of the natural logarithm of p is a quotient with p below the line",
    )  # fmt: skip
    yield Task(
        "probabilities_gradient", "dP at the label",
        f"An image of a batch of N = {N} has P = {p} at its label. What is dL / dP there?", -1 / (N * p),
        "the chain rule: dL / dlogP at the label, times the slope of the logarithm",
        ((1 / (N * p), "the loss falls if the label becomes more probable"),
         (-1 / p, "the loss is a mean over N images"),
         (-p / N, "the slope of log p is 1 / p, not p")),
    )  # fmt: skip
    J, dP = scratch.softmax_jacobian(P)[1], RIGHT["probabilities_gradient"](P, -np.eye(3)[y] / 2)[1]
    yield Task(
        "softmax_backward", "J[0,0]",
        f"The second image has P[1] = {shown(P[1])}. J[j, k] is how fast P[1, j] changes with Z[1, k]. "
        "What is J[0, 0]?",
        float(J[0, 0]), "quotient rule: Z[1, 0] is above and below the line, and P (1 - P) is left",
        ((float(P[1, 0]), "that is the first term only: the sum below the line has Z[1, 0] too"),
         (-float(J[0, 0]), "if a logit rises, does its own probability fall?")),
    )  # fmt: skip
    yield Task(
        "softmax_backward", "J[0,1]", "And J[0, 1]: how fast P[1, 0] changes with Z[1, 1]?", float(J[0, 1]),
        "only the sum below the line has Z[1, 1]: the derivative of 1 / s is -1 / s^2, and two probabilities are left",
        ((-float(J[0, 1]), "if another logit rises, does this probability rise?"),),
    )  # fmt: skip
    row = tuple(map(float, dP @ J))
    yield Task(
        "softmax_backward", "dZ[1], the long way",
        f"dP[1] = {shown(dP)}. What is the row dZ[1]? A list of three numbers.", row,
        "each Z[1, k] acts through all three P[1, j]: for each k add up dP[1, j] J[j, k] over j",
        ((tuple(map(float, dP * np.diag(J))), "that is J[k, k] alone: Z[1, k] acts through the other P[1, j] as well"),
         (tuple(-v for v in row), "turn the sign: dP at the label is negative")),
    )  # fmt: skip
    short = tuple(map(float, n.step.dZ[0]))
    yield Task(
        "logits_gradient", "dZ[0], the short way",
        f"N = 2, y[0] = {y[0]}, P[0] = {shown(P[0])}. Image 0 adds (1/2) (-Z[0, {y[0]}] + log(sum of exp(Z[0]))) to "
        "L. What is its derivative by each of Z[0]? A list of three numbers.", short,
        "the derivative of log(sum of exp(Z)) by Z[k] is exp(Z[k]) / sum; and -Z[y] counts at the label only",
        ((tuple(map(float, P[0] / 2)), "that is the derivative of the logarithm: -Z at the label is missing"),
         (tuple(map(float, P[0] - np.eye(3)[y[0]])), "the factor 1/2, which is 1/N, is missing"),
         (tuple(-v for v in short), "the sign is the opposite: -Z[0, y] falls if the logit of the label rises")),
    )  # fmt: skip
    yield Task(
        "logits_gradient", "sum of dZ[0]", "What is the sum of that row?", 0.0,
        "if all logits of a row rise by the same number, does L change? Remember Z + 5",
    )  # fmt: skip


def _parameters(n: Numbers, _: int) -> Iterator[Task]:
    X, dZ, dW, db = n.step.X, n.step.dZ, float(n.step.dW[0, 0]), float(n.step.db[0])
    both = tuple(map(float, dZ[:, 0] * X[:, 0]))
    yield Task(
        "weight_gradient", "dW[0,0] by hand",
        f"The two images have X[:, 0] = {shown(X[:, 0])} and dZ[:, 0] = {shown(dZ[:, 0])}. What is dW[0, 0]?", dW,
        "W[0, 0] acts on Z[0, 0] with the factor X[0, 0], and on Z[1, 0] with X[1, 0]: add both effects",
        ((dW / 2, "1/N is in dZ already"), (both[0], "that is the first image only"),
         (both[1], "that is the second image only"), (float(dZ[:, 0].sum()), "the factors X are missing")),
    )  # fmt: skip
    up, down = n.loss_with(NUDGE), n.loss_with(-NUDGE)
    yield Task(
        "weight_gradient", "dW[0,0] by nudging",
        f"With W[0, 0] + {NUDGE} the loss is {up:.6f}, with W[0, 0] - {NUDGE} it is {down:.6f}. What is dW[0, 0] by "
        "that?", (up - down) / (2 * NUDGE), "how much does L change, and divided by which change of W[0, 0]?",
        ((up - down, "divide by the change of W[0, 0]"),
         ((up - down) / NUDGE, f"from one to the other W[0, 0] changes by {2 * NUDGE}"),
         ((down - up) / (2 * NUDGE), "the loss at the larger W[0, 0] comes first")),
    )  # fmt: skip
    yield Task(
        "bias_gradient", "db[0]", f"dZ[:, 0] = {shown(dZ[:, 0])}. What is db[0]?", db,
        "b[0] is added to Z[0, 0] and to Z[1, 0]: add both effects", ((db / 2, "1/N is in dZ already"),),
    )  # fmt: skip
    yield Task(
        "bias_gradient", "sum of db", "What is the sum of db over all classes?", 0.0,
        "each row of dZ sums to what? db is the sum of the rows",
    )  # fmt: skip


def _update(n: Numbers, _: int) -> Iterator[Task]:
    W, dW, lr = float(n.W[0, 0]), float(n.step.dW[0, 0]), n.lr
    yield Task(
        "sgd_step", "new W[0,0]", f"W[0, 0] = {shown(W)}, dW[0, 0] = {shown(dW)}, lr = {lr}. What is the new W[0, 0]?",
        W - lr * dW, "lr times the gradient, and go to where the loss falls",
        ((W + lr * dW, "that is uphill: L grows in the direction of its gradient"),
         (W - dW, "the step has the factor lr")),
    )  # fmt: skip
    real = n.loss_with(CHANGE) - n.loss_with(0)
    yield Task(
        "sgd_step", "W[0,0] + 0.1, linear",
        f"W[0, 0] rises by {CHANGE}. By how much does L change, if it were a straight line? Four decimals.",
        CHANGE * dW, "the slope is dW[0, 0], and the change is 0.1",
        ((lr * dW, "lr has nothing to do with it"),
         (real, "that is the real change; the straight line has the slope dW")), FOUR,
    )  # fmt: skip
    yield Task(
        "sgd_step", "W[0,0] + 0.1, real",
        f"And really? Use your functions: X = {shown(n.step.X)}, W = {shown(n.W)}, b = {shown(n.b)}, "
        f"y = {shown(n.step.y)}. Four decimals.", real, "L with W[0, 0] + 0.1, minus L before",
        ((CHANGE * dW, "that is the straight line; compute L twice"), (-real, "L after, minus L before")), FOUR,
    )  # fmt: skip
    images, size = n.epoch
    steps, last = -(-images // size), images % size
    yield Task(
        "one_epoch", "steps", f"{images} images in batches of {size}: how many steps has an epoch?", float(steps),
        "each image is in one batch, and the last batch may be shorter",
        ((float(images // size), "the images that are left make one more batch"),),
    )  # fmt: skip
    yield Task(
        "one_epoch", "last batch", "How many images are in the last batch?", float(last),
        "how many are left after the full batches?", ((float(size), "that many do not remain"),),
    )  # fmt: skip
