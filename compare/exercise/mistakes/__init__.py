"""Mistakes in the rungs that the catalogue has no function for, each as people write it."""

from compare.exercise.mistakes import (
    effects,
    epoch,
    formulas,
    images,
    kept,
    likelihood,
    logarithm,
    loops,
    normaliser,
    others,
    softmax,
    steps,
    update,
)
from compare.exercise.mistakes.register import MISTAKES, Mistake
