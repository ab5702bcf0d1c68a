"""What a test could try: the first of some trials that tells a wrong function from the right one."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.equations import QUANTITIES
from compare.exercise.seat.cases import Case
from scratch import EQUATIONS


@dataclass(frozen=True)
class Trial:
    """One kind of step: what to try in words, {} being the result that shows it, and how the step is made.

    N: images. logits: size of the largest, as it comes if 0. spread: how far rows of logits are apart. gradient: how
    many times larger than usual. digits: how many of a result are compared. calls: how often the function is called
    with the same inputs; the last result counts. ordered: whether images are taken in their order. dark: whether the
    first and last pixel of each image is 0. round: whether pixels and weights are halves. largest: whether each label
    is the class with the largest logit. zero: whether W and b are 0. equal: whether all logits are.
    """

    words: str
    N: int = 100
    logits: float = 0.0
    spread: float = 0.0
    gradient: float = 1.0
    digits: int = 4
    calls: int = 1
    ordered: bool = True
    dark: bool = True
    round: bool = False
    largest: bool = False
    zero: bool = False
    equal: bool = False


USUAL = Trial("compare {} with the formula")
# What the formula shows and easy inputs hide: what must not be easy, in words.
EASY = (
    replace(USUAL, words="{} of numbers with many digits", round=True),
    replace(USUAL, words="compare {}, with W and b not 0", zero=True),
    replace(USUAL, words="{} for labels that are not the largest", largest=True),
    replace(USUAL, words="{} of logits that are not equal", equal=True),
)
# From what everybody tries to what few think of.
TRIALS = (
    USUAL,
    replace(USUAL, words="compare six digits of {}, not four", digits=6),
    replace(USUAL, words="images with light in every pixel", dark=False),
    replace(USUAL, words="images that are not in order", ordered=False),
    replace(USUAL, words="gradients a thousand times larger", gradient=1000.0),
    replace(USUAL, words="a batch whose last one is short", N=7),
    replace(USUAL, words="call it twice: {} must be the same", calls=2),
    replace(USUAL, words="call it twice: six digits of {} must be the same", digits=6, calls=2),
    replace(USUAL, words="logits of 100", logits=100.0),
    replace(USUAL, words="rows of logits that are 1,000 apart", spread=1000.0),
    replace(USUAL, words="logits of 2,000", logits=2000.0),
)
NONE = "no single call shows it"
PIXELS, CLASSES, LR = 12, 10, 0.1


def nudge(case: Case) -> str:
    """What to try, in words."""
    with np.errstate(all="ignore"):
        found = ((trial, _shown(trial, case)) for trial in TRIALS)
        trial, names = next((pair for pair in found if pair[1]), (None, []))
        if trial == USUAL:
            trial = next((easy for easy in EASY if not _shown(easy, case)), USUAL)
        return trial.words.format(" and ".join(names)) if trial else NONE


def _shown(trial: Trial, case: Case) -> list[str]:
    """Names of the results that are wrong in this trial."""
    inputs, right = _call(trial, case.function)
    wrong = getattr(case.make(), case.function)
    for _ in range(trial.calls):
        returned = wrong(*inputs)
    compared = [_results(case.function, inputs, one) for one in (returned, right)]
    each = zip(_names(case.function), *compared, strict=True)
    return [name for name, ours, theirs in each if _differ(ours, theirs, trial.digits)]


def _names(function: str) -> list[str]:
    if function == "batch":
        return ["X", "y"]
    return [quantity.symbol for quantity in QUANTITIES.values() if quantity.function == function]


def _results(function: str, inputs: tuple[Any, ...], returned: Any) -> list[NDArray]:
    """What is compared: of E6 the updates."""
    parts = [np.asarray(part) for part in (returned if isinstance(returned, tuple) else (returned,))]
    return [part - before for part, before in zip(parts, inputs, strict=False)] if function == "sgd_step" else parts


def _differ(ours: NDArray, theirs: NDArray, digits: int) -> bool:
    return not np.allclose(ours, theirs, rtol=0, atol=np.abs(theirs).max() * 10.0**-digits)


def _call(trial: Trial, function: str) -> tuple[tuple[Any, ...], Any]:
    """The right inputs of a function in this trial, and what it should return."""
    random = np.random.default_rng(1)
    images, labels = _data(trial, random)
    index = np.arange(trial.N) if trial.ordered else random.permutation(len(labels))[: trial.N]
    batch = images, labels, index, np.dtype(np.float64)
    inputs = batch if function == "batch" else _inputs(trial, *scratch.batch(*batch), random)[function]
    return inputs, getattr(EQUATIONS, function)(*inputs)


def _data(trial: Trial, random: np.random.Generator) -> tuple[NDArray, NDArray]:
    images = random.integers(1, 256, (2 * trial.N, PIXELS)).astype(np.uint8)
    if trial.dark:
        images[:, [0, -1]] = 0
    return images, random.integers(0, CLASSES, 2 * trial.N)


def _inputs(trial: Trial, X: NDArray, y: NDArray, random: np.random.Generator) -> dict[str, tuple[Any, ...]]:
    W = 0.1 * random.normal(size=(CLASSES, PIXELS))
    b = 0.1 * random.normal(size=CLASSES)
    if trial.round:
        X, W, b = (np.round(2 * part) / 2 for part in (X, 10 * W, 10 * b))
    if trial.logits:
        X = X * (trial.logits / np.abs(scratch.logits(X, W, b)).max())
    Z = scratch.logits(X, W, b) + trial.spread * (np.arange(len(X)) % 2 - 0.5)[:, None]
    Z = np.zeros_like(Z) if trial.equal else Z
    logP = scratch.log_softmax(Z)
    y = logP.argmax(axis=1) if trial.largest else y
    dZ = trial.gradient * scratch.logits_gradient(logP, y)
    dW, db = scratch.parameter_gradients(X, dZ)
    if trial.zero:
        W, b = np.zeros_like(W), np.zeros_like(b)
    return {
        "logits": (X, W, b),
        "log_softmax": (Z,),
        "nll_loss": (logP, y),
        "logits_gradient": (logP, y),
        "parameter_gradients": (X, dZ),
        "sgd_step": (W, b, dW, db, LR),
    }
