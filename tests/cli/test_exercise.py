"""`exercise`: from a new file to a proof, and what is printed on the way."""

import functools
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.backends.by_name import is_path
from compare.equations import FUNCTIONS
from compare.errors import InputError
from compare.exercise.check import FunctionCheck
from compare.exercise.hints import HINTS
from compare.files import maths_page
from compare.problem import Problem

SHORT = "--data", "digits", "--epochs", "1"


@pytest.fixture
def hints_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("compare.exercise.hints.cache_path", lambda: tmp_path / "cache")


def test_a_new_exercise_says_what_to_do_next(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = cli("exercise", "--new", "mine.py")
    assert (code, err) == (0, "")
    assert out == (
        "mine.py has six empty functions. Begin with logits (E1):\n"
        "replace the last line of the function, then check it with\n\n"
        "    python -m compare exercise mine.py\n\n"
        f"the maths: {maths_page()}\n"
    )
    assert cli("exercise", "--new", "mine.py") == (
        2, "", "error: --new mine.py: exists already; choose another name\n"
    )  # fmt: skip
    code, out, err = cli("exercise", "mine.py", *SHORT)
    assert (code, err) == (1, "")
    assert out.splitlines()[:6] == [f"{one.tag}  missing  {name}" for name, one in FUNCTIONS.items()]
    assert out.splitlines()[6:] == [
        "",
        "Nothing is written yet. Begin with logits (E1) in mine.py:",
        "replace the last line of the function, then run this again.",
        "X (N, D), W (K, D), b (K,) -> Z (N, K)",
        "--hint gives a hint",
    ]


def test_a_long_name_stays_on_its_line(cli, tmp_path: Path):
    path = tmp_path / f"{100 * 'x'}.py"
    assert f"\n    python -m compare exercise {path}\n" in cli("exercise", "--new", path)[1]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "FILE is missing; exercise --new FILE writes a new one"),
        (["--new", "a.py", "b.py"], "--new only writes a new file: omit the other FILE, --hint and --json"),
        (["--new", "a.py", "--hint"], "--new only writes a new file: omit the other FILE, --hint and --json"),
        (["--new", "a.py", "--json", "-"], "--new only writes a new file: omit the other FILE, --hint and --json"),
        (["no.py"], "no.py: cannot be read: No such file or directory"),
        (["no.py", "--json", "no/json"], "--json no/json: cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_one_line(refused, args: list[str], words: str):
    assert refused("exercise", *args) == f"error: {words}"


@pytest.mark.parametrize("content", ["", "def logit(X): pass\n", "def logits(:\n"])
def test_files_that_are_no_exercise(cli, tmp_path: Path, content: str):
    (tmp_path / "mine.py").write_text(content)
    code, out, err = cli("exercise", tmp_path / "mine.py", *SHORT)
    assert (code, out, len(err.splitlines())) == (2, "", 1)


@pytest.mark.heavy
def test_the_next_one_is_named(cli, exercise_file: Callable, tmp_path: Path):
    names = list(FUNCTIONS)
    path = exercise_file(*names[:2])
    code, out, _ = cli("exercise", path, *SHORT, "--json", tmp_path / "json")
    assert code == 1
    assert [line.split()[1] for line in out.splitlines()[:6]] == ["right"] * 2 + ["missing"] * 4
    assert out.splitlines()[7:] == [
        "Next is nll_loss (E3):", "logP (N, K), y (N,) -> L", "--hint gives a hint"
    ]  # fmt: skip
    content = json.loads((tmp_path / "json").read_text())
    assert list(content) == ["version", "functions", "hints"]
    assert content["functions"][0] == {"name": "logits", "state": "right", "reason": "", "diagnosis": None, "tag": "E1"}
    assert content["functions"][2]["reason"].endswith("nll_loss (E3) is not written yet")


def test_a_wrong_function_is_explained_with_its_brackets(cli, exercise_file: Callable, tmp_path: Path):
    path = exercise_file("logits", change=("X @ W.T + b", "X @ W.T"))
    code, out, _ = cli("exercise", path, *SHORT, "--json", tmp_path / "json")
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == "E1  wrong    logits"
    assert [line.split()[1] for line in lines[1:6]] == ["missing"] * 5
    words = " ".join(out.split())
    assert "Zis[[0.5,0.5,-0.5],[0.,1.5,1.]],andshouldbe[[1.,0.5,-1.],[0.5,1.5,0.5]]" in "".join(out.split())
    assert "logits: X (N, D), W (K, D), b (K,) -> Z (N, K)" in words
    assert "this looks like bias forgotten forward, see bug bias-forgotten-forward, E1" in words
    wrong = json.loads((tmp_path / "json").read_text())["functions"][0]
    assert (wrong["state"], wrong["diagnosis"]["guesses"][0]["bug"]) == ("wrong", "bias-forgotten-forward")


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the command take these functions for right and the others for missing, without a check."""

    def take(*names: str) -> None:
        states = ["right" if name in names else "missing" for name in FUNCTIONS]
        found = [FunctionCheck(*one) for one in zip(FUNCTIONS, states, strict=True)]
        monkeypatch.setattr("compare.cli.exercise.check_functions", lambda *_: found)

    return take


@pytest.mark.usefixtures("hints_here")
def test_hints_get_more_concrete_each_time(cli, checked: Callable, exercise_file: Callable, tmp_path: Path):
    checked("logits", "log_softmax")
    path = exercise_file("logits", "log_softmax")
    outputs = [cli("exercise", path, *SHORT, "--hint", "--json", tmp_path / "json")[1] for _ in range(4)]
    assert [len(re.findall(r"hint \d of 4", out)) for out in outputs] == [1, 2, 3, 4]
    assert f"hint 1 of 4: {HINTS['nll_loss'][0]}\n--hint again gives a clearer one\n" in outputs[0]
    # nothing in brackets is lost
    assert outputs[3].endswith("hint 4 of 4: -logP[np.arange(len(y)), y].mean()\n")
    assert json.loads((tmp_path / "json").read_text())["hints"] == list(HINTS["nll_loss"])


def test_a_finished_course_ends_in_the_proof(
    cli, checked: Callable, exercise_file: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    checked(*FUNCTIONS)
    monkeypatch.setattr("compare.cli.exercise.expected_seconds", lambda _, dtypes: 30 * len(dtypes))
    code, out, err = cli("exercise", exercise_file(*FUNCTIONS), *SHORT, "--json", tmp_path / "json")
    assert code == 0
    assert "All six are right, each on its own. Now together, beside PyTorch:" in out
    assert "hint" not in out
    assert out.splitlines()[-1].startswith("match: ")
    assert err.startswith("this takes about 60 seconds\n")
    content = json.loads((tmp_path / "json").read_text())
    assert [one["state"] for one in content["functions"]] == ["right"] * 6
    assert content["proof"]["verdict"] == "match"
    assert [run["dtype"] for run in content["proof"]["runs"]] == ["float32", "float64"]


@pytest.mark.heavy
def test_functions_that_are_right_alone_and_not_together(cli, exercise_file: Callable):
    """A function that counts its calls is right in every check of it, and wrong at the end of a longer training."""
    change = ("def nll_loss(logP, y):", "calls = []\ndef nll_loss(logP, y):\n    calls.append(1)\n"
              "    if len(calls) > 300: return 2 * -logP[np.arange(len(y)), y].mean()")  # fmt: skip
    code, out, _ = cli("exercise", exercise_file(*FUNCTIONS, change=change), "--data", "digits", "--epochs", "25")
    assert [line.split()[1] for line in out.splitlines()[:6]] == ["right"] * 6
    assert code == 1
    assert any(line.startswith("differ: mine and torch, in ") for line in out.splitlines())


@pytest.mark.parametrize("name", ["torch", "mine"])
def test_a_file_is_proven_whatever_its_name(cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str):
    """That of a side, or one without the ending of Python."""
    proven = []

    def prove_each(_problem: Problem, _dtypes: tuple[str, ...], sides: functools.partial, _report: Callable) -> None:
        proven.append(sides.args[0])
        raise InputError("enough")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("compare.cli.exercise.prove_each", prove_each)
    monkeypatch.setattr("compare.cli.exercise.check_functions", lambda *_: [])
    Path(name).write_text("def logits(X, W, b): ...")
    assert cli("exercise", name, *SHORT)[2] == "error: enough\n"
    assert [is_path(path) for path in proven] == [True]
    assert Path(proven[0]).samefile(name)
