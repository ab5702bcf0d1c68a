"""Steps in which nothing rounds: the two as they are agree in every value, and what differs is counted."""

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend, equations_backend
from compare.backends.protocol import Backend
from compare.backends.user_file import UserFileError
from compare.bugs.catalogue import BUGS
from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.problem import Problem
from compare.proof.exact_arithmetic import Counts, all_exact_steps, count_unequal, exact_steps, first_unequal

SHAPES = {"few pixels": (12, 4), "many classes": (100, 47), "two classes": (5, 2), "fewer pixels than classes": (3, 6)}
CHOSEN = {
    "plain": {},
    "everything": {"momentum": 0.9, "weight_decay": 1e-3, "nesterov": True},
    "dampened": {"momentum": 0.5, "dampening": 0.3, "lr": 1e-6},
}
CASES = (
    "one winner, 2", "one winner, 8", "one winner, 32", "a winner in each row, 32", "one winner, 1",
    "one winner, 128", "one winner, 1024", "all right, 8", "white images, 4",
)  # fmt: skip
# images of all cases at both rates
IMAGES = 2 * (2 + 8 + 32 + 32 + 1 + 128 + 1024 + 8 + 4)
# one more batch, of 3 pixels and 4 classes
LARGE_BATCH = 16384


def values(D: int, K: int) -> dict[str, int]:
    """How many values of each quantity there are in all cases at both rates, and in the large batch."""
    steps = 2 * len(CASES)
    by_image, weights = IMAGES * K + LARGE_BATCH * 4, steps * K * D + 12
    return {
        "logits": by_image, "log_probabilities": by_image, "loss": steps + 1, "dZ": by_image, "dW": weights,
        "db": steps * K + 4, "W": weights, "b": steps * K + 4,
    }  # fmt: skip


@pytest.mark.parametrize("chosen", CHOSEN)
@pytest.mark.parametrize("shape", SHAPES)
def test_the_two_as_they_are_agree_in_every_value(shaped: Callable, dtype: str, shape: str, chosen: str):
    problem = shaped(*SHAPES[shape], **CHOSEN[chosen])
    found = count_unequal(problem, dtype, SCRATCH, backend("torch"))
    assert found == {name: Counts(count, 0) for name, count in values(*SHAPES[shape]).items()}
    assert first_unequal(problem, dtype, SCRATCH, backend("torch")) == ""


def test_there_are_two_rates_and_a_large_batch(digits: Problem, dtype: str):
    *two, large = all_exact_steps(digits, dtype)
    assert [steps.chosen.lr for steps in two] == [0.5, 8.0]
    assert [(case.name, len(case.index)) for case in large.cases] == [("one winner, 16384", 16384)]
    assert large.train[0].shape == (16384, 3)
    assert large.cases[0].start.W.shape == (4, 3)
    assert exact_steps(digits, dtype).chosen.lr == 0.5


@pytest.mark.parametrize("only", [0.5, 8.0])
def test_a_mistake_at_one_rate_only_is_counted(shaped: Callable, replaced: Callable, only: float):
    def sgd_step(W, b, dW, db, lr):
        return scratch.sgd_step(W, b, dW, db, 2 * lr if lr == only else lr)

    problem = shaped(12, 4)
    found = count_unequal(problem, "float64", replaced(sgd_step=sgd_step), SCRATCH)
    assert [name for name, counts in found.items() if counts.differ] == ["W", "b"]
    assert first_unequal(problem, "float64", replaced(sgd_step=sgd_step), SCRATCH) == "W, one winner, 2"


@pytest.mark.parametrize("chosen", CHOSEN)
def test_no_operation_rounds(shaped: Callable, dtype: str, chosen: str):
    """E1, E4, E5 and E6 in fractions are the floats, to the last bit."""
    *two, _ = all_exact_steps(shaped(6, 4, **CHOSEN[chosen]), dtype)
    for steps in two:
        for case, step in steps.steps(SCRATCH, dtype):
            if len(step.y) > 128:
                continue  # fractions are slow
            X, W, b = (np.vectorize(Fraction, otypes=[object])(a.astype(float)) for a in (step.X, *case.start[:2]))
            Z = X @ W.T + b
            one_hot = np.eye(4, dtype=int)
            dZ = (one_hot[Z.argmax(axis=1)] - one_hot[step.y]) * Fraction(1, len(X))
            dW, db = dZ.T @ X, dZ.sum(axis=0)
            for name, exact in {"Z": Z, "dZ": dZ, "dW": dW, "db": db}.items():
                assert (getattr(step, name) == exact.astype(float)).all(), (case.name, name)
                assert (exact.astype(float).astype(dtype) == exact).all()
            new_W = W - Fraction(steps.chosen.lr) * direction(steps.chosen, W, dW, case.start.velocity)
            assert (new_W == step.W).all()


