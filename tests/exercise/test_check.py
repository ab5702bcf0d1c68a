"""The checks of single functions: what is right, wrong and missing, and the first message."""

import re
from collections.abc import Callable

import pytest

from compare.backends.user_file import UserFileError
from compare.backends.worker import Worker
from compare.equations import FUNCTIONS, RUNGS
from compare.exercise.check import Finding, check, fault_help
from compare.exercise.rungs import example
from compare.problem import Problem


@pytest.fixture
def checked(exercise_file: Callable, small: Problem) -> Callable[..., Finding | None]:
    """Check one of the six functions, with no other in the file, after this change."""

    def run(name: str, change: tuple[str, str] = ("", "")) -> Finding | None:
        return check(Worker(exercise_file(name, change=change)), name, small)

    return run


@pytest.mark.heavy
@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_six_right_functions(checked: Callable, name: str):
    assert checked(name) is None


@pytest.mark.heavy
@pytest.mark.parametrize("name", RUNGS)
def test_the_right_rungs(rungs_file: Callable, small: Problem, name: str):
    assert check(Worker(rungs_file(11)), name, small) is None


@pytest.mark.parametrize("name", ["weight_gradient", "softmax_backward"])
def test_one_that_is_wrong_does_not_touch_the_others(rungs_file: Callable, small: Problem, name: str):
    worker = Worker(rungs_file(11, ("X @ W.T + b", "X @ W.T - b"), ("return -logP[", "return logP[")))
    assert check(worker, name, small) is None
    assert check(worker, "logits", small).mistake == "bias subtracted"


def test_what_is_not_written_is_told_by_an_error(exercise_file: Callable, small: Problem):
    with pytest.raises(UserFileError, match=r"sgd_step \(E6\) is not written yet"):
        check(Worker(exercise_file("logits")), "sgd_step", small)


