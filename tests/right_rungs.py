"""The rungs of the exercise as a user may write them, all right; tests read this as text."""

import numpy as np


def logits(X, W, b):
    return X @ W.T + b


def log_softmax(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


def nll_loss(logP, y):
    return -logP[np.arange(len(y)), y].mean()


def logits_gradient(logP, y):
    dZ = np.exp(logP)
    dZ[np.arange(len(y)), y] -= 1
    return dZ / len(y)


def parameter_gradients(X, dZ):
    return dZ.T @ X, dZ.sum(axis=0)


def sgd_step(W, b, dW, db, lr):
    return W - lr * dW, b - lr * db


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
