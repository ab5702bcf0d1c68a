"""The mistakes of several ranks, in one process: where each is right, where it is wrong, and what it is said to be."""

import numpy as np
import pytest

import scratch
from compare.backends.by_name import equations_backend
from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import Diagnostician
from scratch import EQUATIONS

NAMES = (
    "own-order-on-each-rank",
    "batch-of-a-rank-for-the-whole",
    "bias-left-out-of-the-broadcast",
    "gradients-of-ranks-summed",
    "unequal-shares-averaged",
)


@pytest.mark.parametrize("name", NAMES)
def test_somebody_elses_is_told_by_its_name_or_not_at_all(diagnostician: Diagnostician, rank_variants: dict, name: str):
    written, named = rank_variants[name]
    wrong = equations_backend("theirs", lambda: EQUATIONS._replace(**{BUGS[name].function: written}))
    found = diagnostician.diagnose(wrong)
    assert [guess.bug.name for guess in found.guesses] == named
    assert found.facts


@pytest.mark.parametrize("name", NAMES[:4])
def test_a_batch_of_one_image_is_right(rng: np.random.Generator, name: str):
    """The first rank has it; the second, which is wrong, has none, and only its equal vote would count."""
    W, b = rng.normal(size=(3, 4)), rng.normal(size=3)
    images, labels, one = rng.uniform(size=(5, 4)), np.array([0, 1, 2, 1, 0]), np.array([3])
    X, y = EQUATIONS.batch(images, labels, one, W.dtype)
    right = scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(0.1), X, y)
    given = {
        "batch": (images, labels, one, W.dtype),
        "logits": (X, W, b),
        "parameter_gradients": (X, right.dZ),
    }[BUGS[name].function]
    ours, theirs = (getattr(f, BUGS[name].function)(*given) for f in (BUGS[name].equations(), EQUATIONS))
    pairs = [(ours, theirs)] if isinstance(ours, np.ndarray) else zip(ours, theirs, strict=True)
    for one_of_ours, one_of_theirs in pairs:
        np.testing.assert_allclose(one_of_ours, one_of_theirs, rtol=1e-14)


def test_the_gradients_of_seven_images(rng: np.random.Generator):
    """Four and three: the mean of seven is not the mean of both means."""
    X, dZ = rng.normal(size=(7, 5)), rng.normal(size=(7, 2))
    four, three = dZ[:4].T @ X[:4] * 7 / 4, dZ[4:].T @ X[4:] * 7 / 3
    summed, averaged = (BUGS[name].equations().parameter_gradients(X, dZ)[0] for name in NAMES[3:])
    np.testing.assert_allclose(summed, four + three)
    np.testing.assert_allclose(averaged, (four + three) / 2)
    assert np.abs(averaged - dZ.T @ X).max() > 0.01


def test_equal_shares_hide_that_they_are_averaged_equally(rng: np.random.Generator):
    X, dZ = rng.normal(size=(8, 5)), rng.normal(size=(8, 2))
    for one, other in zip(
        BUGS["unequal-shares-averaged"].equations().parameter_gradients(X, dZ),
        scratch.parameter_gradients(X, dZ),
        strict=True,
    ):
        np.testing.assert_allclose(one, other, rtol=1e-12)
