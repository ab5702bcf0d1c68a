"""Mistakes on the way to the loss: the batch, and E1 to E3, each written as somebody would who means it well."""

import numpy as np

import scratch
from compare.bugs.registry import bug


@bug(
    "batch",
    "Pixels have 256 values, so dividing by 256 brings them into 0 ... 1.",
    "All logits are 0.4 % too near to the bias; training hardly notices.",
    "The largest pixel is 255: ToTensor divides by that, and a model sees at test time what it saw in training.",
)
def pixels_by_256(images, labels, index, dtype):
    X, y = scratch.batch(images, labels, index, dtype)
    return X * dtype.type(255 / 256), y


@bug(
    "batch",
    "The last column of the file was the label, so it has to go.",
    "None on digits, whose last pixel is always black.",
    "A test on real data sees only what real data contain; use dense random images too.",
)
def last_pixel_dropped(images, labels, index, dtype):
    X, y = scratch.batch(images, labels, index, dtype)
    X[:, -1] = 0
    return X, y


@bug(
    "batch",
    "The first column is a row number.",
    "None on digits, whose first pixel is always black.",
    "The same blind spot at the other end.",
)
def first_pixel_dropped(images, labels, index, dtype):
    X, y = scratch.batch(images, labels, index, dtype)
    X[:, 0] = 0
    return X, y


@bug(
    "batch",
    "Labels count from 1.",
    "The loss falls as it should, and accuracy is near 0: every answer is one too high.",
    "Look at an image beside its label before training.",
)
def labels_off_by_one(images, labels, index, dtype):
    X, y = scratch.batch(images, labels, index, dtype)
    return X, (y + 1) % (labels.max() + 1)


@bug(
    "batch",
    "Images and labels are read by two iterators that keep step.",
    "Nothing can be learned; accuracy is that of guessing.",
    "Index images and labels by one and the same index.",
)
def labels_of_the_neighbour(images, labels, index, dtype):
    X, y = scratch.batch(images, labels, index, dtype)
    return X, np.roll(y, 1)


@bug(
    "batch",
    "A DataLoader shuffles by itself.",
    "The same few images in the same order; on sorted data whole batches of one class.",
    "shuffle=True has to be said, and the order is part of what two runs must share.",
)
def never_shuffled(images, labels, index, dtype):
    return scratch.batch(images, labels, np.arange(len(index)) % len(labels), dtype)


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
)
def relu_on_the_logits(X, W, b):
    return np.maximum(scratch.logits(X, W, b), 0)


@bug(
    "logits",
    "Half precision is enough for the forward pass.",
    "Errors of 1e-3 in Z, inf above 65504; accuracy the same.",
    "Mixed precision needs care about where it is mixed: sums belong into the wider type.",
)
def float16_logits(X, W, b):
    half = (array.astype(np.float16) for array in (X, W, b))
    return scratch.logits(*half).astype(X.dtype)


@bug(
    "logits",
    "Clipping logits keeps exp from overflowing.",
    "None while logits are small; a plateau in what can be learned afterwards.",
    "Subtracting the row's maximum does the same and changes nothing.",
)
def clipped_logits(X, W, b):
    return np.clip(scratch.logits(X, W, b), -20, 20)


@bug(
    "log_softmax",
    "axis=0 is the axis of the examples, so that is where to sum.",
    "Columns instead of rows sum to 1; what an image is depends on its batch.",
    "Each row is a distribution of its own: write shapes at the top and sum over K.",
)
def wrong_axis(Z):
    S = Z - Z.max(axis=0)
    return S - np.log(np.exp(S).sum(axis=0))


@bug(
    "log_softmax",
    "The formula has no maximum in it.",
    "None, until a logit is above 88 (float32) or 709 (float64): then inf - inf is nan.",
    "The shift is exact algebra and the whole of the numerical safety.",
)
def no_maximum_shift(Z):
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


@bug(
    "log_softmax",
    "Any number can be subtracted, so the largest of all will do.",
    "None, until rows differ so much that all exponentials of one underflow: log 0.",
    "Each row needs its own maximum.",
)
def global_maximum(Z):
    S = Z - Z.max()
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))


@bug(
    "log_softmax",
    "A small epsilon keeps the logarithm from -inf.",
    "Unlikely classes are 1e-8 likelier than they are; a loss of wrong and certain answers stops at 18.4.",
    "log(softmax) needs no epsilon when it is written as one function.",
)
def log_p_plus_epsilon(Z):
    return np.log(scratch.softmax(Z) + 1e-8)


@bug(
    "log_softmax",
    "Probabilities are clipped away from 0 and 1, as Keras does.",
    "The loss of a wrong and certain answer stops at 16.1, and so does what it teaches.",
    "Clipping hides exactly the examples that matter most.",
)
def clipped_probabilities(Z):
    return np.log(np.clip(scratch.softmax(Z), 1e-7, 1 - 1e-7))


@bug(
    "log_softmax",
    "log(softmax(Z)) is the definition.",
    "Equal until a probability underflows to 0: its logarithm is -inf.",
    "The logarithm undoes the exponential on paper only: never take the detour through P.",
)
def log_of_softmax(Z):
    return np.log(scratch.softmax(Z))


@bug(
    "log_softmax",
    "A logarithm is a logarithm.",
    "The loss is 1.44 times too large, in bits; P = exp(log2 P) no longer sums to 1.",
    "exp and log must be of one base; PyTorch counts in nats.",
)
def base_2_logarithm(Z):
    return scratch.log_softmax(Z) / np.log(2).astype(Z.dtype)


@bug(
    "log_softmax",
    "Subtracting the maximum is the normalisation.",
    "The largest log-probability of each row is 0, and the loss can be 0 without learning.",
    "The maximum only shifts; it is the log of the sum that normalises.",
)
def sum_forgotten(Z):
    return Z - Z.max(axis=1, keepdims=True)


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
