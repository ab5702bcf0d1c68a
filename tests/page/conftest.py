"""What the tests of the page share: the functions of a JavaScript module, called in Node."""

import json
import math
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from compare.equations import FUNCTIONS
from scratch import Equations

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def node() -> str:
    """The program Node."""
    return shutil.which("node") or pytest.skip("needs Node (https://nodejs.org), which runs JavaScript")


@pytest.fixture(scope="session")
def module(node: str) -> Iterator[Callable[[Path], Callable[..., Any]]]:
    """Load a JavaScript module -> a function that calls one of its functions: name, arrays and numbers."""
    running: list[subprocess.Popen] = []

    def load(path: Path) -> Callable[..., Any]:
        command = [node, str(HERE / "functions.mjs"), path.as_uri()]
        running.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return partial(_call, running[-1])

    yield load
    for process in running:
        process.communicate()


def _call(process: subprocess.Popen, name: str, *arguments: Any) -> Any:
    arrays = [np.asarray(argument, np.float64) for argument in arguments]
    request = json.dumps([name, [array.shape for array in arrays]]).encode() + b"\n"
    process.stdin.write(request + b"".join(array.tobytes() for array in arrays))
    process.stdin.flush()
    results = [_array(process, shape) for shape in json.loads(process.stdout.readline())]
    return results[0] if len(results) == 1 else tuple(results)


def _array(process: subprocess.Popen, shape: list[int]) -> NDArray:
    return np.frombuffer(process.stdout.read(8 * math.prod(shape))).reshape(shape)[()]


@pytest.fixture(scope="session")
def engine(module: Callable, root: Path) -> Equations:
    """The six functions of engine.js."""
    call = module(root / "compare" / "page" / "engine.js")
    return Equations(**{name: partial(call, name) for name in FUNCTIONS})
