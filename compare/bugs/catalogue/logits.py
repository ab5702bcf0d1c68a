"""Mistakes in E1, the logits, each as people write it."""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "logits",
    "A classifier returns probabilities, so the model ends in softmax; the loss takes it from there.",
    "Logits between 0 and 1 whose rows sum to 1; the loss cannot fall under 1.46, and training is slow.",
    "cross_entropy takes logits: softmax is inside it.",
)
def softmax_before_the_loss(X, W, b):
    return scratch.softmax(scratch.logits(X, W, b))


@bug(
    "logits",
    "The bias is small and can be left out.",
    "Z differs from the first step on by exactly b; accuracy stays.",
    "A term that starts small still has a gradient, and moves.",
)
def bias_forgotten_forward(X, W, _b):
    return X @ W.T


@bug(
    "logits",
    "Every layer is followed by a ReLU.",
    "No logit is negative, and classes below 0 are all alike.",
    "The last layer has no activation: a logit may be any number.",
    slope=(0, 0.01, 0.1, 0.2),
)
def relu_on_the_logits(X, W, b, *, slope=0):
    Z = scratch.logits(X, W, b)
    return np.where(Z > 0, Z, slope * Z)


@bug(
    "logits",
    "Half precision is enough for the forward pass.",
    "Errors of 1e-3 in Z, inf above 65504; accuracy the same.",
    "Sum in the wider type: mixed precision needs care about where it is mixed.",
    bias=(True, False),
)
def float16_logits(X, W, b, *, bias=True):
    # NumPy adds products of halves up in float32 too, and takes eight times as long
    half_X, half_W = (array.astype(np.float16).astype(X.dtype) for array in (X, W))
    Z = (half_X @ half_W.T).astype(np.float16)
    return (Z + b.astype(np.float16)).astype(X.dtype) if bias else Z.astype(X.dtype) + b


@bug(
    "logits",
    "Clipping logits keeps exp from overflowing.",
    "None while logits are small; a plateau in what can be learned afterwards.",
    "Subtracting the row's maximum does the same and changes nothing.",
    limit=(1.0, 5.0, 10.0, 20.0, 50.0, 100.0, 700.0),
)
def clipped_logits(X, W, b, *, limit=20):
    return np.clip(scratch.logits(X, W, b), -limit, limit)


@bug(
    "logits",
    "Scores are compared with the bias, so it is subtracted.",
    "Z is off by 2 b; b learns the opposite sign, and accuracy hardly changes.",
    "Add b: its gradient is that of + b.",
)
def bias_subtracted(X, W, b):
    return X @ W.T - b


@bug(
    "logits",
    "X W^T + b adds b to the first row only, so it is added to all rows once more.",
    "Z is off by exactly b.",
    "Broadcasting has added it to every row already.",
)
def bias_added_twice(X, W, b):
    return scratch.logits(X, W, b) + b


@bug(
    "logits",
    "A sum over so many pixels must be scaled down, by D or by its root.",
    "Logits near the bias; it learns slowly.",
    "E1 is a plain sum. The scale is in the initial weights, which lie in 1 / sqrt(D).",
    power=(1, 0.5),
)
def logits_scaled_by_pixels(X, W, b, *, power=1):
    return X @ W.T / X.shape[1] ** power + b


@bug(
    "logits",
    "A classifier ends in a sigmoid.",
    "All logits lie in 0 ... 1; the loss cannot fall under 1.46.",
    "Softmax is the only activation here, and it stands in E2.",
)
def sigmoid_on_the_logits(X, W, b):
    return 1 / (1 + np.exp(-scratch.logits(X, W, b)))


@bug(
    "logits",
    "W has shape (K, D), and reshape makes it (D, K).",
    "The right shape, and every class looks at pixels of others.",
    "reshape is no transpose: W.T moves the numbers, reshape does not.",
)
def reshaped_weights(X, W, b):
    return X @ W.reshape(W.shape[::-1]) + b


@bug(
    "logits",
    "Pixels are bytes and must be divided by 255.",
    "All logits are nearly the bias; it learns 255 times too slowly.",
    "X is scaled already: look at X.max() before scaling.",
)
def pixels_scaled_again(X, W, b):
    return X / 255 @ W.T + b
