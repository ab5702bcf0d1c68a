"""A learner's test in its process: nothing that it does is more than one line, or reaches the next verdict."""

import os
from collections.abc import Callable
from contextlib import suppress

import pytest

from compare.errors import InputError
from compare.exercise.seat import runner as runner_module
from compare.exercise.seat.cases import CLASSIC, GENERATED, RIGHT, VARIANTS, alone, cases
from compare.exercise.seat.check_file import ACCUSED, PASSED

# What the test does, and what is said of it.
BAD = {
    "[0 for _ in iter(int, 1)]": "takes over 0.5 s (see --time-limit)",
    "os._exit(3)": "ended its process (code 3)",
    "os._exit(0)": "ended its process (code 0)",
    "os.kill(os.getpid(), 9)": "ended its process (signal SIGKILL)",
    "os.kill(os.getppid(), 9)": "ended its process (signal SIGKILL)",
    "os.closerange(0, 100)": "ended its process (code 0)",
    "sys.exit()": "ends the program (SystemExit)",
    "[print(1000 * 'x') for _ in range(2000)]": "prints more than 1,000,000 bytes",
    "return 'fine'": "returns a str, not True, False or nothing",
}


def test_names_and_modules_tell_nothing(run: Callable):
    about = "(g.__name__, g.__qualname__, g.__module__, g.__code__.co_filename)"
    runner = run(f"def check(f): return len({{{about} for g in f}}) == 1 and f[0].__name__ == 'f'", RIGHT, CLASSIC)
    assert runner.right().state == PASSED
    assert {found.state for _, found in runner.outcomes(["no-maximum-shift", "wrong-sign"])} == {PASSED}


@pytest.mark.skipif(os.name != "posix", reason="signals, and copies of a process")
@pytest.mark.parametrize("body", BAD)
def test_what_a_test_does_wrong_is_one_line(run: Callable, body: str):
    runner = run(f"import os, sys\ndef check(f): {body}", RIGHT, time_limit=0.5)
    with pytest.raises(InputError) as raised:
        runner.right()
    assert str(raised.value) == f"my_test.py: check {BAD[body]}, on the right functions"


BAD_AT_LOADING = {
    "import os; os._exit(4)": "ended its process (code 4), while it is loaded",
    "print(2000000 * 'x')": "prints more than 1,000,000 bytes, while it is loaded",
    "while True: pass": "takes over 1 s (see --time-limit), while it is loaded",
    "check = 1": "check is an int, not a function",
}


@pytest.mark.parametrize("text", BAD_AT_LOADING)
def test_what_a_file_does_wrong_when_it_is_loaded_is_one_line(run: Callable, text: str):
    with pytest.raises(InputError) as raised:
        run(text, RIGHT, time_limit=1)
    assert str(raised.value) == f"my_test.py: {BAD_AT_LOADING[text]}"


@pytest.mark.heavy
def test_a_test_that_never_ends_on_one_mistake_is_told_with_its_name(run: Callable):
    waits = "def check(f):\n    while not np.isfinite(f.log_softmax(np.array([[1000.0, 0]])))[0, 0]: pass"
    runner = run(f"import numpy as np\n{waits}", RIGHT, CLASSIC, time_limit=1)
    assert runner.right().state == PASSED
    names = ["log-p-plus-epsilon", "no-maximum-shift"]
    with pytest.raises(InputError, match=r"check takes over 1 s \(see --time-limit\), on no-maximum-shift$"):
        list(runner.outcomes(names))


# Each changes something that the next call would notice, and passes if nobody did before.
LEAKS = {
    "a list of the file": "calls.append(1); return len(calls) == 1",
    "NumPy": "changed = np.exp is None; np.exp = np.log = np.add = None; return not changed",
    "the six functions": "import scratch; changed = scratch.logits is None; scratch.logits = None; return not changed",
    "Python": "import builtins; changed = builtins.len is None; builtins.len = None; return not changed",
    "how verdicts are sent": "json.dumps = os.write = os._exit = None; return True",
    "a copy of itself": "return os.fork() >= 0",
}


