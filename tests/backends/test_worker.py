"""A user's file in a process of its own: the same bits as here, and whatever it does is one line. Each is a process."""

import gc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.backends.protocol import Side, State
from compare.backends.scratch_side import ScratchSide
from compare.backends.traced import traced
from compare.backends.user_file import UserFile, UserFileError
from compare.backends.worker import Worker
from compare.data.array_files import read_array
from compare.data.dataset import Dataset
from compare.equations import FUNCTIONS
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem
from scratch import Velocity


@pytest.fixture
def worker(user_file, right_functions) -> Worker:
    """A worker with six right functions."""
    return Worker(Path(user_file(right_functions)))


def _bits(*arrays: object) -> list[bytes]:
    return [np.asarray(array).tobytes() for array in arrays]


def _everything(side: Side, problem: Problem) -> list[bytes]:
    """The bits of all that a side can do: two epochs, single steps, its state, evaluation, logits, other ways."""
    side.keep_quantities()
    bits = []
    for epoch in (1, 2):
        for done in side.epoch(problem.epoch_batches(epoch)):
            bits += _bits(*side.tally(done), *side.quantities(done))
    state = side.state()
    side.start_from(State(state.W + 1, state.b, state.velocity and Velocity(*(2 * v for v in state.velocity))))
    bits += _bits(*side.step(problem.epoch_batches(3)[0]))
    side.start_from(State(state.W, state.b))
    bits += _bits(*side.step(np.array([3, 3, 5])), *side.evaluate(*problem.validation), side.logits(problem.test[0]))
    bits += _bits(*side.loss(side.logits(problem.test[0]), problem.test[1]))
    for order, lr in (("F", 0.7), ("gaps", 2.0), ("C", 1e-3)):
        side.lay_out(order)
        side.use_rate(lr)
        bits += _bits(*side.step(np.array([1, 4, 2])))
    after = side.state()
    return bits + _bits(after.W, after.b, *(after.velocity or ()))


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "nesterov": True, "weight_decay": 1e-3}])
def test_a_side_over_there_is_that_of_here_to_the_bit(make_small, worker: Worker, dtype: str, options: dict):
    problem = make_small(**options)
    there, here = worker.backend().side(problem, dtype), ScratchSide(problem, dtype, UserFile(worker.path).equations())
    assert _everything(there, problem) == _everything(here, problem)
    assert there.seconds > 0


def test_a_function_is_given_what_is_sent_in_its_order(user_file):
    text = "def nll_loss(logP, y): return float(2 * logP.flags.c_contiguous + logP.flags.f_contiguous)"
    nll_loss = Worker(Path(user_file(text))).equations().nll_loss
    logP, y = np.zeros((4, 6)), np.zeros(4, int)
    assert [nll_loss(part, y) for part in (logP, logP.T.copy().T, logP[:, ::2], logP[::2])] == [2, 1, 0, 0]


def test_the_calls_of_an_epoch_are_those_of_here(user_file, right_rungs: str, rng: np.random.Generator):
    path = Path(user_file(right_rungs))
    inputs = rng.normal(size=(3, 4)), np.array([0, 2, 1]), rng.normal(size=(3, 4)), rng.normal(size=3), 0.5, 2
    there, here = Worker(path).trace("one_epoch", inputs), traced(UserFile(path).run(), "one_epoch", inputs)
    assert [call.name for call in there] == [call.name for call in here]
    assert [call.name for call in there].count("sgd_step") == 2
    for ours, expected in zip(there, here, strict=True):
        assert _bits(*ours.inputs, *ours.results) == _bits(*expected.inputs, *expected.results)


def test_functions_called_over_there_return_what_they_return_here(worker: Worker, rng: np.random.Generator):
    X, W, b = rng.normal(size=(5, 4)), rng.normal(size=(3, 4)), rng.normal(size=3)
    there, here = worker.equations(), UserFile(worker.path).equations()
    y = np.array([0, 2, 1, 1, 0])
    Z = scratch.logits(X, W, b)
    logP = scratch.log_softmax(Z)
    dZ = scratch.logits_gradient(logP, y)
    inputs = {
        "logits": (X, W, b),
        "log_softmax": (Z,),
        "nll_loss": (logP, y),
        "logits_gradient": (logP, y),
        "parameter_gradients": (X, dZ),
        "sgd_step": (W, b, W, b, 0.25),
    }
    assert list(inputs) == list(FUNCTIONS)
    for name, values in inputs.items():
        ours, expected = getattr(there, name)(*values), getattr(here, name)(*values)
        for one, other in zip(*(r if isinstance(r, tuple) else (r,) for r in (ours, expected)), strict=True):
            assert type(one) is type(other)
            np.testing.assert_array_equal(one, other, strict=True)
    assert there.batch is scratch.batch


