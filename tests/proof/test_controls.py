"""The controls: each check sees what is added, and a reference that is unlike itself is told."""

import functools
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import scratch
from compare.backends.by_name import backend
from compare.backends.protocol import Backend
from compare.problem import Problem
from compare.proof import controls
from compare.proof.control_findings import ControlError
from compare.proof.controls import check_controls
from compare.proof.prove import prove

pytestmark = pytest.mark.usefixtures("no_warnings")
DTYPES = "float32", "float64"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["torch", "scratch"])
def test_every_check_sees_what_is_added(small: Problem, name: str, dtype: str):
    found = check_controls(small, dtype, backend(name))
    assert found.itself == 0
    counts = {check: sum(seen.startswith(f"{check}: ") for seen in found.seen) for check in COUNTS}
    assert counts == COUNTS
    assert len(set(found.seen)) == len(found.seen) == sum(COUNTS.values())


COUNTS = {
    "one step": 8, "whole run": 8, "hard batches": 8, "exact arithmetic": 8, "gradient checks": 5, "evaluation": 2,
    "predictions": 4,
}  # fmt: skip


def test_a_reference_that_is_not_the_same_twice_ends_the_proof(small: Problem, replaced: Callable[..., Backend]):
    draw = np.random.default_rng(0)

    def logits(X, W, b):
        return scratch.logits(X, W, b) + draw.uniform(0, 1e-6)

    says = r"scratch \(against\) does not give the same numbers twice: Z \(E1\) differs by .* at step 1, float64"
    with pytest.raises(ControlError, match=says):
        prove(small, "float64", theirs=replaced(logits=logits))


WRONG = {
    "a gradient 1000 times too large": {"logits_gradient": lambda logP, y: 1000 * scratch.logits_gradient(logP, y)},
    "nan where it is hard": {"log_softmax": lambda Z: Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))},
    "logits 1000 times too large": {"logits": lambda X, W, b: 1000 * scratch.logits(X, W, b)},
}


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=[pytest.mark.heavy] * (not case.startswith("a gradient"))) for case in WRONG]
)
def test_a_reference_that_is_wrong_is_left_to_the_proof(small: Problem, replaced: Callable[..., Backend], case: str):
    wrong = replaced(**WRONG[case])
    assert len(check_controls(small, "float32", wrong).seen) == sum(COUNTS.values())
    assert prove(small, "float32", theirs=wrong).verdict == "differ"


@pytest.mark.heavy
def test_every_proof_makes_every_control_again(small: Problem, monkeypatch: pytest.MonkeyPatch):
    made, controls_of_all = [], controls.CONTROLS

    def noted(number: int, dtype: str, theirs: Backend) -> Iterator[str]:
        made.append(number)
        yield from controls_of_all[number](dtype, theirs)

    numbers = range(len(controls_of_all))
    monkeypatch.setattr(controls, "CONTROLS", [functools.partial(noted, number) for number in numbers])
    for proofs in (1, 2):
        prove(small, "float64")
        assert made == proofs * [*numbers]
