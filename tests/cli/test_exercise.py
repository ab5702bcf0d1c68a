"""`exercise`: from an untouched template to a proof, and what is printed on the way."""

import json
import re
from pathlib import Path

import pytest

import compare.exercise
from compare.equations import FUNCTIONS

TEMPLATE = Path(compare.exercise.__file__).with_name("template.py")
SHORT = "--data", "digits", "--epochs", "1"
pytestmark = pytest.mark.usefixtures("here")


def test_an_untouched_stub_is_told_where_to_begin(cli):
    code, out, err = cli("exercise", TEMPLATE, *SHORT)
    assert (code, err) == (1, "")
    assert out.count("missing") == 6
    assert "Nothing is written yet. Begin with logits (E1) in" in out
    assert "X (N, D), W (K, D), b (K,) -> Z (N, K)" in " ".join(out.split())


@pytest.mark.parametrize("done", range(1, 6))
def test_the_next_one_is_named(cli, exercise_file, done: int):
    names = list(FUNCTIONS)
    code, out, _ = cli("exercise", exercise_file(*names[:done]), *SHORT)
    assert code == 1
    assert out.count("right") == done
    assert f"Next is {names[done]} ({FUNCTIONS[names[done]].tag})" in out


def test_a_finished_course_ends_in_the_proof(cli, exercise_file, tmp_path: Path):
    code, out, _ = cli("exercise", exercise_file(*FUNCTIONS), *SHORT, "--json", tmp_path / "json")
    assert code == 0
    assert "float64: how far apart at worst in 15 steps" in out
    assert out.splitlines()[-1] == "match: all quantities of 15 float32 and 15 float64 steps are within budget"
    content = json.loads((tmp_path / "json").read_text())
    assert [one["state"] for one in content["functions"]] == ["right"] * 6
    assert content["proof"]["verdict"] == "match"


# What is changed in a right file, the first function that is not right, and what is said.
CHANGES = {
    "a minus": (("X @ W.T + b", "X @ W.T - b"), "logits", "on the worked example Z is"),
    "no shift": (
        ("S = Z - Z.max(axis=1, keepdims=True)", "S = Z"),
        "log_softmax",
        "right on the worked example, but not in float32: logP, logits of ±1000",
    ),
    "a fixed batch": (("return dZ / len(y)", "return dZ / max(len(y), 100) if len(y) > 2 else dZ / len(y)"),
                      "logits_gradient", "right on the worked example, but not in float32"),
    "lr a little off": (
        ("return W - lr * dW", "lr = lr * (1 + 1e-5) if dW.size > 6 else lr; return W - lr * dW"),
        "sgd_step",
        "this looks like lr off by 1e-5, see bug lr-off-by-1e-5, E6",
    ),
    "in place": (("dZ = np.exp(logP)", "dZ = logP"), "logits_gradient", "changes its input in place"),
}  # fmt: skip


@pytest.mark.parametrize("case", CHANGES)
def test_the_first_that_is_not_right_is_explained(cli, exercise_file, case: str):
    change, name, words = CHANGES[case]
    code, out, _ = cli("exercise", exercise_file(*FUNCTIONS, change=change), *SHORT)
    assert code == 1
    lines = out.splitlines()
    assert [line.split()[-1] for line in lines[:6] if " right" not in line] == [name]
    assert words in " ".join(out.split())


def test_hints_get_more_concrete_each_time(cli, exercise_file):
    path = exercise_file("logits")

    def hints() -> list[str]:
        return re.findall(r"hint \d of 4", cli("exercise", path, *SHORT, "--hint")[1])

    assert [len(hints()) for _ in range(5)] == [1, 2, 3, 4, 4]
    assert "hint" not in cli("exercise", path, *SHORT)[1].replace("--hint gives a hint", "")
    other = exercise_file("logits", "log_softmax")
    assert "hint 1 of 4: Of each row only one entry counts" in cli("exercise", other, *SHORT, "--hint")[1]


@pytest.mark.parametrize("content", ["", "def logit(X): pass\n", "def logits(:\n"])
def test_files_that_are_no_exercise(cli, tmp_path: Path, content: str):
    (tmp_path / "mine.py").write_text(content)
    code, out, err = cli("exercise", tmp_path / "mine.py", *SHORT)
    assert (code, out, len(err.splitlines())) == (2, "", 1)


def test_damaged_counts_of_hints_begin_anew(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("compare.exercise.check.cache_path", lambda: tmp_path)
    for damage in ("not json", "[1, 2]", '{"a": {}}'):
        (tmp_path / "hints.json").write_text(damage)
        assert "hint 1 of 4" in cli("exercise", TEMPLATE, *SHORT, "--hint")[1]
        assert "hint 2 of 4" in cli("exercise", TEMPLATE, *SHORT, "--hint")[1]
