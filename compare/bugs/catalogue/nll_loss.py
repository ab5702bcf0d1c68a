"""Mistakes in E3, the loss, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "nll_loss",
    "The loss of a batch is the sum of the losses.",
    "A loss N times too large; weights are right, so accuracy is.",
    "A mean does not depend on the batch size; F.cross_entropy takes it by default.",
)
def summed_loss(logP, y):
    return -logP[np.arange(len(y)), y].sum()


@bug(
    "nll_loss",
    "The mean is over the whole matrix.",
    "A loss K times too small.",
    "One number per image counts: divide by N, not by N K.",
)
def mean_over_classes(logP, y):
    return scratch.nll_loss(logP, y) / logP.dtype.type(logP.shape[1])


@bug(
    "nll_loss",
    "The loss is minus the probability of the right class.",
    "A loss between -1 and 0, and gradients that do not belong to it.",
    "The likelihood is a product: its logarithm is what adds up.",
)
def probability_loss(logP, y):
    return -np.exp(logP[np.arange(len(y)), y]).mean()


@bug(
    "nll_loss",
    "The loss is about the class that the model chose.",
    "A loss that is too good, and best where the model is surest, right or wrong.",
    "The label picks the entry, never the model.",
)
def loss_of_the_prediction(logP, _y):
    return -logP.max(axis=1).mean()
