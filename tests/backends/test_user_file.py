"""A user's own functions: whatever they do, it is told in one line."""

from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.backends.user_file import LOADING, UserFile, UserFileError
from compare.errors import InputError
from compare.files import short_path
from compare.problem import Problem


def step(problem: Problem, equations: scratch.Equations) -> scratch.Step:
    """The first step of the problem."""
    model = scratch.SoftmaxRegression(*problem.start("float64"))
    X, y = equations.batch(*problem.train, problem.epoch_batches(1)[0], model.dtype)
    return scratch.step(model, scratch.SGD(problem.chosen.lr), X, y, equations)


def test_a_step_of_right_functions_is_that_of_scratch(small: Problem, user_file, right_functions):
    file = UserFile(Path(user_file(right_functions)))
    assert (file.name, set(file.defined)) == ("mine", set(scratch.Equations._fields[1:]))
    for ours, expected in zip(step(small, file.equations()), step(small, scratch.EQUATIONS), strict=True):
        # these add in another order: a few roundings of numbers up to 2
        np.testing.assert_allclose(ours, expected, rtol=0, atol=16 * np.finfo("float64").eps, strict=True)


def test_a_step_of_a_file_is_that_of_its_functions(small: Problem, user_file, right_functions):
    file, functions = UserFile(Path(user_file(right_functions))), {}
    exec(right_functions, functions)
    alone = scratch.EQUATIONS._replace(**{name: functions[name] for name in file.defined})
    for ours, expected in zip(step(small, file.equations()), step(small, alone), strict=True):
        np.testing.assert_array_equal(ours, expected, strict=True)


