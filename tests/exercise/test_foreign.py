"""Whose code a function is, as its import statements say, and what is said of code of others."""

from pathlib import Path

import pytest

from compare.exercise.foreign import why_not

OWN = "import numpy as np\n\ndef logits(X, W, b):\n    return X @ W.T + b\n"


# Files in which logits is not one's own, and what it comes from.
FOREIGN = {
    "from scratch import logits": "scratch",
    "from scratch import *": "scratch",
    "import torch_impl\n\ndef logits(X, W, b):\n    return torch_impl.logits(X, W, b)": "torch_impl",
    "import torch as t\n\ndef logits(X, W, b):\n    return t.nn.functional.linear(X, W, b)": "torch",
    "def logits(X, W, b):\n    from scipy.linalg import blas\n    return blas.dgemm(1, X, W.T) + b": "scipy.linalg",
    "def logits(X, W, b):\n    import jax.numpy as jnp\n    return jnp.dot(X, W.T) + b": "jax.numpy",
    "import scratch\nlogits = scratch.logits": "scratch",
    "import scratch\nlogits, log_softmax = scratch.logits, scratch.log_softmax": "scratch",
    "import scratch\nf = scratch.EQUATIONS\n\ndef logits(X, W, b):\n    return f.logits(X, W, b)": "scratch",
    "from helper import product\n\ndef logits(X, W, b):\n    return product(X, W) + b": "helper",
    "from . import helper\n\ndef logits(X, W, b):\n    return helper(X, W, b)": ".",
    "try:\n    from torch_impl import logits\nexcept ImportError:\n    pass": "torch_impl",
    "try:\n    import scratch as s\nexcept ImportError:\n    s = None\nlogits = s.logits": "scratch",
    "def own(f):\n    import scratch\n    return scratch.logits\n\n@own\ndef logits(X, W, b):\n    return 0": "scratch",
}


@pytest.mark.parametrize("text", FOREIGN)
def test_somebody_elses_code_is_told(source, text: str):
    assert source(text).foreign("logits") == FOREIGN[text]


OWN_CODE = [
    OWN,
    "from numpy import *\n" + OWN,
    "import numpy.linalg, math, itertools, typing, queue, pickle, numpy.lib.format\n" + OWN,
    "import torch\nimport matplotlib.pyplot as plt\n" + OWN,
    "from scratch import log_softmax\n" + OWN,
    "import numpy as np\n\ndef dot(A, B):\n    return A @ B\n\ndef logits(X, W, b):\n    return dot(X, W.T) + b\n",
    "import numpy as np\nlogits = lambda X, W, b: X @ W.T + b\n",
    OWN + "\nif __name__ == '__main__':\n    import scratch\n    print(scratch.logits)\n",
    "",
    "from tqdm import tqdm\nimport rich\n\ndef logits(X, W, b):\n    rich.print(X)\n    return [*tqdm(X @ W.T + b)]\n",
    "import scratch\nX = scratch.EQUATIONS\n\ndef logits(X, W, b):\n    return X @ W.T + b\n",
    OWN + "\nimport torch\n\ndef demo():\n    seen = []\n    seen.append(torch)\n    print(seen)\n\ndemo()\n",
    OWN + "\nimport torch\n\ndef compared():\n    W = torch.zeros(3)\n    return W\n",
]


@pytest.mark.parametrize("text", OWN_CODE, ids=range(len(OWN_CODE)))
def test_own_code_is_never_accused(source, text: str):
    assert source(text).foreign("logits") == ""


BINDINGS = [
    "for logits in [scratch.logits]:\n    pass",
    "if (logits := scratch.logits):\n    pass",
    "match scratch.logits:\n    case logits:\n        pass",
    "def bind():\n    global logits\n    from scratch import logits\n\nbind()",
    "def logits(X, W, b, scratch=scratch):\n    return scratch.logits(X, W, b)",
]


@pytest.mark.parametrize("text", BINDINGS)
def test_whatever_binds_a_function_is_seen(source, text: str):
    assert source(f"import scratch\n\n{text}\n").foreign("logits") == "scratch"


KINDS = {
    "importlib": "by that a file can run code that is not in it", "exec": "by that a file can run code",
    "os.system": "by that a file can run code", "scratch": "that is somebody else's code",
    "scipy.linalg": "that is somebody else's code", "helper": "that is another file. Write the code of logits in this",
    ".helper": "that is another file", "helper.part": "that is another file",
}  # fmt: skip


@pytest.mark.parametrize("other", KINDS)
def test_the_reason_fits_what_is_refused(other: str, tmp_path: Path):
    (tmp_path / "helper.py").touch()
    assert why_not("logits", other, tmp_path).startswith(f"logits uses {other}: {KINDS[other]}")


def test_a_way_of_python_is_no_file_of_that_name(tmp_path: Path):
    (tmp_path / "subprocess.py").touch()
    assert "by that a file can run code" in why_not("logits", "subprocess", tmp_path)