def direction(chosen, W, dW, velocity):
    """What the update follows: gradient, decay, velocity and a look ahead."""
    g = dW + Fraction(chosen.weight_decay) * W
    if not chosen.momentum:
        return g
    v = Fraction(chosen.momentum) * np.vectorize(Fraction, otypes=[object])(velocity.W.astype(float))
    v = v + (1 - Fraction(chosen.dampening)) * g
    return g + Fraction(chosen.momentum) * v if chosen.nesterov else v


def test_options_are_powers_of_two_and_only_those_that_are_on(shaped: Callable):
    plain = exact_steps(shaped(6, 4), "float32").chosen
    assert (plain.momentum, plain.dampening, plain.weight_decay, plain.nesterov) == (0, 0, 0, False)
    chosen = exact_steps(shaped(6, 4, momentum=0.9, dampening=0.3, weight_decay=1e-3), "float32").chosen
    assert (chosen.momentum, chosen.dampening, chosen.weight_decay) == (0.5, 0.5, 2**-6)
    assert exact_steps(shaped(6, 4, momentum=0.9, nesterov=True), "float32").chosen.nesterov


def test_the_cases_are_what_they_say(digits: Problem, dtype: str):
    """In each row one logit is so high that exp of the others is exactly 0."""
    found = list(exact_steps(digits, dtype).steps(SCRATCH, dtype))
    assert tuple(case.name for case, _ in found) == CASES
    for case, step in found:
        P = np.exp(step.logP)
        assert set(np.unique(P)) == {0.0, 1.0}
        assert len(step.y) == int(case.name.split(", ")[1])
        best, rows = step.Z.argmax(axis=1), np.arange(len(step.y))
        winners = set(best)
        assert winners == set(range(10)) if case.name.startswith("a winner") else len(winners) == 1
        # an integer, so that its ceiling and its floor are the same
        np.testing.assert_array_equal(step.Z[rows, best] % 1, 0)
        # so that the others are 0 even as subnormal numbers, and no higher than it takes
        margin = np.subtract(*np.sort(step.Z, axis=1)[:, :-3:-1].T)
        assert {"float32": 104, "float64": 745}[dtype] < margin.min()
        assert margin.max() < {"float32": 600, "float64": 2200}[dtype]
        assert (np.abs(step.dW).max() > 0) == (not case.name.startswith("all right"))
        assert set(np.unique(4 * step.X)) == ({4} if case.name.startswith("white") else {0, 1, 2, 3, 4})
        assert case.start.velocity is None
        assert (64 * case.start.W % 1 == 0).all()
        assert (64 * case.start.b % 1 == 0).all()
        if not case.name.startswith("a winner"):
            assert 1 <= np.abs(case.start.W).max() <= 4
            assert sorted(np.abs(case.start.b) > 4) == [False] * 9 + [True]
            assert (case.start.W % 1 != 0).any() == (len(step.y) <= 32)
    by_name = {case.name: step for case, step in found}
    assert by_name["all right, 8"].L == 0
    white = by_name["white images, 4"]
    assert np.linalg.norm(white.dW) == pytest.approx(np.sqrt(2 * 64))
    assert (np.sort(white.dW.sum(axis=1)) == [-64] + [0] * 8 + [64]).all()
    assert len({tuple(step.y) for _, step in found}) == len(CASES)
    assert set(found[2][1].y) == set(range(10))


def test_with_momentum_each_has_a_velocity_of_eighths(shaped: Callable, dtype: str):
    for case in exact_steps(shaped(12, 4, momentum=0.9), dtype).cases:
        W, b = case.start.velocity
        assert W.shape == (4, 12)
        assert b.shape == (4,)
        assert W.dtype == b.dtype == dtype
        for v in (W, b):
            assert 0 < np.abs(v).max() <= 1
            assert set(np.unique(8 * v)) <= set(range(-8, 9))
        assert np.abs(W).max() == 1


def changed(field: str, change: Callable, replaced: Callable) -> Backend:
    """A backend whose function changes one value of its result."""
    name = {q.field: q.function for q in QUANTITIES.values()}[field]

    def function(*inputs):
        result = getattr(scratch, name)(*inputs)
        if field in ("dW", "W"):
            result[0].flat[0] = change(result[0].flat[0])
            return result
        result = np.array(result)
        result.flat[0] = change(result.flat[0])
        return result[()]

    return replaced(**{name: function})


