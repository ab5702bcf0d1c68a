"""Somebody's own functions: whatever they do, the referee says it in one line and goes on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from compare.attempt import CONTRACTS, Attempt, AttemptError
from compare.backends import backend
from compare.errors import InputError
from compare.problem import Problem
from compare.proof import prove
from tests.conftest import ROOT

RIGHT = """
import numpy as np

def logits(X, W, b):
    return X @ W.T + b

def log_softmax(Z):
    S = Z - Z.max(axis=1, keepdims=True)
    return S - np.log(np.exp(S).sum(axis=1, keepdims=True))

def nll_loss(logP, y):
    return -logP[np.arange(len(y)), y].mean()

def logits_gradient(logP, y):
    dZ = np.exp(logP)
    dZ[np.arange(len(y)), y] -= 1
    return dZ / len(y)

def parameter_gradients(X, dZ):
    return dZ.T @ X, dZ.sum(axis=0)

def sgd_step(W, b, dW, db, lr):
    return W - lr * dW, b - lr * db
"""


def written(tmp_path: Path, code: str) -> str:
    path = tmp_path / "mine.py"
    path.write_text(code)
    return str(path)


def one(name: str, body: str) -> str:
    """A file with one function of this body, the parameters named as in the table."""
    parameters = ", ".join(CONTRACTS[name].parameters)
    return f"import numpy as np\nimport scratch\n\ndef {name}({parameters}):\n    {body}\n"


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_right_functions_match(small: Problem, tmp_path: Path, dtype: str):
    run = prove(small, dtype, ours=backend(written(tmp_path, RIGHT)))
    assert run.sides == ("mine", "torch")
    assert run.verdict == "match"


@pytest.mark.parametrize("name", CONTRACTS)
def test_what_a_file_lacks_comes_from_scratch(small: Problem, tmp_path: Path, name: str):
    alone = one(name, f"return scratch.{name}({', '.join(CONTRACTS[name].parameters)})")
    run = prove(small, "float64", ours=backend(written(tmp_path, alone)))
    assert run.verdict == "match"
    assert run.weights["mine"] == prove(small, "float64").weights["scratch"]


# A wrong attempt in each function, and the quantity that gives it away.
WRONG = {
    "logits": ("return X @ W.T - b", "logits"),
    "log_softmax": ("return Z - np.log(np.exp(Z).sum(axis=0))", "log_probabilities"),
    "nll_loss": ("return -logP[np.arange(len(y)), y].sum()", "loss"),
    "logits_gradient": ("return np.exp(logP) / len(y)", "dZ"),
    "parameter_gradients": ("return dZ.T @ X, dZ.mean(axis=0)", "db"),
    "sgd_step": ("return W + lr * dW, b - lr * db", "W"),
}


@pytest.mark.parametrize("name", CONTRACTS)
def test_a_wrong_attempt_in_each_function_differs(small: Problem, tmp_path: Path, name: str):
    body, quantity = WRONG[name]
    found = prove(small, "float64", ours=backend(written(tmp_path, one(name, body)))).first_divergence
    assert (found.quantity, found.epoch, found.step) == (quantity, 1, 1)


# What an attempt does, and what is said of it; the place comes after.
MISDEEDS = {
    "raises": ("logits", "return X @ W", "line 5: logits (E1) raises ValueError: matmul"),
    "not written": ("logits", "raise NotImplementedError", "logits (E1) is not written yet"),
    "returns nothing": ("log_softmax", "Z.max()", "log_softmax (E2) returns None, not a NumPy array"),
    "a list": ("log_softmax", "return Z.tolist()", "log_softmax (E2) returns a list, not a NumPy array"),
    "wrong shape": ("logits", "return (X @ W.T + b).T", "logits (E1) returns shape (4, 99)"),
    "wrong dtype": ("logits", "return (X @ W.T + b).astype('float32')", "and dtype float32, not (99, 4) and float64"),
    "no pair": ("parameter_gradients", "return dZ.T @ X", "parameter_gradients (E5) returns a ndarray, not a pair"),
    "a pair of one": ("sgd_step", "return (W,)", "sgd_step (E6) returns a tuple, not a pair"),
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
    "objects": ("logits", "return (X @ W.T + b).astype(object)", "dtype object"),
    "a subclass": (
        "logits",
        "return (X @ W.T + b).view(type('Odd', (np.ndarray,), {'__array_finalize__': lambda self, o: 1 / 0}))",
        "logits (E1) raises ZeroDivisionError",
    ),
}


@pytest.mark.parametrize("case", MISDEEDS)
def test_every_misdeed_is_one_line_with_its_place(small: Problem, tmp_path: Path, case: str):
    name, body, words = MISDEEDS[case]
    attempt = backend(written(tmp_path, one(name, body)))
    with pytest.raises(AttemptError) as told:
        prove(small, "float64", ours=attempt)
    assert words in str(told.value)
    assert "\n" not in str(told.value)
    assert str(told.value).endswith((", in the evaluation before training", ", at epoch 1, step 1"))


def test_a_misdeed_in_the_middle_is_told_with_its_step(small: Problem, tmp_path: Path):
    late = "calls = 0\n" + one(
        "parameter_gradients",
        "global calls; calls += 1; assert calls < 8, 'tired'; return scratch.parameter_gradients(X, dZ)",
    )
    with pytest.raises(AttemptError, match=r"raises AssertionError: tired, at epoch 2, step 3$"):
        prove(small, "float64", ours=backend(written(tmp_path, late)))


def test_nan_is_a_difference_for_the_proof_and_an_error_in_training(small: Problem, tmp_path: Path):
    path = written(tmp_path, one("log_softmax", "return Z * np.nan"))
    found = prove(small, "float64", ours=backend(path)).first_divergence
    assert found.quantity == "log_probabilities"
    assert found.ours != found.ours
    with pytest.raises(AttemptError, match=r"log_softmax \(E2\) returns nan for finite inputs"):
        Attempt(Path(path)).equations(nan=False).log_softmax(small.start("float64")[0])


def test_memory_that_an_attempt_keeps_is_not_ours(small: Problem, tmp_path: Path):
    """It changes what it returned, and what it was given, one call later."""
    code = "kept = []\n" + one(
        "logits",
        "[k.fill(7) for k in kept if k.flags.writeable]; Z = X @ W.T + b; kept.append(Z); return Z",
    )
    assert prove(small, "float64", ours=backend(written(tmp_path, code))).verdict == "match"


FILES = {
    "no Python": ("def logits(X, W, b:\n", "line 1: is no Python"),
    "fails to load": ("import no_such_module_of_anybody\n", "line 1: raises ModuleNotFoundError"),
    "exits while loading": ("import sys\nsys.exit(3)\n", "line 2: raises SystemExit: 3 while it is loaded"),
    "nothing of ours": ("def logit(X): return X\n", "defines none of logits, log_softmax"),
    "no function": ("logits = 3\n", "logits (E1) is an int, not a function"),
    "null bytes": ("a\0b", "is no Python"),
}


@pytest.mark.parametrize("case", FILES)
def test_files_that_cannot_be_used(tmp_path: Path, case: str):
    code, words = FILES[case]
    with pytest.raises(InputError) as told:
        Attempt(Path(written(tmp_path, code)))
    assert words in str(told.value)


def test_unknown_backends_are_told():
    with pytest.raises(InputError, match="known: scratch, torch, or the path of a Python file"):
        backend("tensorflow")
    with pytest.raises(InputError, match="cannot be read: No such file"):
        backend("no/such/file.py")


def command(*args: object) -> subprocess.CompletedProcess:
    line = [sys.executable, "-m", "compare", *map(str, args)]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, timeout=120)


def test_an_attempt_that_ends_the_process_gets_no_verdict(tmp_path: Path):
    path = written(tmp_path, one("logits", "import os; os._exit(0)"))
    done = command("prove", "--backend", path, "--data", "digits", "--epochs", 1, "--json", tmp_path / "json")
    assert done.returncode == 2
    said = done.stderr.splitlines()[-1]
    assert said == f"error: {path}: logits (E1) ended the whole process, with code 0, in call 1 of its functions"
    assert not (tmp_path / "json").exists()


def test_an_attempt_is_judged_from_the_command_line(tmp_path: Path):
    path = written(tmp_path, RIGHT.replace("return -logP", "print('noise'); return -logP").replace(".mean()", ".sum()"))
    out = tmp_path / "json"
    done = command("prove", "--backend", path, "--data", "digits", "--epochs", 1, "--dtype", "float32", "--json", out)
    assert done.returncode == 1
    assert "noise" in done.stderr
    assert "noise" not in done.stdout
    assert "L is N = 100 times what it should be, in every element" in " ".join(done.stdout.split())
    assert "this looks like summed loss, see bug summed-loss, E3" in " ".join(done.stdout.split())
    content = json.loads(out.read_text())
    assert content["diagnosis"]["guesses"][0] == {"bug": "summed-loss", "tag": "E3", "likeness": 1.0}
    assert content["runs"][0]["first_divergence"]["mine"] == pytest.approx(
        100 * content["runs"][0]["first_divergence"]["torch"], rel=1e-5
    )


# What an attempt does beside its work, and that nobody else notices.
NOISE = {
    "writes to file descriptors": "import os, sys; os.write(1, b'RAW'); sys.__stdout__.write('RAW')",
    "has NumPy raise": "np.seterr(all='raise')",
    "leaves a thread behind": "import threading, time; threading.Thread(target=time.sleep, args=(1000,)).start()",
    "exits in its own way": "import atexit, os; atexit.register(os._exit, 7)",
    "has a dataclass": "import dataclasses; dataclasses.make_dataclass('A', ['x'])(1)",
}


def test_what_an_attempt_does_beside_its_work_changes_nothing(tmp_path: Path):
    code = "\n".join(f"def noise_{n}():\n    {what}" for n, what in enumerate(NOISE.values()))
    calls = "\n".join(f"noise_{n}()" for n in range(len(NOISE)))
    noisy = f"from __future__ import annotations\n{RIGHT}\n{code}\n{calls}\n".replace(
        "return X @", "noise_0(); noise_1(); return X @"
    )
    (tmp_path / "helper.py").write_text("import numpy")
    path = written(tmp_path, noisy + "import helper\n")
    done = command("prove", "--backend", path, "--data", "digits", "--epochs", 1, "--dtype", "float32", "--json", "-")
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "match"
    assert "RAW" in done.stderr


@pytest.mark.parametrize("change", ["np.abs = lambda *_, **__: 1 / 0", "np.random.default_rng = None"])
def test_an_attempt_that_breaks_numpy_breaks_off_in_one_line(tmp_path: Path, change: str):
    done = command("prove", "--backend", written(tmp_path, RIGHT + change), "--data", "digits", "--epochs", 1)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].startswith("error: the referee itself broke off (")


def test_a_receipt_that_was_not_asked_for_is_no_verdict(tmp_path: Path):
    forged = "import os, sys\nprint(sorted(os.environ), file=sys.stderr)\nos._exit(0)\n"
    done = command("prove", "--backend", written(tmp_path, forged), "--data", "digits", "--epochs", 1)
    assert done.returncode == 2
    assert "COMPARE_CHILD" not in done.stderr
    assert "ended the whole process, with code 0, while it was loaded" in done.stderr


@pytest.mark.usefixtures("here")
def test_train_and_explain_take_an_attempt(cli, tmp_path: Path):
    path, model = written(tmp_path, RIGHT), tmp_path / "model"
    options = "train", "--data", "digits", "--epochs", 2, "--json", tmp_path / "json"
    assert cli(*options, "--backend", path, "--save", model)[0] == 0
    weights = json.loads((tmp_path / "json").read_text())["weights"]
    assert cli(*options, "--backend", "scratch")[0] == 0
    assert json.loads((tmp_path / "json").read_text())["weights"] == weights
    code, out, _ = cli("explain", model, "--index", 3, "--backend", path, "--json", tmp_path / "json")
    assert code == 0
    assert "mine" in out
    assert set(json.loads((tmp_path / "json").read_text())["quantities"]["loss"]) == {"tag", "mine", "torch"}
    assert cli("evaluate", model, "--backend", path, "--quiet")[1] == cli("evaluate", model, "--quiet")[1]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("body", "where"),
    [
        ("raise RuntimeError('no')", "in the evaluation before training"),
        ("assert len(logP) > 90, 'short'; return scratch.nll_loss(logP, y)", "at epoch 1, step 15"),
        ("len(y) == 359 and seen.append(1); assert len(seen) < 3; return -logP.mean()", "after epoch 2"),
    ],
)
def test_training_says_where_an_attempt_fails(cli, tmp_path: Path, body: str, where: str):
    path = written(tmp_path, "seen = []\n" + one("nll_loss", body))
    code, _, err = cli("train", "--data", "digits", "--epochs", 3, "--backend", path)
    assert (code, len(err.splitlines())) == (2, 1)
    assert "nll_loss (E3) raises" in err
    assert err.strip().endswith(where)


@pytest.mark.usefixtures("here")
def test_any_two_backends_can_be_compared(cli, tmp_path: Path):
    path = written(tmp_path, RIGHT)
    pairs = [(path, "scratch"), ("torch", "scratch"), ("scratch", path), ("scratch", "scratch"), ("torch", "torch")]
    for ours, theirs in pairs:
        options = "--data", "digits", "--epochs", 1, "--dtype", "float64", "--quiet", "--json", tmp_path / "json"
        assert cli("prove", "--backend", ours, "--against", theirs, *options)[0] == 0, (ours, theirs)
        first, second = json.loads((tmp_path / "json").read_text())["runs"][0]["sides"]
        assert first != second
