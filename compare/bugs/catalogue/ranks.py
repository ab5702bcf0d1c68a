"""Mistakes of several processes, the ranks, that train as one: each as what two ranks would do, in this one process.

The ranks have the first and the second part of each batch. Real ranks that make these mistakes are in the tests of
compare/backends/ranks.py, where the proof sees them too.
"""

import numpy as np

import scratch
from compare.bugs.catalogue.register import bug


@bug(
    "batch",
    "Each rank draws its own order; with other seeds they see other images.",
    "In an epoch some images come twice and others never; loss and accuracy hardly change.",
    "All ranks need one order, drawn once or from one seed; each takes its share of it.",
)
def own_order_on_each_rank(images, labels, index, dtype):
    # two ranks, here in one process
    first, second = np.array_split(index, 2)
    # the second has the images that stand there in an order of its own
    own_order = np.random.default_rng(1).permutation(len(labels))
    mixed = np.concatenate([first, own_order[second]])
    return scratch.batch(images, labels, mixed, dtype)


@bug(
    "batch",
    "Each rank loads a batch of its own size, and all of them together are the batch.",
    "All ranks load the same images: they count several times, the rest of the batch never. Accuracy hardly changes.",
    "The batch is what all ranks have together: each needs a part of its own, as a DistributedSampler gives it.",
    ranks=(2, 3, 4),
)
def batch_of_a_rank_for_the_whole(images, labels, index, dtype, *, ranks=2):
    # several ranks, here in one process: each begins with the first image
    loaded = [index[: len(share)] for share in np.array_split(index, ranks)]
    return scratch.batch(images, labels, np.concatenate(loaded), dtype)


@bug(
    "logits",
    "Every rank starts with the same seed, so nothing has to be sent at the start.",
    "The ranks stay apart by what they began with: all have the same updates. Half of the logits are slightly off.",
    "Send all parameters and buffers from rank 0 before the first step, as DistributedDataParallel does.",
)
def bias_left_out_of_the_broadcast(X, W, b):
    # two ranks, here in one process
    first, second = np.array_split(X, 2)
    # the second keeps the bias that it drew itself
    K, D = W.shape
    apart = np.random.default_rng(1).uniform(-1, 1, K) / np.sqrt(D)
    own_Z = scratch.logits(second, W, b + apart.astype(b.dtype))
    return np.concatenate([scratch.logits(first, W, b), own_Z])


def mean_gradients(X, dZ, ranks):
    """Of each rank dW and db of the mean loss of its own images; of no images they are 0."""
    for own_X, own_dZ in zip(np.array_split(X, ranks), np.array_split(dZ, ranks), strict=True):
        n = max(1, len(own_dZ))
        # dZ is that of the mean over all images
        yield scratch.parameter_gradients(own_X, own_dZ * dZ.dtype.type(len(dZ) / n))


@bug(
    "parameter_gradients",
    "all_reduce adds the gradients up, and that is the gradient of the batch.",
    "With two ranks every step is twice as large; at a small rate it learns faster.",
    "Each rank has the gradient of a mean: the sum of these has to be divided by the number of ranks.",
    ranks=(2, 3, 4),
)
def gradients_of_ranks_summed(X, dZ, *, ranks=2):
    # several ranks, here in one process: of each the gradients of its own mean
    dW, db = zip(*mean_gradients(X, dZ, ranks), strict=True)
    return sum(dW), sum(db)


@bug(
    "parameter_gradients",
    "The gradient of the batch is the mean of those of the ranks.",
    "Nothing while the ranks share each batch equally; where one has an image more, its images count less.",
    "Weigh each rank by its share of the batch, n / N: a mean of means is the mean only of equal shares.",
    ranks=(2, 3, 4),
)
def unequal_shares_averaged(X, dZ, *, ranks=2):
    # several ranks, here in one process: of each the gradients of its own mean
    dW, db = zip(*mean_gradients(X, dZ, ranks), strict=True)
    return sum(dW) / ranks, sum(db) / ranks
