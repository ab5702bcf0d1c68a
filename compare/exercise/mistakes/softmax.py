"""Mistakes in E4, the long way: dZ through the softmax."""

import numpy as np

import scratch
from compare.exercise.mistakes.register import mistake
from compare.exercise.right import one_hot, softmax_backward

BACKWARD = "softmax_backward"


@mistake(
    BACKWARD,
    "The derivative of softmax is P (1 - P).",
    "That is the diagonal of J. Z[n, k] also acts on P[n, j] of the other classes.",
)
def diagonal_only(P, dP):
    return dP * P * (1 - P)


@mistake(
    BACKWARD,
    "The derivative of exp is exp, so it is P.",
    "The sum below the line moves as well: J has a second term, -P[j] P[k].",
)
def second_term_forgotten(P, dP):
    return dP * P


@mistake(
    BACKWARD, "The derivative of the sum is what counts.", "For j = k the numerator moves too: J has P[j] where j = k."
)
def first_term_forgotten(P, dP):
    return -P * (dP * P).sum(axis=1, keepdims=True)


@mistake(
    BACKWARD, "The sum is over the images.", "Each image has a softmax of its own: the sum is over its classes, axis 1."
)
def summed_over_images(P, dP):
    return P * (dP - (dP * P).sum(axis=0, keepdims=True))


@mistake(
    BACKWARD, "The sum is over everything.", "Each image has a softmax of its own: sum along its row, with keepdims."
)
def summed_over_all(P, dP):
    return P * (dP - (dP * P).sum())


@mistake(
    BACKWARD, "The effects on the other probabilities are averaged.", "The chain rule adds effects up: a sum over j."
)
def averaged_over_classes(P, dP):
    return P * (dP - (dP * P).mean(axis=1, keepdims=True))


@mistake(BACKWARD, "The second term is the sum of dP.", "J[j, k] has P[j] too: each dP[j] counts with its P[j].")
def weights_of_the_sum_forgotten(P, dP):
    return P * (dP - dP.sum(axis=1, keepdims=True))


@mistake(BACKWARD, "J[j, k] = P[j] (delta + P[k]).", "If one logit rises, the other probabilities fall: a minus.")
def plus_for_minus(P, dP):
    return P * (dP + (dP * P).sum(axis=1, keepdims=True))


@mistake(BACKWARD, "P is in the sum only.", "Both terms of J[j, k] have a P in front.")
def p_in_front_forgotten(P, dP):
    return dP - (dP * P).sum(axis=1, keepdims=True)


@mistake(BACKWARD, "The loss is a mean, so here one divides by N.", "1/N is in dP already.")
def averaged_again(P, dP):
    return softmax_backward(P, dP) / len(P)


@mistake(BACKWARD, "The loss has a minus.", "The minus is in dP already.")
def minus_again(P, dP):
    return -softmax_backward(P, dP)


@mistake(BACKWARD, "P and Z have the same gradient.", "Between them is the softmax: multiply by its derivatives.")
def softmax_skipped(_P, dP):
    return dP


@mistake(BACKWARD, "The sum of J over a row is its derivative.", "Each column of J meets its dP[j] before one sums.")
def incoming_gradient_forgotten_in_j(P, _dP):
    return P * (1 - P)


@mistake(
    BACKWARD,
    "It does not matter over which index of J one sums.",
    "Each row and each column of J sums to 0. J[n, j, k] meets dP[n, j], with the same j, and the sum is over that j.",
)
def sum_in_which_j_cancels(P, dP):
    return scratch.softmax_jacobian(P).sum(axis=1) * dP


@mistake(
    BACKWARD,
    "P[k] belongs to the first term only.",
    "P[k] is a factor of both terms: one bracket holds what it multiplies.",
)
def bracket_forgotten(P, dP):
    return P * dP - (dP * P).sum(axis=1, keepdims=True)


@mistake(BACKWARD, "The second term has P[k] squared.", "It is P[k] times the sum over j of dP[j] P[j], over all j.")
def square_for_the_sum(P, dP):
    return P * dP - P**2 * dP.sum(axis=1, keepdims=True)


@mistake(
    BACKWARD, "The gradient is P - Y.", "That is for cross-entropy and only after cancelling; here any dP may come in."
)
def short_way_guessed(P, dP):
    return (P - (dP != 0)) / len(P)


@mistake(
    BACKWARD,
    "The lowest dP tells the label, and dZ is (P - Y) / N.",
    "dP may be the gradient of any loss: all of its values count, and there may be no label.",
)
def label_sought_in_the_gradient(P, dP):
    return (P - one_hot(dP.argmin(axis=1), P)) / len(P)


@mistake(
    BACKWARD,
    "log_softmax and softmax have one derivative.",
    "dP - P times the sum of dP is the rule for log_softmax; here it is P times (dP - the sum of P dP).",
)
def rule_of_log_softmax(P, dP):
    return dP - P * dP.sum(axis=1, keepdims=True)


@mistake(BACKWARD, "The softmax is still to be applied.", "P is probabilities already: use it as it comes in.")
def softmax_of_probabilities(P, dP):
    return softmax_backward(np.exp(scratch.log_softmax(P)), dP)


@mistake(
    BACKWARD,
    "Only the other classes act, j not k.",
    "The sum is over every j: for j = k the entry of J is P[k] (1 - P[k]).",
)
def diagonal_left_out(P, dP):
    return softmax_backward(P, dP) - dP * P * (1 - P)


@mistake(
    BACKWARD,
    "J[j, k] = P[j] (1 - P[k]) for every j.",
    "That is so for j = k only; elsewhere it is -P[j] P[k].",
)
def one_in_every_entry(P, dP):
    return (dP * P).sum(axis=1, keepdims=True) * (1 - P)


@mistake(BACKWARD, "= adds up in a loop.", "= keeps the last j only; += adds up over j.")
def last_class_of_the_sum_only(P, dP):
    dZ = -P * dP[:, -1:] * P[:, -1:]
    dZ[:, -1] += dP[:, -1] * P[:, -1]
    return dZ


@mistake(BACKWARD, "One J is enough for all images.", "Each image has its own P[n], and so its own J.")
def matrix_of_the_first_image(P, dP):
    return softmax_backward(np.broadcast_to(P[:1], P.shape), dP)


@mistake(
    "softmax_backward",
    "J is 1 on the diagonal, less the products.",
    "J[j, k] = P[j] (delta[j, k] - P[k]): on the diagonal of the first matrix stands P, as np.diag(P[n]) makes it.",
)
def ones_on_the_diagonal(P, dP):
    return dP - P * (P * dP).sum(axis=1, keepdims=True)
