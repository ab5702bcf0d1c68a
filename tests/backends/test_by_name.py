"""A backend by its name, or by the path of a file."""

from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.backends.by_name import backend, backend_equations, check_known, is_torch, ranks_of, side_name
from compare.backends.user_file import UserFileError
from compare.errors import InputError
from compare.problem import Problem
from compare.training.train import train


@pytest.mark.parametrize("find", [backend, backend_equations])
def test_unknown_backends_are_told(find):
    with pytest.raises(
        InputError, match="unknown backend 'tensorflow'; known: scratch, torch, or the path of a Python"
    ):
        find("tensorflow")
    with pytest.raises(InputError, match=r"no/such/file\.py: cannot be read: No such file"):
        find("no/such/file.py")


@pytest.mark.parametrize(
    ("spec", "name"), [("scratch", "scratch"), ("torch", "torch"), ("a/mine.py", "mine"), (r"a\x", r"a\x")]
)
def test_the_name_of_a_file_is_its_own(spec: str, name: str):
    assert side_name(spec) == name


def test_a_path_may_be_a_path(user_file, one_function, small: Problem):
    path = Path(user_file(one_function("nll_loss", "return 2 * scratch.nll_loss(logP, y)")))
    assert backend(path).name == side_name(path) == "mine"
    assert train(small, path).name == "mine"
    check_known(path)
    assert float(backend_equations(path).nll_loss(np.zeros((1, 2)) - 1, np.zeros(1, int))) == 2
    with pytest.raises(InputError, match="cannot be read"):
        check_known(Path("no/such.py"))


def test_each_side_of_a_file_has_its_own_variables(user_file, one_function, small: Problem):
    code = "calls = 0\n" + one_function("logits", "global calls; calls += 1; return X @ W.T + b + calls")
    mine = backend(user_file(code))
    first, second = mine.side(small, "float64"), mine.side(small, "float64")
    index = small.epoch_batches(1)[0]
    Z = first.step(index).Z
    first.step(index)
    np.testing.assert_array_equal(second.step(index).Z, Z)


def test_nan_of_a_file_is_an_error_in_its_training_and_a_value_in_a_comparison(user_file, one_function, small: Problem):
    path = user_file(one_function("log_softmax", "return Z * np.nan"))
    assert np.isnan(backend(path).side(small, "float64").evaluate(*small.train).loss)
    with pytest.raises(UserFileError, match="returns nan for finite inputs"):
        backend(path, nan=False).side(small, "float64").evaluate(*small.train)


def test_the_equations_of_scratch_are_scratchs():
    assert backend_equations("scratch") is scratch.EQUATIONS


def test_the_equations_of_a_file_are_its_own_and_those_of_scratch(user_file, one_function):
    equations = backend_equations(user_file(one_function("log_softmax", "return 2 * scratch.log_softmax(Z)")))
    Z = np.array([[1.0, 2.0]])
    np.testing.assert_array_equal(equations.log_softmax(Z), 2 * scratch.log_softmax(Z))
    assert equations.logits is scratch.logits


@pytest.mark.parametrize(("spec", "ranks"), [("torch:2", 2), ("torch:64", 64), ("torch", None), ("torch:two", None)])
def test_ranks_by_name(spec: str, ranks: int | None):
    assert ranks_of(spec) == ranks
    assert is_torch("scratch", spec) == (spec != "torch:two")


@pytest.mark.parametrize("spec", ["torch:0", "torch:65"])
def test_so_many_ranks_there_cannot_be(spec: str):
    with pytest.raises(InputError, match=f"{spec}: the ranks, processes on this machine, must be 1 ... 64"):
        check_known(spec, ranks=True)


def test_ranks_are_a_backend_only_where_they_are_asked_for():
    check_known("torch:2", ranks=True)
    with pytest.raises(InputError, match="unknown backend 'torch:2'; known: scratch, torch, or"):
        check_known("torch:2")
    with pytest.raises(InputError, match="unknown backend 'torch2'; known: scratch, torch, torch:N, or"):
        check_known("torch2", ranks=True)


@pytest.mark.parametrize("spec", [f"torch:{'9' * 5000}", "x" * 5000])
def test_a_long_name_is_cut(spec: str):
    with pytest.raises(InputError, match=rf"^unknown backend '{spec[:40]}\.\.\.'; known"):
        check_known(spec, ranks=True)