def test_only_the_named_functions_are_taken(user_file, one_function, small: Problem):
    code = one_function("logits", "return X @ W.T") + one_function("sgd_step", "return W, b")
    worker = Worker(Path(user_file(code)))
    index = small.epoch_batches(1)[0]
    step = worker.backend(["sgd_step"]).side(small, "float64").step(index)
    right = ScratchSide(small, "float64").step(index)
    np.testing.assert_array_equal(step.Z, right.Z)
    np.testing.assert_array_equal(step.W, small.start("float64")[0])
    assert (worker.backend().side(small, "float64").step(index).Z != right.Z).any()


def test_what_cannot_be_loaded(user_file, tmp_path: Path):
    with pytest.raises(InputError, match=r"nowhere\.py: cannot be read: No such file"):
        Worker(tmp_path / "nowhere.py")
    with pytest.raises(InputError, match="line 1: is not valid Python"):
        Worker(Path(user_file("def logits(X:")))


def test_a_fault_of_a_function_is_told_and_the_worker_goes_on(user_file, one_function):
    functions = Worker(Path(user_file(one_function("log_softmax", "assert len(Z) > 1; return Z")))).equations()
    with pytest.raises(UserFileError, match=r"line 5: log_softmax \(E2\) raises AssertionError$"):
        functions.log_softmax(np.ones((1, 2)))
    assert functions.log_softmax(np.ones((2, 2))).shape == (2, 2)


def test_a_file_that_breaks_numpy_gets_one_line(user_file, right_functions, small: Problem):
    worker = Worker(Path(user_file(right_functions + "\nnp.split = None\n")))
    side = worker.backend().side(small, "float64")
    with pytest.raises(UserFileError, match=r"; it must not change NumPy, this package or its process$"):
        next(side.epoch(small.epoch_batches(1)))


def test_what_comes_back_is_a_copy(worker: Worker, small: Problem):
    side = worker.backend().side(small, "float64")
    first = side.step(small.epoch_batches(1)[0])
    before = _bits(*first)
    side.step(small.epoch_batches(1)[1])
    assert _bits(*first) == before
    first.W[...] = 0


def test_nothing_stays_when_it_is_gone(user_file, right_functions):
    worker = Worker(Path(user_file(right_functions)))
    folder, process = worker._process.folder, worker._process.running
    assert folder.exists()
    del worker
    gc.collect()
    assert not folder.exists()
    assert process.returncode is not None


def test_what_is_in_a_file_goes_there_by_its_path(worker: Worker, tmp_path: Path, rng: np.random.Generator):
    images, labels = rng.integers(0, 256, (60, 12)).astype(np.uint8), rng.integers(0, 4, 60)
    np.save(tmp_path / "images.npy", images)
    mapped = read_array(tmp_path / "images.npy")
    problems = [
        Problem(Dataset("any", (array, labels), None, 4), Hyperparameters(epochs=2, batch_size=9))
        for array in (mapped, images)
    ]
    array, index = worker.share(problems[0].train[0])
    assert array == [str(tmp_path / "images.npy"), "|u1", (60, 12), 128]
    assert Path(index[0]).stat().st_size == 8 * 48, "of the images only the index is written"
    found = []
    for problem in problems:
        side = worker.backend().side(problem, "float32")
        losses = [side.tally(done).loss for done in side.epoch(problem.epoch_batches(1))]
        found.append((losses, side.evaluate(*problem.validation), side.logits(mapped).tolist()))
    assert found[0] == found[1]


def test_what_nobody_asks_for_is_forgotten_over_there(worker: Worker, small: Problem):
    images = np.array(small.train[0])
    where = Path(worker.share(images)[0])
    assert worker.share(images)[0] == str(where)
    del images
    assert not where.exists()
    side = worker.backend().side(small, "float64")
    key = side._key
    del side
    gc.collect()
    with pytest.raises(UserFileError, match="KeyError"):
        worker.request("state", {"key": key})


@pytest.mark.heavy
def test_the_command_line_passes_the_time_limit_on(cli: Callable, user_file, one_function):
    path = user_file(one_function("nll_loss", "import time; time.sleep(60)"))
    for command in ("prove", "train"):
        code, _, err = cli(command, "--data", "digits", "--epochs", 1, "--backend", path, "--time-limit", 3)
        assert code == 2
        assert "nll_loss (E3) takes over 3 s" in err
    code, _, err = cli("exercise", path, "--time-limit", 0)
    assert (code, err) == (2, "error: --time-limit must be a number of seconds above 0, not 0.0\n")
