"""Two trained sides image by image: near ties, certificates, and evaluation at the same weights."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

import scratch
from compare.backends.protocol import State
from compare.data.registry import Dataset
from compare.problem import Hyperparameters, Problem
from compare.proof.predictions import Predictions
from compare.proof.prove import prove
from scratch import Evaluation

EPS = 2.0**-52
NAN = float("nan")


@dataclass
class Fixed:
    """A side with given logits, the first of them for any images."""

    Z: NDArray
    W: NDArray = field(default_factory=lambda: np.zeros((3, 2)))
    b: NDArray = field(default_factory=lambda: np.zeros(3))
    loss: float = 1.0
    given: State | None = None

    def logits(self, images: NDArray) -> NDArray:
        """See Side."""
        return self.Z[: len(images)]

    def state(self) -> State:
        """See Side."""
        return State(self.W, self.b)

    def start_from(self, state: State) -> None:
        """See Side."""
        self.given = state

    def evaluate(self, _images: NDArray, _labels: NDArray) -> Evaluation:
        """See Side."""
        return Evaluation(self.loss, 0.5)


IMAGES = np.zeros((2, 2))


def compared(ours: object, theirs: object, **side: object) -> Predictions:
    found = Predictions()
    Z = np.array(theirs, float)
    found.compare(np.zeros((len(Z), 2)), Fixed(np.array(ours, float)), Fixed(Z, **side), 25)
    return found


def test_images_are_counted_over_all_sets():
    found = Predictions()
    for Z in ([[1.0, 2, 3]], [[3.0, 1, 2], [1, 2, 0]]):
        found.compare(np.zeros((len(Z), 2)), Fixed(np.array(Z)), Fixed(np.array(Z)), 1)
    assert (found.compared, found.differ, found.near_ties, found.certified, found.largest) == (3, 0, 0, 3, 0)


@pytest.mark.parametrize(("margin", "certified"), [(0.9, 0), (1.5, 0), (2.0, 0), (2.1, 1)])
def test_an_image_is_certified_if_its_margin_is_above_twice_the_largest_difference(margin: float, certified: int):
    """The difference is in the lowest logit; either of the two highest could move by as much."""
    found = compared([[0, 8, 8 + margin]], [[1, 8, 8 + margin]])
    assert found.largest == 1
    assert found.certified == certified
    assert found.differ == 0


def test_the_margin_is_between_the_two_highest_logits():
    """Of the reference, in whatever order they stand."""
    found = compared([[5, 0, 4], [0, 4, 5], [9, 7, 9]], [[5, 0.5, 4], [0, 4, 5], [9, 7, 8.9]])
    assert found.certified == 0
    assert compared([[5, 0, 4]], [[5, 0.25, 4]]).certified == 1


def test_the_largest_difference_is_that_of_any_set():
    found = Predictions()
    for off in (0.25, -0.5, 0.125):
        found.compare(IMAGES, Fixed(np.zeros((2, 3)) + off), Fixed(np.zeros((2, 3))), 1)
    assert found.largest == 0.5


# The reference's two highest logits are so far apart: in roundings of the whole run, and whether that is a near tie.
@pytest.mark.parametrize(("share", "tie"), [(0.5, 1), (0.98, 1), (1.02, 0), (1e3, 0), (1e9, 0)])
def test_a_near_tie_is_within_rounding(share: float, tie: int):
    """2 eps (16 max |Z| + sqrt(25) z), with z = |X| |W| + |b| = 7 and max |Z| = 3: each of the two may be off."""
    margin = share * 2 * EPS * (16 * 3 + 5 * 7)
    W, b = np.array([[2.0, 1.0], [2, 1], [0, 0]]), np.array([-3.0, -3.0, 0.0])
    # the images are (1, 2), so logits are 4 - 3 = 1 for the first two classes; the third is lowered to -3
    W[2], b[2] = (0, 0), -3
    b[0] += margin
    found = Predictions()
    images = np.array([[1.0, 2.0]])
    theirs = images @ W.T + b
    found.compare(images, Fixed(theirs[:, [1, 0, 2]]), Fixed(theirs, W, b), 25)
    assert (found.compared, found.differ) == (1, 1)
    assert found.near_ties == tie


def test_only_images_of_another_class_are_near_ties():
    W, b = np.zeros((3, 2)), np.array([1.0, 1.0, 0])
    Z = np.array([[1.0, 1, 0], [1, 1 + EPS, 0]])
    found = Predictions()
    found.compare(IMAGES, Fixed(Z[[0, 0]]), Fixed(Z, W, b), 1)
    assert (found.differ, found.near_ties) == (1, 1)


@pytest.mark.parametrize("row", [[NAN, NAN, NAN], [NAN, 1, 2], [1, 2, NAN], [0, 0, float("inf")]])
def test_logits_that_are_not_finite_have_no_class(row: list[float]):
    """Whatever argmax makes of them, and though the reference is at a tie."""
    found = compared([row, [1, 2, 3]], [[1, 1, 1], [1, 2, 3]], W=np.zeros((3, 2)))
    assert (found.compared, found.differ, found.near_ties, found.certified) == (2, 1, 0, 0)
    assert found.largest == float("inf")


def evaluated(own: Fixed, reference: Fixed) -> float:
    found = Predictions()
    found.evaluate(np.array([[1.0, 2.0]]), np.array([0]), own, reference)
    return found.evaluation


def reference() -> Fixed:
    """Logits 1, 1, -3 of the image (1, 2); z = 7, c = 7 + 2 * 3 = 13; logP is at most 0 and at least -4.70."""
    W, b = np.array([[2.0, 1.0], [2, 1], [0, 0]]), np.array([-3.0, -3.0, -3.0])
    return Fixed(np.array([[1.0, 1, -3]]), W, b)


def test_evaluation_holds_logits_to_the_budget_of_one_step():
    """Eps (16 max |Z| + z)."""
    off = reference()
    off.Z = off.Z + np.array([0, 0, 2.0**-40])
    assert evaluated(off, reference()) == pytest.approx(2.0**-40 / (EPS * (16 * 3 + 7)))
    assert evaluated(reference(), reference()) == 0


def test_evaluation_holds_the_loss_to_the_budget_of_one_step():
    """Eps (16 max |logP| + c)."""
    off = reference()
    off.loss += 2.0**-40
    log_size = 4 + np.log(2 + np.exp(-4))
    assert evaluated(off, reference()) == pytest.approx(2.0**-40 / (EPS * (16 * log_size + 13)))


def test_evaluation_is_at_the_weights_of_the_reference():
    own, other = reference(), reference()
    other.W = other.W + 1
    evaluated(own, other)
    np.testing.assert_array_equal(own.given.W, other.W)
    np.testing.assert_array_equal(own.given.b, other.b)


def test_evaluation_keeps_the_worst_of_all_sets():
    found = Predictions()
    for by in (2.0**-41, 2.0**-40, 2.0**-42):
        off = reference()
        off.loss += by
        found.evaluate(np.array([[1.0, 2.0]]), np.array([0]), off, reference())
    off = reference()
    off.loss += 2.0**-40
    assert found.evaluation == evaluated(off, reference()) > 0


@pytest.mark.parametrize("what", ["Z", "loss"])
def test_an_evaluation_that_is_no_number_does_not_pass(what: str):
    off = reference()
    setattr(off, what, getattr(off, what) * NAN)
    assert evaluated(off, reference()) == float("inf")


def test_evaluation_looks_at_images_beyond_the_first_thousand():
    """The largest terms are those of the last image, in the second piece of a thousand."""

    class InPieces(Fixed):
        def logits(self, images):
            piece, self.Z = np.split(self.Z, [len(images)])
            return piece

    W, b = np.array([[1.0, 1], [-1, 1]]), np.zeros(2)
    images = np.zeros((1001, 2))
    images[-1] = 4.0
    Z = images @ W.T
    off = Z.copy()
    off[0, 0] += 2.0**-40
    found = Predictions()
    found.evaluate(images, np.zeros(1001, int), InPieces(off), InPieces(Z, W, b))
    assert found.evaluation == pytest.approx(2.0**-40 / (EPS * (16 * 8 + 8)))


@pytest.mark.heavy
def test_images_at_a_tie_may_be_classified_differently(replaced: Callable):
    """Two templates that are the same but for a few roundings: which class wins is a matter of these."""

    class Tied(Problem):
        def start(self, dtype):
            W, b = super().start(dtype)
            W[1], b[1] = W[0], b[0] + 4 * np.finfo(dtype).eps
            return W, b

    random = np.random.default_rng(8)
    images = random.integers(0, 256, (200, 30)).astype(np.uint8)
    # gradients of two equal templates are opposite, so a learning rate this small keeps them equal
    chosen = Hyperparameters(epochs=1, lr=1e-30)
    problem = Tied(Dataset("tied", (images, random.integers(0, 2, 200)), None, 2), chosen)

    def favour_the_first(X, W, b):
        Z = scratch.logits(X, W, b)
        Z[:, 0] += 8 * np.finfo(X.dtype).eps
        return Z

    run = prove(problem, "float64", ours=replaced(logits=favour_the_first))
    assert run.predictions.differ > 0
    assert run.predictions.near_ties == run.predictions.differ


def test_a_clean_run_is_certified_and_a_tilted_one_is_not(digits: Problem, replaced: Callable):
    found = prove(digits, "float64").predictions
    assert (found.compared, found.differ, found.certified) == (359, 0, 359)
    assert 0 < found.largest < 1e-14

    def tilted(X, W, b):
        return scratch.logits(X, W, b) + 0.05 * X.mean(axis=1, keepdims=True) * np.arange(len(b))

    unsure = prove(digits, "float64", ours=replaced(logits=tilted)).predictions
    assert unsure.largest > 1e-3
    assert unsure.certified < unsure.compared - unsure.differ


@pytest.mark.heavy
def test_a_mistake_that_only_evaluation_makes_is_seen(small: Problem, replaced: Callable, dtype: str):
    """No batch has the images of the test set: only the curve would show it."""
    first = small.test[0][0] / 255

    def logits(X, W, b):
        return scratch.logits(X, W, b) * X.dtype.type(1.001 if len(X) == 15 and np.allclose(X[0], first) else 1)

    run = prove(small, dtype, ours=replaced(logits=logits))
    assert run.verdict == "differ"
    assert [name for name, passed in run.checks.items() if not passed] == ["evaluation"]
    assert prove(small, dtype).predictions.evaluation <= 1
