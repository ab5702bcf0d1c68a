"""Whose code a function is, seen without running it: other modules, ways to them, and what is refused to nobody."""

from pathlib import Path

import pytest

from compare.exercise.foreign import why_not
from compare.exercise.source import Source

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
    "def logits(X, W, b):\n    return __import__('scratch').logits(X, W, b)": "__import__",
    "import importlib as i\n\ndef logits(X, W, b):\n    return i.reload('scratch').logits(X, W, b)": "importlib",
    "import sys\n\ndef logits(X, W, b):\n    return sys.modules['scratch'].logits(X, W, b)": "sys.modules",
    "def logits(X, W, b):\n    return eval('X @ W.T + b')": "eval",
    "try:\n    from torch_impl import logits\nexcept ImportError:\n    pass": "torch_impl",
    "def own(f):\n    import scratch\n    return scratch.logits\n\n@own\ndef logits(X, W, b):\n    return 0": "scratch",
}


@pytest.mark.parametrize("text", FOREIGN)
def test_somebody_elses_code_is_told(source, text: str):
    assert source(text).foreign("logits") == FOREIGN[text]


OWN_CODE = [
    OWN,
    "from numpy import *\n" + OWN,
    "import numpy.linalg, math, itertools, typing\n" + OWN,
    "import torch\nimport matplotlib.pyplot as plt\n" + OWN,
    "from scratch import log_softmax\n" + OWN,
    "import numpy as np\n\ndef dot(A, B):\n    return A @ B\n\ndef logits(X, W, b):\n    return dot(X, W.T) + b\n",
    "import numpy as np\nlogits = lambda X, W, b: X @ W.T + b\n",
    OWN + "\nif __name__ == '__main__':\n    import scratch\n    print(scratch.logits)\n",
    "",
    "import math\n\ndef logits(X, W, b):\n    print(X.shape)\n    return X @ W.T + b * math.exp(0)\n",
    "from typing import Any\nfrom dataclasses import dataclass\nimport functools, itertools, time, sys, collections\n\n"
    "@dataclass\nclass Layer:\n    W: Any\n    types: int = 0\n\n    def __init__(self, W):\n        self.W = W\n"
    "        self.types = 1\n        self._os = self.__class__.__name__\n"
    "        self.__n = W.__len__()\n\n    def __call__(self, X):\n"
    "        return X @ self.W.T\n\n\n@functools.cache\ndef one(n: int):\n    return n\n\n\n"
    "def logits(X, W, b):\n    began = time.time()\n    assert getattr(X, 'ndim', 0) == 2 and sys.maxsize\n"
    "    collections.Counter(itertools.chain([1], [2]))\n    return Layer(W)(X) + b.copy()\n",
    "import numpy as np\nnp.set_printoptions(precision=3)\nX = np.load('x.npy')\nnp.random.seed(1)\n\n"
    "def logits(X, W, b):\n    np.testing.assert_equal(X.ndim, 2)\n    return np.trace(X) + np.linalg.norm(W)\n",
    "import scratch\nX = scratch.EQUATIONS\n\ndef logits(X, W, b):\n    return X @ W.T + b\n",
    OWN + "\nimport torch\n\ndef demo():\n    seen = []\n    seen.append(torch)\n    print(seen)\n\ndemo()\n",
    OWN + "\nimport torch\n\ndef compared():\n    W = torch.zeros(3)\n    return W\n",
]


@pytest.mark.parametrize("text", OWN_CODE, ids=range(len(OWN_CODE)))
def test_own_code_is_never_accused(source, text: str):
    assert source(text).foreign("logits") == ""


# What stands before logits and in it, and what is told: ways to other code that no import of it shows.
WAYS = {
    ("import pickle", "pickle.loads(b'cscratch\\nlogits\\n.')(X, W, b)"): "pickle",
    ("", "print.__self__.__import__('scratch').logits(X, W, b)"): "print.__self__.__import__",
    ("import numpy as np", "np.__dict__['__builtins__']['__import__']('scratch').logits(X, W, b)"): "np.__dict__",
    ("import pydoc", "pydoc.safeimport('scratch').logits(X, W, b)"): "pydoc",
    ("import doctest", "doctest._normalize_module('scratch').logits(X, W, b)"): "doctest",
    ("import logging.config", "logging.config.BaseConfigurator({}).resolve('scratch')"): "logging.config",
    ("import timeit", "timeit.timeit('f.append(1)', setup='import scratch')"): "timeit",
    ("import antigravity", "antigravity.logits(X, W, b)"): "antigravity",
    ("import numpy as np", "np.lib.npyio.os.system('ls')"): "np.lib.npyio.os",
    ("import numpy as np", "np.load('f.npy', None, True)"): "np.load",
    ("import numpy as np", "np.load(X, allow_pickle=True)"): "np.load",
    ("import numpy as np", "np.testing.measure('import scratch')"): "np.testing.measure",
    ("from numpy.lib import npyio", "npyio"): "numpy.lib",
    ("from sys import modules", "modules['scratch'].logits(X, W, b)"): "sys.modules",
    ("import typing", "typing.get_type_hints(X)"): "typing.get_type_hints",
    ("import numpy as np", "getattr(np, 2 * '_' + 'dict__')"): "getattr",
    ("", "getattr(print, '__self__')"): "getattr",
    ("", "(n for n in X).gi_frame.f_builtins"): "(n for n in X).gi_frame.f_builtins",
    ("", "().__class__.__base__.__subclasses__()"): "().__class__.__base__.__subclasses__",
    ("import scratch\nclass Own: ...\nOwn.f = scratch.logits", "Own.f(X, W, b)"): "scratch",
    ("import scratch\nown = {}\nown['f'] = scratch.logits", "own['f'](X, W, b)"): "scratch",
    ("import scratch\nown = []\nown.append(scratch.logits)", "own[0](X, W, b)"): "scratch",
    ("import scratch\nown = []\ndef fill():\n    own.append(scratch.logits)\nfill()", "own[0](X, W, b)"): "scratch",
}  # fmt: skip


@pytest.mark.parametrize(("before", "result"), WAYS)
def test_ways_to_other_code_are_told(source, before: str, result: str):
    found = source(f"{before}\n\n\ndef logits(X, W, b):\n    return {result}\n").foreign("logits")
    assert found.startswith(WAYS[before, result])


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
    "pickle.loads": "the exercise needs NumPy only", "logging.config": "the exercise needs NumPy only",
    "print.__self__": "by that a file can take code that is not in it", "getattr": "by that a file can take code",
    "globals": "by that a file can take code", "scratch": "that is somebody else's code", ".": "somebody else's code",
    "scipy.linalg": "that is somebody else's code",
}  # fmt: skip


@pytest.mark.parametrize("way", KINDS)
def test_the_reason_fits_what_is_refused(way: str):
    assert why_not("logits", way).startswith(f"logits uses {way}: ")
    assert KINDS[way] in why_not("logits", way)


@pytest.mark.parametrize(
    "text",
    [
        "try:\n    import scratch as s\nexcept ImportError:\n    s = None\nlogits = s.logits\n",
        "import scratch\nglobals().update({n: getattr(scratch, n) for n in ('logits',)})\n",
        "import scratch\nfor n in ('logits',):\n    globals()[n] = getattr(scratch, n)\n",
        "import scratch, sys\nsetattr(sys.modules[__name__], 'logits', scratch.logits)\n",
    ],
)
def test_ways_to_other_code_that_a_last_binding_does_not_show(tmp_path: Path, text: str):
    path = tmp_path / "mine.py"
    path.write_text(text)
    assert Source(path).foreign("logits")
