"""What CMU's course 10-714 asks of softmax regression in its homework 0, written anew from its description.

It has three questions. The loss of given logits is right to 1e-6: of zeros, and of random ones. After one epoch of one
step from zeros with a rate of 1, the parameters are minus the gradient of one's own loss, found by differences, to
1e-4. After one epoch of 10 steps on 100 images of MNIST the norm of the parameters is right to 1e-5. The homework has
no bias; here it counts as one more row of parameters. Its images are the first of MNIST, and here 100 of mnist5k.
"""

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.data.registry import load
from scratch import Equations

CENTRAL_STEP = 1e-6


def check(f: Equations) -> None:
    """Raise AssertionError unless these functions pass; what they raise themselves passes through."""
    _check_loss(f)
    _check_gradient(f)
    _check_epoch(f)


def _check_loss(f: Equations) -> None:
    random, (_, y) = np.random.default_rng(0), load("mnist5k").train
    for Z in (np.zeros((len(y), 10)), random.normal(size=(len(y), 10))):
        right = (np.log(np.exp(Z).sum(axis=1)) - Z[np.arange(len(y)), y]).mean()
        np.testing.assert_allclose(f.nll_loss(f.log_softmax(Z), y), right, rtol=1e-6, atol=1e-6)


def _check_gradient(f: Equations) -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(50, 5)).astype(np.float32), random.integers(0, 3, 50)
    reached = _parameters(_one_epoch(f, (X, y), 3, batch=50, lr=1.0))

    def loss(parameters: NDArray) -> float:
        W, b = parameters[:-1].T, parameters[-1]
        return float(f.nll_loss(f.log_softmax(f.logits(X.astype(float), W, b)), y))

    units = CENTRAL_STEP * np.eye(18).reshape(18, 6, 3)
    gradient = np.reshape([(loss(unit) - loss(-unit)) / (2 * CENTRAL_STEP) for unit in units], (6, 3))
    np.testing.assert_allclose(reached, -gradient, rtol=1e-4, atol=1e-4)


def _check_epoch(f: Equations) -> None:
    images, labels = load("mnist5k").train
    chosen = np.random.default_rng(0).permutation(len(labels))[:100]
    images, labels = images[chosen], labels[chosen]
    reached = _parameters(_one_epoch(f, (images, labels), 10, batch=10, lr=0.1))
    np.testing.assert_allclose(np.linalg.norm(reached), _right_norm(images / 255, labels), rtol=1e-5, atol=1e-5)


def _right_norm(X: NDArray, y: NDArray) -> float:
    """The same epoch in float64, as it stands in every textbook; ones beside the pixels make the bias."""
    X, parameters = np.c_[X, np.ones(len(X))], np.zeros((X.shape[1] + 1, 10))
    for n in range(0, len(X), 10):
        E = np.exp(X[n : n + 10] @ parameters)
        parameters -= 0.1 / 10 * X[n : n + 10].T @ (E / E.sum(axis=1, keepdims=True) - np.eye(10)[y[n : n + 10]])
    return float(np.linalg.norm(parameters))


def _one_epoch(
    f: Equations, train: tuple[NDArray, NDArray], K: int, *, batch: int, lr: float
) -> scratch.SoftmaxRegression:
    N, D = train[0].shape
    model = scratch.SoftmaxRegression(np.zeros((K, D), np.float32), np.zeros(K, np.float32))
    batches = np.arange(N).reshape(-1, batch)
    for _ in scratch.epoch(model, scratch.SGD(lr), train, batches, f):
        pass
    return model


def _parameters(model: scratch.SoftmaxRegression) -> NDArray:
    """Weights as the homework has them (D, K), and the bias as the last row."""
    return np.vstack([model.weight.T, model.bias])
