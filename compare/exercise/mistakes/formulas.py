"""Mistakes in dZ and dW: formulas of other losses or of other sums, half remembered."""

import numpy as np

from compare.exercise.mistakes.images import DW
from compare.exercise.mistakes.register import mistake
from compare.exercise.right import log_probabilities_gradient, one_hot

DZ = "logits_gradient"


@mistake(
    DZ,
    "The gradient is (P - Y) / (P (1 - P)), as for two classes.",
    "That is the gradient by P of the loss of a sigmoid. Here L is of a softmax, and dZ is by Z.",
)
def gradient_of_the_loss_of_a_sigmoid(logP, y):
    P = np.exp(logP)
    return (P - one_hot(y, logP)) / (P * (1 - P)) / len(y)


@mistake(DZ, "P is made to sum to 1 over the images.", "exp(logP) is P already: each row of it sums to 1.")
def probabilities_normalised_over_the_images(logP, y):
    P = np.exp(logP)
    return (P / P.sum(axis=0) - one_hot(y, logP)) / len(y)


@mistake(DZ, "dlogP is summed over the images.", "Each image has its own sum, over its classes: axis=1, keepdims=True.")
def gradients_by_log_p_summed_over_the_images(logP, y):
    dlogP = log_probabilities_gradient(logP, y)
    return dlogP - np.exp(logP) * dlogP.sum(axis=0)


@mistake(DW, "The mean of dZ goes with the mean image.", "Each image has its own dZ[n] and X[n]: multiply, then add.")
def means_multiplied(X, dZ):
    return np.outer(dZ.mean(axis=0), X.mean(axis=0))


@mistake(DW, "One image stands for all.", "Each image has its own dZ[n] and X[n]: multiply, then add.")
def pixels_of_the_first_image_for_all(X, dZ):
    return np.outer(dZ.sum(axis=0), X[0])


@mistake(DW, "Each image is divided by N.", "dZ has the factor 1/N already: nothing is divided.")
def divided_in_each_turn_of_dw(X, dZ):
    dW = np.zeros((dZ.shape[1], X.shape[1]), X.dtype)
    for n in range(len(X)):
        dW = (dW + np.outer(dZ[n], X[n])) / len(X)
    return dW
