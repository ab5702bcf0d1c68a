"""The example of the exercise: its numbers, by hand."""

import numpy as np
import pytest

from compare.bugs.worked_example import worked_example
from compare.equations import FUNCTIONS

EXPECTED = {
    "logits": [[[1, 0.5, -1], [0.5, 1.5, 0.5]]],
    "log_softmax": [[[-0.5550, -1.0550, -2.5550], [-1.5514, -0.5514, -1.5514]]],
    "nll_loss": [1.0532],
    "logits_gradient": [[[-0.2130, 0.1741, 0.0388], [0.1060, 0.2881, -0.3940]]],
    "parameter_gradients": [
        [[-0.16, -0.1065, 0.106, 0.053], [0.3181, 0.0871, 0.2881, 0.144], [-0.1582, 0.0194, -0.394, -0.197]],
        [-0.107, 0.4622, -0.3552],
    ],
    "sgd_step": [
        [[1.08, -0.9468, -0.053, -1.0265], [-0.1591, 0.9565, 0.856, 0.928], [0.0791, -1.0097, 1.197, 0.0985]],
        [0.5535, -0.2311, -0.3224],
    ],
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_each_function_returns(name: str):
    results = worked_example()[name][1]
    for result, expected in zip(results if isinstance(results, tuple) else (results,), EXPECTED[name], strict=True):
        np.testing.assert_allclose(result, expected, rtol=0, atol=5e-5)


def test_each_goes_on_from_the_one_before():
    example = worked_example()
    assert list(example) == list(FUNCTIONS)
    for name, (inputs, _) in example.items():
        assert len(inputs) == len(FUNCTIONS[name].parameters)
    assert example["log_softmax"][0][0] is example["logits"][1]
    assert example["nll_loss"][0][0] is example["logits_gradient"][0][0] is example["log_softmax"][1]
    assert example["parameter_gradients"][0][1] is example["logits_gradient"][1]
    assert example["sgd_step"][0][2:4] == example["parameter_gradients"][1]
    assert example["sgd_step"][0][4] == 0.5
