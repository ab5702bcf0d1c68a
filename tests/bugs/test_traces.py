"""What a side makes of given inputs: which quantities differ, which functions got the right inputs, and which."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.bugs.inputs import inputs
from compare.bugs.traces import MAKES, first_wrong, observe_reference
from compare.problem import Problem


def test_only_what_is_over_its_limit_differs(observed: Callable):
    seen = observed(dZ=lambda dZ: dZ + 3e-12, L=lambda L: L + 0.9e-12)
    assert [field for field in seen.limits if seen.differs(field)] == ["dZ"]
    assert first_wrong(seen) == "dZ"
    assert first_wrong(observed()) is None
    assert observed(L=lambda L: L * np.nan).differs("L")
    assert observed(y=lambda y: np.roll(y, 1)).differs("y")


def test_updates_are_compared_not_weights(observed: Callable):
    """W and b of both sides are taken from where the step started."""
    seen = observed(W=lambda W: W * 0, b=lambda b: b + 1)
    (ours, theirs), (b, right_b) = seen.pair("W"), seen.pair("b")
    np.testing.assert_array_equal(ours, -seen.start.W)
    np.testing.assert_allclose(theirs, -0.5 * seen.theirs.dW, rtol=1e-12)
    np.testing.assert_allclose(b - right_b, 1, rtol=1e-12)
    assert [one.shape for one in seen.pair("L")] == [(1,), (1,)]


# What is wrong, and the functions that do not get the right inputs then.
UNREACHED = {
    "X": {"logits", "parameter_gradients"},
    "y": {*MAKES} - {"batch"},
    "Z": {"log_softmax"},
    "logP": {"nll_loss", "logits_gradient"},
    "L": set(),
    "dZ": {"parameter_gradients"},
    "dW": {"sgd_step"},
    "db": {"sgd_step"},
    "W": set(),
}


@pytest.mark.parametrize("field", UNREACHED)
def test_a_function_is_reached_if_its_inputs_are_right(observed: Callable, field: str):
    seen = observed(**{field: lambda array: array + 1})
    assert {name for name in MAKES if not seen.reached(name)} == UNREACHED[field]


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1}])
def test_the_right_functions_of_these_arguments_make_the_reference(random_problem: Callable[..., Problem], options):
    for given in inputs(random_problem(**options), "float64"):
        for seen in observe_reference(given, SCRATCH, "float64"):
            for name, fields in MAKES.items():
                made = getattr(scratch.EQUATIONS, name)(*seen.arguments(name))
                for field, part in zip(fields, made if len(fields) > 1 else (made,), strict=True):
                    np.testing.assert_allclose(part, getattr(seen.theirs, field), rtol=1e-12, atol=1e-300)


def test_the_inputs_differ_in_all_that_a_formula_can_depend_on(digits: Problem):
    sizes, kinds = set(), {}
    for given in inputs(digits, "float64"):
        kinds[given.kind] = kinds.get(given.kind, 0) + len(given.steps.cases)
        for seen in observe_reference(given, SCRATCH, "float64"):
            sizes.add((*seen.theirs.X.shape, seen.theirs.Z.shape[1], seen.start.chosen.lr))
    assert list(kinds) == ["training", "hard", "exact", "evaluation", "small"]
    assert kinds["training"] == 5
    counts = [len({size[n] for size in sizes}) for n in range(4)]
    assert all(count >= expected for count, expected in zip(counts, (20, 7, 7, 8), strict=True))
    # exponents of N, D, K, lr and a factor can be told apart
    assert np.linalg.matrix_rank(np.c_[np.log(np.array(sorted(sizes))), np.ones(len(sizes))]) == 5


def test_each_step_of_the_training_has_weights_of_its_own(digits: Problem):
    training = next(iter(inputs(digits, "float32")))
    starts = [case.start.W for case in training.steps.cases]
    np.testing.assert_array_equal(starts[0], digits.start("float32")[0])
    np.testing.assert_array_equal(starts[0], starts[-1])
    assert {W.dtype for W in starts} == {np.dtype("float32")}
    for n in range(1, 4):
        assert (np.abs(starts[n] - starts[n - 1]) > 1e-4).mean() > 0.9


def test_the_reference_differs_nowhere_from_another_right_side(random_problem: Callable[..., Problem]):
    for given in inputs(random_problem(), "float64"):
        pairs = zip(*(observe_reference(given, side, "float64") for side in (SCRATCH, backend("torch"))), strict=True)
        assert not any(first_wrong(one._replace(ours=other.theirs)) for one, other in pairs)
