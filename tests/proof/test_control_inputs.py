"""The sizes, terms and margins that the controls have written down are worked out again."""

import math

import numpy as np
import pytest

from compare.equations import QUANTITIES
from compare.proof import controls
from compare.proof.control_inputs import CONTROL_IMAGES, EXAMPLE_STEPS, MARGIN, SIZES_AND_TERMS, example, model


def test_the_budgets_of_the_example_are_worked_out_again():
    """From the equations and the table of docs/proof.md."""
    (case, *others), (X, y) = example("float64").cases, example("float64").train
    X, y, W, b = X[case.index], y[case.index], case.start.W, case.start.b
    assert (len(X), len(others)) == (32, EXAMPLE_STEPS - 1)
    Z = np.array([[sum(X[n] * W[k]) + b[k] for k in range(3)] for n in range(32)])
    P = np.exp(Z) / np.exp(Z).sum(axis=1)[:, None]
    dZ = (P - np.eye(3)[y]) / 32
    dW, db = np.einsum("nk,nd->kd", dZ, X), dZ.sum(axis=0)
    # the velocity is 1, and half of it is kept
    new_W, new_b = (w - 0.125 * (0.5 + d + 0.125 * w) for w, d in ((W, dW), (b, db)))
    z = max(sum(abs(X[n] * W[k])) + abs(b[k]) for n in range(32) for k in range(3))
    c = z + 2 * abs(Z).max()
    per_pixel = c * X.mean(axis=0).max()
    sizes = [abs(one).max() for one in (Z, np.log(P), np.log(P), dZ, dW, db, new_W - W, new_b - b)]
    moved = [0.125 / (1 - 0.5) * (terms + 0.125 * w + 1) for terms, w in ((per_pixel, 64), (c, 9))]
    terms = [z, c, c, c / 32, per_pixel, c, abs(new_W).max() + moved[0], abs(new_b).max() + moved[1]]
    assert list(SIZES_AND_TERMS) == list(QUANTITIES)
    np.testing.assert_allclose([*SIZES_AND_TERMS.values()], [*zip(sizes, terms, strict=True)], rtol=5e-4)


def test_the_budgets_of_the_images_are_worked_out_again():
    """Of the first image 65 - 64, 65 - 64 and 64 - 64 are the logits; those of the fourth are -2, -2 and 2."""
    (case,) = model("float64").cases
    Z = CONTROL_IMAGES @ np.round(case.start.W).T
    np.testing.assert_array_equal(Z, [[1, 1, 0], [-1.5, -1.5, 2], [-1.75, -1.75, 2], [-2, -2, 2], [1, 1, 0]])
    size, terms, unlikely = 2, 65 + 64, 4 + math.log(1 + 2 * math.exp(-4))
    assert 16 * size + terms == controls.LOGITS
    assert pytest.approx(16 * unlikely + terms + 2 * size, rel=1e-3) == controls.LOSS
    # where the largest logit is 1
    within_rounding_of_a_tie = 2 * (16 * 1 + math.sqrt(EXAMPLE_STEPS) * terms)
    assert 2 * within_rounding_of_a_tie == MARGIN
    assert MARGIN / 2 < controls.SWAP < MARGIN


def test_the_first_image_is_beyond_rounding_of_a_tie_and_the_last_within(dtype: str):
    (case,) = model(dtype).cases
    W, b, _ = case.start
    _, second, first = np.sort(CONTROL_IMAGES.astype(dtype) @ W.T + b, axis=1).T
    apart = (first - second) / np.finfo(dtype).eps
    assert (apart[0], apart[4]) == (1612, 403)
    assert apart[1:4].min() > 1e7
