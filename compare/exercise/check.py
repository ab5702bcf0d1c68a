"""The course: six functions judged one by one, with hints, until the proof can be run on them."""

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import scratch
from compare.backends.by_name import backend, equations_backend
from compare.backends.protocol import Backend
from compare.backends.threads import threads
from compare.backends.user_file import UserFile, UserFileError
from compare.bugs.detection import first_difference
from compare.bugs.diagnosis import Diagnosis, Diagnostician
from compare.data.registry import cache_path
from compare.equations import FUNCTIONS
from compare.files import whole_file
from compare.problem import Problem
from compare.proof.single_steps import all_exact_steps, hard_batches, plain
from scratch import EQUATIONS

DTYPES = "float32", "float64"

# For each function from the idea to nearly the code.
HINTS = {
    "logits": (
        "Each image gets a score for each class: how well does it fit that class's template, a row of W?",
        "One score is the sum over all pixels of pixel times weight, plus the bias of the class.",
        "Pixels are the second axis of X (N, D) and of W (K, D); one is transposed: (N, D) times (D, K) is (N, K).",
        "X @ W.T is (N, K), and b (K,) is added to each of its rows by broadcasting.",
    ),
    "log_softmax": (
        "Do not compute P first: the logarithm of a quotient is a difference. And each row is on its own.",
        "Z minus the log of the row's sum of exp(Z). What does exp do to a logit of 1000?",
        "Taking the same number from all logits of a row changes nothing; take the row's maximum, and exp is safe.",
        "S = Z - Z.max(axis=1, keepdims=True); the result is S - np.log(np.exp(S).sum(axis=1, keepdims=True)).",
    ),
    "nll_loss": (
        "Of each row only one entry counts. Which one?",
        "The one at the label. The loss is minus the mean of these N numbers.",
        "Two arrays of indices pick one entry of each row: the rows 0 ... N-1, and the labels y.",
        "-logP[np.arange(len(y)), y].mean()",
    ),
    "logits_gradient": (
        "How does the loss change if one logit rises a little? Each row pushes its logits by probability minus truth.",
        "P is exp(logP). Subtracting Y is subtracting 1 at the label of each row, and nothing elsewhere.",
        "np.exp makes a new array, so that logP stays as it is; the same two indices as in the loss find the labels.",
        "dZ = np.exp(logP); dZ[np.arange(len(y)), y] -= 1; and divide by len(y), which need not be 100.",
    ),
    "parameter_gradients": (
        "A weight W[k, d] acts on Z[n, k] through X[n, d], for every image n: the chain rule adds up over n.",
        "dW[k, d] = sum over n of dZ[n, k] X[n, d]. That is a product of two matrices.",
        "(K, N) times (N, D) is (K, D). For b the factor X is 1, so db is the sum of dZ over the images.",
        "dZ.T @ X and dZ.sum(axis=0), as a pair; 1/N is in dZ already.",
    ),
    "sgd_step": (
        "The gradient points to where the loss grows; go the other way, by lr times its length.",
        "New W is W minus lr times dW; b likewise.",
        "W -= ... changes what you were given. W - ... makes a new array.",
        "return W - lr * dW, b - lr * db",
    ),
}


@dataclass(frozen=True)
class FunctionCheck:
    """What is to be said of one function: state is `right`, `wrong` or `missing`."""

    name: str
    state: str
    said: str = ""
    diagnosis: Diagnosis | None = None


def check_functions(attempt: UserFile, problem: Problem) -> list[FunctionCheck]:
    """Check the functions in the order of the derivation, each alone in `scratch`, against PyTorch."""
    theirs = backend("torch")
    with threads(1), np.errstate(all="ignore"):
        return [_judge(attempt, name, problem, theirs) for name in FUNCTIONS]


def _judge(attempt: UserFile, name: str, problem: Problem, theirs: Backend) -> FunctionCheck:
    if name not in attempt.defined:
        return FunctionCheck(name, "missing", f"{name} is not in {attempt.path}")
    alone = equations_backend(name, lambda: EQUATIONS._replace(**{name: getattr(attempt.equations(), name)}))
    try:
        if said := _worked_example(attempt, name):
            return FunctionCheck(name, "wrong", said, _diagnosis(problem, theirs, alone))
        for dtype in DTYPES:
            for trials in (plain(problem, dtype), hard_batches(problem, dtype)):
                if place := first_difference(trials, alone, theirs, dtype, bits=False):
                    said = f"right on the worked example, but not in {dtype}: {place}"
                    return FunctionCheck(name, "wrong", said, _diagnosis(problem, theirs, alone))
            for trials in all_exact_steps(problem, dtype):
                if place := first_difference(trials, alone, theirs, dtype, bits=True):
                    said = f"right but for rounding, and here nothing rounds, in {dtype}: {place}"
                    return FunctionCheck(name, "wrong", said, _diagnosis(problem, theirs, alone))
    except UserFileError as error:
        return FunctionCheck(name, "missing" if "is not written yet" in str(error) else "wrong", str(error))
    return FunctionCheck(name, "right")


def _diagnosis(problem: Problem, theirs: Backend, alone: Backend) -> Diagnosis | None:
    # a function that fails only on other inputs than those of the worked example is judged without
    with suppress(UserFileError):
        return Diagnostician(problem, theirs).diagnose(alone)
    return None


def worked_example() -> dict[str, tuple[tuple[Any, ...], Any]]:
    """For each function the inputs of the example in the exercise, and what comes out (a pair where two do)."""
    X, y = np.array([[1, 0], [0.5, 1]]), np.array([0, 2])
    W, b = np.array([[1.0, 0], [0, 1], [-1, 1]]), np.array([0, 0.5, 0])
    done = scratch.step(scratch.SoftmaxRegression(W, b), scratch.SGD(lr=1.0), X, y)
    return {
        "logits": ((X, W, b), done.Z),
        "log_softmax": ((done.Z,), done.logP),
        "nll_loss": ((done.logP, y), done.L),
        "logits_gradient": ((done.logP, y), done.dZ),
        "parameter_gradients": ((X, done.dZ), (done.dW, done.db)),
        "sgd_step": ((W, b, done.dW, done.db, 1.0), (done.W, done.b)),
    }


def _worked_example(attempt: UserFile, name: str) -> str:
    """What is wrong on the worked example; empty if nothing is."""
    inputs, expected = worked_example()[name]
    got = getattr(attempt.equations(), name)(*inputs)
    pairs = zip(got, expected, strict=True) if isinstance(expected, tuple) else [(got, expected)]
    for result, (ours, theirs) in zip(FUNCTIONS[name].results, pairs, strict=True):
        if not np.allclose(ours, theirs, rtol=1e-9, atol=1e-9):
            return f"on the worked example {result} is {_text(ours)}, and should be {_text(theirs)}"
    return ""


def _text(array: Any) -> str:
    return " ".join(np.array2string(np.asarray(array), precision=4, suppress_small=True, separator=", ").split())


def next_hints(path: Path, name: str) -> tuple[str, ...]:
    """The hints for this function of this file that were given before, and one more if there is one."""
    file = cache_path() / "hints.json"
    key = f"{hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]} {name}"
    try:
        counts = json.loads(file.read_text())
        shown = min(int(counts.get(key, 0)) + 1, len(HINTS[name]))
    except (OSError, ValueError, AttributeError, TypeError):
        counts, shown = {}, 1
    # a home that cannot be written to gives the first hint each time
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as stream:
            stream.write(json.dumps(counts | {key: shown}).encode())
    return HINTS[name][:shown]
