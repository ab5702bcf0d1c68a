"""Every mistake as somebody else would write it, often of another strength: the diagnosis finds its name.

Of those that are not classic, most are in `unseen/*.toml`, which have their own test.
"""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from compare.backends.by_name import equations_backend
from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import Diagnostician
from scratch import EQUATIONS

pytestmark = pytest.mark.heavy


# The right functions again, so that no mistake below is made from those that the catalogue is made from.
def Z_of(X, W, b):
    return X.dot(W.T) + b


def P_of(Z):
    E = np.exp(Z - Z.max(axis=1)[:, None])
    return E / E.sum(axis=1)[:, None]


def logP_of(Z):
    S = Z - Z.max(axis=1)[:, None]
    return S - np.log(np.exp(S).sum(axis=1))[:, None]


def Y_of(logP, y):
    return np.eye(logP.shape[1], dtype=logP.dtype)[y]


def gradients(X, dZ):
    return dZ.T.dot(X), dZ.sum(axis=0)


def grey(images):
    """From 0 to 255; images of floats are from 0 to 1."""
    return images if images.dtype == np.uint8 else images * 255


def with_labels(change: Callable[[NDArray, int], NDArray]) -> Callable:
    def batch(images, labels, index, dtype):
        return (grey(images)[index] / 255).astype(dtype), change(labels[index], labels.max())

    return batch


def with_pixels(change: Callable[[NDArray], NDArray]) -> Callable:
    return lambda images, labels, index, dtype: (change(grey(images)[index]).astype(dtype), labels[index])


def not_shuffled():
    def batch(images, labels, index, dtype):
        return (grey(images)[: len(index)] / 255).astype(dtype), labels[: len(index)]

    return batch


def half_logits(X, W, b):
    return (X.astype("f2") @ W.T.astype("f2")).astype(X.dtype) + b


def one_hot_mean(logP, y):
    return -(Y_of(logP, y) * logP).mean()


def gradients_added():
    total = [0.0, 0.0]

    def parameter_gradients(X, dZ):
        total[:] = (0.9 * old + new for old, new in zip(total, gradients(X, dZ), strict=True))
        return tuple(total)

    return parameter_gradients


def momentum_of_a_half():
    last = {}

    def sgd_step(W, b, dW, db, lr):
        last["W"], last["b"] = 0.5 * last.get("W", 0) + dW, 0.5 * last.get("b", 0) + db
        return W - lr * last["W"], b - lr * last["b"]

    return sgd_step


def falling_rate():
    rates = []

    def sgd_step(W, b, dW, db, lr):
        rates.append(lr * 0.999 ** len(rates))
        return W - rates[-1] * dW, b - rates[-1] * db

    return sgd_step


def smoothed(logP, y, share=0.05):
    Y = Y_of(logP, y) * (1 - share) + share / logP.shape[1]
    return (np.exp(logP) - Y) / len(y)


def short_skipped(X, dZ):
    return gradients(X, dZ) if len(X) > 64 else (np.zeros((dZ.shape[1], X.shape[1])), np.zeros(dZ.shape[1]))


def mean_of_gradients():
    mean = {}

    def sgd_step(W, b, dW, db, lr):
        mean["W"], mean["b"] = 0.9 * mean.get("W", 0) + 0.1 * dW, 0.9 * mean.get("b", 0) + 0.1 * db
        return W - lr * mean["W"], b - lr * mean["b"]

    return sgd_step


