"""What a difference looks like, in words: hypotheses tested on the two tensors, and mistakes that leave such a trace.

The trace of a side is what its tensors differ by, from the reference's, on the same inputs. A mistake of the catalogue
is made on purpose on these inputs too, and its trace compared: in direction, which does not depend on how strong the
mistake is, and in length.
"""

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend, State
from compare.bugs.catalogue import BUGS, Bug
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.single_steps import Case, SingleSteps, hard_batches
from compare.proof.tolerance import Start, allowed, sizes
from scratch import Step, Velocity

REAL_BATCHES = 4
# Constant ratios are told when all elements agree to this, and a guess when its trace is at least so alike.
SAME, ALIKE = 1e-9, 0.5
# What a mistake is worth that a test of the tensors suggests, whatever its trace.
SUGGESTED = 0.75


# By case and quantity what a side differs by, in units of what is allowed, where that is too much.
Traces = dict[tuple[int, str], NDArray]


class Fact(NamedTuple):
    """What holds of the tensors, and the mistake that it suggests, if any."""

    said: str
    bug: str | None = None


class Guess(NamedTuple):
    """A mistake, and how alike its trace is: 1 is the same, 0 has nothing in common."""

    bug: Bug
    likeness: float


class Diagnosis(NamedTuple):
    """What was seen on the tensors, and the three likeliest mistakes, the likeliest first; both may be empty."""

    facts: list[str]
    guesses: list[Guess]


class Observed(NamedTuple):
    """One case: what both sides made of the same inputs in float64, and how far each quantity may differ."""

    case: Case
    y: NDArray
    start: Start
    ours: Step
    theirs: Step
    limits: dict[str, float]

    def pair(self, name: str) -> tuple[NDArray, NDArray]:
        """Both tensors of a quantity, W and b as updates."""
        field = QUANTITIES[name].field
        origin = {"W": self.start.W, "b": self.start.b}.get(field, 0)
        return np.atleast_1d(getattr(self.ours, field) - origin), np.atleast_1d(getattr(self.theirs, field) - origin)


class Diagnostician:
    """Knows what both sides should make of some inputs, and what every mistake of the catalogue makes of them."""

    def __init__(self, problem: Problem, theirs: Backend):
        self.trials = _real(problem), hard_batches(problem, "float64")
        self.theirs = theirs

    def diagnose(self, ours: Backend) -> Diagnosis:
        """Why `ours` differs from the reference; nothing is said if it does not on any of these inputs."""
        with np.errstate(all="ignore"):
            observed = [seen._replace(ours=step) for seen, step in zip(self._right, self._steps(ours), strict=True)]
            traces = _traces(observed)
            if not traces:
                return Diagnosis([], [])
            facts = _facts(observed)
            suggested = {fact.bug for fact in facts}
            guesses = [
                Guess(bug, max(_likeness(traces, self._made[name]), SUGGESTED if name in suggested else 0.0))
                for name, bug in BUGS.items()
            ]
            best = sorted(guesses, key=lambda guess: -guess.likeness)[:3]
            return Diagnosis([fact.said for fact in facts], [guess for guess in best if guess.likeness >= ALIKE])

    @cached_property
    def _right(self) -> list[Observed]:
        """What the reference makes of each case."""
        found = []
        for trials in self.trials:
            for case, pair in trials.pairs(self.theirs, self.theirs, "float64"):
                step = Step(*map(np.array, pair.reference))
                scales = sizes(step, pair.start).items()
                limits = {name: allowed(size, terms, 1, step.W.dtype) for name, (size, terms) in scales}
                found.append(Observed(case, pair.reference.y, pair.start, step, step, limits))
        return found

    @cached_property
    def _made(self) -> dict[str, Traces]:
        """The traces of every mistake."""
        made = {}
        for bug in BUGS.values():
            steps = zip(self._right, self._steps(bug.backend()), strict=True)
            made[bug.name] = _traces([seen._replace(ours=step) for seen, step in steps])
        return made

    def _steps(self, backend: Backend) -> Iterator[Step]:
        return (step for trials in self.trials for _, step in trials.steps(backend, "float64"))


def _real(problem: Problem) -> SingleSteps:
    """The first batches of the problem, each from the initial weights."""
    W, b = problem.start("float64")
    batches = islice((index for epoch in problem.batches for index in epoch), REAL_BATCHES)
    v = Velocity(np.zeros_like(W), np.zeros_like(b)) if problem.chosen.momentum else None
    cases = tuple(Case(f"step {n}", State(W, b, v), index) for n, index in enumerate(batches, 1))
    return SingleSteps(problem.train, problem.chosen, cases)


