"""Mistakes in E5: what is taken of each image before the effects are added up, or which images are taken twice."""

import numpy as np

from compare.exercise.mistakes.images import DB, DW
from compare.exercise.mistakes.register import mistake
from compare.exercise.right import bias_gradient, weight_gradient

SIZES = "Only the size of an effect counts.", "Effects are added with their signs: some pull up, some down."
UP = (
    "Only entries above 0 take part.",
    "All of dZ takes part: at the labels it is below 0, and there W and b should rise.",
)
DOWN = "Only the labels take part, where dZ is below 0.", "All of dZ takes part: other classes should go down."
TWICE = (
    "The sum begins with the first image, and the loop runs over all images.",
    "So the first image is in it twice: begin with zeros, or let the loop begin at the second image.",
)
SECOND = "A slice with a step has all images.", "[::2] is every second one: all images are added up."


@mistake(DW, *SIZES)
def sizes_of_the_effects(X, dZ):
    return weight_gradient(X, np.abs(dZ))


@mistake(DW, *UP)
def only_what_is_above_zero(X, dZ):
    return weight_gradient(X, np.maximum(dZ, 0))


@mistake(DB, *UP)
def only_what_is_above_zero_for_the_bias(dZ):
    return bias_gradient(np.maximum(dZ, 0))


@mistake(DW, *DOWN)
def only_what_is_below_zero(X, dZ):
    return weight_gradient(X, np.minimum(dZ, 0))


@mistake(DB, *DOWN)
def only_what_is_below_zero_for_the_bias(dZ):
    return bias_gradient(np.minimum(dZ, 0))


@mistake(DW, *TWICE)
def first_image_twice(X, dZ):
    return weight_gradient(X, dZ) + weight_gradient(X[:1], dZ[:1])


@mistake(DB, *TWICE)
def first_image_twice_for_the_bias(dZ):
    return bias_gradient(dZ) + dZ[0]


@mistake(DW, *SECOND)
def every_second_image(X, dZ):
    return weight_gradient(X[::2], dZ[::2])


@mistake(DB, *SECOND)
def every_second_image_for_the_bias(dZ):
    return bias_gradient(dZ[::2])


@mistake(DW, "The images may stand in any order.", "dZ[n] belongs to X[n]: both have the images in the same order.")
def images_of_one_reversed(X, dZ):
    return weight_gradient(X[::-1], dZ)


@mistake(DW, "The pixel counts twice, in Z and in dW.", "Z is linear in W: the factor of W[k, i] is X[n, i], once.")
def pixels_squared(X, dZ):
    return weight_gradient(X**2, dZ)


@mistake(DW, "A pixel is on or off.", "A pixel has any value from 0 to 1, and this value is the factor.")
def pixels_made_black_and_white(X, dZ):
    return weight_gradient((X > 0.5).astype(X.dtype), dZ)


@mistake(
    DW, "Each image is divided by the sum of its pixels.", "The factor of W[k, i] in Z[n, k] is X[n, i] as it came in."
)
def images_divided_by_their_sum(X, dZ):
    return weight_gradient(X / X.sum(axis=1, keepdims=True), dZ)


@mistake(DW, "The gradient of b belongs to each weight too.", "W[k, i] acts on Z[n, k] by the factor X[n, i] only.")
def bias_added_to_each_weight(X, dZ):
    return weight_gradient(X, dZ) + bias_gradient(dZ)[:, None]