# What a function does, and what the error says.
FAULTS = {
    "raises": ("logits", "return X @ W", "line 5: logits (E1) raises ValueError: matmul"),
    "not written": ("logits", "raise NotImplementedError", "logits (E1) is not written yet"),
    "returns nothing": (
        "log_softmax",
        "Z.max()",
        "log_softmax (E2) returns None for logP, not a NumPy array",
    ),
    "no number": ("nll_loss", "return None", "nll_loss (E3) returns None for L, not a number"),
    "a class without a name": (
        "logits",
        "return type('', (), {})()",
        "logits (E1) returns an object of a class without a name for Z, not a NumPy array",
    ),
    "a class that hides its name": (
        "logits",
        "return type('M', (type,), {'__name__': property(lambda _: exit(0))})('Odd', (), {})()",
        "logits (E1) returns an Odd for Z, not a NumPy array",
    ),
    "a class of two lines": ("logits", "return type('a\\nb', (), {})()", r"logits (E1) returns an a\nb for Z"),
    "a list": ("log_softmax", "return Z.tolist()", "log_softmax (E2) returns a list for logP, not a NumPy array"),
    "wrong shape": (
        "logits",
        "return (X @ W.T + b).T",
        "returns Z in shape (K, N) = (4, 20), not (N, K) = (20, 4)",
    ),
    "the second wrong": (
        "parameter_gradients",
        "return dZ.T @ X, dZ.sum(axis=1)",
        "returns db, the second of the pair, in shape (N,) = (20,), not (K,) = (4,)",
    ),
    "a message too long": ("logits", "raise ValueError('x' * 54 + 'y' * 37)", f"ValueError: {'x' * 54} … {'y' * 36}"),
    "a long message": ("logits", "raise ValueError('x' * 90)", f"ValueError: {'x' * 90}"),
    "a long message in words": (
        "logits",
        "raise ValueError('xx, ' * 30)",
        f"ValueError: {'xx, ' * 13}… {'xx, ' * 8}xx,",
    ),
    "a message with a full stop": ("logits", "raise ValueError('x.')", "raises ValueError: x"),
    "wrong dtype": ("logits", "return (X @ W.T + b).astype('float32')", "(E1) returns Z in float32, not float64"),
    "a matrix": ("logits", "return (X @ W.T + b).view(np.matrix)", "(E1) returns a matrix for Z, not a NumPy array"),
    "no pair": (
        "parameter_gradients",
        "return dZ.T @ X",
        "parameter_gradients (E5) returns an array, not a pair: dW, db",
    ),
    "a pair of one": ("sgd_step", "return (W,)", "sgd_step (E6) returns a tuple of 1, not a pair"),
    "input changed": ("log_softmax", "Z -= Z.max(); return Z", "line 5: log_softmax (E2) changes its input in place"),
    "input changed by out=": ("logits_gradient", "return np.exp(logP, out=logP)", "changes its input in place"),
    "labels changed": ("nll_loss", "y[0] = 0; return -logP.mean()", "nll_loss (E3) changes its input in place"),
    "weights changed": ("sgd_step", "W -= lr * dW; return W, b", "sgd_step (E6) changes its input in place"),
    "exits": ("logits", "import sys; sys.exit(0)", "logits (E1) raises SystemExit: 0"),
    "recursion": ("logits", "return logits(X, W, b)", "logits (E1) raises RecursionError"),
    "an error that cannot be printed": (
        "logits",
        "raise type('Bad', (Exception,), {'__str__': lambda self: 1 / 0})()",
        "logits (E1) raises Bad: an error that cannot be printed",
    ),
    "input made writable": (
        "sgd_step",
        "W.flags.writeable = True; W -= lr * dW; return W, b",
        "changes its input in place",
    ),
    "input resized": ("log_softmax", "Z.resize(3); return Z", "changes its input in place"),
    "a class that lies": (
        "logits",
        "return type('A', (), {'__class__': property(lambda self: exit(0))})()",
        "logits (E1) returns what NumPy cannot take: raises SystemExit: 0",
    ),
    "a pair that ends the process": (
        "parameter_gradients",
        "return type('T', (tuple,), {'__len__': lambda self: exit(0)})((dZ, dZ))",
        "parameter_gradients (E5) returns what NumPy cannot take: raises SystemExit: 0",
    ),
    "objects": ("logits", "return (X @ W.T + b).astype(object)", "returns Z in object, not float64"),
    "a subclass": (
        "logits",
        "return (X @ W.T + b).view(type('Odd', (np.ndarray,), {'__array_finalize__': lambda self, o: 1 / 0}))",
        "logits (E1) raises ZeroDivisionError",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_every_fault_is_one_line_with_its_function(small: Problem, user_file, one_function, case: str):
    name, body, words = FAULTS[case]
    path = user_file(one_function(name, body))
    with pytest.raises(UserFileError) as refused:
        step(small, UserFile(Path(path)).equations())
    assert words in str(refused.value)
    assert str(refused.value).startswith(short_path(Path(path)))
    assert "\n" not in str(refused.value)


def test_a_file_in_the_working_folder_is_told_by_its_name_alone(
    small: Problem, user_file, one_function, monkeypatch: pytest.MonkeyPatch
):
    path = Path(user_file(one_function("logits", "return X @ W")))
    monkeypatch.chdir(path.parent)
    with pytest.raises(UserFileError, match=r"^mine\.py, line 5: logits \(E1\) raises ValueError: matmul"):
        step(small, UserFile(path).equations())
    path.write_text("def logits(")
    with pytest.raises(InputError, match=r"^mine\.py, line 1: is not valid Python"):
        UserFile(path)


def test_the_place_in_a_run_comes_last():
    assert (
        str(UserFileError("mine.py: logits (E1) raises").at("at epoch 1")) == "mine.py: logits (E1) raises, at epoch 1"
    )


def test_nan_for_finite_inputs_is_an_error_where_no_comparison_sees_it(small: Problem, user_file, one_function):
    file = UserFile(Path(user_file(one_function("log_softmax", "return Z * np.nan"))))
    with pytest.raises(UserFileError, match=r"log_softmax \(E2\) returns nan for finite inputs"):
        step(small, file.equations(nan=False))
    assert np.isnan(step(small, file.equations()).L)


def test_one_nan_is_an_error_unless_an_input_has_one_place_that_is_not_finite(user_file, one_function):
    """The first logit of each row becomes nan, whatever it was."""
    code = one_function("log_softmax", "Z = Z.copy(); Z[:, 0] = np.nan; return Z")
    log_softmax = UserFile(Path(user_file(code))).equations(nan=False).log_softmax
    with pytest.raises(UserFileError, match="returns nan for finite inputs"):
        log_softmax(np.zeros((2, 3)))
    for place in (np.nan, np.inf, -np.inf):
        assert np.isnan(log_softmax(np.array([[0.0, 1.0, place]]))[:, 0]).all()


@pytest.mark.parametrize("nan", [True, False])
def test_nan_for_nan_is_right(user_file, one_function, nan: bool):
    equations = UserFile(Path(user_file(one_function("log_softmax", "return Z + 0")))).equations(nan=nan)
    assert np.isnan(equations.log_softmax(np.full((2, 3), np.nan))).all()


def test_memory_that_a_function_keeps_is_not_ours(user_file, one_function):
    """It changes what it returned one call later."""
    body = "[k.fill(7) for k in kept]; Z = X @ W.T + b; kept.append(Z); return Z"
    equations = UserFile(Path(user_file("kept = []\n" + one_function("logits", body)))).equations()
    inputs = np.ones((2, 3)), np.ones((4, 3)), np.ones(4)
    first = equations.logits(*inputs)
    equations.logits(*inputs)
    assert (first == 4).all()


def test_what_a_function_returns_can_be_written_to(user_file, one_function):
    """Also a view of its read-only input: the next function gets an array like any other."""
    equations = UserFile(Path(user_file(one_function("sgd_step", "return W, b")))).equations()
    W, b = equations.sgd_step(np.ones((2, 3)), np.ones(2), np.ones((2, 3)), np.ones(2), 0.1)
    W += 1
    b += 1
    assert (W == 2).all()


def test_what_a_function_prints_is_kept_out_of_stdout(user_file, one_function, capsys: pytest.CaptureFixture):
    text = "print('loaded')\n" + one_function("logits", "print('called'); return X @ W.T + b")
    UserFile(Path(user_file(text))).equations().logits(np.ones((2, 3)), np.ones((4, 3)), np.ones(4))
    out, err = capsys.readouterr()
    assert out == ""
    assert {"loaded", "called"} <= set(err.split())


def test_what_a_function_tells_numpy_ends_with_its_call(user_file, one_function):
    body = "np.seterr(all='raise'); return X @ W.T + b"
    UserFile(Path(user_file(one_function("logits", body)))).equations().logits(
        np.ones((2, 3)), np.ones((4, 3)), np.ones(4)
    )
    assert np.geterr()["over"] == "warn"


def test_what_stands_beside_the_file_can_be_imported(user_file, right_functions, tmp_path: Path):
    (tmp_path / "a_helper_of_mine.py").write_text("six = 6")
    text = "from __future__ import annotations\nimport dataclasses\nimport a_helper_of_mine\n" + right_functions
    file = UserFile(Path(user_file(text + "\n@dataclasses.dataclass\nclass A:\n    x: int = a_helper_of_mine.six\n")))
    assert len(file.defined) == 6


def test_the_mark_says_which_function_is_called(user_file, right_functions):
    marks: list[int] = []
    functions = UserFile(Path(user_file(right_functions)), marks.append).equations()
    logP, y = np.log(np.full((2, 2), 0.5)), np.array([0, 1])
    functions.nll_loss(logP, y)
    functions.logits_gradient(logP, y)
    functions.log_softmax(logP)
    # read, run to see what is in it, and run for these functions
    assert marks == [LOADING] * 3 + [3, 4, 2]


def test_a_function_is_given_each_array_in_the_layout_in_which_it_was_made(user_file, one_function, small: Problem):
    body = "assert logP.flags.fnc; return -logP.ravel(order='A')[np.arange(len(y)) * logP.shape[1] + y].mean()"
    ours = backend(user_file(one_function("nll_loss", body)))
    index = small.epoch_batches(1)[0]
    right, done = (side.side(small, "float64").step(index) for side in (SCRATCH, ours))
    np.testing.assert_array_equal(done.logP, right.logP)
    assert abs(done.L - right.L) > 1e-3
