"""The budget and the ceiling of each quantity, against the formulas of the page written a second time."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from compare.backends.protocol import State
from compare.equations import QUANTITIES
from compare.problem import Hyperparameters
from compare.proof.lockstep import StepPair
from compare.proof.tolerance import TERMS, Start, allowed, ceilings, largest_products, sizes
from scratch import Step, Velocity

CHOSEN = {
    "plain": {},
    "momentum": {"momentum": 0.9},
    "decay": {"weight_decay": 0.5},
    "both": {"momentum": 0.5, "weight_decay": 0.25, "lr": 0.01},
}
U = {"float32": 2.0**-24, "float64": 2.0**-53}


@pytest.mark.parametrize("case", CHOSEN)
def test_the_budget_is_the_formula_of_the_page(equal_pair: Callable, dtype: str, case: str):
    """The column `terms` of the table, and size, written a second time."""
    pair = equal_pair(dtype, **CHOSEN[case])
    ref, (W, b, velocity, W0, b0, chosen) = pair.reference, pair.start
    X = ref.X
    z = (abs(X) @ abs(W).T + abs(b)).max()
    c = z + 2 * abs(ref.Z).max()
    mean_x = X.mean(axis=0).max()
    v_W, v_b = (abs(v).max() for v in velocity) if velocity else (0, 0)
    rate = chosen.lr / (1 - chosen.momentum)
    terms = {
        "logits": (abs(ref.Z).max(), z),
        "log_probabilities": (abs(ref.logP).max(), c),
        "loss": (abs(ref.logP).max(), c),
        "dZ": (abs(ref.dZ).max(), max(1, c) / len(X)),
        "dW": (abs(ref.dW).max(), max(1, c) * mean_x),
        "db": (abs(ref.db).max(), max(1, c)),
        "W": (
            abs(ref.W - W0).max(),
            abs(ref.W).max() + rate * (max(1, c) * mean_x + chosen.weight_decay * abs(W).max() + v_W),
        ),
        "b": (
            abs(ref.b - b0).max(),
            abs(ref.b).max() + rate * (max(1, c) + chosen.weight_decay * abs(b).max() + v_b),
        ),
    }
    assert (velocity is None) == ("momentum" not in CHOSEN[case])
    found = sizes(ref, pair.start)
    assert list(found) == list(terms) == list(QUANTITIES) == list(TERMS)
    for name, expected in terms.items():
        assert found[name] == pytest.approx([float(value) for value in expected], rel=1e-5, abs=0), name


def test_the_table_says_what_the_formula_is():
    assert [terms for terms, _ in TERMS.values()] == [
        "z", "c", "c", "max(1, c) / N", "max(1, c) mean X", "max(1, c)", "max|W| + lr (dW's)", "max|b| + lr (db's)",
    ]  # fmt: skip


def test_small_logits_have_the_budget_of_probabilities_of_one(equal_pair: Callable):
    """Where c is below 1 it is P, at most 1, that is rounded."""
    pair = equal_pair("float64")
    zero = np.zeros_like(pair.reference.Z)
    reference = pair.reference._replace(Z=zero, logP=zero - math.log(4))
    found = sizes(reference, pair.start._replace(W=pair.start.W * 1e-3, b=pair.start.b * 1e-3))
    assert found["db"][1] == 1
    assert found["dZ"][1] == 1 / 20
    assert found["dW"][1] == pytest.approx(pair.reference.X.mean(axis=0).max())
    assert found["log_probabilities"][1] == found["loss"][1] == found["logits"][1] < 0.01


@pytest.mark.parametrize(
    ("size", "terms", "t", "expected"), [(3, 5, 1, 53), (3, 5, 49, 83), (1, 0, 100, 16), (0, 1, 4, 2), (0, 2, 1, 2)]
)
def test_what_is_allowed(dtype: str, size: float, terms: float, t: int, expected: float):
    assert allowed(size, terms, t, np.dtype(dtype)) == pytest.approx(2 * U[dtype] * expected, rel=1e-15, abs=0)


def test_the_smallest_normal_number_is_always_allowed(dtype: str):
    assert allowed(0.0, 0.0, 1, np.dtype(dtype)) == {"float32": 2.0**-126, "float64": 2.0**-1022}[dtype]


def test_the_terms_of_a_logit_are_its_products():
    X, W = np.array([[1.0, 2], [3, 0.5]]), np.array([[-1.0, 1], [0.5, -2]])
    assert largest_products(X, W, np.array([-0.5, 0.25])) == 4.75
    assert largest_products(X, W, np.array([-4.0, 0.25])) == 7.5


def test_a_start_is_made_of_a_state_and_the_first_weights():
    W, b, v = np.ones((2, 3)), np.ones(2), Velocity(np.zeros((2, 3)), np.zeros(2))
    chosen = Hyperparameters(epochs=1)
    start = Start.of(State(W, b, v), (2 * W, 2 * b), chosen)
    assert start.W is W
    assert start.b is b
    assert start.velocity is v
    assert start.chosen is chosen
    assert (start.W0 == 2).all()
    assert (start.b0 == 2).all()


def bounds(pair: StepPair, u: float) -> dict[str, float]:
    """The ceilings value by value, in loops: the worst case of each sum, twice, since both sides are rounded."""
    X, _, Z, logP, L, dZ, dW, db, *_ = (np.asarray(value, np.float64) for value in pair.reference)
    W, b = (np.asarray(value, np.float64) for value in pair.start[:2])
    (N, D), K = X.shape, len(W)

    def g(n: int) -> float:
        return 2 * n * u / (1 - n * u)

    e_Z = np.empty((N, K))
    for n in range(N):
        for k in range(K):
            e_Z[n, k] = g(D + 1) * (sum(abs(X[n, d] * W[k, d]) for d in range(D)) + abs(b[k]))
    e_logP, e_dZ = np.empty((N, K)), np.empty((N, K))
    for n in range(N):
        for k in range(K):
            e_logP[n, k] = 2 * max(e_Z[n]) + g(2) * (max(Z[n]) - Z[n, k] + abs(logP[n, k])) + g(K + 8)
            P_or_1 = math.exp(logP[n, k]) + (1 if dZ[n, k] < 0 else 0)
            e_dZ[n, k] = (math.expm1(e_logP[n, k]) + g(6)) * P_or_1 / N
    e_dW, e_db = np.zeros((K, D)), np.zeros(K)
    for n in range(N):
        for k in range(K):
            e_db[k] += e_dZ[n, k] + g(N) * abs(dZ[n, k])
            for d in range(D):
                e_dW[k, d] += (e_dZ[n, k] + g(N) * abs(dZ[n, k])) * X[n, d]
    return {
        "logits": e_Z.max(),
        "log_probabilities": e_logP.max(),
        "loss": e_logP.max() + g(N) * abs(float(L)),
        "dZ": e_dZ.max(),
        "dW": e_dW.max(),
        "db": e_db.max(),
        "W": update_bound(pair.start, e_dW, dW, 0, g),
        "b": update_bound(pair.start, e_db, db, 1, g),
    }


def update_bound(start: Start, error: NDArray, gradient: NDArray, which: int, g: Callable[[int], float]) -> float:
    chosen, w = start.chosen, abs(np.asarray(start[which], np.float64))
    v = abs(start.velocity[which]) if start.velocity else 0
    m, decay, lr = chosen.momentum, chosen.weight_decay, chosen.lr
    roundings = 8 if m or decay else 2
    return ((1 + m) * lr * error + g(roundings) * (w + lr * (1 + m) * (abs(gradient) + decay * w + v))).max()


@pytest.mark.parametrize("case", CHOSEN)
def test_the_ceiling_is_the_bound_of_the_worst_case(equal_pair: Callable, dtype: str, case: str):
    pair = equal_pair(dtype, **CHOSEN[case])
    found, expected = ceilings(pair.reference, pair.start), bounds(pair, U[dtype])
    assert list(found) == list(QUANTITIES)
    for name, bound in expected.items():
        assert found[name] == pytest.approx(bound, rel=1e-4, abs=0), name


def test_only_a_negative_gradient_is_p_less_one(equal_pair: Callable):
    """Where dZ is 0, P is 0 or 1, and its error is that of P."""
    pair = equal_pair("float64")
    zero = pair._replace(reference=pair.reference._replace(dZ=0 * pair.reference.dZ))
    assert ceilings(zero.reference, zero.start)["dZ"] == pytest.approx(
        bounds(zero, U["float64"])["dZ"], rel=1e-4, abs=0
    )


def test_no_order_of_summation_exceeds_the_ceiling(equal_pair: Callable, rng: np.random.Generator):
    """Sums one term at a time, in a random order, each addition rounded to float32."""
    pair = equal_pair("float32")
    ref, start, found = pair.reference, pair.start, ceilings(pair.reference, pair.start)
    exact = {"logits": ref.X.astype(float) @ start.W.T.astype(float) + start.b, "db": ref.dZ.astype(float).sum(axis=0)}
    for _ in range(20):
        order = rng.permutation(ref.X.shape[1])
        Z = np.zeros_like(ref.Z)
        for d in order:
            Z = Z + np.outer(ref.X[:, d], start.W[:, d])
        assert np.abs(Z + start.b - exact["logits"]).max() < found["logits"] / 2
        db = np.zeros_like(ref.db)
        for n in rng.permutation(len(ref.dZ)):
            db = db + ref.dZ[n]
        assert np.abs(db - exact["db"]).max() < found["db"] / 2


def test_ceilings_are_not_much_above_what_they_bound(equal_pair: Callable, dtype: str):
    """In units of the rounding of the tensor: a bound of thousands would say nothing."""
    pair = equal_pair(dtype)
    fields = {name: getattr(pair.reference, quantity.field) for name, quantity in QUANTITIES.items()}
    ratios = {
        name: bound / (U[dtype] * np.abs(fields[name]).max())
        for name, bound in ceilings(pair.reference, pair.start).items()
    }
    assert all(1 < ratio < 1000 for ratio in ratios.values()), ratios


def test_a_step_of_zeros_has_bounds(equal_pair: Callable):
    pair = equal_pair("float32")
    zeros = Step(*(np.zeros_like(value) for value in pair.reference))
    start = pair.start._replace(W=0 * pair.start.W, b=0 * pair.start.b)
    assert all(math.isfinite(bound) for bound in ceilings(zeros, start).values())
    assert sizes(zeros, start)["logits"] == (0, 0)
