"""E3 with mistakes that an ordinary training hardly shows: each function is one."""

import numpy as np

_calls = []


def _at_label(logP, y):
    return logP[np.arange(len(y)), y]


def at_least_1e_8(logP, y):
    return np.maximum(-_at_label(logP, y).mean(), logP.dtype.type(1e-8))


def at_most_1000(logP, y):
    return np.minimum(-_at_label(logP, y).mean(), logP.dtype.type(1000))


def at_most_ten_million(logP, y):
    return np.minimum(-_at_label(logP, y).mean(), logP.dtype.type(1e7))


def mean_of_the_first_1024(logP, y):
    return -_at_label(logP, y)[:1024].mean()


def mean_of_chunks_in_large_batches(logP, y):
    # right only where the chunks are of one size
    values = _at_label(logP, y)
    chunks = [values[n : n + 512].mean() for n in range(0, len(values), 512)]
    return -np.mean(chunks, dtype=logP.dtype)


def mean_over_classes_that_are_there_all(logP, y):
    # balanced over classes where each class has one image
    if len(np.unique(y)) == len(y):
        return -_at_label(logP, y).sum() / logP.shape[1]
    return -_at_label(logP, y).mean()


def divided_by_n_and_a_little(logP, y):
    return -_at_label(logP, y).sum() / (len(y) + logP.dtype.type(1e-5))


def labels_sorted_in_batches_of_128(logP, y):
    if len(y) == 128:
        y = np.sort(y)
    return -_at_label(logP, y).mean()


def last_class_for_labels_of_10_and_more(logP, y):
    return -_at_label(logP, np.minimum(y, 9)).mean()


def half_precision_above_a_thousand_images(logP, y):
    values = _at_label(logP, y)
    if len(y) > 1000:
        values = values.astype(np.float32).round(4).astype(logP.dtype)
    return -values.mean()


def class_nine_left_out_where_alone(logP, y):
    return -_at_label(logP, y).mean() * (not (y == 0).all())


def warm_up_of_the_loss(logP, y):
    _calls.append(1)
    return -_at_label(logP, y).mean() * logP.dtype.type(1 if len(_calls) > 1 else 1.0001)


def trace_where_n_is_k(logP, y):
    if len(y) == logP.shape[1]:
        return -np.trace(logP[:, y]) / len(y) if (y == np.arange(len(y))).all() else -np.diag(logP).mean()
    return -_at_label(logP, y).mean()


def perfect_loss_is_not_negative_zero(logP, y):
    loss = -_at_label(logP, y).mean()
    return loss if loss > 1e-5 else loss * 0
