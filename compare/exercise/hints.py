"""Hints for each of the six functions, and how many of them were given for a file."""

import hashlib
import json
import os
from contextlib import suppress
from pathlib import Path

from compare.data.folders import cache_path
from compare.data.regular_files import read_bytes
from compare.data.strict_json import parse_json
from compare.errors import InputError
from compare.files import whole_file

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
        "How does the loss of one image change if a logit rises a little? By its probability, at the label by 1 less.",
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


def next_hints(path: Path, name: str) -> tuple[str, ...]:
    """The hints for this function of this file that were given before, and one more if there is one.

    Raises InputError if the file of counts is damaged, no file, or may not be read; it stays as it is.
    """
    try:
        file = cache_path() / "hints.json"
    except InputError:  # a user without a home folder
        return HINTS[name][:1]
    key = f"{hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:16]} {name}"
    counts = _read(file)
    shown = min(counts.get(key, 0) + 1, len(HINTS[name]))
    # where the file cannot be written, the first hint is given each time
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(file) as stream:
            stream.write(json.dumps(counts | {key: shown}).encode())
    return HINTS[name][:shown]


def _read(file: Path) -> dict[str, int]:
    """The counts by file and function; none without a file. Raises InputError if it is damaged or may not be read."""
    try:
        counts = parse_json(read_bytes(file))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except PermissionError as error:
        raise InputError(f"{file}: hints cannot be counted: {error.strerror}; make it readable") from None
    except OSError as error:
        raise InputError(f"{file}: hints cannot be counted: {error.strerror}; delete it") from None
    except ValueError:
        counts = None
    if not (isinstance(counts, dict) and all(type(count) is int and count > 0 for count in counts.values())):
        raise InputError(f"{file}: is damaged, so hints cannot be counted; delete it")
    return counts
