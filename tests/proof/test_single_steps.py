"""Single steps: what each side is given, what comes back, and where a mistake in them is told to be."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.backends.memory_order import order_of
from compare.backends.protocol import Backend, State
from compare.backends.user_file import UserFileError
from compare.data.registry import Dataset
from compare.problem import Hyperparameters, Problem
from compare.proof.single_steps import Case, CaseMaker, SingleSteps, real_batch
from scratch import Velocity

TRAIN = np.arange(24).reshape(6, 4) / 8, np.array([0, 1, 2, 2, 1, 0])
CHOSEN = Hyperparameters(epochs=1, lr=0.5, momentum=0.5)


def cases() -> tuple[Case, ...]:
    random = np.random.default_rng(1)
    parts = [[random.normal(size=shape) for shape in ((3, 4), (3,), (3, 4), (3,))] for _ in range(2)]
    indices = np.array([0, 2, 5]), np.array([4])
    return tuple(
        Case(f"case {n}", State(W, b, Velocity(v, u)), index)
        for n, ((W, b, v, u), index) in enumerate(zip(parts, indices, strict=True))
    )


@pytest.fixture
def steps() -> SingleSteps:
    return SingleSteps(TRAIN, CHOSEN, cases())


def by_hand(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """New W and b of one case with its velocity."""
    W, b, (v, u) = case.start
    X, y = TRAIN[0][case.index], TRAIN[1][case.index]
    Z = X @ W.T + b
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    dZ = (P - np.eye(3)[y]) / len(y)
    return W - 0.5 * (0.5 * v + dZ.T @ X), b - 0.5 * (0.5 * u + dZ.sum(axis=0))


@pytest.mark.parametrize("ours", [SCRATCH, None], ids=["scratch", "torch"])
def test_each_case_is_a_step_from_its_own_state(steps: SingleSteps, ours: Backend | None):
    side = ours or backend("torch")
    for case, step in steps.steps(side, "float64"):
        W, b = by_hand(case)
        np.testing.assert_allclose(step.W, W, rtol=1e-12)
        np.testing.assert_allclose(step.b, b, rtol=1e-12)
        np.testing.assert_array_equal(step.y, TRAIN[1][case.index])


@pytest.mark.parametrize("ours", [SCRATCH, None], ids=["scratch", "torch"])
def test_a_case_may_have_a_rate_of_its_own(steps: SingleSteps, ours: Backend | None):
    first, second = steps.cases
    other = replace(steps, cases=(first, replace(second, lr=2.0), second))
    assert [other.start_of(case).chosen.lr for case in other.cases] == [0.5, 2.0, 0.5]
    (_, pair), (_, faster), _ = other.pairs(ours or backend("torch"), SCRATCH._replace(name="other"), "float64")
    assert (pair.start.chosen.lr, faster.start.chosen.lr) == (0.5, 2.0)
    W, b = by_hand(second)
    for done in (faster.reference, faster.steps["one_step"]):
        np.testing.assert_allclose(done.W, second.start.W + 4 * (W - second.start.W), rtol=1e-12)
        np.testing.assert_allclose(done.b, second.start.b + 4 * (b - second.start.b), rtol=1e-12)


def counting(calls: list[int]) -> Callable:
    """E1 that notes at each call of how many images."""

    def logits(X, W, b):
        calls.append(len(X))
        return scratch.logits(X, W, b)

    return logits


def test_ours_takes_steps_before_a_case_and_the_reference_takes_none(steps: SingleSteps, replaced: Callable):
    first, second = steps.cases
    later = replace(steps, cases=(first, replace(second, after=3)))
    calls: dict[str, list[int]] = {"ours": [], "theirs": []}
    ours, theirs = (replaced(logits=counting(calls[name])) for name in calls)
    _, (_, pair) = later.pairs(ours, theirs, "float64")
    assert calls == {"ours": [3, 1, 1, 1, 1], "theirs": [3, 1]}
    W, _ = by_hand(second)
    np.testing.assert_allclose(pair.steps["one_step"].W, W, rtol=1e-12)
    calls["ours"].clear()
    _, (_, step) = later.steps(ours, "float64")
    assert calls["ours"] == [3, 1, 1, 1, 1]
    np.testing.assert_allclose(step.W, W, rtol=1e-12)


def test_a_case_may_have_an_order_in_memory_of_its_own(steps: SingleSteps, replaced: Callable):
    seen: list[str] = []

    def parameter_gradients(X, dZ):
        seen.append(order_of(X))
        return scratch.parameter_gradients(X, dZ)

    orders = "F", "gaps", "C"
    ordered = replace(steps, cases=tuple(replace(steps.cases[0], order=order) for order in orders))
    list(ordered.pairs(replaced(parameter_gradients=parameter_gradients), backend("torch"), "float64"))
    assert seen == [*orders]


def test_the_steps_of_one_side_are_copies(steps: SingleSteps):
    (_, first), (_, second) = list(steps.steps(backend("torch"), "float64"))
    assert len(first.Z) == 3
    assert len(second.Z) == 1
    assert not np.shares_memory(first.W, second.W)
    assert (first.W != second.W).all()


def test_pairs_are_both_sides_from_the_same_state(steps: SingleSteps):
    found = []
    for case, pair in steps.pairs(SCRATCH, backend("torch"), "float64"):
        W, b = by_hand(case)
        for step in (pair.reference, pair.steps["one_step"]):
            np.testing.assert_allclose(step.W, W, rtol=1e-12)
            np.testing.assert_allclose(step.b, b, rtol=1e-12)
        assert pair.start.chosen is CHOSEN
        assert pair.start[:3] == case.start
        assert pair.start.W0 is case.start.W
        assert pair.start.b0 is case.start.b
        found.append((pair.number, case.name, list(pair.steps)))
    assert found == [(1, "case 0", ["one_step"]), (2, "case 1", ["one_step"])]


def test_the_first_side_is_ours(steps: SingleSteps, replaced: Callable):
    wrong = replaced(nll_loss=lambda logP, y: scratch.nll_loss(logP, y) + 1)
    for _, pair in steps.pairs(wrong, SCRATCH, "float64"):
        assert pair.steps["one_step"].L == pair.reference.L + 1


def test_what_a_user_file_does_wrong_is_told_with_its_case(steps: SingleSteps, replaced: Callable):
    def one_image(Z):
        if len(Z) == 1:
            raise UserFileError("wrong")
        return scratch.log_softmax(Z)

    with pytest.raises(UserFileError, match=r'^wrong, in the batch "case 1"$'):
        list(steps.pairs(replaced(log_softmax=one_image), SCRATCH, "float64"))


def test_a_side_begins_with_the_weights_of_the_first_case_in_its_precision(steps: SingleSteps, dtype: str):
    W, b = steps.start(dtype)
    assert W.dtype == b.dtype == dtype
    np.testing.assert_array_equal(W, steps.cases[0].start.W.astype(dtype))
    np.testing.assert_array_equal(b, steps.cases[0].start.b.astype(dtype))


def test_the_maker_puts_cases_one_after_the_other(shaped: Callable, dtype: str):
    make = CaseMaker(shaped(4, 3), dtype)
    assert (make.D, make.K) == (4, 3)
    W, b = np.ones((3, 4)), np.ones(3)
    make.add("first", W, b, TRAIN[0][:2], TRAIN[1][:2], [])
    make.add("second", 2 * W, 3 * b, TRAIN[0][2:], TRAIN[1][2:], [4 * W, 5 * b])
    made = make.single_steps(CHOSEN)
    assert made.chosen is CHOSEN
    np.testing.assert_array_equal(made.train[0], TRAIN[0])
    np.testing.assert_array_equal(made.train[1], TRAIN[1])
    first, second = made.cases
    assert (first.name, list(first.index), first.start.velocity) == ("first", [0, 1], None)
    assert (second.name, list(second.index)) == ("second", [2, 3, 4, 5])
    values = second.start.W, second.start.b, *second.start.velocity
    assert [float(value.flat[0]) for value in values] == [2, 3, 4, 5]
    assert {value.dtype.name for value in values} == {dtype}


# D, K, images to train on, and how many of them the step is on: at most 30,000 / (D K), and 1 at least.
@pytest.mark.parametrize(
    ("D", "K", "N", "images"), [(64, 10, 80, 7), (64, 10, 4, 4), (784, 10, 80, 3), (999, 99, 9, 1)]
)
def test_the_real_batch_is_small_and_real(D: int, K: int, N: int, images: int, dtype: str):
    random = np.random.default_rng(1)
    data = Dataset("real", (random.integers(0, 256, (N + 1, D)).astype(np.uint8), np.arange(N + 1) % K), None, K)
    chosen = Hyperparameters(epochs=5, batch_size=1, lr=0.3, momentum=0.9, weight_decay=0.1, val_fraction=1 / (N + 1))
    problem = Problem(data, chosen)
    made = real_batch(problem, dtype)
    (case,) = made.cases
    assert list(case.index) == list(range(images))
    assert made.train is problem.train
    assert made.chosen == Hyperparameters(epochs=1, lr=0.3)
    W, b = problem.start(dtype)
    np.testing.assert_array_equal(case.start.W, W, strict=True)
    np.testing.assert_array_equal(case.start.b, b, strict=True)
    assert case.start.velocity is None
    assert case.name == "real images"


def test_what_may_be_refused_ends_the_cases_and_nothing_else(steps: SingleSteps, replaced: Callable):
    def one_image_only(X, W, b):
        if len(X) > 1:
            raise UserFileError("too many images")
        return scratch.logits(X, W, b)

    ours = replaced(logits=one_image_only)
    allowed = replace(steps, cases=steps.cases[::-1], may_be_refused=True)
    assert [case.name for case, _ in allowed.steps(ours, "float64")] == ["case 1"]
    assert [case.name for case, _ in allowed.pairs(ours, SCRATCH, "float64")] == ["case 1"]
    assert [case.name for case, _ in allowed.pairs(SCRATCH, ours, "float64")] == ["case 1"]
    with pytest.raises(UserFileError, match=r'^too many images, in the batch "case 0"$'):
        list(replace(allowed, may_be_refused=False).pairs(ours, SCRATCH, "float64"))
