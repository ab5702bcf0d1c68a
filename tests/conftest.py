"""What the tests share: small problems, the command line in this process, small MNIST files, and the whole MNIST."""

import atexit
import functools
import importlib
import os
import runpy
import shutil
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_info

from compare.backends.by_name import backend
from compare.backends.protocol import Backend
from compare.backends.threads import threads
from compare.data.registry import DATA_ROOT_VARIABLE, Dataset, load
from compare.equations import FUNCTIONS
from compare.problem import DTYPES, Hyperparameters, Problem
from compare.proof import controls
from compare.proof.gradient_check import GradientCheck, check_gradients
from compare.training.loop import Training
from compare.training.train import train

ROOT = Path(__file__).parent.parent
# The data of the tests: a cache of their own, and no folder that a test has not named.
os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="softmax-tests-")
atexit.register(shutil.rmtree, os.environ["XDG_CACHE_HOME"], ignore_errors=True)
MNIST_ROOT = os.environ.pop(DATA_ROOT_VARIABLE, None)

# What writes exercises with some of it done, and the six functions as a user may write them, all right.
EXERCISES = runpy.run_path(str(ROOT / "tests" / "exercises.py"))
none_ignored = runpy.run_path(str(ROOT / "tests" / "terminal_signals.py"))["none_ignored"]
RIGHT = EXERCISES["SIX"]