def _traces(observed: list[Observed]) -> Traces:
    found = {}
    for n, seen in enumerate(observed):
        for name, limit in seen.limits.items():
            trace = np.subtract(*seen.pair(name)) / limit
            if not (np.abs(trace) <= 1).all():
                found[n, name] = trace
    return found


def _likeness(a: Traces, b: Traces) -> float:
    return float(np.mean([_alike(a.get(key), b.get(key)) for key in {*a, *b}])) if b else 0.0


def _alike(a: NDArray | None, b: NDArray | None) -> float:
    if a is None or b is None:
        return 0.0
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        return float((np.isfinite(a) == np.isfinite(b)).mean())
    # scaled first, so that no square overflows
    largest = np.abs(a).max(), np.abs(b).max()
    u, v = a / largest[0], b / largest[1]
    cosine = float((u * v).sum() / (np.linalg.norm(u) * np.linalg.norm(v)))
    lengths = sorted((np.linalg.norm(u) * largest[0], np.linalg.norm(v) * largest[1]))
    # too much where the mistake has too little is a relative too, a more distant one
    direction = cosine if cosine > 0 else -0.8 * cosine
    return direction * (0.5 + 0.5 * float(lengths[0] / lengths[1]))


def _facts(observed: list[Observed]) -> list[Fact]:
    """What holds of the first quantity that differs, in the first case where one does."""
    over = list(_traces(observed))
    n, name = over[0]
    seen, quantity = observed[n], QUANTITIES[name]
    facts = [Fact(f"{quantity.symbol} ({quantity.tag}) is the first to differ, {_where(n, seen)}")]
    a, b = seen.pair(name)
    facts += [fact for test in HYPOTHESES if (fact := test(seen, name, a, b))]
    if name in ("db", "b") and (n, {"db": "dW", "b": "W"}[name]) not in over:
        facts.append(Fact("only the bias differs, the weights do not"))
    ratios = [_ratio(*later.pair(name)) for later in observed[:REAL_BATCHES]]
    if name != "loss" and all(ratios) and max(ratios) - min(ratios) > SAME * abs(ratios[0]):
        shown = ", ".join(f"{ratio:.6g}" for ratio in ratios)
        facts.append(Fact(f"the ratio {quantity.symbol} ours / theirs changes from step to step: {shown}"))
    return facts


def _where(n: int, seen: Observed) -> str:
    if n == 0:
        return "in the first step"
    if n < REAL_BATCHES:
        return f"in {seen.case.name}, and was right before: something is kept from step to step"
    return f'not on real images, but in the batch "{seen.case.name}"'


def _ratio(a: NDArray, b: NDArray) -> float | None:
    """What all elements of a are of those of b, if it is one number."""
    # of smaller elements more than the last digits are rounding
    large = np.abs(b) > 1e-3 * np.abs(b).max()
    if not large.any() or not np.isfinite(a).all():
        return None
    ratios = a[large] / b[large]
    middle = float(np.median(ratios))
    return middle if middle and (np.abs(ratios - middle) <= SAME * abs(middle)).all() else None


def _constant_ratio(seen: Observed, name: str, a: NDArray, b: NDArray) -> Fact | None:
    ratio = _ratio(a, b)
    if ratio is None:
        return None
    N, K = seen.theirs.Z.shape
    known = {
        "N": N, "1 / N": 1 / N, "K": K, "1 / K": 1 / K, "N K": N * K, "1 / ln 2": 1 / np.log(2), "ln 2": np.log(2),
        "N / (N - 1)": N / max(N - 1, 1), "N / 100": N / 100, "-1": -1, "2": 2, "1 / 2": 0.5, "255 / 256": 255 / 256,
    }  # fmt: skip
    names = [what for what, value in known.items() if abs(ratio - value) <= SAME * abs(value)]
    # two scalars always have a ratio, and it says something only if it is a number that one knows
    if abs(ratio - 1) <= SAME or (a.size == 1 and not names):
        return None
    named = f"{names[0]} = " if names and names[0] != f"{ratio:.7g}" else ""
    suggested = RATIOS.get((name, names[0])) if names else None
    return Fact(f"{QUANTITIES[name].symbol} is {named}{ratio:.7g} times what it should be, in every element", suggested)


