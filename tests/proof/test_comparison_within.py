"""A step that is held to given limits: what is within them, and what is not."""

from collections.abc import Callable

import numpy as np
import pytest

from compare.equations import QUANTITIES
from compare.proof.comparison import within
from compare.proof.tolerance import allowed, limits, sizes

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("name", QUANTITIES)
def test_each_quantity_is_held_to_its_limit(equal_pair: Callable, dtype: str, name: str):
    pair = equal_pair(dtype)
    right, field, scales = pair.reference, QUANTITIES[name].field, sizes(pair.reference, pair.start)
    most = limits(scales, 4, right.W.dtype)
    assert most[name] == allowed(*scales[name], 4, right.W.dtype)
    for by, expected in ((0.0, True), (0.7 * most[name], True), (1.4 * most[name], False), (NAN, False), (INF, False)):
        changed = np.array(getattr(right, field))
        changed.flat[-1] += by
        assert within(right._replace(**{field: changed}), right, most) is expected


@pytest.mark.parametrize("wrong", [{"Z": np.ones((2, 3), np.float32)}, {"dW": np.ones((4, 12))}, {"L": 1.0}])
def test_another_shape_or_dtype_is_within_no_limit(equal_pair: Callable, wrong: dict):
    right = equal_pair("float32").reference
    assert not within(right._replace(**wrong), right, dict.fromkeys(QUANTITIES, INF))