# What is changed in a right file, the function that is wrong, and where it is seen first: all small inputs pass.
LATE = {
    "no shift": (
        ("S = Z - Z.max(axis=1, keepdims=True)", "S = Z"),
        "log_softmax",
        '"logits of ±1000", in float32 (right there in float64): logP '
        "has -inf there. exp(1000) is too large, and exp(-1000) is 0: before exp, what is the largest of each row?",
    ),
    "the logarithm of a probability of 0": (
        ("return S - np.log(np.exp(S)", "E = np.exp(S)\n    return np.log(E / E.sum(axis=1, keepdims=True))  # (E"),
        "log_softmax",
        '"logits of ±1000": logP has -inf there. exp(-1000) is 0, '
        "and its logarithm is -inf: which step takes the logarithm of a probability?",
    ),
    "a floor that float32 cannot hold": (
        (
            "return S - np.log(np.exp(S)",
            "E = np.exp(S)\n    return np.log(E / E.sum(axis=1, keepdims=True) + 1e-300)  # (E",
        ),
        "log_softmax",
        '"logits of ±1000": logP has -inf there. exp(-1000) is 0, '
        "and its logarithm is -inf: which step takes the logarithm of a probability?",
    ),
    "the logarithm of P in the loss": (
        ("return -logP[np.arange(len(y)), y].mean()", "return -np.log(np.exp(logP)[np.arange(len(y)), y]).mean()"),
        "nll_loss",
        '"logits of ±1000": L has inf there. logP comes in as a '
        "logarithm already, and may be -1000: which step makes something else of it?",
    ),
    "a shift by the largest size": (
        ("S = Z - Z.max(axis=1, keepdims=True)", "S = Z - abs(Z).max(axis=1, keepdims=True)"),
        "log_softmax",
        '"logits of ±1000": logP has inf there. '
        "exp(1000) is too large, and exp(-1000) is 0: before exp, what is the largest of each row?",
    ),
    "logits cut off": (
        ("S = Z - Z.max(axis=1, keepdims=True)", "Z = np.clip(Z, -50, 50)\n    S = Z - Z.max(axis=1, keepdims=True)"),
        "log_softmax",
        '"logits of ±1000": logP is wrong there. The difference '
        "between two logits of a row stays in logP, however large it is: which step changes it?",
    ),
    "a mask where P is 0": (
        ("    dZ[np.arange(len(y)), y] -= 1", "    dZ[np.arange(len(y)), y] -= 1\n    dZ[np.exp(logP) == 0] = 0"),
        "logits_gradient",
        '"logits of ±1000": dZ is wrong there: dZ[0, 3] is 0 and '
        "should be -0.0278. P[0, 3] is 0, and class 3 is the label of image 0. What does your code do with such a P "
        "that it does not do with others?",
    ),
    "another N": (
        ("dZ[np.arange(len(y)), y] -= 1", "dZ[np.arange(len(y)), y] -= 1\n    dZ *= 1 + (len(y) == 36)"),
        "logits_gradient",
        '"a batch of 36": dZ is wrong there. Which number in your '
        "code is fixed that should come from the shape of an input?",
    ),
    "logP cut off": (
        ("-logP[", "-np.maximum(logP, -100)["),
        "nll_loss",
        '"logits of ±1000": L is wrong there. Values are very large '
        "or small here: which step changes such a value, or cuts it off?",
    ),
    "on real images": (
        ("dZ.T @ X", "dZ.T @ X * (1 + (len(X) == 36))"),
        "parameter_gradients",
        '"a batch of 36": dW is wrong there. Which number in your '
        "code is fixed that should come from the shape of an input?",
    ),
    "in a batch of another size": (
        ("dZ.T @ X", "dZ.T @ X * (1 + (len(X) == 17))"),
        "parameter_gradients",
        '"other batch sizes": dW is wrong there. The number of '
        "images is another one here: which line of yours depends on it?",
    ),
    "in another batch of each precision": (
        (".mean()", ".mean() * (1 + (len(y) == (36 if logP.dtype == 'float32' else 100)))"),
        "nll_loss",
        '"dense pixels", in float64 (right there in float32): L '
        "is wrong there. float32 has half the digits: does a step of yours add a small number, round, or use one that "
        "is not exact?",
    ),
    "the numbers as they lie in memory": (
        ("return dZ.T @ X, dZ", "return dZ.T @ X.ravel(order='K').reshape(X.shape), dZ"),
        "parameter_gradients",
        '"other orders in memory": dW is wrong there. The '
        "values lie in another order in memory here: which step takes them as they lie there, and not by their index?",
    ),
    "in a later call": (
        (
            "def logits(X, W, b):",
            "calls = []\n\n\ndef logits(X, W, b):\n    calls.append(0)\n    b = b * (len(calls) < 500)",
        ),
        "logits",
        '"after other steps": Z is wrong there. Which variable outside the function has another value in a later call?',
    ),
    "a large rate": (
        ("return W - lr * dW", "return W - min(lr, 2) * dW"),
        "sgd_step",
        '"other learning rates": W - W0 is wrong there. Which number '
        "in your code should be lr, at every size that lr may have?",
    ),
}


SLOW = "the numbers as they lie in memory", "in a later call", "a large rate", "logP cut off"


@pytest.mark.parametrize("case", [pytest.param(one, marks=[pytest.mark.heavy] * (one in SLOW)) for one in LATE])
def test_what_only_a_batch_shows(checked: Callable, case: str):
    change, name, asks = LATE[case]
    finding = checked(name, change)
    assert finding.asks == f"right in the worked example, but not in the batch {asks}"
    assert finding.says