@pytest.fixture(autouse=True, scope="module")
def one_thread(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests of the checks compute as a proof does."""
    if not {"proof", "bugs"} & set(request.path.parent.relative_to(ROOT).parts):
        yield
        return
    backend("torch")  # PyTorch is imported before its threads are counted
    with threads(1):
        yield


@pytest.fixture
def threads_now() -> Callable[..., set[int]]:
    """On how many threads each numerical library may compute now; takes any arguments, to stand in for a function."""
    return lambda *_, **__: {pool["num_threads"] for pool in threadpool_info()}


@pytest.fixture(autouse=True, scope="session")
def same_once() -> Iterator[None]:
    """Controls are made once for a precision and a reference of ours, and PyTorch's gradients checked once a problem.

    That is two thirds of a short proof. The tests of the controls do it each time, and test that each proof does.
    """
    every = controls._all_seen

    @functools.cache
    def seen(control: Callable, dtype: str, name: str) -> list[str]:
        return every(control, dtype, backend(name))

    def once(control: Callable, dtype: str, theirs: Backend) -> list[str]:
        known = theirs.name in ("scratch", "torch")
        return seen(control, dtype, theirs.name) if known else every(control, dtype, theirs)

    @functools.cache
    def gradients_of_torch(problem: Problem) -> list[GradientCheck]:
        return check_gradients(problem, backend("torch"))

    def gradients(problem: Problem, side: Backend) -> list[GradientCheck]:
        return gradients_of_torch(problem) if side.name == "torch" else check_gradients(problem, side)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(controls, "_all_seen", once)
        patch.setattr("compare.proof.prove.check_gradients", gradients)
        yield


@pytest.fixture(autouse=True, scope="session")
def signals_as_in_a_terminal() -> Iterator[None]:
    """In the background, or after nohup, some signals are ignored, by all that is started too."""
    yield from none_ignored()


@pytest.fixture(autouse=True)
def signals_as_before() -> Iterator[None]:
    """A program that a signal has ended ignores it from then on; here others follow in the same process."""
    yield from none_ignored()


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20)


@pytest.fixture(scope="session")
def mnist_root() -> Path:
    if MNIST_ROOT is None:
        pytest.skip(f"needs full MNIST: name the folder that holds MNIST/raw in {DATA_ROOT_VARIABLE}")
    return Path(MNIST_ROOT)


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> Callable[..., tuple[int, str, str]]:
    """Run the command line in this process: arguments -> exit code, stdout, stderr."""
    from compare.cli.app import main

    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["compare", *map(str, args)])
        with pytest.raises(SystemExit) as stopped:
            main()
        out, err = capsys.readouterr()
        return int(stopped.value.code or 0), out, err

    return run


@pytest.fixture(scope="session")
def right_functions() -> str:
    """The source of a user's file with all six functions right."""
    return RIGHT


@pytest.fixture(scope="session")
def right_rungs() -> str:
    """The source of a file with all rungs right."""
    return EXERCISES["ALL"]


@pytest.fixture
def exercise_file(tmp_path: Path) -> Callable[..., Path]:
    """Write six functions, as an exercise had before there were rungs, some filled in, after one `change`."""
    return functools.partial(EXERCISES["six"], tmp_path)


@pytest.fixture
def rungs_file(tmp_path: Path) -> Callable[..., Path]:
    """Write an exercise with so many rungs right in code, and `paper` of them on paper, after some changes."""
    return functools.partial(EXERCISES["rungs"], tmp_path)


@pytest.fixture(scope="session")
def trained() -> Training:
    """A well trained model of mnist5k, in float32."""
    return train(Problem(load("mnist5k"), Hyperparameters(epochs=20, lr=0.1)))


@pytest.fixture(scope="session")
def idx_bytes() -> Callable[[NDArray], bytes]:
    """An array -> its bytes in IDX format."""
    codes = {"uint8": 0x08, "int8": 0x09, "int16": 0x0B, "int32": 0x0C, "float32": 0x0D, "float64": 0x0E}

    def convert(array: NDArray) -> bytes:
        head = struct.pack(f">BBBB{array.ndim}I", 0, 0, codes[array.dtype.name], array.ndim, *array.shape)
        return head + array.astype(array.dtype.newbyteorder(">")).tobytes()

    return convert


@pytest.fixture
def mnist_arrays() -> dict[str, NDArray]:
    """Sixty training and twenty test images of 4 x 4 pixels, of ten classes, by the names of MNIST's files."""
    random = np.random.default_rng(9)
    images, labels = random.integers(0, 256, (80, 4, 4)).astype(np.uint8), (np.arange(80) % 10).astype(np.uint8)
    return {
        "train-images-idx3-ubyte": images[:60],
        "train-labels-idx1-ubyte": labels[:60],
        "t10k-images-idx3-ubyte": images[60:],
        "t10k-labels-idx1-ubyte": labels[60:],
    }


@pytest.fixture
def write_mnist(idx_bytes: Callable, mnist_arrays: dict[str, NDArray]) -> Callable[..., Path]:
    """Write `mnist_arrays` under ROOT/MNIST/raw, some replaced (file name -> array or bytes), and return ROOT."""

    def write(root: Path, replaced: dict[str, NDArray | bytes] | None = None) -> Path:
        folder = root / "MNIST" / "raw"
        folder.mkdir(parents=True)
        for name, value in (mnist_arrays | (replaced or {})).items():
            (folder / name).write_bytes(value if isinstance(value, bytes) else idx_bytes(value))
        return root

    return write


@pytest.fixture(params=DTYPES)
def dtype(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(params=["scratch", "torch_impl"])
def package(request: pytest.FixtureRequest) -> ModuleType:
    """Each of the two implementations, which have the same names."""
    return importlib.import_module(request.param)


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def make_small() -> Callable[..., Problem]:
    """Make a problem of 99 training and 11 validation images, in batches of 20 with a short last one."""
    random = np.random.default_rng(3)
    images = random.integers(0, 256, (110, 12)).astype(np.uint8)
    data = Dataset("small", (images, random.integers(0, 4, 110)), (images[:15], random.integers(0, 4, 15)), classes=4)
    usual = {"epochs": 7, "batch_size": 20, "lr": 0.1, "val_fraction": 0.1}
    return lambda **options: Problem(data, Hyperparameters(**(usual | options)))


@pytest.fixture(scope="session")
def small(make_small: Callable[..., Problem]) -> Problem:
    """The small problem, for 7 epochs."""
    return make_small()


@pytest.fixture
def user_file(tmp_path: Path) -> Callable[[str], str]:
    """Write a user's file, and return its path."""

    def write(code: str) -> str:
        path = tmp_path / "mine.py"
        path.write_text(code)
        return str(path)

    return write


@pytest.fixture(scope="session")
def one_function() -> Callable[[str, str], str]:
    """The text of a user's file with one function of this body; its parameters are named as in the table."""

    def text(name: str, body: str) -> str:
        parameters = ", ".join(FUNCTIONS[name].parameters)
        return f"import numpy as np\nimport scratch\n\ndef {name}({parameters}):\n    {body}\n"

    return text
