"""The budget and the ceiling of each quantity, against the formulas of the page written a second time."""

from collections.abc import Callable
from itertools import islice

import numpy as np
import pytest

from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.tolerance import allowed, sizes


def test_the_budget_is_the_formula_of_the_page(small: Problem, lockstep: Callable, dtype: str):
    """Allowed = eps (16 size + sqrt(t) terms), written a second time, from the table of the report."""
    *_, (_, pair) = islice(lockstep(small, dtype), 3)
    ref, (W, b, _, W0, b0, chosen) = pair.reference, pair.start
    X = ref.X
    z = (abs(X) @ abs(W).T + abs(b)).max()
    c = z + 2 * abs(ref.Z).max()
    mean_x = X.mean(axis=0).max()
    terms = {
        "logits": (abs(ref.Z).max(), z),
        "log_probabilities": (abs(ref.logP).max(), c),
        "loss": (abs(ref.logP).max(), c),
        "dZ": (abs(ref.dZ).max(), max(1, c) / len(X)),
        "dW": (abs(ref.dW).max(), max(1, c) * mean_x),
        "db": (abs(ref.db).max(), max(1, c)),
        "W": (abs(ref.W - W0).max(), abs(ref.W).max() + chosen.lr * max(1, c) * mean_x),
        "b": (abs(ref.b - b0).max(), abs(ref.b).max() + chosen.lr * max(1, c)),
    }
    found = sizes(ref, pair.start)
    assert set(found) == set(terms) == set(QUANTITIES)
    for name, expected in terms.items():
        assert found[name] == pytest.approx([float(value) for value in expected], rel=1e-5)
    eps = float(np.finfo(dtype).eps)
    assert allowed(3.0, 5.0, 49, np.dtype(dtype)) == pytest.approx(eps * (16 * 3 + 7 * 5))
