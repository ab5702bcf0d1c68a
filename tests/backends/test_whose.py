"""Whose code runs in a function of a file: other packages, whatever leads to them, and what is nobody else's."""

import gc
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from compare.backends.user_file import UserFile, UserFileError
from compare.backends.whose import package, whose
from compare.backends.worker import Worker

INPUTS = np.ones((2, 3)), np.ones((4, 3)), np.ones(4)


@pytest.fixture
def _no_callbacks() -> Iterator[None]:
    """What hypothesis has called at each collection of garbage would be seen, whenever that comes; no worker has it."""
    kept = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks[:] = kept


@pytest.fixture
def foreign(tmp_path: Path, _no_callbacks: None) -> Callable[[str, str], str]:
    """What logits runs, in a file with these statements before it, and this result."""

    def find(before: str, result: str = "X @ W.T + b") -> str:
        path = tmp_path / "mine.py"
        path.write_text(f"import numpy as np\n{before}\n\n\ndef logits(X, W, b):\n    return {result}\n")
        return UserFile(path).foreign("logits", INPUTS)

    return find


PICKLED = "b'cscratch\\nlogits\\n.'"
# What stands before logits, and its result: ways to the function of scratch, most without an import that shows it.
LEADS = [
    ("import scratch", "scratch.logits(X, W, b)"),
    ("import pickle", f"pickle.loads({PICKLED})(X, W, b)"),
    ("import io\nfrom scratch import model\nfile = io.BytesIO()\n"
     "np.save(file, np.array([model.logits]))", "np.load((file.seek(0), file)[1], allow_pickle=True)[0](X, W, b)"),
    ("import scratch, sys", "sys.modules['scratch'].logits(X, W, b)"),
    ("import pydoc", "pydoc.safeimport('scratch').logits(X, W, b)"),
    ("import doctest", "doctest._normalize_module('scratch').logits(X, W, b)"),
    ("import logging.config", "logging.config.BaseConfigurator({}).resolve('scratch').logits(X, W, b)"),
    ("import pkgutil", "pkgutil.resolve_name('scratch:logits')(X, W, b)"),
    ("import timeit", "timeit.timeit('import scratch; scratch.softmax(X)', number=1, globals={'X': X})"),
    ("import typing\ndef f(x: 'scratch.logits'): ...\nimport scratch", "typing.get_type_hints(f)['x'](X, W, b)"),
    ("import scratch\nimport functools", "functools.partial(scratch.logits, X, W)(b)"),
    ("import scratch", "next(map(scratch.logits, [X], [W], [b]))"),
    ("import scratch", "np.vectorize(lambda n: scratch.softmax(X)[0, 0])(np.arange(2))"),
    ("import scratch\nown = {}\nown.setdefault('f', scratch.logits)", "own['f'](X, W, b)"),
    ("import scratch\nclass Own: ...\nsetattr(Own, 'f', staticmethod(scratch.logits))", "Own.f(X, W, b)"),
    ("import scratch\nmatch scratch:\n    case object(logits=f): pass", "f(X, W, b)"),
    ("import scratch, threading\nvars(threading)['f'] = scratch.logits", "threading.f(X, W, b)"),
    ("import scratch\nnp.ma.f = scratch.logits", "np.ma.f(X, W, b)"),
    ("import scratch", "min([X], key=lambda X: scratch.logits(X, W, b)[0, 0])"),
    ("import scratch\nclass Own:\n    __add__ = lambda self, b: scratch.softmax(b)\n", "Own() + X"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "result"), LEADS)
def test_every_way_to_code_of_others_is_seen(foreign: Callable, before: str, result: str):
    assert foreign(before, result) == "scratch"


# The same for built-in functions, programs, and what a text says.
OTHERS = {
    ("import torch", "torch.tensor(X)"): "torch",
    ("import torch\nt = torch.ones(2)", "t.softmax(0)"): "torch",
    ("import os", "os.system('')"): "os.system",
    ("import os", "os.popen('').close()"): "subprocess",
    ("import subprocess, sys", "subprocess.run([sys.executable, '-c', ''])"): "subprocess",
    ("import subprocess, sys\nsubprocess.run([sys.executable, '-c', ''])", "X"): "subprocess",
    ("import ctypes", "ctypes.CDLL(None)"): "ctypes",
    ("import importlib", "importlib.import_module('scratch').W"): "importlib",
    ("import importlib\ns = importlib.import_module('math')", "X"): "importlib",
    ("exec('f = 3')", "X"): "exec",
    ("", "eval('X @ W.T + b')"): "eval",
    ("", "__import__('math').pi"): "__import__",
    ("import sys, scratch", "(sys.setprofile(None), scratch.logits(X, W, b))"): "sys.setprofile",
    ("import socket", "socket.socket().close()"): "socket",
}


@pytest.mark.parametrize(("before", "result"), OTHERS)
def test_built_in_functions_of_others_and_programs_are_seen(foreign: Callable, before: str, result: str):
    assert foreign(before, result) == OTHERS[before, result]


