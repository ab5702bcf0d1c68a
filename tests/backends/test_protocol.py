"""What every side promises, whatever is behind it."""

import numpy as np
import pytest

from compare.backends.by_name import backend
from compare.backends.memory_order import ORDERS, Order
from compare.backends.protocol import Side, State
from compare.problem import Problem


@pytest.fixture(params=["scratch", "torch", "user file"])
def make_side(request, user_file, right_functions):
    spec = user_file(right_functions) if request.param == "user file" else request.param
    return backend(spec).side


def states_equal(a: State, b: State) -> bool:
    return all(np.array_equal(x, y) for x, y in zip((a.W, a.b, *a.velocity), (b.W, b.b, *b.velocity), strict=True))


def test_a_state_is_a_copy(make_side, make_small):
    problem = make_small(momentum=0.5)
    side: Side = make_side(problem, "float64")
    index = problem.epoch_batches(1)[0]
    assert side.state().velocity is None
    side.step(index)
    kept = side.state()
    copied = State(kept.W.copy(), kept.b.copy(), tuple(v.copy() for v in kept.velocity))
    for part in (kept.W, kept.b, *kept.velocity):
        part[...] = 7
    assert states_equal(side.state(), copied), "what is written to a state must not change its side"
    kept = side.state()
    side.step(index)
    assert states_equal(kept, copied), "a step must not change a state that was taken before it"
    assert not states_equal(kept, side.state())


def test_a_side_goes_on_from_a_copy(make_side, make_small):
    problem = make_small(momentum=0.5)
    side: Side = make_side(problem, "float64")
    index, other = problem.epoch_batches(1)[:2]
    side.step(index)
    kept = side.state()
    copied = State(kept.W.copy(), kept.b.copy(), tuple(v.copy() for v in kept.velocity))
    ends = []
    for _ in range(2):
        side.start_from(kept)
        side.step(other)
        side.step(index)
        ends.append(side.state())
        assert states_equal(kept, copied), "a step must not write to what it started from"
    assert states_equal(*ends)


@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_another_rate_is_that_of_all_steps_from_then_on(make_side, make_small, momentum: float):
    side, other = (make_side(make_small(momentum=momentum, lr=lr), "float64") for lr in (0.1, 0.7))
    index, start = make_small().epoch_batches(1)[0], side.state()
    slow = side.step(index).W.copy()
    side.start_from(start)
    side.use_rate(0.7)
    for number in range(2):
        ours, theirs = side.step(index).W.copy(), other.step(index).W.copy()
        np.testing.assert_array_equal(ours, theirs)
        assert number or (ours != slow).any()


@pytest.mark.parametrize("order", ORDERS)
def test_the_order_in_memory_changes_rounding_only(make_side, small: Problem, order: Order):
    side, plain = make_side(small, "float64"), make_side(small, "float64")
    side.lay_out(order)
    for index in small.epoch_batches(1):
        for ours, theirs in zip(side.step(index), plain.step(index), strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-14)


def test_no_velocity_is_a_state_too(make_side, make_small):
    problem = make_small(momentum=0.5)
    side: Side = make_side(problem, "float64")
    start = side.state()
    index = problem.epoch_batches(1)[0]
    first = side.step(index).W.copy()
    side.start_from(start)
    assert side.state().velocity is None
    np.testing.assert_array_equal(side.step(index).W, first)


def test_an_epoch_is_its_steps(make_side, small: Problem, dtype: str):
    batches = small.epoch_batches(1)
    one, other = make_side(small, dtype), make_side(small, dtype)
    one.keep_quantities()
    for index, done in zip(batches, one.epoch(batches), strict=True):
        quantities, expected = one.quantities(done), other.step(index)
        for ours, theirs in zip(quantities, expected, strict=True):
            assert type(np.asarray(ours)) is np.ndarray
            np.testing.assert_array_equal(ours, theirs, strict=True)
        tally = one.tally(done)
        right = int((expected.Z.argmax(axis=1) == expected.y).sum())
        assert (tally.loss, tally.hits, tally.images) == (expected.L, right, len(index))
    np.testing.assert_array_equal(one.state().W, other.state().W)


@pytest.mark.parametrize("name", ["scratch", "torch"])  # a worker has a clock of its own
def test_seconds_are_those_of_its_own_steps(name: str, small: Problem, monkeypatch: pytest.MonkeyPatch):
    clock = iter(range(1000))
    monkeypatch.setattr("compare.backends.timing.time.perf_counter", lambda: next(clock))
    side: Side = backend(name).side(small, "float64")
    for _ in side.epoch(small.epoch_batches(1)):
        next(clock)  # time of others between two steps
    # each step, and the look that finds no more, take one tick
    assert side.seconds == 6


def test_evaluation_is_of_the_weights_it_has(make_side, small: Problem, dtype: str):
    side: Side = make_side(small, dtype)
    W, b = small.start(dtype)
    images, labels = small.validation
    Z = np.asarray(images).astype(dtype) / np.array(255, dtype) @ W.T + b
    tolerance = 16 * float(np.finfo(dtype).eps)
    np.testing.assert_allclose(side.logits(images), Z, rtol=0, atol=tolerance, strict=True)
    loss = np.log(np.exp(Z).sum(1)) - Z[np.arange(11), labels]
    assert side.evaluate(images, labels).loss == pytest.approx(loss.mean(), rel=tolerance)
    assert side.evaluate(images, labels).accuracy == (Z.argmax(1) == labels).mean()
    logP, mean = side.loss(side.logits(images), labels)
    np.testing.assert_allclose(logP, Z - np.log(np.exp(Z).sum(1, keepdims=True)), atol=tolerance, strict=True)
    assert mean == side.evaluate(images, labels).loss
