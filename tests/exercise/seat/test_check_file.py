"""A learner's file: what it must have, and what counts as a verdict."""

from collections.abc import Callable

import pytest

from compare.errors import InputError
from compare.exercise.seat import check_file
from compare.exercise.seat.check_file import ACCUSED, FAILED, PASSED, CheckFile
from scratch import EQUATIONS


@pytest.fixture(autouse=True)
def _modules_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """In this process the packages are still needed."""
    monkeypatch.setattr(check_file, "OURS", ())
    monkeypatch.setattr("sys.path", [*check_file.sys.path])


REFUSED = {
    "": ": has no function check(f); exercise --check --new FILE writes a first one",
    "check = [1]": ": check is a list, not a function",
    "def check(): pass": ": check must take one argument, the six functions: def check(f)",
    "def check(f, g): pass": ": check must take one argument, the six functions: def check(f)",
    "def check(*, f): pass": ": check must take one argument, the six functions: def check(f)",
    "def check(f:": ", line 1: is not valid Python: '(' was never closed",
    "\nimport not_there": ", line 2: raises ModuleNotFoundError: No module named 'not_there' while it is loaded",
    "raise SystemExit": ", line 1: raises SystemExit while it is loaded",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_file_that_is_no_test_is_refused(check_path: Callable, text: str):
    with pytest.raises(InputError) as raised:
        CheckFile(check_path(text))
    assert str(raised.value) == f"my_test.py{REFUSED[text]}"


def test_a_file_that_is_not_there():
    with pytest.raises(
        InputError, match=r"^nothing\.py: there is no such file; exercise --check --new FILE writes a first one$"
    ):
        CheckFile(check_file.Path("nothing.py"))


VERDICTS = {
    "pass": (PASSED, "my_test.py: check returns None"),
    "return True": (PASSED, "my_test.py: check returns True"),
    "import numpy as np; return np.allclose(1, 1)": (PASSED, "my_test.py: check returns True"),
    "return False": (ACCUSED, "my_test.py: check returns False"),
    "import numpy as np; return np.bool_(False)": (ACCUSED, "my_test.py: check returns False"),
    "assert 1 == 2, 'one is not two'": (ACCUSED, "my_test.py, line 1: raises AssertionError: one is not two"),
    "f.nothing": (ACCUSED, "my_test.py, line 1: raises AttributeError: 'Equations' object has no attribute 'nothing'"),
    "return check(f)": (ACCUSED, "my_test.py, line 1: raises RecursionError: maximum recursion depth exceeded"),
    "return 0": (FAILED, "returns an int, not True, False or nothing"),
    "return 'fine'": (FAILED, "returns a str, not True, False or nothing"),
    "yield": (FAILED, "returns a generator, not True, False or nothing"),
    "raise SystemExit": (FAILED, "ends the program (SystemExit)"),
    "raise KeyboardInterrupt": (FAILED, "ends the program (KeyboardInterrupt)"),
}


COMPARISONS = {
    "np.ones((4, 6)), np.ones((4, 2, 3)), rtol=1e-6": "; (shapes (4, 6), (4, 2, 3) mismatch)",
    "np.array([1.0, 2]), np.array([1.0, 4]), rtol=1e-6": "Max absolute difference among violations: 2.",
    "np.array([1.0, 2, 3]), np.array([1.0, 4, 5]), rtol=1e-6": "Mismatched elements: 2 / 3 (66.7%); M",
    "1e-17, 0.0, rtol=1e-6": "Max absolute difference among violations: 1.e-17",
}


@pytest.mark.parametrize("values", COMPARISONS)
def test_a_comparison_of_numpy_is_told_with_its_shapes_and_differences(check_path: Callable, values: str):
    body = f"import numpy as np; np.testing.assert_allclose({values})"
    outcome = CheckFile(check_path(f"def check(f): {body}")).judge(EQUATIONS)
    assert outcome.state == ACCUSED
    raised = "my_test.py, line 1: raises AssertionError: Not equal to tolerance rtol=1e-06, atol=0; "
    assert outcome.text.startswith(raised)
    assert COMPARISONS[values] in outcome.text
    assert "ACTUAL: " not in outcome.text
    assert "\n" not in outcome.text


@pytest.mark.parametrize("body", VERDICTS)
def test_what_counts_as_a_verdict(check_path: Callable, body: str):
    assert CheckFile(check_path(f"def check(f): {body}")).judge(EQUATIONS) == VERDICTS[body]


def test_the_test_is_given_the_functions(check_path: Callable):
    assert CheckFile(check_path("def check(f): return f.logits is None")).judge(EQUATIONS).state == ACCUSED
    without = EQUATIONS._replace(logits=None)
    assert CheckFile(check_path("def check(f): return f.logits is None")).judge(without).state == PASSED


def test_a_file_beside_it_can_be_imported(check_path: Callable):
    check_path("").with_name("my_helper_of_a_test.py").write_text("limit = 3")
    file = CheckFile(check_path("from my_helper_of_a_test import limit\ndef check(f): return limit == 3"))
    assert file.judge(EQUATIONS).state == PASSED