@pytest.mark.skipif(os.name != "posix", reason="copies of a process")
@pytest.mark.parametrize("what", LEAKS)
def test_what_a_test_changes_does_not_reach_the_next_mistake(run: Callable, what: str):
    runner = run(f"import json, os\nimport numpy as np\ncalls = []\ndef check(f): {LEAKS[what]}", RIGHT, CLASSIC)
    verdicts = [runner.right()]
    verdicts += [outcome for _, outcome in runner.outcomes(["wrong-axis", "summed-loss", "stale-gradient"])]
    verdicts.append(runner.right())
    assert [one.state for one in verdicts] == [PASSED] * 5, verdicts


def test_what_is_changed_when_the_file_is_loaded_does_not_reach_the_functions(run: Callable):
    text = "import scratch.checks\nscratch.checks.check_arrays = None\n"
    text += "import numpy as np\ndef check(f): return f.logits(np.eye(1), np.eye(1), np.ones(1))[0, 0] == 2"
    assert run(text, RIGHT, CLASSIC, GENERATED).right().state == PASSED


def test_prints_are_shown_once(run: Callable, capfd: pytest.CaptureFixture):
    runner = run("def check(f): print('I was called')", RIGHT, CLASSIC)
    runner.right()
    list(runner.outcomes(["wrong-axis", "summed-loss"]))
    runner.end()
    out, err = capfd.readouterr()
    assert (out, err.count("I was called")) == ("", 1)


def test_every_variant_is_run_in_its_group_and_alone(run: Callable):
    kahan = "import numpy as np\ndef check(f):\n    assert f.nll_loss(np.zeros((1, 1)), np.zeros(1, int)).shape == ()"
    runner = run(kahan, RIGHT, VARIANTS)
    group = next(iter(cases(VARIANTS)))
    names = [group, *alone(group)]
    assert [name for name, outcome in runner.outcomes(names) if outcome.state == PASSED] == names


def test_where_no_process_can_be_copied_each_case_has_its_own(run: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runner_module, "COPIES", False)
    runner = run("calls = []\ndef check(f):\n    calls.append(1)\n    return len(calls) == 1", RIGHT, CLASSIC)
    assert runner.right().state == PASSED
    assert [outcome.state for _, outcome in runner.outcomes(["wrong-axis", "summed-loss"])] == [PASSED] * 2


@pytest.mark.heavy
def test_a_test_that_never_ends_is_ended_where_no_process_can_be_copied(run: Callable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runner_module, "COPIES", False)
    runner = run("def check(f):\n    while True: pass", RIGHT, time_limit=5)
    with pytest.raises(InputError, match=r"check takes over 5 s \(see --time-limit\), on the right functions$"):
        runner.right()


@pytest.mark.skipif(os.name != "posix", reason="copies of a process")
def test_cases_are_run_side_by_side(run: Callable):
    waits = "open(str(os.getpid()), 'w').close()\n    while len(os.listdir()) < 3: pass"
    runner = run(f"import os\ndef check(f):\n    {waits}", RIGHT, CLASSIC)
    assert [outcome.state for _, outcome in runner.outcomes(["wrong-axis", "summed-loss"])] == [PASSED] * 2


@pytest.mark.skipif(os.name != "posix", reason="copies of a process")
def test_no_process_stays(run: Callable, tmp_path):
    runner = run("import os\ndef check(f):\n    open('pid', 'a').write(f'{os.getpid()} ')\n    while True: pass", RIGHT,
                 time_limit=0.5)  # fmt: skip
    with suppress(InputError):
        runner.right()
    runner.end()
    for pid in (tmp_path / "pid").read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_what_is_accused_has_the_line_of_the_test(run: Callable):
    runner = run("def check(f):\n    assert False, 'no'", RIGHT)
    assert runner.right() == (ACCUSED, "my_test.py, line 2: raises AssertionError: no")
