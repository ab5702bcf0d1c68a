"""The rungs of the exercise that are none of the six functions, all right; tests read this as text, after those."""

# ruff: noqa: F821  (the six functions stand before these)
import numpy as np


def log_probabilities_gradient(logP, y):
    dlogP = np.zeros_like(logP)
    dlogP[np.arange(len(y)), y] = -1 / len(y)
    return dlogP


def probabilities_gradient(P, dlogP):
    return dlogP / P


def softmax_backward(P, dP):
    return P * (dP - (dP * P).sum(axis=1, keepdims=True))


def weight_gradient(X, dZ):
    return dZ.T @ X


def bias_gradient(dZ):
    return dZ.sum(axis=0)


def one_epoch(X, y, W, b, lr, batch_size):
    for first in range(0, len(y), batch_size):
        images, labels = X[first : first + batch_size], y[first : first + batch_size]
        logP = log_softmax(logits(images, W, b))
        dZ = logits_gradient(logP, labels)
        W, b = sgd_step(W, b, weight_gradient(images, dZ), bias_gradient(dZ), lr)
    return W, b
