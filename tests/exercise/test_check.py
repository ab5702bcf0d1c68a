"""The checks of single functions, and their hints."""

import pytest

from compare.equations import FUNCTIONS
from compare.exercise.check import HINTS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_last_hint_has_the_code_and_the_first_has_none(name: str, right_functions: str):
    code = {"nll_loss": "-logP[np.arange(len(y)), y].mean()", "parameter_gradients": "dZ.T @ X", "logits": "X @ W.T"}
    code |= {"log_softmax": "np.log(np.exp(S).sum(axis=1, keepdims=True))", "logits_gradient": "np.exp(logP)"}
    code |= {"sgd_step": "W - lr * dW, b - lr * db"}
    assert len(HINTS[name]) == 4
    assert code[name] in HINTS[name][-1]
    assert code[name] in right_functions
    assert "np." not in HINTS[name][0]
    assert "@" not in HINTS[name][0]
