"""The six functions from the rungs of a file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.backends.composed import composed
from compare.backends.user_file import UserFile, UserFileError
from compare.backends.worker import Worker
from compare.equations import FUNCTIONS, RUNGS

DW, DB = "def weight_gradient(X, dZ):\n    return 2 * dZ.T @ X\n", "def bias_gradient(dZ):\n    return 3 * dZ.sum(0)\n"


@pytest.fixture
def given(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    return rng.normal(size=(5, 4)), rng.normal(size=(5, 3))


@pytest.mark.parametrize(("code", "factors"), [(DW + DB, (2, 3)), (DW, (2, 1)), (DB, (1, 3))])
def test_two_rungs_make_one_function_and_what_is_missing_is_right(user_file: Callable, given, code: str, factors):
    file = UserFile(Path(user_file(code)))
    assert file.defined == ("parameter_gradients",)
    for found, right, factor in zip(
        file.equations().parameter_gradients(*given), scratch.parameter_gradients(*given), factors, strict=True
    ):
        np.testing.assert_allclose(found, factor * right)


@pytest.mark.parametrize(
    ("only", "factors"), [("bias_gradient", (1, 3)), ("parameter_gradients", (2, 3)), ("logits", (1, 1))]
)
def test_only_some_of_them(user_file: Callable, given, only: str, factors):
    found = UserFile(Path(user_file(DW + DB))).equations([only]).parameter_gradients(*given)
    for one, right, factor in zip(found, scratch.parameter_gradients(*given), factors, strict=True):
        np.testing.assert_allclose(one, factor * right)


def test_the_function_itself_goes_before_its_rungs(user_file: Callable, given):
    whole = "def parameter_gradients(X, dZ):\n    return 5 * dZ.T @ X, dZ.sum(0)\n"
    dW, _ = UserFile(Path(user_file(DW + DB + whole))).equations().parameter_gradients(*given)
    np.testing.assert_allclose(dW, 5 * scratch.parameter_gradients(*given)[0])


def test_an_error_names_the_rung(user_file: Callable, given):
    file = UserFile(Path(user_file(DW.replace("dZ.T @ X", "X.T @ dZ"))))
    with pytest.raises(UserFileError, match=r"weight_gradient \(E5\) returns dW in shape \(D, K\)"):
        file.equations().parameter_gradients(*given)


def test_every_function_is_made_of_rungs():
    assert list(composed(dict.fromkeys(RUNGS, len))) == list(FUNCTIONS)


def test_a_rung_is_called_in_the_worker_and_its_prints_can_be_silent(user_file: Callable, given, capfd):
    code = "def one_epoch(X, y, W, b, lr, batch_size):\n    print('here', type(batch_size).__name__)\n    return W, b\n"
    worker = Worker(Path(user_file(DB + code + "print('loaded')\n")))
    assert (worker.defined, worker.names) == (("parameter_gradients",), ("bias_gradient", "one_epoch"))
    X, W, b = given[0], np.ones((3, 4)), np.ones(3)
    inputs = X, np.zeros(5, int), W, b, 0.5, 2
    worker.show_prints(False)
    functions = worker.functions()
    functions["one_epoch"](*inputs)
    worker.show_prints(True)
    np.testing.assert_array_equal(functions["one_epoch"](*inputs)[0], W)
    worker.end()
    printed = capfd.readouterr().err
    assert (printed.count("loaded"), printed.count("here int")) == (1, 1)