@pytest.mark.parametrize("field", ["Z", "logP", "L", "dZ", "dW", "W"])
def test_one_unit_in_the_last_place_is_counted(shaped: Callable, replaced: Callable, dtype: str, field: str):
    ours = changed(field, lambda value: np.nextafter(value, type(value)(1e30)), replaced)
    found = count_unequal(shaped(6, 4), dtype, ours, SCRATCH)
    key = next(name for name, quantity in QUANTITIES.items() if quantity.field == field)
    # once in each case at each rate, and in the large batch
    assert found[key] == Counts(values(6, 4)[key], 2 * len(CASES) + 1)
    assert first_unequal(shaped(6, 4), dtype, ours, SCRATCH) == f"{field}, one winner, 2"


def test_nan_differs_on_both_sides_and_the_sign_of_zero_does_not(shaped: Callable, replaced: Callable):
    nan = changed("L", lambda value: value * np.nan, replaced)
    assert count_unequal(shaped(6, 4), "float64", nan, nan)["loss"] == Counts(19, 19)
    signs = replaced(log_softmax=lambda Z: scratch.log_softmax(Z) - 0.0 * np.sign(Z))
    minus = replaced(log_softmax=lambda Z: np.where(scratch.log_softmax(Z) == 0, -0.0, scratch.log_softmax(Z)))
    for ours in (signs, minus):
        assert not any(counts.differ for counts in count_unequal(shaped(6, 4), "float64", ours, SCRATCH).values())


def test_a_mistake_within_every_budget_is_counted(digits: Problem):
    found = count_unequal(digits, "float32", BUGS["tiny-weight-decay"].backend(), backend("torch"))
    assert [name for name, counts in found.items() if counts.differ] == ["W"]


@pytest.mark.parametrize(("N", "place"), [(2, "one winner, 2"), (8, "one winner, 8"), (32, "one winner, 32")])
def test_the_first_unequal_value_is_told_with_its_batch(shaped: Callable, replaced: Callable, N: int, place: str):
    def nll_loss(logP, y):
        return scratch.nll_loss(logP, y) * logP.dtype.type(1 + (len(y) == N))

    assert first_unequal(shaped(6, 4), "float64", replaced(nll_loss=nll_loss), SCRATCH) == f"L, {place}"


def test_another_dtype_is_told_with_its_batch(shaped: Callable, replaced: Callable):
    def logits(X, W, b):
        return scratch.logits(X, W, b).astype(np.float64 if len(X) == 8 else X.dtype)

    words = r'^Z \(E1\) of scratch is \(8, 4\) float64, that of other .* float32, in the batch "one winner, 8"$'
    with pytest.raises(InputError, match=words):
        count_unequal(shaped(6, 4), "float32", replaced(logits=logits), SCRATCH._replace(name="other"))


def test_what_a_user_file_does_wrong_is_told_with_its_batch(shaped: Callable, replaced: Callable):
    def logits(X, W, b):
        if len(X) == 32:
            raise UserFileError("wrong")
        return scratch.logits(X, W, b)

    with pytest.raises(UserFileError, match='in the batch "one winner, 32"'):
        count_unequal(shaped(6, 4), "float32", replaced(logits=logits), SCRATCH)


@pytest.mark.parametrize(("shares", "is_right"), [(3, True), (6, True), (1, False), (2, False), (4, False)])
@pytest.mark.parametrize("first", [True, False])
def test_means_over_shares_round_where_their_number_is_no_power_of_two(
    shaped: Callable, shares: int, is_right: bool, first: bool
):
    """As those of three processes: each has the gradients of its mean, and the whole batch the mean of these."""

    def parameter_gradients(X, dZ):
        parts = [part for part in np.array_split(np.arange(len(X)), 3) if len(part)]
        weights = [dZ.dtype.type(len(part) / len(X)) for part in parts]
        own = [scratch.parameter_gradients(X[n], dZ[n] / weight) for n, weight in zip(parts, weights, strict=True)]
        return tuple(sum(weight * made[which] for weight, made in zip(weights, own, strict=True)) for which in (0, 1))

    functions = scratch.EQUATIONS._replace(parameter_gradients=parameter_gradients)
    three = equations_backend("three", lambda: functions)._replace(shares=shares)
    found = count_unequal(shaped(12, 4), "float64", *((three, SCRATCH) if first else (SCRATCH, three)))
    assert any(counts.differ for counts in found.values()) != is_right
