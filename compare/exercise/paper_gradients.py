"""The paper tasks of the gradients, E4 and E5."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.exercise.paper_numbers import NUDGE, Numbers
from compare.exercise.right import RIGHT
from compare.exercise.rungs import product, shown
from compare.exercise.task import Task, told_apart


def through_the_logarithm(n: Numbers, _: int) -> Iterator[Task]:
    """From L to logP, and on to P."""
    N, p = n.images, n.p
    yield Task(
        "log_probabilities_gradient", "dlogP at the label",
        f"L = -(1/N) sum over n of logP[n, y[n]], and N = {N}. What is dlogP at the label of an image, the slope of L "
        "by this entry?", -1 / N,
        "L has this entry once, with which factor in front?",
        f"written out, L = -(1/{N}) (logP[0, y[0]] + logP[1, y[1]] + ...): differentiate by logP[0, y[0]]",
        ((1 / N, "if the label becomes more probable, does the loss rise or fall?"),
         (-1, "the loss is a mean over N images"), (1, "the loss is a mean over N images, and has a minus")),
    )  # fmt: skip
    yield Task(
        "log_probabilities_gradient", "dlogP elsewhere", "And at an entry that is not the label?", 0.0,
        "is this entry anywhere in L, if logP is what you may change?",
        "write L out for two images, and look for an entry logP[0, k] whose k is not y[0]",
        ((-1 / N, "that is the slope at the label"),),
    )  # fmt: skip
    yield Task(
        "probabilities_gradient", "slope of log", f"What is the derivative of log p at p = {p}?", 1 / p,
        "log is the natural logarithm: what is its derivative as a formula, before p is put in?",
        "the derivative of the natural logarithm of p is a fraction with p in the denominator",
        ((float(np.log(p)), "that is the logarithm itself, not its derivative"),),
    )  # fmt: skip
    yield Task(
        "probabilities_gradient", "dP at the label",
        f"An image of a batch of N = {N} has P = {p} at its label. What is dP there, the slope of L by this "
        "entry?", -1 / (N * p),
        "the chain rule: dlogP at the label, times the slope of the logarithm",
        f"the first factor you know from the rung before: dlogP at the label is -1/{N}",
        ((1 / (N * p), "the loss falls if the label becomes more probable"),
         (-1 / p, "the loss is a mean over N images"),
         (-p / N, "the slope of log p is not p: it is the answer before, for this p")),
    )  # fmt: skip


def through_softmax(n: Numbers, _: int) -> Iterator[Task]:
    """From P to Z: the Jacobian of one row, and the chain rule."""
    P = n.P
    J, dP = scratch.softmax_jacobian(P)[1], RIGHT["probabilities_gradient"](P, -np.eye(3)[n.step.y] / 2)[1]
    yield Task(
        "softmax_backward", "J[0,0]",
        f"Another batch of two images. Its P[1] is {shown(P[1])}. J[j, k] is how fast P[1, j] changes with Z[1, k]. "
        "What is J[0, 0]?",
        float(J[0, 0]), "quotient rule: Z[1, 0] is in the numerator and in the denominator of P[1, 0]",
        "P[1, 0] = e / s with e = exp(Z[1, 0]) and s = sum of exp(Z[1]), and both have the derivative e by Z[1, 0]",
        ((float(P[1, 0]), "that is the first term only: the sum in the denominator has Z[1, 0] too"),
         (-float(J[0, 0]), "if a logit rises, does its own probability fall?")),
    )  # fmt: skip
    yield Task(
        "softmax_backward", "J[0,1]", "And J[0, 1]: how fast P[1, 0] changes with Z[1, 1]?", float(J[0, 1]),
        "only the denominator has Z[1, 1]. With s for the denominator: 1 / s has the derivative -1 / s^2, times that "
        "of s",
        "P[1, 0] = exp(Z[1, 0]) / s with s = sum of exp(Z[1]), and s has the derivative exp(Z[1, 1]) by Z[1, 1]",
        ((-float(J[0, 1]), "if another logit rises, does this probability rise?"),),
    )  # fmt: skip
    yield _long_way(J, dP)


def _long_way(J: NDArray, dP: NDArray) -> Task:
    row = tuple(map(float, dP @ J))
    return Task(
        "softmax_backward", "dZ[1], the long way",
        f"dP[1] = {shown(dP)}. What is the row dZ[1]? A list of three numbers.", row,
        "Z[1, 0] moves all three P[1, j], each with a slope of its own, and each of them moves L: what does the chain "
        "rule make of three ways?",
        "begin with dZ[1, 0], which has a term for each of the three P[1, j]. How fast does P[1, 0] move with Z[1, 0], "
        "and L with P[1, 0]? Two of the three terms are 0",
        ((tuple(map(float, dP * np.diag(J))), "that is J[k, k] alone: Z[1, k] acts through the other P[1, j] as well"),
         (tuple(-v for v in row), "turn the sign: dP at the label is negative")),
    )  # fmt: skip


def without_detour(n: Numbers, _: int) -> Iterator[Task]:
    """From L to Z at once."""
    y, P, short = n.step.y, n.P, tuple(map(float, n.step.dZ[0]))
    yield Task(
        "logits_gradient", "dZ[0], the short way",
        f"N = 2, y[0] = {y[0]}, P[0] = {shown(P[0])}. Image 0 adds -(1/2) logP[0, {y[0]}] to L. Write this with "
        "Z[0] only, without P. What is its derivative by each number of Z[0]? A list of three numbers.", short,
        "logP is a logit minus the logarithm of a sum: differentiate these two terms, one after the other",
        f"image 0 adds (1/2) (-Z[0, {y[0]}] + log(s)) with s = sum of exp(Z[0]), and the derivative of log(s) is 1 / s "
        "times that of s",
        ((tuple(map(float, P[0] / 2)), "that is the derivative of the logarithm: -Z at the label is missing"),
         (tuple(map(float, P[0] - np.eye(3)[y[0]])), "the factor 1/2, which is 1/N, is missing"),
         (tuple(-v for v in short), "the sign is the opposite: -Z[0, y] falls if the logit of the label rises")),
    )  # fmt: skip
    yield Task(
        "logits_gradient", "sum of dZ[0]", "What is the sum of that row?", 0.0,
        "if all logits of a row rise by the same number, does L change? Remember Z + 5",
        "if all three rise by a small number, L changes by that number times the sum of the row",
    )  # fmt: skip


def parameters(n: Numbers, _: int) -> Iterator[Task]:
    """From Z to W and b."""
    X, dZ, dW = n.step.X, n.step.dZ, float(n.step.dW[0, 0])
    both = tuple(map(float, dZ[:, 0] * X[:, 0]))
    yield Task(
        "weight_gradient", "dW[0,0] by hand",
        f"The two images have X[:, 0] = {shown(X[:, 0])} and dZ[:, 0] = {shown(dZ[:, 0])}. What is dW[0, 0]?", dW,
        "W[0, 0] acts on Z[0, 0] with the factor X[0, 0], and on Z[1, 0] with X[1, 0]: add both effects",
        f"the effect through image 0 is {product(dZ[0, 0], X[0, 0])}",
        told_apart(dW, (
            (dW / 2, "1/N is in dZ already"), (both[0], "that is the first image only"),
            (both[1], "that is the second image only"), (float(dZ[:, 0].sum()), "the factors X are missing"),
            (float(X[:, 0].sum() * dZ[:, 0].sum()), "that is one sum times the other: multiply first, then add"),
            (both[0] - both[1], "the effects are added, each with its own sign"))),
    )  # fmt: skip
    yield _nudged(n)
    db = float(n.step.db[0])
    yield Task(
        "bias_gradient", "db[0]", f"dZ[:, 0] = {shown(dZ[:, 0])}. What is db[0]?", db,
        "b[0] is added to Z[0, 0] and to Z[1, 0]: add both effects",
        f"the effect through image 0 is dZ[0, 0] times 1, which is {shown(dZ[0, 0])}",
        told_apart(db, (
            (db / 2, "1/N is in dZ already"), (float(dZ[0, 0]), "that is the first image only"),
            (float(dZ[1, 0]), "that is the second image only"), (dW, "that is dW[0, 0]: the factor of b[0] is 1"),
            (float(dZ[0, 0] - dZ[1, 0]), "the effects are added, each with its own sign"))),
    )  # fmt: skip
    yield Task(
        "bias_gradient", "sum of db", "What is the sum of db over all classes?", 0.0,
        "if all three b[k] rise by the same number, all logits rise by it: does L change?",
        "if all three rise by a small number, L changes by that number times the sum of db",
        ((1.0, "that is the sum of a row of P; a row of dZ is a row of P - Y, divided by N"),
         (2.0, "that is the sum of the two rows of P; a row of dZ is a row of P - Y, divided by N")),
    )  # fmt: skip


def _nudged(n: Numbers) -> Task:
    up, down = n.loss_with(NUDGE), n.loss_with(-NUDGE)
    return Task(
        "weight_gradient", "dW[0,0] by nudging",
        f"With W[0, 0] + {NUDGE} the loss is {up:.6f}, with W[0, 0] - {NUDGE} it is {down:.6f}. What is dW[0, 0] by "
        "that?", (up - down) / (2 * NUDGE), "how much does L change, and divided by which change of W[0, 0]?",
        f"L changes by {up - down:.6f}, if W[0, 0] goes from the smaller value to the larger one",
        ((up - down, "divide by the change of W[0, 0]"),
         ((up - down) / NUDGE, f"from one to the other W[0, 0] changes by {2 * NUDGE}"),
         ((down - up) / (2 * NUDGE), "the loss at the larger W[0, 0] comes first")),
    )  # fmt: skip
