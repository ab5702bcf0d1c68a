"""What holds of the first quantity that is wrong: where it is, and tests of its values in all cases in which it is.

A sentence is told only if it holds in every case that it speaks of.
"""

import numpy as np

from compare.backends.memory_order import Order
from compare.backends.protocol import Backend
from compare.bugs.ratios import common_ratio, ratio_of
from compare.bugs.traces import NAMES, Observed, first_wrong
from compare.bugs.values import TESTS, Test, one_element, one_slice, zero
from compare.equations import QUANTITIES
from compare.words import per_cent
from scratch import Step

# A ratio so near to 1 is told as what is left of it.
NEAR = 1e-6
# A ratio nearer to 1 is none.
ROUNDING = 1e-14
# Ratios that are shown of those that change.
SHOWN = 4
# So a fact begins that holds of the first case that is wrong, and perhaps of no other.
THERE = "there "
# So a fact ends that tells a ratio.
TIMES = "times what it should be"
# How arrays lie in memory: row by row, column by column, or as a part of a wider array does.
IN_MEMORY: dict[Order, str] = {"C": "by rows", "F": "by columns", "gaps": "with gaps"}
# An error of more than so many times the size needs no number.
FAR = 100


def facts(observed: list[Observed], first: int, function: str, field: str, kept: bool) -> list[str]:
    """What holds of a quantity that this function makes wrong; `first` is the first case in which it is.

    kept: see `keeps`.
    """
    seen = observed[first]
    reached = [one for one in observed if one.reached(function)]
    wrong = [one for one in reached if one.differs(field)] or [seen]
    finite = [one for one in wrong if np.isfinite(one.pair(field)[0]).all()]
    quantity = QUANTITIES[NAMES[field]]
    differs = "is the first to differ" if first_wrong(seen) == field else "differs"
    found = [f"{quantity.symbol} ({quantity.tag}) {differs}, {where(observed, first, kept)}"]
    found += [fact for fact in (_ratio(reached, field, wrong[0]), _only_the_bias(reached, field)) if fact]
    found += [text for test in TESTS if (text := _in_all(test, finite or wrong, field))]
    found += [text] if (text := _bound(finite, field)) else []
    found += [] if len(found) > 1 else [_size(wrong[0], field)]
    lost = next((one for one in wrong if not np.isfinite(one.pair(field)[0]).all()), None) if finite else None
    return [*found, f"{quantity.symbol} is not finite in {_batch(lost)}"] if lost else found


def where(observed: list[Observed], first: int, kept: bool) -> str:
    """In which of the inputs a quantity is wrong first, and whether the steps before have to do with it."""
    seen = observed[first]
    if kept:
        return (
            f"in {_batch(seen)}, after other steps, but not when it is the first: something is kept from step to step"
        )
    real = any(one.differs(field) for one in observed if one.kind in ("training", "evaluation") for field in NAMES)
    return {
        "training": f"in {seen.case.name}, but not in those before"
        if _before(observed, first)
        else "in the first step",
        "evaluation": f"not in training, but in a batch of {len(seen.theirs.y):,} images, as evaluation has it",
        "exact": f'only in exact steps, where nothing rounds: "{seen.case.name}", lr {seen.start.chosen.lr:g}',
        "hard": f'not {"in the first steps" if real else "on real images"}, but in the batch "{seen.case.name}"',
        "small": f'not on images of this size, but in the batch "{seen.case.name}"',
        "unusual": f'not in ordinary batches, but in the batch "{seen.case.name}" ({_shape(seen)})',
    }[seen.kind]


def called(seen: Observed) -> str:
    """The batch of a case in words, so that it is taken for no other of the same name."""
    if seen.kind == "training":  # the first only is that of the run
        return seen.case.name if seen.case.name == "step 1" else f"{seen.case.name} of a short run from other weights"
    if seen.kind == "evaluation":
        return f"a batch of {len(seen.theirs.y):,} images, as evaluation has it"
    # the name of a small batch has its sizes already
    if seen.kind in ("hard", "exact") or f", {seen.start.W.shape[1]} pixels, " in seen.case.name:
        return f'"{seen.case.name}"'
    return f'"{seen.case.name}" ({_shape(seen)})'


def sizes(seen: Observed) -> str:
    """N, D, K and lr of a batch, and how large its logits are: what is special of it may be one of them."""
    return f"{_shape(seen)}, |Z| to {np.abs(seen.theirs.Z).max():.2g}"


def _shape(seen: Observed) -> str:
    (K, D), N = seen.start.W.shape, len(seen.theirs.y)
    order = f", {IN_MEMORY[seen.case.order]} in memory" if seen.case.order else ""
    return f"N {N}, D {D}, K {K}, lr {seen.start.chosen.lr:g}{order}"


