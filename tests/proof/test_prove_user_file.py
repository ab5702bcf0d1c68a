"""A proof of the file of a user: right functions match, and what is wrong is told with its place."""

from collections.abc import Callable

import pytest

import scratch
from compare.backends.by_name import backend
from compare.backends.user_file import UserFileError
from compare.equations import FUNCTIONS
from compare.problem import Problem
from compare.proof.prove import prove


@pytest.mark.parametrize("dtype", ["float32", pytest.param("float64", marks=pytest.mark.heavy)])
def test_right_functions_of_a_user_file_match(small: Problem, user_file, right_functions, dtype: str):
    run = prove(small, dtype, ours=backend(user_file(right_functions)))
    assert run.sides == ("mine", "torch")
    assert run.verdict == "match"


@pytest.mark.heavy
@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_user_file_lacks_comes_from_scratch(small: Problem, user_file, one_function, name: str):
    alone = one_function(name, f"return scratch.{name}({', '.join(FUNCTIONS[name].parameters)})")
    run = prove(small, "float64", ours=backend(user_file(alone)))
    assert run.verdict == "match"
    assert run.weights["mine"] == prove(small, "float64").weights["scratch"]


# A wrong function in each place, and the quantity that gives it away.
WRONG_FUNCTIONS = {
    "logits": ("return X @ W.T - b", "logits"),
    "log_softmax": ("return Z - np.log(np.exp(Z).sum(axis=0))", "log_probabilities"),
    "nll_loss": ("return -logP[np.arange(len(y)), y].sum()", "loss"),
    "logits_gradient": ("return np.exp(logP) / len(y)", "dZ"),
    "parameter_gradients": ("return dZ.T @ X, dZ.mean(axis=0)", "db"),
    "sgd_step": ("return W + lr * dW, b - lr * db", "W"),
}


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.heavy] * (name not in ("logits", "sgd_step"))) for name in FUNCTIONS],
)
def test_a_wrong_function_in_each_place_differs(small: Problem, user_file, one_function, name: str):
    body, quantity = WRONG_FUNCTIONS[name]
    found = prove(small, "float64", ours=backend(user_file(one_function(name, body)))).first_divergence
    assert (found.quantity, found.epoch, found.step) == (quantity, 1, 1)


def test_what_a_user_file_does_wrong_in_the_middle_is_told_with_its_step(small: Problem, user_file, one_function):
    late = "calls = 0\n" + one_function(
        "parameter_gradients",
        "global calls; calls += 1; assert calls < 8, 'tired'; return scratch.parameter_gradients(X, dZ)",
    )
    with pytest.raises(UserFileError, match=r"raises AssertionError: tired, at epoch 2, step 3$"):
        prove(small, "float64", ours=backend(user_file(late)))


def test_nan_of_a_user_file_is_a_difference(small: Problem, user_file, one_function):
    found = prove(small, "float64", ours=backend(user_file(one_function("log_softmax", "return Z * np.nan"))))
    assert found.first_divergence.quantity == "log_probabilities"
    assert found.first_divergence.ours != found.first_divergence.ours


def test_memory_that_a_user_file_keeps_is_not_ours(small: Problem, user_file, one_function):
    """It changes what it returned, and what it was given, one call later."""
    body = "[k.fill(7) for k in kept if k.flags.writeable]; Z = X @ W.T + b; kept.extend([Z, X, W]); return Z"
    code = "kept = []\n" + one_function("logits", body)
    assert prove(small, "float64", ours=backend(user_file(code))).verdict == "match"


PLACES = {
    "after training": lambda X: X.shape == (15, 12),
    "in the gradient checks": lambda X: X.shape == (6, 5) and X.dtype == "float64",
    'in the batch "a batch of 7"': lambda X: len(X) == 7,
}


@pytest.mark.parametrize("place", PLACES)
def test_what_a_user_file_does_wrong_is_told_with_its_place(small: Problem, replaced: Callable, place: str):
    def logits(X, W, b):
        if PLACES[place](X):
            raise UserFileError("wrong")
        return scratch.logits(X, W, b)

    with pytest.raises(UserFileError, match=f"^wrong, {place}$"):
        prove(small, "float32", ours=replaced(logits=logits))
