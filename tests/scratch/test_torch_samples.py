"""The samples by which PyTorch tests its own functions, with what PyTorch makes of them: see samples/make.py."""

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load

import scratch

FOLDER = Path(__file__).with_name("samples")
INDEX = json.loads(FOLDER.joinpath("torch.json").read_text())
CASES = INDEX["cases"]
Arrays = dict[str, NDArray]


@pytest.fixture(scope="module")
def tensors() -> Arrays:
    return load(gzip.decompress(FOLDER.joinpath("torch.safetensors.gz").read_bytes()))


@pytest.fixture
def arrays(request: pytest.FixtureRequest, tensors: Arrays) -> Arrays:
    """Inputs and outputs of a case, by name."""
    number = f"{request.param} "
    return {name.removeprefix(number): value for name, value in tensors.items() if name.startswith(number)}


# What scratch makes of a case, and for each result the roundings that it may be off by, as multiples of eps: as many as
# its sum has terms (and one for each other operation), half an eps each and on each of the two sides, of their sizes.
def of_linear(a: Arrays) -> dict[str, tuple[NDArray, NDArray]]:
    X, W, b, dZ = (a[name] for name in ("X", "W", "b", "dZ"))
    dW, db = scratch.parameter_gradients(X, dZ)
    N, D = X.shape
    return {
        "Z": (scratch.logits(X, W, b), (D + 1) * (abs(X) @ abs(W).T + abs(b))),
        "dW": (dW, N * (abs(dZ).T @ abs(X))),
        "db": (db, N * abs(dZ).sum(axis=0)),
    }


def roundings(Z: NDArray) -> float:
    """Of log-probabilities: K in their sum, and of two subtractions, exp and log."""
    return (Z.shape[1] + 4) * max(1.0, abs(Z).max(initial=0.0))


def of_log_softmax(a: Arrays) -> dict[str, tuple[NDArray, float]]:
    return {"logP": (scratch.log_softmax(a["Z"]), roundings(a["Z"]))}


def of_softmax(a: Arrays) -> dict[str, tuple[NDArray, float]]:
    P, limit = scratch.softmax(a["Z"]), roundings(a["Z"])
    dZ = np.einsum("nj,njk->nk", a["G"], scratch.softmax_jacobian(P))
    return {"P": (P, limit), "dZ": (dZ, 3 * limit * abs(a["G"]).sum(axis=1, keepdims=True))}


def of_nll_loss(a: Arrays) -> dict[str, tuple[np.floating, float]]:
    return {"L": (scratch.nll_loss(a["logP"], a["y"]), len(a["y"]) * abs(a["logP"]).max())}


def of_cross_entropy(a: Arrays) -> dict[str, tuple[Any, float]]:
    Z, y = a["Z"], a["y"]
    logP = scratch.log_softmax(Z)
    dZ = scratch.logits_gradient(logP, y)
    return {
        "L": (scratch.cross_entropy(Z, y), roundings(Z) + len(y) * abs(logP).max()),
        "dZ": (dZ, (roundings(Z) + 2) / len(y)),
    }


FUNCTIONS = {
    "linear": of_linear,
    "log_softmax": of_log_softmax,
    "softmax": of_softmax,
    "nll_loss": of_nll_loss,
    "cross_entropy": of_cross_entropy,
}


def numbers(function: str | None = None, error: bool = False) -> list[int]:
    return [n for n, case in enumerate(CASES) if bool(case["error"]) == error and function in (None, case["function"])]


@pytest.mark.parametrize(
    ("function", "arrays"), [(name, n) for name in FUNCTIONS for n in numbers(name)], indirect=["arrays"]
)
def test_what_pytorch_computes(function: str, arrays: Arrays):
    for name, (ours, limit) in FUNCTIONS[function](arrays).items():
        theirs = arrays[name]
        assert ours.dtype == theirs.dtype
        assert ours.shape == theirs.shape
        assert (abs(ours - theirs) <= np.finfo(theirs.dtype).eps * limit).all(), name


@pytest.mark.parametrize(("n", "arrays"), [(n, n) for n in numbers("SGD")], indirect=["arrays"])
def test_each_step_of_sgd(n: int, arrays: Arrays):
    sgd, (W, b) = scratch.SGD(**CASES[n]["options"]), (arrays[name][0] for name in ("W", "b"))
    path = [(W, b)]
    for dW, db in zip(arrays["dW"], arrays["db"], strict=True):
        W, b = scratch.sgd_step(W, b, *sgd.directions([W, b], [dW, db]), sgd.lr)
        path.append((W, b))
    # six roundings a step: two for decay, two for the velocity, two for the update
    limit = 6 * len(arrays["dW"]) * max(abs(arrays[name]).max() for name in ("W", "dW")) * np.finfo(W.dtype).eps
    for ours, name in zip(map(np.stack, zip(*path, strict=True)), ("W", "b"), strict=True):
        np.testing.assert_allclose(ours, arrays[name], rtol=0, atol=limit, strict=True)


@pytest.mark.parametrize(("n", "arrays"), [(n, n) for n in numbers(error=True)], indirect=["arrays"])
def test_what_pytorch_refuses(n: int, arrays: Arrays):
    case = CASES[n]
    if case["function"] == "SGD":
        with pytest.raises(ValueError, match="must be 0 or more"):
            scratch.SGD(**case["options"])
    else:
        with pytest.raises((TypeError, ValueError), match="labels must"):
            scratch.cross_entropy(arrays["Z"], arrays["y"])


def test_how_many_samples_apply_and_why_the_others_do_not():
    assert INDEX["versions"] == {"torch": "2.14.1+cu130", "numpy": "2.4.6"}
    assert Counter((case["function"], bool(case["error"])) for case in CASES) == {
        ("softmax", False): 16,
        ("cross_entropy", False): 23,
        ("linear", False): 24,
        ("log_softmax", False): 18,
        ("nll_loss", False): 18,
        ("cross_entropy", True): 8,
        ("SGD", False): 16,
        ("SGD", True): 2,
    }
    assert INDEX["left out"] == {
        "another dtype than float32 or float64": 631,
        "reduction sum": 128,
        "reduction none": 128,
        "class weights": 74,
        "a dtype for the result": 28,
        "label smoothing": 28,
        "no bias": 22,
        "ignored labels": 19,
        "soft targets": 18,
        "parameters, or an option of SGD that scratch does not have": 14,
        "a scalar has no classes": 8,
        "the module is never called": 6,
        "an error of shapes that are no matrix": 2,
    }