# What is said on request of logits that are far apart: rows that one can redo, and no other batch.
FAR = {
    "a shift by the largest size": "Of Z = [[-1000, -1001, -1002]] your logP is [[inf, inf, inf]], and "
    "should be [[-0.4076, -1.4076, -2.4076]]. Print what your code takes exp of there: the largest of each row should "
    "be 0.",
    "a floor that float32 cannot hold": "Of Z = [[1000, 0, -1000]] in float32 your logP is [[0, -inf, -inf]], and "
    "should be [[0, -1000, -2000]]. P is 0 there, and so is a number that is too small for the dtype, as 1e-300 in "
    "float32: no logarithm of P is needed, only that of the sum of exp.",
    "logits cut off": "Of Z = [[1000, 0, -1000]] your logP is [[0, -50, -100]], and should be [[0, "
    "-1000, -2000]]. Look for a step that cuts values off, as clip, maximum and minimum do, puts others in their "
    "place, as where and nan_to_num, or adds a small number.",
    "the logarithm of P in the loss": "Of logP = [[0, -1000]] and y = [1] in float32 your L is inf, and should be "
    "1000. exp(-1000) is 0, and its logarithm is -inf: neither exp nor log is needed, L is made of logP itself.",
}


@pytest.mark.parametrize("case", FAR)
def test_logits_far_apart_are_told_by_a_row(checked: Callable, case: str):
    change, name, _ = LATE[case]
    assert checked(name, change).says == (FAR[case],)


def test_a_function_that_calls_itself_for_each_image_is_told_so():
    text = 'bias_gradient (E5) raises RecursionError: too deep, in the batch "batches of 2 to 1,001"'
    asks, says = fault_help(text, "bias_gradient")
    assert "how many does your function make with so many images?" in asks
    assert "use a loop" in says


def test_the_diagnosis_names_what_only_a_batch_shows(checked: Callable):
    change, name, _ = LATE["no shift"]
    finding = checked(name, change)
    assert finding.mistake == "no maximum shift"
    assert "python -m compare bugs no-maximum-shift" in finding.says[0]


@pytest.mark.heavy
def test_a_right_formula_of_a_rate_that_is_a_little_off_is_seen(checked: Callable):
    finding = checked("sgd_step", ("return W - lr * dW", "return W - (lr + 1e-9 * (lr == 8)) * dW"))
    assert (
        'the batch "one winner, 2", in which nothing rounds, in float64 (right there in float32): W is wrong there'
        in finding.asks
    )


# What is changed, and what is said, of a function that cannot be used at all.
UNUSABLE = {
    "in place": (("dZ = np.exp(logP)", "dZ = logP"), "logits_gradient", "changes its input in place"),
    "raises": (("return X @ W.T + b", "return X @ W + b"), "logits", "raises ValueError: matmul"),
    "in the middle": (
        ("    S = Z", "    assert len(Z) != 36\n    S = Z"),
        "log_softmax",
        'raises AssertionError, in the batch "a batch of 36"',
    ),
    "not a pair": (
        ("return dZ.T @ X, dZ.sum(axis=0)", "return dZ.T @ X"),
        "parameter_gradients",
        "returns an array, not a pair",
    ),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_a_function_that_cannot_be_used_is_wrong(checked: Callable, case: str):
    change, name, words = UNUSABLE[case]
    finding = checked(name, change)
    assert f"{name} ({FUNCTIONS[name].tag}) {words}" in finding.asks
    assert finding.asks.endswith(fault_help(finding.asks, name)[0])


def test_what_it_prints_is_shown_once(rungs_file: Callable, small: Problem, capfd: pytest.CaptureFixture):
    path = rungs_file(11, ("    return X @ W.T + b", "    print('X', X.shape)\n    return X @ W.T + b"))
    path.write_text(path.read_text() + "print('loaded')\n")
    worker = Worker(path)
    assert check(worker, "logits", small) is None
    worker.end()
    printed = capfd.readouterr().err
    assert re.findall(r"X \(.*\)|loaded", printed) == ["loaded", "X (2, 4)"]


def test_an_error_inside_another_function_has_the_line_of_its_call(written: Callable, right_rungs: str):
    """The other is right: what it was given is not."""
    epoch = written("one_epoch", "Z = logits(X[0], W, b)\nlogP = log_softmax(Z)\nreturn W, b")
    with pytest.raises(UserFileError) as error:
        epoch(*example("one_epoch")[0])
    # two empty lines, the head and the first line of the body are before it
    assert str(error.value).startswith(f"FILE, line {len(right_rungs.splitlines()) + 5}: one_epoch (E1-E6) raises")
