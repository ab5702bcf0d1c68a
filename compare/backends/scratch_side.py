"""`scratch` as a side of the comparison."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.backends.memory_order import Order, laid_out
from compare.backends.protocol import Side, State, Tally, Trainable
from compare.backends.timing import timed
from compare.equations import FUNCTIONS
from scratch import Equations, Evaluation, Rows, Step, Velocity
from scratch.training import UNCHECKED, hits

# How a batch is gathered where nobody has replaced it, without and with a look at its arguments.
RIGHT_BATCHES = UNCHECKED.batch, scratch.EQUATIONS.batch


class ScratchSide:
    """`scratch` in training, with any of its equations replaced; see Side."""

    def __init__(self, problem: Trainable, dtype: str, equations: Equations = scratch.EQUATIONS):
        self.model = scratch.SoftmaxRegression(*problem.start(dtype))
        self.train = problem.train
        self.optimizer = scratch.SGD(**problem.chosen.descent)
        # labels are checked where data enter; where a function is replaced, the others look at what it returns
        self._given = self.equations = UNCHECKED if equations == scratch.EQUATIONS else equations
        self.seconds = 0.0

    def epoch(self, batches: Iterable[NDArray]) -> Iterator[Step]:
        """See Side."""
        return timed(self, scratch.epoch(self.model, self.optimizer, self.train, batches, self.equations))

    def tally(self, done: Step) -> Tally:
        """See Side."""
        return Tally(float(done.L), hits(done.Z, done.y), len(done.y))

    def keep_quantities(self) -> None:
        """See Side; a step by hand has them all."""

    def quantities(self, done: Step) -> Step:
        """See Side."""
        return done

    def step(self, index: NDArray, gathered: tuple[NDArray, NDArray] | None = None) -> Step:
        """See Side. gathered: the batch, X (N, D) and y (N,), if another side has it; spoilt batches are made anew."""
        X, y = self._batch(index, gathered)
        return scratch.step(self.model, self.optimizer, X, y, self.equations)

    def _batch(self, index: NDArray, gathered: tuple[NDArray, NDArray] | None) -> tuple[NDArray, NDArray]:
        if gathered is None or self.equations.batch not in RIGHT_BATCHES:
            return self.equations.batch(*self.train, index, self.model.dtype)
        return gathered

    def state(self) -> State:
        """See Side."""
        return _copied(State(self.model.weight, self.model.bias, self.optimizer.velocity))

    def start_from(self, state: State) -> None:
        """See Side."""
        self.model.weight, self.model.bias, self.optimizer.velocity = _copied(state)

    def use_rate(self, lr: float) -> None:
        """See Side."""
        self.optimizer.lr = float(lr)

    def lay_out(self, order: Order) -> None:
        """See Side."""
        self.equations = self._given._replace(
            **{name: partial(_called_with, order, getattr(self._given, name)) for name in FUNCTIONS}
        )

    def evaluate(self, images: NDArray | Rows, labels: NDArray) -> Evaluation:
        """See Side."""
        return scratch.evaluate(self.model, images, labels, equations=self.equations)

    def logits(self, images: NDArray | Rows) -> NDArray:
        """See Side."""
        return scratch.all_logits(self.model, images, self.equations)

    def loss(self, Z: NDArray, labels: NDArray) -> tuple[NDArray, float]:
        """See Side."""
        logP = self.equations.log_softmax(Z)
        return logP, float(self.equations.nll_loss(logP, labels))


def step_beside(side: Side, index: NDArray, other: Step) -> Step:
    """A step on the batch that another side has just taken: one of `scratch` need not gather it again."""
    return side.step(index, (other.X, other.y)) if isinstance(side, ScratchSide) else side.step(index)


def _called_with(order: Order, function: Callable, *inputs: Any) -> Any:
    return function(*(laid_out(value, order) if isinstance(value, np.ndarray) else value for value in inputs))


def _copied(state: State) -> State:
    return State(state.W.copy(), state.b.copy(), state.velocity and Velocity(*(v.copy() for v in state.velocity)))
