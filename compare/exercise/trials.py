"""A function or rung on small inputs of several sizes, beside what is right; the example of MATHS.md is the first."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.backends.user_file import UserFileError
from compare.equations import KNOWN
from compare.exercise.right import RIGHT
from compare.exercise.rungs import example

Results = tuple[NDArray, ...]

# N, D, K, the rate and the size of a batch of an epoch: none equal where it must not be, and no D or K one of the
# worked example, whose numbers stand in many a function; with one step, with several that come out even, and with a
# short last one.
SIZES = (
    (5, 6, 7, 0.125, 5), (7, 5, 6, 0.7, 3), (1, 6, 5, 0.3, 4), (3, 8, 5, 2.0, 1), (6, 5, 7, 0.05, 2), (8, 5, 6, 1.7, 3),
)  # fmt: skip
# One epoch also has a batch in which every entry of dZ is small: none is above 1 / 100.
LARGE = 130, 3, 4, 0.5, 100
# It also has a batch that is classified right with a loss of nearly 0, and after it one whose loss rises in its step.
SURE_X = ((1, 0.5, 0), (0, 1, 0.5), (19, 0, 1), (0, 19, 1), (0, 0, 20), (0, 0, 19))
SURE = np.array(SURE_X), np.array([2, 3, 0, 1, 0, 2]), np.eye(4, 3), np.array([0, 0.1, -1.0, 0.2]), 0.1, 2
# And one in which exp of the logits is inf, or P of a label 0: logits of -1000 and 1000 are allowed.
FAR_X = ((1, 0.5), (0.5, 0), (0, 1))
FAR = np.array(FAR_X), np.array([0, 1, 2]), np.array([[-1000.0, 0], [1000, 0], [0, 0]]), np.zeros(3), 0.1, 2
# So many of these are as a step has them; in the others any gradient comes in.
STEPS, INCOMING, EPOCH = 3, ("dlogP", "dP", "dZ", "dW", "db"), "one_epoch"
# How a fault begins to tell on which inputs it was, if not on the worked example.
BATCH = "in a batch with"
# So far from the right value, as a share of the largest, may a result be.
WITHIN = {"float64": 1e-9, "float32": 1e-4}
# At most such a share is left where float64 numbers cancel: 4,500 times the rounding of one.
NOTHING = 1e-12


class Trial(NamedTuple):
    """Inputs of a function, what it makes of them, and what is right. sizes: N, D and K as far as they are known."""

    name: str
    inputs: tuple[Any, ...]
    ours: Results
    right: Results

    @property
    def sizes(self) -> dict[str, Any]:
        """By letter the sizes, and lr and batch_size by their names."""
        parameters = KNOWN[self.name].parameters
        numbers = {p: v for p, v in zip(parameters, self.inputs, strict=True) if not parameters[p] and p != "L"}
        return KNOWN[self.name].sizes(self.inputs) | numbers

    @property
    def given(self) -> dict[str, Any]:
        """The inputs by name."""
        return dict(zip(KNOWN[self.name].parameters, self.inputs, strict=True))

    @property
    def given_and_p(self) -> dict[str, Any]:
        """The inputs by name, and P where logP is one of them."""
        return self.given | ({"P": np.exp(self.given["logP"])} if "logP" in self.given else {})

    def is_right(self, result: int | None = None) -> bool:
        """Whether all results are right, or one of them."""
        pairs = [*zip(self.ours, self.right, strict=True)]
        return all(same(*pair) for pair in (pairs if result is None else [pairs[result]]))


def same(ours: NDArray, right: NDArray) -> bool:
    """True if two arrays are equal up to rounding."""
    ours, right = np.asarray(ours), np.asarray(right)
    scale = float(np.abs(right[np.isfinite(right)]).max(initial=0.0))
    within = WITHIN[str(ours.dtype)] if str(ours.dtype) in WITHIN else WITHIN["float64"]
    return np.allclose(ours, right, rtol=0, atol=within * max(scale, 1e-300), equal_nan=True)


def alike(ours: Any, right: Any) -> bool:
    """True if two values have one shape, and are equal up to rounding."""
    return np.shape(ours) == np.shape(right) and same(ours, right)


def is_nothing(ours: NDArray, right: NDArray) -> bool:
    """True if ours is 0 everywhere beside the right one: what is left where numbers cancel is no value."""
    return bool(np.abs(ours).max(initial=0.0) <= NOTHING * np.abs(right).max(initial=0.0))


def trials(name: str, call: Callable, dtype: str = "float64") -> Iterator[Trial]:
    """What a function makes of each of the inputs. Raises what it raises."""
    for number, inputs in enumerate(small_inputs(name)):
        narrow = tuple(v.astype(dtype) if getattr(v, "dtype", None) == np.float64 else v for v in inputs)
        where = f"{BATCH} {sizes_text(Trial(name, inputs, (), ()))}" if number else ""
        yield Trial(name, inputs, as_results(_called(call, narrow, where)), as_results(RIGHT[name](*inputs)))


def _called(call: Callable, inputs: tuple[Any, ...], where: str) -> Any:
    """The result; a fault on other inputs than the worked example tells on which."""
    try:
        return call(*inputs)
    except UserFileError as error:
        raise error.at(where) if where else error from None


def sizes_text(trial: Trial) -> str:
    """N, D, K, the rate and the size of a batch, as far as the function gets them."""
    return ", ".join(f"{name} = {value:g}" for name, value in trial.sizes.items())


def as_results(returned: Any) -> Results:
    """One or more results as a tuple of arrays."""
    return tuple(map(np.asarray, returned if isinstance(returned, tuple) else (returned,)))


@cache
def small_inputs(name: str) -> tuple[tuple[Any, ...], ...]:
    """Inputs of several sizes; the worked example first."""
    random = np.random.default_rng(12)
    drawn = [_drawn(name, random, sizes, any_gradient=n >= STEPS) for n, sizes in enumerate(SIZES)]
    if name == EPOCH:
        drawn += [SURE, FAR, _drawn(name, random, LARGE, any_gradient=True)]
    return (example(name)[0], *drawn)


def drawn_inputs(name: str, sizes: tuple[int, int, int]) -> tuple[Any, ...]:
    """Inputs of these N, D and K, as a step has them."""
    return _drawn(name, np.random.default_rng(12), (*sizes, 0.3, sizes[0]), any_gradient=False)


def _drawn(name: str, random: np.random.Generator, sizes: tuple, any_gradient: bool) -> tuple[Any, ...]:
    """Inputs as a step has them, or with a gradient that comes in from any other loss."""
    N, D, K, lr, size = sizes
    X, y = random.uniform(0, 1, (N, D)), random.integers(0, K, N)
    W, b = random.normal(size=(K, D)), random.normal(size=K)
    step = scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(lr), X, y)
    P, dlogP = np.exp(step.logP), RIGHT["log_probabilities_gradient"](step.logP, y)
    values = step._asdict() | {"W": W, "b": b, "P": P, "dlogP": dlogP, "dP": dlogP / P, "lr": lr, "batch_size": size}
    if any_gradient:
        values |= {field: random.normal(size=np.shape(values[field])) for field in INCOMING}
    return tuple(values[parameter] for parameter in KNOWN[name].parameters)