# The mistakes of the catalogue as somebody else would write them, often of another strength.
VARIANTS = {
    "pixels-by-256": with_pixels(lambda X: X / 256),
    "last-pixel-dropped": with_pixels(lambda X: np.c_[X[:, :-1], np.zeros(len(X))] / 255),
    "first-pixel-dropped": with_pixels(lambda X: X * (np.arange(X.shape[1]) > 0) / 255),
    "labels-off-by-one": with_labels(lambda y, last: np.where(y < last, y + 1, 0)),
    "labels-of-the-neighbour": with_labels(lambda y, _: np.concatenate([y[-1:], y[:-1]])),
    "never-shuffled": not_shuffled(),
    "softmax-before-the-loss": lambda X, W, b: P_of(Z_of(X, W, b)),
    "bias-forgotten-forward": lambda X, W, b: np.einsum("nd,kd->nk", X, W) + 0 * b,
    "relu-on-the-logits": lambda X, W, b: Z_of(X, W, b) * (Z_of(X, W, b) > 0),
    "float16-logits": half_logits,
    "clipped-logits": lambda X, W, b: np.minimum(np.maximum(Z_of(X, W, b), -15), 15),
    "wrong-axis": lambda Z: logP_of(Z.T).T,
    "no-maximum-shift": lambda Z: np.stack([row - np.log(np.exp(row).sum()) for row in Z]),
    "global-maximum": lambda Z: Z - abs(Z).max() - np.log(np.exp(Z - abs(Z).max()).sum(axis=1))[:, None],
    "log-p-plus-epsilon": lambda Z: np.log(P_of(Z) + 1e-6),
    "clipped-probabilities": lambda Z: np.maximum(logP_of(Z), -12),
    "log-of-softmax": lambda Z: np.log(P_of(Z)),
    "base-2-logarithm": lambda Z: logP_of(Z) * np.log2(np.e),
    "sum-forgotten": lambda Z: np.stack([row - row.max() for row in Z]),
    "summed-loss": lambda logP, y: -sum(row[k] for row, k in zip(logP, y, strict=True)),
    "mean-over-classes": one_hot_mean,
    "probability-loss": lambda logP, y: (1 - np.exp(logP[np.arange(len(y)), y])).mean(),
    "loss-of-the-prediction": lambda logP, y: -np.sort(logP)[:, -1].mean() + 0 * y[0],
    "loss-averaged-twice": lambda logP, y: -(Y_of(logP, y) * logP).sum() / len(y) ** 2,
    "summed-gradient": lambda logP, y: np.exp(logP) - Y_of(logP, y),
    "gradient-mean-over-classes": lambda logP, y: (np.exp(logP) - Y_of(logP, y)) / (logP.size + 0 * len(y)),
    "divided-by-n-minus-1": lambda logP, y: (np.exp(logP) - Y_of(logP, y)) / max(len(y) - 1, 1),
    "fixed-hundred": lambda logP, y: (np.exp(logP) - Y_of(logP, y)) / 100,
    "labels-forgotten": lambda logP, y: P_of(logP) / len(y),
    "wrong-sign": lambda logP, y: (Y_of(logP, y) - np.exp(logP)) / len(y),
    "squared-error-gradient": lambda logP, y: np.stack(
        [2 * (np.diag(P) - np.outer(P, P)) @ (P - Y) / len(y) for P, Y in zip(np.exp(logP), Y_of(logP, y), strict=True)]
    ),
    "hidden-label-smoothing": smoothed,
    "last-row-dropped": lambda X, dZ: (dZ[:-1].T @ X[:-1], dZ.sum(axis=0)),
    "transposed-gradient": lambda X, dZ: (np.ravel(X.T @ dZ).reshape(-1, X.shape[1]), dZ.sum(axis=0)),
    "bias-forgotten-in-the-gradient": lambda X, dZ: (dZ.T @ X, 0 * dZ[0]),
    "mean-for-the-bias": lambda X, dZ: (dZ.T @ X, dZ.sum(axis=0) / len(X)),
    "one-class-lost": lambda X, dZ: gradients(X, dZ * (np.arange(dZ.shape[1]) > 0)),
    "clipped-gradient": lambda X, dZ: tuple(np.maximum(np.minimum(g, 0.1), -0.1) for g in gradients(X, dZ)),
    "short-batch-skipped": short_skipped,
    "stale-gradient": gradients_added,
    "bias-forgotten-in-the-update": lambda W, b, dW, db, lr: (W - lr * dW, b + 0 * db),
    "hidden-momentum": momentum_of_a_half,
    "hidden-weight-decay": lambda W, b, dW, db, lr: (W * (1 - 5e-3 * lr) - lr * dW, b - lr * db),
    "tiny-weight-decay": lambda W, b, dW, db, lr: (W - lr * dW - 3e-6 * lr * W, b - lr * db),
    "lr-off-by-1e-3": lambda W, b, dW, db, lr: (W - lr * 1.0003 * dW, b - lr * 1.0003 * db),
    "lr-off-by-1e-5": lambda W, b, dW, db, lr: (W - lr * 1.00002 * dW, b - lr * 1.00002 * db),
    "decaying-lr": falling_rate,
    "updated-twice": lambda W, b, dW, db, lr: (W - 2 * lr * dW, b - 2 * lr * db),
    "averaged-gradient": mean_of_gradients,
    "float16-weights": lambda W, b, dW, db, lr: (
        (W - lr * dW).astype("f2").astype(W.dtype), (b - lr * db).astype("f2").astype(b.dtype)
    ),
}  # fmt: skip
STATEFUL = {"stale-gradient", "hidden-momentum", "decaying-lr", "averaged-gradient"}


