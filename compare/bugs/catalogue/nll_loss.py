"""Mistakes in E3, the loss, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "nll_loss",
    "The loss of a batch is the sum of the losses.",
    "A loss N times too large; a gradient by hand stays right, and autograd's is N times too large as well.",
    "Take the mean, which does not depend on N: divide the sum by it.",
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
    start=(0, 1),
)
def probability_loss(logP, y, *, start=0):
    return start - np.exp(logP[np.arange(len(y)), y]).mean()


@bug(
    "nll_loss",
    "The loss is about the class that the model chose.",
    "A loss that is too good, and best where the model is surest, right or wrong.",
    "The label picks the entry, never the model.",
)
def loss_of_the_prediction(logP, _y):
    return -logP.max(axis=1).mean()


@bug(
    "nll_loss",
    "The loss is the mean of logP at the labels.",
    "A loss below 0 that falls when the model gets worse.",
    "logP is negative, so the minus makes a loss of it.",
)
def sign_of_the_loss(logP, y):
    return logP[np.arange(len(y)), y].mean()


@bug(
    "nll_loss",
    "logP[:, y] takes the label's column of each row.",
    "A loss near log K that mixes the labels of all images; memory for N x N numbers.",
    "Index rows with np.arange(N): a slice and an array give every pair of row and label.",
)
def every_label_for_every_image(logP, y):
    return -logP[:, y].mean()


@bug(
    "nll_loss",
    "The mean of -logP is the loss.",
    "A loss that labels do not change.",
    "Only the entry at the label counts.",
)
def loss_without_labels(logP, _y):
    return -logP.mean()


@bug(
    "nll_loss",
    "The loss is -log of what comes in.",
    "nan, or a loss near 0: the logarithm was taken before.",
    "logP is a logarithm already.",
    minus=(False, True),
)
def logarithm_taken_twice(logP, y, *, minus=False):
    picked = logP[np.arange(len(y)), y]
    return -np.log(-picked if minus else picked).mean()


@bug(
    "nll_loss",
    "A loss is a squared distance between P and Y.",
    "A loss of at most 2, and gradients that do not belong to it.",
    "Squared error is another loss, with another gradient.",
    factor=(1, 0.5),
    whole=(False, True),
)
def squared_error_loss(logP, y, *, factor=1, whole=False):
    squares = (np.exp(logP) - one_hot(logP, y)) ** 2
    return factor * (squares.mean() if whole else squares.sum() / len(y))


@bug(
    "nll_loss",
    "Each class is a question of yes or no.",
    "A loss that is larger by what the other classes add.",
    "Binary cross-entropy is for labels that do not exclude each other.",
    whole=(False, True),
    exact=(False, True),
    normal=(False, True),
    floor=(1e-44, 1e-16, 1e-12, 1e-8, 1e-7, 1e-4),
)
def binary_cross_entropy(logP, y, *, whole=False, exact=False, normal=False, floor=1e-7):
    P, Y = np.exp(logP), one_hot(logP, y)
    # below -100 PyTorch's binary_cross_entropy does not go, whatever the floor is
    yes, no = (np.maximum(np.log(share + floor), -100) for share in (P, 1 - P))
    if normal:
        yes, no = (np.log(np.maximum(share, np.finfo(logP.dtype).tiny)) for share in (P, 1 - P))
    terms = Y * (logP if exact else yes) + (1 - Y) * no
    return -terms.mean() if whole else -terms.sum() / len(y)


@bug(
    "nll_loss",
    "Labels count from 1, and columns from 0.",
    "A loss of other classes, while the gradient learns the right ones.",
    "The labels are 0 ... K-1; label 0 minus 1 is the last column, without an error.",
    shift=(-1, 1),
)
def loss_beside_the_label(logP, y, *, shift=-1):
    return -logP[np.arange(len(y)), (y + shift) % logP.shape[1]].mean()


@bug(
    "nll_loss",
    "The batch size is known.",
    "None, until a batch has another size.",
    "Take N from the data, not from the configuration.",
    size=(100, 32, 64, 128, 256, 10),
)
def loss_over_a_hundred(logP, y, *, size=100):
    return -logP[np.arange(len(y)), y].sum() / size


@bug(
    "nll_loss",
    "Probabilities are clipped before the logarithm.",
    "The loss of a wrong and certain answer stops growing.",
    "logP is finite without clipping: that is why E2 is one function.",
    limit=(1e-16, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-4),
    above=(False, True),
)
def clipped_loss(logP, y, *, limit=1e-8, above=False):
    P = np.clip(np.exp(logP[np.arange(len(y)), y]), limit, 1 - limit if above else 1)
    return -np.log(P).mean()


@bug(
    "nll_loss",
    "Smoothed labels make a better loss.",
    "A loss that is too high where the model is sure.",
    "Smoothing is a choice of the problem: both sides must have made it.",
    share=(1e-4, 1e-3, 1e-2, 0.1, 0.5),
)
def smoothed_loss(logP, y, *, share=0.1):
    return -((1 - share) * logP[np.arange(len(y)), y] + share * logP.mean(axis=1)).mean()


@bug(
    "nll_loss",
    "Dividing by N makes a mean of it.",
    "A loss N times too small.",
    ".mean() has divided by N already.",
)
def loss_averaged_twice(logP, y):
    return scratch.nll_loss(logP, y) / len(y)


def one_hot(logP, y):
    """The labels y (N,) as Y (N, K), in the dtype of logP (N, K)."""
    return np.eye(logP.shape[1], dtype=logP.dtype)[y]