def _batch(seen: Observed) -> str:
    return seen.case.name if seen.kind == "training" else f'the batch "{seen.case.name}"'


def keeps(observed: list[Observed], first: int, ours: Backend) -> bool:
    """Whether a case is wrong after other steps of its set, but not as the first: the same call, another result."""
    return _before(observed, first) and not _is_wrong_alone(observed[first], ours)


def _before(observed: list[Observed], first: int) -> bool:
    """Whether the set of steps of a case has others before it."""
    return any(one.steps is observed[first].steps for one in observed[:first])


def _is_wrong_alone(seen: Observed, ours: Backend) -> bool:
    side = ours.side(seen.steps, str(seen.theirs.W.dtype))
    seen.case.begin(side)
    alone = seen._replace(ours=Step._make(map(np.array, side.step(seen.case.index))))
    return any(alone.differs(field) for field in Step._fields)


def _ratio(reached: list[Observed], field: str, first: Observed) -> str:
    """The ratio that holds at every N, K, D and lr, with its value in the first case that is wrong.

    Or else that there is one in each step, and not the same.
    """
    symbol, every = QUANTITIES[NAMES[field]].symbol, "" if field == "L" else ", in every element"
    known, here = common_ratio(reached, field), ratio_of(first, field)
    if known is not None and here and abs(here - 1) > ROUNDING:
        return f"{symbol} {_times(known, here)}{every}"
    changing = [ratio for one in reached if one.kind == "training" and (ratio := ratio_of(one, field))]
    if field == "L" or len(changing) < 2 or np.ptp(changing) <= 1e-9 * abs(changing[0]):
        return ""
    shown = ", ".join(f"{ratio:.6g}" for ratio in changing[:SHOWN])
    return f"the ratio {symbol} ours / theirs changes from step to step: {shown}"


def _times(formula: str, value: float) -> str:
    if not formula and abs(value - 1) < NEAR:
        return f"is off by {abs(value - 1):.1g} of its size"
    return f"is {formula and f'{formula} = '}{value:.7g} {TIMES}"


def _only_the_bias(reached: list[Observed], field: str) -> str:
    weights = {"db": "dW", "b": "W"}.get(field)
    right = weights and not any(one.differs(weights) for one in reached)
    return "only the bias differs, the weights do not" if right else ""


def _in_all(test: Test, wrong: list[Observed], field: str) -> str:
    """What the test says of all these cases in which it can say anything; empty unless it is the same."""
    said = {test(one, field, *one.pair(field)) for one in wrong} - {None}
    return str(said.pop()).format(QUANTITIES[NAMES[field]].symbol) if len(said) == 1 else ""


def _bound(wrong: list[Observed], field: str) -> str:
    """The largest element, if it is the same in several cases."""
    largest = {f"{np.abs(one.pair(field)[0]).max():.6g}" for one in wrong}
    smaller = all(np.abs(ours).max() < np.abs(right).max() for ours, right in (one.pair(field) for one in wrong))
    if len(wrong) < 2 or len(largest) != 1 or not smaller or largest == {"0"}:
        return ""
    return f"no element of {QUANTITIES[NAMES[field]].symbol} is above {largest.pop()} in size"


def _size(seen: Observed, field: str) -> str:
    """What holds in one case, if nothing is known that holds in all."""
    a, b = seen.pair(field)
    symbol = QUANTITIES[NAMES[field]].symbol
    bad = a[~np.isfinite(a)]
    if bad.size:
        return f"{THERE}{symbol} has {bad[0]} in {bad.size:,} of {a.size:,} places"
    if place := zero(seen, field, a, b) or one_slice(seen, field, a, b) or one_element(seen, field, a, b):
        return f"{THERE}{place.format(symbol)}"
    largest = float(np.abs(b).max())
    off = float(np.abs(a - b).max()) / largest if largest else np.inf
    if off >= FAR:
        return f"{THERE}{symbol} is off by far over {FAR} times its size"
    return (
        f"{THERE}{symbol} is off by {shared(off)} of {'its size' if field == 'L' else f'the largest value of {symbol}'}"
    )


def shared(share: float) -> str:
    """A share of something, small or large.

    >>> shared(5e-8), shared(0.004), shared(0.123), shared(3.2)
    ('5e-08', '0.4 %', '12 %', '320 %')
    """
    return f"{share:.1g}" if share < 1e-4 else per_cent(share, 0 if share >= 0.01 else 1 if share >= 1e-3 else 2)
