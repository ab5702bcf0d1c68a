"""Unusual batches: sizes, labels, pixels, rates, gradients and shapes that an ordinary training hardly has.

A mistake may wait for one of them: a fixed size of a batch, a clipped gradient, a rounded learning rate. Each method
of `_Unusual` says which mistakes it shows. They are single steps as the hard batches are, and part of that check.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from compare.backends.memory_order import ORDERS
from compare.proof.single_steps import CaseMaker, Shape, SingleSteps, Sized

# Every small size, and what people choose; K and D come from the problem.
OTHER_SIZES = *range(2, 35), 48, 50, 60, 64, 80, 128, 150, 200, 250, 255, 256, 257, 300, 400, 500, 512, 1000, 1024, 1025
LARGE_SIZES = 2000, 2048, 4096
# Pixels of a batch: more take too long, and too much memory.
MOST_PIXELS = 3_200_000
# The last digits are lost where a rate is rounded, to whatever number of digits.
RATE_DIGITS = 1.00563545
RATE_EXPONENTS = -13, -11, -9, -8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 4
# Quotients of the weights below by this rate are just above a power of 2, where a rounding is largest.
RATE_OF_ROUNDING, WEIGHTS_OF_ROUNDING = 1.44 * 2.0**-10, (1.45, 1.52)
FAINT = tuple(10.0**-n for n in range(1, 11))
# Nearly white images of 784 pixels have a gradient with a norm above 35; brighter ones go beyond every limit.
BRIGHT = 1.0, 30.0, 1000.0
FEW_PIXELS = 64
# By how much the logit of the label is above the second; the others are too far below to count.
FITS = 6.0, 9.0, 11.0, 16.0, 20.0, 30.0
HIGHEST = 22
TINY = 1e-4, 1e-8, 1e-12
# N, D and K of batches in which some are equal, and of problems smaller and larger than usual.
SHAPES = (
    (7, 7, 7), (9, 9, 4), (6, 11, 6), (8, 5, 5), (5, 6, 2), (1, 4, 2), (8, 3, 3), (4, 1, 3), (3, 2, 4), (12, 20, 11),
    (10, 30, 12), (6, 5, 26), (3, 785, 10), (3, 1500, 3), (4096, 3, 4), (4100, 3, 4),
)  # fmt: skip

# A rate that falls by a schedule may stay as it is for hundreds of steps.
MANY_STEPS = 600
# The last labels fit into no signed byte.
MANY_CLASSES = 130


def unusual_batches(problem: Sized, dtype: str) -> Iterator[SingleSteps]:
    """All of them, in groups of one rate, one shape and one type of pixels."""
    own = Shape(problem.features, problem.classes, problem.chosen)
    for method in (_Unusual.sizes, _Unusual.of_bytes, _Unusual.of_floats, _Unusual.rates):
        yield _group(method, own, dtype)
    other = replace(problem.chosen, lr=RATE_OF_ROUNDING)
    yield _group(_Unusual.rounded_often, own._replace(chosen=other), dtype)
    for N, D, K in SHAPES:
        yield _group(partial(_Unusual.shape, N=N), Shape(D, K, problem.chosen), dtype)
    yield _group(_Unusual.later, Shape(3, 4, problem.chosen), dtype)
    # a right function may take one order only, as np.frombuffer does
    yield replace(_group(_Unusual.orders, own, dtype), may_be_refused=True)
    # a right function may take fewer: np.choose has a limit of 64
    yield replace(_group(_Unusual.many_classes, Shape(3, MANY_CLASSES, problem.chosen), dtype), may_be_refused=True)


def _group(method: Callable[["_Unusual"], None], shape: Shape, dtype: str) -> SingleSteps:
    make = _Unusual(shape, dtype)
    method(make)
    return make.single_steps(shape.chosen)


class _Unusual(CaseMaker):
    """Each method adds the batches of one group."""

    def weights(self, scale: float = 1.0) -> tuple[NDArray, NDArray]:
        """W (K, D) and b (K,), new at each call; they make logits of dense images spread by about `scale`."""
        W = self.random.normal(size=(self.K, self.D)) / np.sqrt(self.D / 3)
        return scale * W, scale * self.random.uniform(-1, 1, self.K)

    def zeros(self) -> tuple[NDArray, NDArray]:
        """W (K, D) and b (K,) of zeros: the new weights are the update, and nothing hides its last digits."""
        return np.zeros((self.K, self.D)), np.zeros(self.K)

    def dense(self, N: int) -> NDArray:
        """N images of which every pixel is random."""
        return self.random.integers(0, 256, (N, self.D)).astype(np.uint8)

    def any_labels(self, N: int) -> NDArray:
        """N random labels."""
        return self.random.integers(0, self.K, N)

    def batch(self, name: str, Wb: tuple[NDArray, NDArray], images: NDArray, labels: NDArray) -> None:
        """One batch; with momentum it is a first step, because a velocity would hide a small gradient."""
        self.add(name, *Wb, images, labels, [])

    def sizes(self) -> None:
        """Mistakes in batches of one size or of many images: once with ordinary logits, once with large ones.

        What is kept from the first batch of a size is wrong for the second.
        """
        pool = 300
        brightness = np.array([1, 1, 1 / 4, 1 / 64])[np.arange(pool) % 4, None]
        images = (self.dense(pool) * brightness).astype(np.uint8)
        self.batch("other batch sizes", self.weights(), images, self.any_labels(pool))
        special = {self.K - 1, self.K, self.K + 1, self.D, self.D + 1, *LARGE_SIZES}
        sizes = [N for N in sorted({*OTHER_SIZES, *special} - {0}) if N * self.D <= MOST_PIXELS]
        for scale, largest in ((1, max(LARGE_SIZES)), (2000, max(OTHER_SIZES))):
            W, b = self.weights(scale)
            batches = [self.random.permutation(N) % pool for N in sizes if largest >= N]
            # the largest first: what it took of memory is used again, and not another piece for each size
            for index in reversed(batches):
                self.case("other batch sizes", W, b, index, [])

    def of_bytes(self) -> None:
        """Batches of pixels as they come from a file, 0 to 255."""
        self.repetitions()
        self.patterns_of_labels()
        self.patterns_of_pixels()
        self.certain()
        self.extreme_weights()

    def repetitions(self) -> None:
        """What is kept by a part of the inputs: the weights, the labels, the images, the first, the last or the sum.

        At last one step is taken twice.
        """
        (W, b), images, others = self.weights(), self.dense(8), self.dense(8)
        others[0] = images[0]
        y, z = self.any_labels(8), self.any_labels(8)
        for X, labels in ((images, y), (others, z), (images, z), (others, y), (others[::-1], y)):
            self.batch("repeated in part", (W, b), X, labels)
        self.batch("repeated in part", (W, b), np.vstack([others[:4], images[4:]]), y)
        other, c = self.weights()
        other[0], c[0] = W[0], b[0]
        for Wb in ((W[::-1], b[::-1]), (W, b), (other, c), (other, c)):
            self.batch("repeated in part", Wb, images, y)

    def patterns_of_labels(self) -> None:
        """Mistakes where the labels are sorted, all 0, each there once, or all but one class are there."""
        each = np.arange(self.K)
        for y in (
            np.zeros(5, int),
            np.sort(self.any_labels(36)),
            each,
            each[::-1],
            each[:-1].repeat(4),
            each[1:].repeat(4),
        ):
            self.batch("labels of a pattern", self.weights(), self.dense(len(y)), y)

    def patterns_of_pixels(self) -> None:
        """A division by the brightest pixel, and mistakes in images without any grey."""
        self.batch("black images", self.weights(), np.zeros((5, self.D), np.uint8), self.any_labels(5))
        pixels = self.random.integers(0, 2, (16, self.D)).astype(np.uint8) * 255
        self.batch("black and white", self.weights(), pixels, self.any_labels(16))

    def certain(self) -> None:
        """A gradient or loss that is left out where it is small, and a gradient that is cut below 1."""
        label = np.ones(8, int)
        for above in FITS:
            W, b = self.zeros()
            b += -HIGHEST
            b[:2] = HIGHEST - above, HIGHEST
            self.batch("images that fit well", (W, b), self.dense(8), label)
        W, b = self.zeros()
        b[0] = 60
        self.batch("one wrong image", (W, b), self.dense(1), label[:1])

    def extreme_weights(self) -> None:
        """Logits or weights that are cut, or taken for 0."""
        for scale in TINY:
            self.batch("tiny weights", self.weights(scale), self.dense(8), self.any_labels(8))
        self.batch("logits of ±10^8", self.weights(5e7), self.dense(8), self.any_labels(8))

    def of_floats(self) -> None:
        """Faint pixels or small gradients that are taken for 0, and gradients that are cut by norm or by value."""
        each = np.tile(np.arange(self.K), 4)
        for brightness in FAINT:
            # each class is there as often, so that db is 0 too
            images = brightness * self.random.uniform(size=(len(each), self.D))
            self.batch("faint images", self.zeros(), images, each)
            # few pixels, because each product that is added to a large bias rounds as that does
            few = images[:8] * (np.arange(self.D) < FEW_PIXELS)
            self.batch("faint images", self.weights(1 / brightness), few, each[:8])
        for brightness in BRIGHT:
            W, b = self.weights(1 / brightness)
            b[1] += 60
            images = brightness * self.random.uniform(0.9, 1, size=(4, self.D))
            self.batch("bright images", (W, b), images, np.zeros(4, int))
        self.of_both_signs()

    def of_both_signs(self) -> None:
        """A pixel or an image that is left out where it sums to 0, and negative pixels that are cut."""
        half = self.random.uniform(size=(4, self.D // 2))
        images = np.hstack([half, -half, np.zeros((4, self.D % 2))])
        self.batch("pixels of both signs", self.weights(), np.vstack([images, -images]), self.any_labels(8))

    def rates(self) -> None:
        """A learning rate that is rounded, raised or cut, or kept from the first call: one side has them all."""
        name = "other learning rates"
        for Wb in (self.zeros(), self.weights()):
            self.batch(name, Wb, self.dense(8), self.any_labels(8))
        at_first, self.cases = self.cases, []
        for exponent in RATE_EXPONENTS:
            self.cases += [replace(case, lr=float(f"{RATE_DIGITS}e{exponent}")) for case in at_first]

    def orders(self) -> None:
        """A function that takes the numbers as they lie in memory: images by pixels, or as a part of a wider array."""
        for order, scale in product(ORDERS, (1, 2000)):
            self.batch("other orders in memory", self.weights(scale), self.dense(9), self.any_labels(9))
            self.cases[-1] = replace(self.cases[-1], order=order)

    def rounded_often(self) -> None:
        """An update that rounds more often than it has to; the gradient is small, as its rounding is then."""
        for _ in range(4):
            signs = self.random.choice([-1, 1], size=(self.K, self.D + 1))
            Wb = signs * self.random.uniform(*WEIGHTS_OF_ROUNDING, size=signs.shape)
            images = 0.01 * self.random.uniform(size=(8, self.D))
            self.batch("an update that rounds", (Wb[:, 1:], Wb[:, 0]), images, self.any_labels(8))

    def later(self) -> None:
        """What changes with the number of calls, as a rate does that falls."""
        self.batch("after other steps", self.weights(3), self.dense(6), self.any_labels(6))
        self.cases.append(replace(self.cases[0], after=MANY_STEPS))

    def shape(self, N: int) -> None:
        """A transpose that is right unless two sizes are equal; a fixed number of classes or pixels.

        At last with large logits, for a formula of its own that two classes have, and for what is kept by shape.
        """
        for scale in (3, 3, 3000):
            self.batch("problems of other shapes", self.weights(scale), self.dense(N), self.any_labels(N))

    def many_classes(self) -> None:
        """Labels or classes beyond those that one has tried, as where a label must fit into a byte."""
        labels = self.K - 1 - np.array([0, 1, self.K // 2, self.K - 33, self.K - 1])
        self.batch("many classes", self.weights(3), self.dense(len(labels)), labels)
