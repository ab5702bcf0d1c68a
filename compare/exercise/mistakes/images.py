"""Slips in sums: an image, a pixel or a class that a loop or a slice leaves out."""

import numpy as np

from compare.exercise.mistakes.register import mistake
from compare.exercise.right import bias_gradient, weight_gradient

DW, DB = "weight_gradient", "bias_gradient"
FIRST = "Images are counted from 1.", "They are counted from 0: range(N), or a slice without a beginning."
LAST = (
    "range(N - 1) and X[:-1] reach the last image.",
    "Both end before their second number: range(N) and X as it is have all images.",
)
FIRST_CLASS = "Classes are counted from 1.", "They are counted from 0: range(K), or a slice without a beginning."
LAST_CLASS = "range(K - 1) has all classes.", "range ends before its second number: range(K) has classes 0 ... K-1."


def _at_labels(logP, y):
    return logP[np.arange(len(y)), y]


@mistake("nll_loss", *FIRST)
def first_image_left_out_of_the_loss(logP, y):
    return -_at_labels(logP, y)[1:].sum() / len(y)


@mistake("nll_loss", *LAST)
def last_image_left_out_of_the_loss(logP, y):
    return -_at_labels(logP, y)[:-1].sum() / len(y)


@mistake(
    "nll_loss",
    "One image is all, or return stands inside of a loop.",
    "All images are added up: no index picks one, and return stands after the loop.",
)
def loss_of_the_first_image_only(logP, y):
    return -_at_labels(logP, y)[0] / len(y)


@mistake("nll_loss", "One image stands for all.", "L is the mean over all images of the batch.")
def loss_of_the_first_image(logP, y):
    return -_at_labels(logP, y)[0]


@mistake(
    "nll_loss",
    "Y[:, y] = 1 marks the label of each row.",
    "It marks every label in every row; Y[np.arange(N), y] marks one entry a row.",
)
def all_labels_in_every_row_of_the_loss(logP, y):
    return -logP[:, np.unique(y)].sum() / len(y)


@mistake(
    DW,
    "= adds up in a loop.",
    "All images are added up. = in place of +=, or zeros made inside of a loop, keep the last one only.",
)
def last_image_only(X, dZ):
    return weight_gradient(X[-1:], dZ[-1:])


@mistake(DW, *FIRST)
def first_image_left_out(X, dZ):
    return weight_gradient(X[1:], dZ[1:])


@mistake(DW, *LAST)
def last_image_left_out(X, dZ):
    return weight_gradient(X[:-1], dZ[:-1])


@mistake(DW, *FIRST_CLASS)
def first_class_left_out(X, dZ):
    return _without(weight_gradient(X, dZ), 0)


@mistake(DW, *LAST_CLASS)
def last_class_left_out(X, dZ):
    return _without(weight_gradient(X, dZ), -1)


@mistake(DB, *FIRST)
def first_image_left_out_for_the_bias(dZ):
    return bias_gradient(dZ[1:])


@mistake(DB, *LAST)
def last_image_left_out_for_the_bias(dZ):
    return bias_gradient(dZ[:-1])


@mistake(DB, *FIRST_CLASS)
def first_class_left_out_for_the_bias(dZ):
    return _without(bias_gradient(dZ), 0)


@mistake(DB, *LAST_CLASS)
def last_class_left_out_for_the_bias(dZ):
    return _without(bias_gradient(dZ), -1)


@mistake(
    "logits", "range(D - 1) has all pixels.", "range ends before its second number: range(D) has pixels 0 ... D-1."
)
def last_pixel_left_out(X, W, b):
    return X[:, :-1] @ W[:, :-1].T + b


@mistake("logits", "Pixels are counted from 1.", "They are counted from 0: range(D), or a slice without a beginning.")
def first_pixel_left_out(X, W, b):
    return X[:, 1:] @ W[:, 1:].T + b


def _without(gradient, k):
    gradient = gradient.copy()
    gradient[k] = 0
    return gradient
