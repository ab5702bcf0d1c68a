"""Single steps on batches that are made for a purpose: each of them tests the code where an ordinary run does not."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from compare.backends.memory_order import Order
from compare.backends.protocol import Backend, Side, State
from compare.backends.user_file import UserFileError
from compare.problem import Hyperparameters, Problem
from compare.proof.lockstep import StepPair
from compare.proof.tolerance import Start
from scratch import Rows, Step, Velocity


@dataclass(frozen=True)
class Case:
    """A single step: the state that it starts from, and the indices (N,) of its images.

    lr, order: from this case on the side has this rate, and gives each equation its arrays in this order of memory.
    after: so many steps on the same images the side has taken before; the reference needs none.
    """

    name: str
    start: State
    index: NDArray
    lr: float | None = None
    order: Order | None = None
    after: int = 0

    def begin(self, side: Side) -> None:
        """Make a side ready for the step."""
        side.start_from(self.start)
        if self.lr is not None:
            side.use_rate(self.lr)
        if self.order is not None:
            side.lay_out(self.order)


@dataclass(frozen=True)
class SingleSteps:
    """Images, labels and the cases made of them; a side trains on it as on a problem.

    may_be_refused: a user's function may raise an error here, and then the cases end.
    """

    train: tuple[NDArray | Rows, NDArray]
    chosen: Hyperparameters
    cases: tuple[Case, ...]
    may_be_refused: bool = False

    def start(self, dtype: str) -> tuple[NDArray, NDArray]:
        """Weights of the first case; each case brings its own."""
        W, b, _ = self.cases[0].start
        return W.astype(dtype), b.astype(dtype)

    def start_of(self, case: Case) -> Start:
        """What the step of a case starts from, and the options that it is taken with."""
        chosen = self.chosen if case.lr is None else replace(self.chosen, lr=case.lr)
        return Start.of(case.start, (case.start.W, case.start.b), chosen)

    def pairs(self, ours: Backend, theirs: Backend, dtype: str) -> Iterator[tuple[Case, StepPair]]:
        """Both sides through every case. Raises UserFileError, naming the case."""
        own, reference = ours.side(self, dtype), theirs.side(self, dtype)
        for number, case in enumerate(self.cases, 1):
            taken = self._taken(own, case, case.after)
            taken = taken and without_images(taken)
            right = self._taken(reference, case)
            if taken is None or right is None:
                return
            yield case, StepPair(number, self.start_of(case), right, {"one_step": taken})
            # the images of a large batch are much memory: they go before those of the next come
            taken = right = None

    def steps(self, backend: Backend, dtype: str) -> Iterator[tuple[Case, Step]]:
        """One side alone through every case; its arrays are copies. Raises UserFileError, naming the case."""
        side = backend.side(self, dtype)
        for case in self.cases:
            taken = self._taken(side, case, case.after)
            if taken is None:
                return
            yield case, Step._make(map(np.array, taken))

    def _taken(self, side: Side, case: Case, after: int = 0) -> Step | None:
        """A step, after so many others; None if a function refuses it, and may."""
        case.begin(side)
        try:
            for _ in range(after):
                side.step(case.index)
            if after:
                case.begin(side)
            return side.step(case.index)
        except UserFileError as error:
            if self.may_be_refused:
                return None
            raise error.at(case_text(case)) from None


def without_images(step: Step) -> Step:
    """A step with none of its images: nobody compares them, and a copy of a large batch is much memory."""
    return step._replace(X=step.X[:0].copy())


class Sized(Protocol):
    """What a `CaseMaker` needs of a problem: D, K and the options of SGD."""

    @property
    def features(self) -> int:
        """D, the pixels of an image."""

    @property
    def classes(self) -> int:
        """K."""

    @property
    def chosen(self) -> Hyperparameters:
        """What the options of SGD are taken from."""


class Shape(NamedTuple):
    """A `Sized` of one's own choice."""

    features: int
    classes: int
    chosen: Hyperparameters


class CaseMaker:
    """Collects images, labels and cases for a problem; a case has a velocity if the problem has momentum."""

    def __init__(self, problem: Sized, dtype: str):
        self.random = np.random.default_rng(4)
        self.D, self.K, self.dtype, self.chosen = problem.features, problem.classes, dtype, problem.chosen
        self.images: list[NDArray] = []
        self.labels: list[NDArray] = []
        self.cases: list[Case] = []

    def add(self, name: str, W: NDArray, b: NDArray, images: NDArray, labels: NDArray, v: list[NDArray]) -> None:
        """One case: W (K, D), b (K,), images (N, D), labels (N,), and v, the velocity of W and that of b."""
        first = sum(map(len, self.labels))
        self.case(name, W, b, np.arange(first, first + len(labels)), v)
        self.images.append(images)
        self.labels.append(labels)

    def case(self, name: str, W: NDArray, b: NDArray, index: NDArray, v: list[NDArray]) -> None:
        """One case of images that are there already, at `index` (N,)."""
        velocity = Velocity(*(part.astype(self.dtype) for part in v)) if v else None
        self.cases.append(Case(name, State(W.astype(self.dtype), b.astype(self.dtype), velocity), index))

    def single_steps(self, chosen: Hyperparameters) -> SingleSteps:
        """All cases so far, to be trained with these options."""
        return SingleSteps((np.concatenate(self.images), np.concatenate(self.labels)), chosen, tuple(self.cases))


def case_text(case: Case) -> str:
    """Where in a message something happened: in this case."""
    return f'in the batch "{case.name}"'


def real_batch(problem: Problem, dtype: str) -> SingleSteps:
    """One step on a few real images from the initial weights, without momentum and decay."""
    images = max(1, min(7, len(problem.train[1]), 30_000 // (problem.features * problem.classes)))
    W, b = problem.start(dtype)
    case = Case("real images", State(W, b), np.arange(images))
    return SingleSteps(problem.train, Hyperparameters(epochs=1, lr=problem.chosen.lr), (case,))