RATIOS = {
    ("log_probabilities", "1 / ln 2"): "base-2-logarithm",
    ("loss", "N"): "summed-loss",
    ("loss", "1 / K"): "mean-over-classes",
    ("dZ", "N"): "summed-gradient",
    ("dZ", "1 / K"): "gradient-mean-over-classes",
    ("dZ", "N / (N - 1)"): "divided-by-n-minus-1",
    ("dZ", "N / 100"): "fixed-hundred",
    ("dZ", "-1"): "wrong-sign",
    ("db", "1 / N"): "mean-for-the-bias",
    ("W", "2"): "updated-twice",
}


def _not_finite(_seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    bad = a[~np.isfinite(a)]
    return Fact(f"{QUANTITIES[name].symbol} has {bad[0]} in {bad.size:,} of {a.size:,} places") if bad.size else None


def _zero(_seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    return Fact(f"{QUANTITIES[name].symbol} is zero throughout: nothing arrives here") if not a.any() else None


def _constant_offset(seen: Observed, name: str, a: NDArray, b: NDArray) -> Fact | None:
    offsets = a - b
    middle = float(np.median(offsets))
    if a.size == 1 or not (np.abs(offsets - middle) <= max(SAME * abs(middle), seen.limits[name])).all():
        return None
    return Fact(f"{QUANTITIES[name].symbol} is off by {middle:.7g} in every element")


def _transposed(_seen: Observed, name: str, a: NDArray, b: NDArray) -> Fact | None:
    if a.ndim < 2 or not np.allclose(a, b.T.reshape(b.shape), rtol=1e-6, atol=0):
        return None
    return Fact(f"{QUANTITIES[name].symbol} has the right numbers in the order of the transpose", "transposed-gradient")


def _rows_sum_to_one(_seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    if name != "logits" or not (np.abs(a.sum(axis=1) - 1) <= 1e-6).all():
        return None
    return Fact("the rows of Z sum to one: these are probabilities, not logits", "softmax-before-the-loss")


def _columns_sum_to_one(_seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    if name != "log_probabilities" or not (np.abs(np.exp(a).sum(axis=0) - 1) <= 1e-6).all():
        return None
    return Fact("the columns of P sum to one, where the rows should", "wrong-axis")


def _one_slice(seen: Observed, name: str, a: NDArray, b: NDArray) -> Fact | None:
    bad = ~(np.abs(a - b) <= seen.limits[name])
    if bad.sum() == 1 and bad.size > 1:
        return Fact(f"only the element {[int(n) for n in np.argwhere(bad)[0]]} of {QUANTITIES[name].symbol} differs")
    if a.ndim < 2:
        return None
    by_image = QUANTITIES[name].field in ("Z", "logP", "dZ")
    for axis, what in ((0, "class" if by_image else "pixel"), (1, "image" if by_image else "class")):
        places = np.flatnonzero(bad.any(axis=axis))
        if len(places) == 1 and bad.shape[1 - axis] > 1:
            lost = what == "class" and not by_image and not a[places[0]].any()
            return Fact(f"only {what} {places[0]} differs", "one-class-lost" if lost else None)
    return None


def _other_labels(seen: Observed, name: str, a: NDArray, _b: NDArray) -> Fact | None:
    K, rows, logP = seen.theirs.Z.shape[1], np.arange(len(seen.y)), seen.ours.logP
    others = (
        ((seen.y + 1) % K, "each label one higher", "labels-off-by-one"),
        (np.roll(seen.y, 1), "the neighbour's label", "labels-of-the-neighbour"),
    )
    for labels, what, suggested in others:
        other = -logP[rows, labels].mean() if name == "loss" else np.exp(logP) - np.eye(K)[labels]
        if name in ("loss", "dZ") and np.allclose(a * (len(rows) if name == "dZ" else 1), other, rtol=1e-6, atol=1e-9):
            return Fact(f"{QUANTITIES[name].symbol} is what it would be with {what}", suggested)
    return None


HYPOTHESES: tuple[Callable[[Observed, str, NDArray, NDArray], Fact | None], ...] = (
    _not_finite,
    _zero,
    _constant_ratio,
    _constant_offset,
    _transposed,
    _rows_sum_to_one,
    _columns_sum_to_one,
    _one_slice,
    _other_labels,
)