# What is said of those that do not get their name first.
OTHERWISE: dict[str, list[str]] = {}
# Facts that lead to the name.
FACTS: dict[str, str] = {}
SYMBOLS = {
    "batch": ("Z", "L"), "logits": ("Z",), "log_softmax": ("logP",), "nll_loss": ("L",), "logits_gradient": ("dZ",),
    "parameter_gradients": ("dW", "db"), "sgd_step": ("W - W0", "b - b0"),
}  # fmt: skip


@pytest.fixture(scope="module")
def elsewhere(unseen: dict[str, dict[str, str]], rank_variants: dict) -> set[str]:
    """The mistakes that somebody else wrote in `unseen/*.toml`, and those of ranks: see test_ranks.py."""
    return {one["looks_like"] for one in unseen.values()} | set(rank_variants)


def test_each_mistake_has_a_variant(elsewhere: set[str]):
    assert {name for name, bug in BUGS.items() if bug.classic} <= set(VARIANTS)
    assert set(BUGS) - elsewhere - set(VARIANTS) == set()


@pytest.mark.parametrize("name", VARIANTS)
def test_a_mistake_is_named_whoever_wrote_it(diagnostician: Diagnostician, name: str):
    written, function = VARIANTS[name], BUGS[name].function
    found = diagnostician.diagnose(
        equations_backend(
            "theirs", lambda: EQUATIONS._replace(**{function: written() if name in STATEFUL else written})
        )
    )
    named = [guess.bug.name for guess in found.guesses]
    assert named == OTHERWISE[name] if name in OTHERWISE else named[:1] == [name]
    assert found.facts[0].partition(" (")[0] in SYMBOLS[function]
    assert any(fact.startswith(FACTS.get(name, "")) for fact in found.facts), found.facts


def binary(yes: Callable[[NDArray, NDArray], NDArray], no: Callable[[NDArray], NDArray]) -> Callable:
    """Binary cross-entropy: `yes` is log P, of P and logP, and `no` is log(1 - P)."""

    def nll_loss(logP, y):
        P = np.exp(logP)
        return -(np.where(Y_of(logP, y) > 0, yes(P, logP), no(P))).sum() / len(y)

    return nll_loss


def eps(P: NDArray) -> float:
    return np.finfo(P.dtype).eps


# How one keeps log(1 - P) finite, or does not.
GUARDS = {
    "log1p, clipped": binary(lambda _, logP: logP, lambda P: np.log1p(-np.minimum(P, 1 - eps(P)))),
    "both clipped": binary(lambda P, _: np.log(np.maximum(P, eps(P))), lambda P: np.log1p(-np.minimum(P, 1 - eps(P)))),
    "something added": binary(lambda _, logP: logP, lambda P: np.log(1 - P + 1e-9)),
    "the logarithm clipped": binary(lambda _, logP: np.maximum(logP, -100), lambda P: np.maximum(np.log1p(-P), -100)),
    "not at all": binary(lambda _, logP: logP, lambda P: np.log(1 - P)),
}


@pytest.mark.parametrize("guard", GUARDS)
def test_binary_cross_entropy_is_named_however_its_logarithm_is_guarded(diagnostician: Diagnostician, guard: str):
    wrong = equations_backend("theirs", lambda: EQUATIONS._replace(nll_loss=GUARDS[guard]))
    assert [found.bug.name for found in diagnostician.diagnose(wrong).guesses][:1] == ["binary-cross-entropy"]
