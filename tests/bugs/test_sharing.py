"""What candidates share with `scratch` changes no bit of their steps, and is not computed again."""

import copy
from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend, equations_backend
from compare.backends.protocol import State
from compare.bugs.catalogue import BUGS
from compare.bugs.sharing import Known, known_where_equal
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from scratch import Equations, Step
from scratch.training import UNCHECKED


@pytest.fixture(scope="module")
def digits() -> Problem:
    return Problem(load("digits"), Hyperparameters(epochs=1, lr=0.5))


def bits(step: Step) -> list[tuple]:
    return [(type(value), value.dtype, value.strides, value.tobytes()) for value in step]


def steps(problem: Problem, dtype: str, known: Known | None, *candidates) -> list[list[Step]]:
    """Of each step what each candidate has in the two readings; with `known` they share."""
    sides = [
        [known.side(one, problem, dtype) if known else one.side(problem, dtype) for _ in range(2)] for one in candidates
    ]
    reference, taken = SCRATCH.side(problem, dtype), []
    for index in problem.epoch_batches(1):
        state, (X, y) = reference.state(), scratch.batch(*problem.train, index, np.dtype(dtype))
        both = []
        for one_step, whole_run in sides:
            one_step.start_from(State(state.W, state.b, state.velocity))
            both += [one_step.step(index, (X, y)), whole_run.step(index, (X, y))]
        reference.step(index, (X, y))
        taken.append(both)
    return taken


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_no_bit_of_any_mistake_changes(digits: Problem, dtype: str, momentum: float):
    problem = Problem(load("digits"), Hyperparameters(epochs=1, lr=0.5, momentum=momentum)) if momentum else digits
    with np.errstate(all="ignore"):
        shared = steps(problem, dtype, Known(), SCRATCH, *(bug.backend() for bug in BUGS.values()))
        alone = steps(problem, dtype, None, SCRATCH, *(bug.backend() for bug in BUGS.values()))
    assert len(shared) == problem.steps_per_epoch > 3
    for number, (ours, theirs) in enumerate(zip(shared, alone, strict=True)):
        for which, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            assert bits(one) == bits(other), (number, ["(no mistake)", *BUGS][which // 2])


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("fixed-hundred", Step._fields),
        ("first-pixel-dropped", Step._fields),
        ("clipped-logits", Step._fields),
        ("mean-over-classes", tuple(field for field in Step._fields if field != "L")),
        ("wrong-sign", ("X", "y", "Z", "logP", "L")),
    ],
)
def test_what_is_equal_is_the_same_array(digits: Problem, name: str, same: tuple[str, ...]):
    first = steps(digits, "float32", Known(), SCRATCH, BUGS[name].backend())[0]
    for ours, theirs in zip(first[:2], first[2:], strict=True):
        assert [field for field in Step._fields if getattr(ours, field) is getattr(theirs, field)] == [*same]


def test_what_two_mistakes_have_in_common_is_the_same_array(digits: Problem):
    """The second is computed no further than the function with the mistake."""
    both = BUGS["clipped-probabilities"].backend(), BUGS["log-of-softmax"].backend()
    taken = steps(digits, "float64", Known(), SCRATCH, *both)
    three = [step[reading::2] for step in taken for reading in (0, 1)]
    assert all(a is b for _, first, second in three for a, b in zip(first, second, strict=True))
    assert any(first.logP is not clean.logP for clean, first, _ in three)


@pytest.mark.parametrize(
    ("change", "is_known"),
    [
        (lambda dZ: dZ.copy(), True),
        (lambda dZ: np.asfortranarray(dZ), False),
        (lambda dZ: -dZ, False),
        (lambda dZ: dZ.astype(np.float64), False),
        (lambda dZ: dZ[:-1].copy(), False),
        (lambda dZ: [*dZ], False),
    ],
    ids=["copy", "order of memory", "sign of zero", "precision", "shape", "type"],
)
def test_only_what_is_the_same_to_the_bit_is_known(change: Callable, is_known: bool):
    known = np.zeros((3, 2), np.float32)
    changed = change(known)
    assert known_where_equal(changed, known) is (known if is_known else changed)
    one, other = known_where_equal((known.copy(), changed), (known, known))
    assert one is known
    assert other is (known if is_known else changed)


@pytest.mark.parametrize("known", [0.5, [0.5], None])
def test_what_is_no_array_is_not_known(known: object):
    result = copy.copy(known)
    assert known_where_equal(result, known) is result


def test_right_functions_are_not_called_for_what_is_known(digits: Problem, monkeypatch: pytest.MonkeyPatch):
    calls = []
    counted = Equations(**{name: _counted(name, function, calls) for name, function in UNCHECKED._asdict().items()})
    monkeypatch.setattr("compare.bugs.sharing.UNCHECKED", counted)
    monkeypatch.setattr("compare.backends.scratch_side.RIGHT_BATCHES", (counted.batch,))
    wrong = counted._replace(logits_gradient=BUGS["fixed-hundred"].make())
    ours = equations_backend("ours", lambda: counted)
    taken = steps(digits, "float32", Known(), ours, equations_backend("wrong", lambda: wrong))
    last = len(digits.train[1]) % digits.chosen.batch_size
    # the last batch is short: there both readings of the mistake part, and sum and update are computed
    assert len(taken) == digits.steps_per_epoch
    assert last
    assert "batch" not in calls
    assert [calls.count(name) for name in ("logits", "log_softmax", "nll_loss")] == [2 * len(taken)] * 3
    assert [calls.count(name) for name in ("parameter_gradients", "sgd_step")] == [2 * len(taken) + 2] * 2


def _counted(name: str, function: Callable, calls: list[str]) -> Callable:
    def call(*inputs):
        calls.append(name)
        return function(*inputs)

    return call


def test_a_mistake_that_writes_into_what_is_shared_is_told(digits: Problem):
    def sgd_step(W, b, dW, db, lr):
        W -= lr * dW
        return W, b - lr * db

    writes = equations_backend("writes", lambda: UNCHECKED._replace(sgd_step=sgd_step))
    with pytest.raises(ValueError, match="read-only"):
        steps(digits, "float32", Known(), SCRATCH, writes)


def test_another_backend_is_left_alone(digits: Problem):
    side = Known().side(backend("torch"), digits, "float32")
    assert type(side) is type(backend("torch").side(digits, "float32"))


@pytest.mark.parametrize(("own", "calls_a_step"), [(False, 1), (True, 2)])
def test_a_wrong_batch_is_made_once_for_both_readings_unless_it_may_have_a_state(
    digits: Problem, own: bool, calls_a_step: int
):
    calls = []

    def batch(images, labels, index, dtype):
        calls.append(len(index))
        X, y = scratch.batch(images, labels, index, dtype)
        return X * dtype.type(0.5), y

    def equations() -> Equations:
        # each side has a function of its own, as one with a state is
        return UNCHECKED._replace(batch=(lambda *given: batch(*given)) if own else batch)

    taken = steps(digits, "float32", Known(), SCRATCH, equations_backend("half", equations))
    assert len(calls) == calls_a_step * len(taken)
