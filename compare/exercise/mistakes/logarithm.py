"""Mistakes in E4, the long way: dlogP and dP."""

import numpy as np

from compare.exercise.mistakes.register import mistake
from compare.exercise.right import log_probabilities_gradient, one_hot

DLOGP, DP = "log_probabilities_gradient", "probabilities_gradient"


@mistake(
    DLOGP,
    "The derivative of -logP is -1; or // divides as / does.",
    "L is a mean: each label's entry has the factor 1/N. // makes a whole number: -1 // N is -1.",
)
def mean_forgotten(logP, y):
    return log_probabilities_gradient(logP, y) * len(y)


@mistake(DLOGP, "The derivative of the mean is 1/N.", "L has a minus in front: if a label's logP rises, L falls.")
def minus_forgotten(logP, y):
    return -log_probabilities_gradient(logP, y)


@mistake(DLOGP, "All entries of logP are in the loss.", "Only the entry at the label is: Y is 0 everywhere else.")
def labels_forgotten(logP, y):
    return np.full_like(logP, -1 / len(y))


@mistake(DLOGP, "The mean is over all entries.", "The mean is over the N images; K is not in L.")
def mean_over_all_entries(logP, y):
    return log_probabilities_gradient(logP, y) / logP.shape[1]


@mistake(DLOGP, "The mean is over the classes.", "The mean is over the N images: divide by len(y).")
def mean_over_classes(logP, y):
    return log_probabilities_gradient(logP, y) * len(y) / logP.shape[1]


@mistake(DLOGP, "The gradient is the term of the loss.", "It is the slope of L by logP: logP is not in it.")
def term_for_its_slope(logP, y):
    return log_probabilities_gradient(logP, y) * logP


@mistake(DLOGP, "The derivative of -log p is -1/p.", "That is by p. Here one moves logP itself, and L is linear in it.")
def by_the_probability(logP, y):
    return log_probabilities_gradient(logP, y) / np.exp(logP)


@mistake(DLOGP, "The gradient is (P - Y) / N.", "That is dL/dZ, after two more steps. This is the first of them.")
def all_three_steps_at_once(logP, y):
    return (np.exp(logP) - one_hot(y, logP)) / len(y)


@mistake(
    DLOGP,
    "d[:, y] is the label's entry of each row.",
    "It is every label's column in every row: the rows are np.arange(N).",
)
def every_label_in_every_row(logP, y):
    d = np.zeros_like(logP)
    d[:, y] = -1 / len(y)
    return d


@mistake(DLOGP, "The other classes have the gradient.", "L reads logP at the label only; the others come in with dZ.")
def all_but_the_labels(logP, y):
    return -1 / len(y) - log_probabilities_gradient(logP, y)


@mistake(DLOGP, "The entry is that of the predicted class.", "L reads logP at y, not at the largest entry.")
def prediction_for_label(logP, _y):
    return log_probabilities_gradient(logP, logP.argmax(axis=1))


@mistake(DLOGP, "Labels count from 1.", "They are 0 ... K-1, as columns are.")
def one_column_off(logP, y):
    return log_probabilities_gradient(logP, y - 1)


@mistake(DLOGP, "The other entries stay as in logP.", "They are not in L, so their slope is 0: begin with zeros.")
def logp_beside_the_labels(logP, y):
    Y = one_hot(y, logP)
    return np.where(Y == 1, -1 / len(y), logP)


@mistake(DLOGP, "The entries are the labels.", "y says where the entry is, not how large it is.")
def label_as_a_value(logP, y):
    return log_probabilities_gradient(logP, y) * y[:, None]


@mistake(DP, "The chain rule multiplies by P.", "It multiplies by the slope of log p, which is 1/p, not p.")
def multiplied_by_p(P, dlogP):
    return dlogP * P


@mistake(
    DP, "The derivative of log p is 1/p, and that is all.", "That is one factor of the chain rule; the other is dlogP."
)
def incoming_gradient_forgotten(P, _dlogP):
    return 1 / P


@mistake(
    DP, "The derivative of log p is 1/p, with minus for the loss.", "The minus is in dlogP already; multiply by that."
)
def minus_for_the_incoming_gradient(P, _dlogP):
    return -1 / P


@mistake(DP, "The loss has a minus.", "That minus is in dlogP already.")
def minus_twice(P, dlogP):
    return -dlogP / P


@mistake(DP, "The loss is a mean, so here one divides by N.", "1/N is in dlogP already: divide by N once.")
def mean_twice(P, dlogP):
    return dlogP / P / len(P)


@mistake(DP, "The loss is a sum.", "1/N is in dlogP, and stays there.")
def multiplied_by_n(P, dlogP):
    return dlogP / P * len(P)


@mistake(DP, "The derivative of 1/p is -1/p^2.", "What is differentiated is log p, and its slope is 1/p.")
def squared(P, dlogP):
    return dlogP / P**2


@mistake(
    DP,
    "The derivative of the activation is P (1 - P).",
    "That is a sigmoid's. Between P and logP there is only a logarithm.",
)
def sigmoid_slope(P, dlogP):
    return dlogP * P * (1 - P)


@mistake(
    DP,
    "P and logP have the same gradient; or the slope is 1 over the sum of a row of P, which is 1.",
    "logP = log(P), so a change of P changes logP by 1/P times as much.",
)
def passed_on(_P, dlogP):
    return dlogP


@mistake(DP, "The derivative of log is exp.", "exp is the inverse function of log; the slope of log p is 1/p.")
def exp_for_the_slope(P, dlogP):
    return dlogP * np.exp(P)


@mistake(DP, "The derivative of the logarithm is 1 / log.", "The slope of log p is 1/p: divide by P itself.")
def divided_by_the_logarithm(P, dlogP):
    return dlogP / np.log(P)


@mistake(
    DP,
    "The chain rule multiplies by the function itself.",
    "That is the value of log p; the chain rule needs its slope, 1/p.",
)
def multiplied_by_the_logarithm(P, dlogP):
    return dlogP * np.log(P)


@mistake(DP, "The slope is 1 / (1 - p).", "Only log p is in the loss, not log(1 - p).")
def of_the_other_probability(P, dlogP):
    return dlogP / (1 - P)


@mistake(
    DP,
    "One divides by exp(P), which undoes the logarithm.",
    "exp(P) is not P: P is a probability already; divide by it.",
)
def divided_by_exp(P, dlogP):
    return dlogP / np.exp(P)


@mistake(DP, "P is divided by what comes in.", "The slope 1/P is multiplied with dlogP: dlogP stands above the line.")
def quotient_turned(P, dlogP):
    return P / dlogP


@mistake(
    DP, "The gradient is (P - Y) / N.", "That is dL/dZ, after one more step; by P it is dlogP times the slope 1/P."
)
def short_way_at_once(P, dlogP):
    return (P - (dlogP != 0)) / len(P)


@mistake(
    DP, "The gradient has P times a sum in it.", "That is dL/dZ, one step on. Here each dlogP meets its own P only."
)
def both_steps_at_once(P, dlogP):
    return dlogP - P * dlogP.sum(axis=1, keepdims=True)


@mistake(
    DP,
    "dlogP tells where the label is, and dP is -1 / (N P) there.",
    "dlogP may be the gradient of any loss: each of its values is divided by its P.",
)
def value_of_the_loss_put_in(P, dlogP):
    return np.where(dlogP != 0, -1 / (len(P) * P), 0)
