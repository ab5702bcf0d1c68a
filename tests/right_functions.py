"""The six functions as a user may write them, all right; tests read this as text."""

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
