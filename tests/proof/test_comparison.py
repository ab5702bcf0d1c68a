"""Each quantity held to its budget: what counts as a difference, and what is kept of it."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.scratch_side import ScratchSide
from compare.backends.torch_side import TorchSide
from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.problem import Problem
from compare.proof.comparison import Comparison
from compare.proof.lockstep import SameStart
from compare.proof.prove import prove


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"logits": lambda X, W, b: scratch.logits(X, W, b).astype(np.float64)}, r"Z \(E1\) of scratch is .* float64"),
        ({"log_softmax": lambda Z: scratch.log_softmax(Z).astype(np.float16)}, r"logP \(E2\) of scratch is .* float16"),
        ({"nll_loss": lambda logP, y: float(scratch.nll_loss(logP, y))}, r"L \(E3\) of scratch is \(\) float64"),
    ],
)
def test_another_shape_or_dtype_is_told(small: Problem, replaced: Callable, wrong: dict, words: str):
    with pytest.raises(InputError, match=words):
        prove(small, "float32", ours=replaced(**wrong))


@pytest.mark.parametrize("name", QUANTITIES)
def test_each_quantity_of_each_step(small: Problem, name: str, dtype: str):
    comparison, batches = Comparison(), small.epoch_batches(1)
    own, again, reference = ScratchSide(small, dtype), ScratchSide(small, dtype), TorchSide(small, dtype)
    same_start = SameStart(small, reference, again)
    for number, (index, done) in enumerate(zip(batches, reference.epoch(batches), strict=True), 1):
        pair = same_start.pair(number, index, own.step(index), done)
        comparison.add(1, pair)
        tensor = getattr(pair.reference, QUANTITIES[name].field)
        assert tensor.dtype == getattr(pair.steps["whole_run"], QUANTITIES[name].field).dtype == dtype
        assert np.abs(tensor).max() > 0, "two tensors of zeros would prove nothing"
    assert comparison.steps == 5
    for reading in ("one_step", "whole_run"):
        assert comparison.worst[name, reading].used <= 1
