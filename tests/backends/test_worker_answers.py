"""What a tampered worker answers is one line: no answer of another form, number or process is used."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from compare.backends.user_file import UserFileError
from compare.backends.worker import Worker
from compare.problem import Problem

# After its first call the process answers otherwise.
TAMPERED = """
import gc
import numpy as np

live = next(type(one) for one in gc.get_objects() if type(one).__name__ == "Channel")
right = live.send

def forged(self, kind, values=None, arrays=(), number=0):
    {body}

def logits(X, W, b):
    live.send = forged
    return X @ W.T + b
"""
FORGED = {
    "no arrays": "right(self, kind, values, (), number)",
    "one array more": "right(self, kind, values, (*arrays, np.zeros(2)), number)",
    "other shapes": "right(self, kind, values, [np.zeros((2, 3, 4))] * len(arrays), number)",
    "the number of another question": "right(self, kind, values, arrays, number + 1)",
}
ASKED: dict[str, Callable] = {
    "an epoch": lambda side, problem: list(side.epoch(problem.epoch_batches(1))),
    "a step": lambda side, problem: side.step(problem.epoch_batches(1)[0]),
    "evaluation": lambda side, problem: side.evaluate(*problem.validation),
    "logits": lambda side, problem: side.logits(problem.validation[0]),
    "the state": lambda side, _: side.state(),
}


@pytest.fixture
def tampered(user_file) -> Callable[[str], Worker]:
    """A worker that answers by this line from its second answer on."""
    return lambda body: Worker(Path(user_file(TAMPERED.format(body=body))))


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("case", FORGED)
def test_an_answer_of_another_form_is_one_line(small: Problem, tampered, case: str, asked: str):
    worker = tampered(FORGED[case])
    side = worker.backend().side(small, "float64")
    side.step(np.arange(5))
    words = "more often than it is asked" if "number" in case else "in another form than it was asked for"
    with pytest.raises(UserFileError, match=rf"mine.py: logits \(E1\) answers {words}"):
        ASKED[asked](side, small)
    worker.end()


@pytest.mark.parametrize("numbers", ["1, np.inf, 5, 1", "1, 1e9, 5, 1", "1, 0.5, 5, 1", "1, 2, -5, 1", "1, 2, 5, -7"])
def test_a_tally_that_cannot_be_is_one_line(make_small, tampered, numbers: str):
    small, forged = (
        make_small(batch_size=5),
        f"right(self, kind, values, [np.array([{numbers}])] * len(arrays), number)",
    )
    side = tampered(forged).backend().side(small, "float64")
    with pytest.raises(UserFileError, match="answers in another form"):
        list(side.epoch(small.epoch_batches(1)))


@pytest.mark.parametrize("accuracy", ["7", "-1", "np.nan"])
def test_an_accuracy_that_cannot_be_is_one_line(small: Problem, tampered, accuracy: str):
    worker = tampered(f"right(self, kind, values, [np.array([1.0, {accuracy}])], number)")
    side = worker.backend().side(small, "float64")
    side.step(np.arange(5))
    with pytest.raises(UserFileError, match="answers in another form"):
        side.evaluate(*small.validation)


@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_weights_of_another_type_are_one_line(small: Problem, tampered, dtype: str):
    side = (
        tampered(f"right(self, kind, values, [one.astype('{dtype}') for one in arrays], number)")
        .backend()
        .side(small, "float64")
    )
    side.step(np.arange(5))
    with pytest.raises(UserFileError, match="answers in another form"):
        side.state()


def test_a_signal_without_a_name_is_told_by_its_number(small: Problem, user_file, one_function):
    body = "import os, signal; os.kill(os.getpid(), signal.SIGRTMIN + 6)"
    side = Worker(Path(user_file(one_function("logits", body)))).backend().side(small, "float64")
    with pytest.raises(UserFileError, match=r"logits \(E1\) ended its process \(signal 40\), in call 1"):
        side.step(np.arange(5))


def test_a_function_called_alone_answers_in_its_form(tampered):
    functions = tampered(FORGED["no arrays"]).functions()
    inputs = np.ones((2, 3)), np.ones((4, 3)), np.ones(4)
    assert functions["logits"](*inputs).shape == (2, 4)
    with pytest.raises(UserFileError, match="answers in another form"):
        functions["logits"](*inputs)


@pytest.mark.parametrize("names", ["3", "['logits', 'nothing']", "[['logits']]"])
def test_names_that_nobody_has_are_one_line(user_file, names: str):
    forged = f"lambda value: right([value[0], {{'defined': ['logits'], 'names': {names}}}, *value[2:]])"
    code = f"import json\nright = json.dumps\njson.dumps = {forged}\ndef logits(X, W, b):\n    return X @ W.T + b\n"
    with pytest.raises(UserFileError, match="answers in another form"):
        Worker(Path(user_file(code)))


@pytest.mark.parametrize("forged", ["{}", "{'runs': 3}", "{'runs': ['scratch']}"])
def test_whose_code_it_is_must_be_told_in_words(tampered, forged: str):
    worker = tampered(f"right(self, kind, {forged}, arrays, number)")
    inputs = np.ones((2, 3)), np.ones((4, 3)), np.ones(4)
    worker.functions()["logits"](*inputs)
    with pytest.raises(UserFileError, match="answers in another form"):
        worker.foreign("logits", inputs)


def test_a_copy_that_is_made_behind_pythons_back_is_one_line(small: Problem, user_file, one_function):
    body = "import ctypes; ctypes.CDLL(None).fork(); return W - lr * dW, b - lr * db"
    side = Worker(Path(user_file(one_function("sgd_step", body)))).backend().side(small, "float64")
    with pytest.raises(UserFileError, match=r"mine.py: \w+ \(E\d\) answers (more often|in another form)"):
        list(side.epoch(small.epoch_batches(1)))


def test_a_function_cannot_put_off_its_limit_for_ever(user_file, one_function):
    body = """
    import gc, struct, time
    channel = next(one for one in gc.get_objects() if type(one).__name__ == "Channel")
    while True:
        time.sleep(0.02)
        struct.pack_into("<qq", channel.outbox, 0, 1, time.monotonic_ns())
"""
    worker = Worker(Path(user_file(one_function("logits", body))))
    worker._process.time_limit = 0.25
    with pytest.raises(UserFileError, match=r"logits \(E1\) takes over 0.25 s"):
        worker.functions()["logits"](np.ones((2, 3)), np.ones((4, 3)), np.ones(4))


def test_libraries_of_the_file_have_one_thread(user_file, one_function):
    body = "import os; return np.full((len(X), len(b)), float(os.environ['OMP_NUM_THREADS']))"
    worker = Worker(Path(user_file(one_function("logits", body))))
    assert (worker.functions()["logits"](np.ones((2, 3)), np.ones((4, 3)), np.ones(4)) == 1).all()


def test_a_request_may_call_as_many_functions_as_it_needs(make_small, user_file, right_functions):
    problem = make_small()
    worker = Worker(Path(user_file(right_functions)))
    side = worker.backend().side(problem, "float64")
    inputs = np.ones((2, 3)), np.ones((4, 3)), np.ones(4)
    for ask, calls in {
        (lambda: side.step(np.arange(3))): 16,
        (lambda: side.evaluate(*problem.train)): 3,
        (lambda: side.logits(np.zeros((2500, problem.features), np.uint8))): 9,
        (lambda: worker.trace("logits", inputs)): 500,
        (lambda: worker.foreign("logits", inputs)): 2,
    }.items():
        ask()
        assert worker._process.calls == calls
