"""The clean pair through the hard batches and the exact steps, and what these batches are."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH, backend
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.comparison import Comparison
from compare.proof.single_steps import exact, hard_batches

SHAPES = {"few pixels": (12, 4), "many classes": (100, 47), "two classes": (5, 2), "colour": (768, 100)}
CHOSEN = {
    "plain": {},
    "fast": {"lr": 1.0},
    "slow": {"lr": 1e-6},
    "everything": {"momentum": 0.9, "weight_decay": 1e-3, "nesterov": True},
    "dampened": {"momentum": 0.5, "dampening": 0.3},
}


@pytest.mark.parametrize("chosen", CHOSEN)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_clean_pair_passes_difficult_and_exact_batches(shaped: Callable, dtype: str, shape: str, chosen: str):
    problem = shaped(*SHAPES[shape], **CHOSEN[chosen])
    theirs = backend("torch")
    with np.errstate(all="ignore"):
        for case, pair in hard_batches(problem, dtype).pairs(SCRATCH, theirs, dtype):
            comparison = Comparison()
            comparison.add(1, pair)
            worst = max(comparison.worst.values(), key=lambda found: found.used)
            assert worst.used <= 1, (case.name, worst)
        for case, pair in exact(problem, dtype).pairs(SCRATCH, theirs, dtype):
            for quantity in QUANTITIES.values():
                a, b = (getattr(step, quantity.field) for step in (pair.steps["one_step"], pair.reference))
                assert a.tobytes() == b.tobytes(), (case.name, quantity.symbol)
                assert np.abs(b).max() > 0, "zeros would prove nothing"


def test_difficult_batches_are_what_they_say(digits: Problem, dtype: str):
    by_name = {}
    for case, pair in hard_batches(digits, dtype).pairs(SCRATCH, backend("torch"), dtype):
        by_name[case.name] = tuple(np.array(getattr(pair.reference, field)) for field in ("Z", "logP", "y", "X"))
    assert sorted({len(y) for _, _, y, _ in by_name.values()}) == [1, 7, 32, 36, 100, 1001]
    assert np.abs(by_name["logits of ±1000"][0]).max() > 1000
    maxima = by_name["rows of mixed scale"][0].max(axis=1)
    assert np.ptp(maxima) > 800
    logP, y = by_name["confident and wrong"][1:3]
    assert logP[np.arange(len(y)), y].max() < -20
    logP, y = by_name["confident and right"][1:3]
    assert logP[np.arange(len(y)), y].max() > -1e-6
    assert len(set(by_name["a single class"][2])) == 1
    assert np.ptp(by_name["constant images"][3], axis=1).max() == 0
    assert np.ptp(by_name["equal logits"][0]) == 0
    assert (by_name["dense pixels"][3][:, -1] > 0).any()