DATACLASS = "from dataclasses import dataclass\n@dataclass\nclass Layer:\n    W: object\n    types: int = 0\n"
OWN = {
    "": "X @ W.T + b",
    "import torch\nt = torch.ones(2).softmax(0)": "X @ W.T + b",
    f"{DATACLASS}    def __call__(self, X):\n        return X @ self.W.T": "Layer(W)(X) + b",
    "from collections import namedtuple\nPair = namedtuple('Pair', 'Z b')": "sum(Pair(X @ W.T, b))",
    "import functools\n@functools.cache\ndef one(n: int): return n": "X @ W.T + one(3)",
    "from functools import singledispatch\n@singledispatch\ndef f(n): ...\n@f.register\ndef _(n: int): ...": "f(3)",
    "import queue\nq = queue.Queue()\nq.put(3)": "q.get_nowait() if q.qsize() else q.queue",
    "class Net:\n    signal, modules = 3, []\nnet = Net()": "(net.signal, net.modules, vars(net), Net.__qualname__)",
    "class Own(dict): ...\nown = Own()": "own.get(3), own.setdefault(3, X)",
    "class Own(np.ndarray): ...": "X.view(Own).sum(axis=0)",
    "import re, time, random, contextlib, warnings, logging, threading, pickle": "re.compile('a'), time.time()",
    "import io, contextlib": "contextlib.redirect_stdout(io.StringIO()).__enter__(), print(X)",
    "from concurrent.futures import ThreadPoolExecutor": "ThreadPoolExecutor(1).submit(len, X).result()",
    "def helper(X, name='f'):\n    globals()[name] = X.T\n    return getattr(np, 'exp')(X)": "helper(X)",
    "from numpy.testing import assert_allclose": "assert_allclose(X, X)",
    "from numpy.lib.stride_tricks import sliding_window_view": "sliding_window_view(X, 2, axis=0)",
    "f = np.vectorize(lambda x: x)\nrng = np.random.default_rng(3)": "f(X), rng.normal(size=3), np.linalg.norm(W)",
    "import typing\ndef f(x: 'np.ndarray'): ...": "typing.get_type_hints(f), X",
}


@pytest.mark.parametrize("before", OWN)
def test_own_code_is_never_accused(foreign: Callable, before: str):
    assert foreign(before, OWN[before]) == ""


def test_what_only_shows_something_is_taken(foreign: Callable, tmp_path: Path):
    shown = "import matplotlib; matplotlib.use('agg')\nimport matplotlib.pyplot as plt\nfrom rich import print"
    assert foreign(shown, "plt.plot(X), plt.close(), print(X)") == ""
    (tmp_path / "tqdm.py").write_text(
        "import torch, scratch\ndef tqdm(it):\n    scratch.softmax(it), torch.tensor(1)\n    return it\n"
    )
    assert foreign("from tqdm import tqdm", "[len(x) for x in tqdm(X)]") == ""


def test_another_file_beside_it_is_seen(foreign: Callable, tmp_path: Path):
    (tmp_path / "my_helper.py").write_text("def product(X, W):\n    return X @ W.T\n")
    assert foreign("from my_helper import product", "product(X, W) + b") == "my_helper"


def test_what_a_function_imports_is_not_told_but_what_it_calls_is(foreign: Callable):
    assert foreign("def f(X):\n    import torchvision\n    return X", "f(X)") == ""
    assert foreign("def f(X):\n    import torch.nn.functional as F\n    return F.one_hot(3)", "f(X)") == "torch"


def test_what_raises_is_seen_up_to_there_and_changes_nothing(foreign: Callable, capsys: pytest.CaptureFixture):
    assert foreign("import scratch", "scratch.logits(W, X)") == "scratch"
    assert foreign("print('loaded') or 3", "print(X) or X.x") == ""
    assert "[[1." not in capsys.readouterr().out


def test_a_worker_tells_the_same_and_names_a_function_that_does_not_return(user_file: Callable):
    text = "import scratch, time\ndef logits(X, W, b):\n    return scratch.logits(X, W, b)\n"
    assert Worker(Path(user_file(text))).foreign("logits", INPUTS) == "scratch"
    worker = Worker(Path(user_file(text.replace("return", "time.sleep(60)\n    return"))), time_limit=1.5)
    with pytest.raises(UserFileError, match=r"logits \(E1\) takes over 1.5 s"):
        worker.foreign("logits", INPUTS)


@pytest.mark.parametrize(
    ("module", "expected"),
    [("torch.nn", "torch"), ("numpy.linalg", ""), ("subprocess", ""), ("tqdm.auto", ""), ("mine", "mine"), ("", "")],
)
def test_the_package_of_a_module(module: str, expected: str):
    assert whose(module) == expected


def test_the_package_of_a_file():
    import scratch.model

    assert package(scratch.model.__file__) == "scratch"
    assert package(np.__file__) == "numpy"
    assert package(json.__file__) == "json"
    assert package("<string>") == ""
    assert package("/nowhere/at/all/one.py") == "one"
