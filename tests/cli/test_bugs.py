"""`bugs`: the list, one mistake, and the survey of all of them, which is found elsewhere."""

import json
import math
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.bugs.catalogue import BUGS
from compare.bugs.detection import DETECTION_CHECKS as CHECKS
from compare.bugs.detection import Detection
from compare.bugs.generated.mutants import mutants
from compare.bugs.generated.survey import FirstDetection, GeneratedSurvey
from compare.bugs.survey import CLEAN, Survey, total_reports
from compare.problem import Problem

DIGITS = "--data", "digits", "--epochs", 3, "--seed", 5


def detections(accuracy: float, missed: str = "") -> dict[str, Detection]:
    checks = [check for check in CHECKS if check != "accuracy" or math.isfinite(accuracy)]
    return {
        name: Detection(name, {check: "" if name in (CLEAN, missed) else f"Z, {check}" for check in checks}, accuracy)
        for name in (CLEAN, *BUGS)
    }


@pytest.fixture
def surveyed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Problem]]:
    """Let `bugs` find this; the problems it was asked about are in the list that is returned."""

    def find(missed: str = "") -> list[Problem]:
        asked = []

        def survey(problem: Problem, names: tuple[str, ...], *, on_report: Callable[[str], None]) -> Survey:
            asked.append(problem)
            for _ in range(total_reports(problem, names)):
                on_report("float32")
            found = {"float32": detections(0.5), "float64": detections(math.nan, missed)}
            every = {dtype: {name: rows[name] for name in (CLEAN, *names)} for dtype, rows in found.items()}
            return Survey(every, {name: [name, "wrong-axis"] for name in names})

        monkeypatch.setattr("compare.cli.bug_surveys.survey", survey)
        return asked

    return find


def test_everything_is_detected(cli, surveyed: Callable):
    asked = surveyed()
    code, out, err = cli("bugs", *DIGITS, "--all")
    assert code == 0
    assert max(map(len, out.splitlines())) <= 80
    assert " ".join(out.split()).endswith("detected: 116 of 116 in float32 and 116 of 116 in float64; no false alarm")
    assert out.count("\n") == 140
    assert "what was detected first" not in out
    assert err.splitlines()[0] == "116 mistakes in two precisions: about 10 seconds on two cores"
    assert err.splitlines()[-1].startswith("75 %: float32")
    assert [(problem.name, problem.chosen.epochs, problem.chosen.seed) for problem in asked] == [("digits", 3, 5)]


def test_details_and_quiet(cli, surveyed: Callable):
    surveyed()
    details = cli("bugs", *DIGITS, "--details")[1]
    assert "what was detected first" in details
    assert "wrong-sign Z, one_step (one step)" in " ".join(details.split())
    code, out, err = cli("bugs", *DIGITS, "--quiet")
    assert (code, err) == (0, "")
    assert " ".join(out.split()) == "detected: 48 of 48 in float32 and 48 of 48 in float64; no false alarm"


def test_a_mistake_that_is_not_detected_is_exit_code_1(cli, surveyed: Callable):
    surveyed(missed="wrong-axis")
    code, out, _ = cli("bugs", *DIGITS, "--quiet")
    assert code == 1
    assert "48 of 48 in float32 and 47 of 48 in float64" in out


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--epochs", 240], "48 mistakes in two precisions: about 60 seconds"),
        (["--epochs", 240, "--all"], "116 mistakes in two precisions: about 2 minutes"),
        (["--data", "digits", "--epochs", 1], "48 mistakes in two precisions: about 10 seconds"),
    ],
)
def test_how_long_it_takes_is_said_first(cli, surveyed: Callable, args: list, words: str):
    surveyed()
    assert cli("bugs", *args)[2].splitlines()[0] == f"{words} on two cores"


def test_all_is_for_the_catalogue_alone(cli):
    code, _, err = cli("bugs", "--all", "--list")
    assert (code, err) == (
        2,
        "error: --all is for the mistakes of the catalogue, with nothing else: omit it, or the rest\n",
    )


def test_json_has_all_of_the_survey(cli, surveyed: Callable, tmp_path: Path):
    surveyed(missed="wrong-axis")
    assert cli("bugs", *DIGITS, "--all", "--json", tmp_path / "json")[0] == 1
    content = json.loads((tmp_path / "json").read_text())
    assert list(content) == ["version", "data", "problem", "bugs", "versions"]
    rows = content["bugs"]
    assert [row["name"] for row in rows] == [CLEAN, *BUGS]
    assert list(rows[0]) == ["name", "detections"]
    fields = ["name", "tag", "function", "classic", "belief", "symptom", "lesson", "source", "guesses", "detections"]
    assert all(list(row) == fields for row in rows[1:])
    wrong = next(row for row in rows if row["name"] == "wrong-sign")
    assert wrong["guesses"] == ["wrong-sign", "wrong-axis"]
    assert wrong["detections"]["float32"] == {
        "reasons": {check: f"Z, {check}" for check in CHECKS}, "accuracy": 0.5, "detected": True
    }  # fmt: skip
    axis = next(row for row in rows if row["name"] == "wrong-axis")["detections"]["float64"]
    assert axis == {
        "reasons": {check: "" for check in CHECKS if check != "accuracy"}, "accuracy": "nan", "detected": False
    }  # fmt: skip


def test_the_list_is_instant_and_light():
    """A process of its own, because this one has imported everything."""
    code = (
        "import sys; sys.argv = ['compare', 'bugs', '--list']\n"
        "from compare.cli.app import main\n"
        "try: main()\n"
        "finally: print(sorted({'torch', 'matplotlib', 'torchvision'} & {*sys.modules}), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "[]\n")
    assert [line.split()[0] for line in done.stdout.splitlines()[: len(BUGS)]] == list(BUGS)


def test_the_list_as_json(cli, tmp_path: Path):
    assert cli("bugs", "--list", "--json", tmp_path / "json")[0] == 0
    listed = json.loads((tmp_path / "json").read_text())["bugs"]
    assert [(one["name"], one["tag"], one["function"]) for one in listed] == [
        (bug.name, bug.tag, bug.function) for bug in BUGS.values()
    ]


def test_a_mistake_is_taught(cli, tmp_path: Path):
    code, out, _ = cli("bugs", "stale-gradient", "--json", tmp_path / "json")
    assert code == 0
    bug = BUGS["stale-gradient"]
    solution = "return dZ.T @ X, dZ.sum(axis=0)"
    assert solution not in out
    assert out.endswith("\n--solution shows the right code\n")
    assert solution in cli("bugs", "stale-gradient", "--solution")[1]
    for words in (bug.belief, bug.symptom, bug.lesson, "def stale_gradient(*, kept=1.0):"):
        assert " ".join(words.split()) in " ".join(out.split())
    content = json.loads((tmp_path / "json").read_text())
    assert list(content) == ["version", "name", "tag", "function", "classic", "belief", "symptom", "lesson", "source"]
    assert (content["tag"], content["source"]) == ("E5", bug.source)


SAME = "log_softmax: axis=1 -> axis=-1"


@pytest.fixture
def generated(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Problem]]:
    """Let `bugs --generated` find all but one; the problems it was asked about are in the list that is returned."""

    def find(survivor: str) -> list[Problem]:
        asked = []
        found = {CLEAN: FirstDetection()} | dict.fromkeys(mutants(), FirstDetection("hard_batches", "Z, dense pixels"))

        def survey_generated(problem: Problem, on_report: Callable[[str], None]) -> GeneratedSurvey:
            asked.append(problem)
            on_report("float32")
            return GeneratedSurvey({dtype: found | {survivor: FirstDetection()} for dtype in ("float32", "float64")})

        monkeypatch.setattr("compare.cli.bug_surveys.survey_generated", survey_generated)
        return asked

    return find


def test_generated_mistakes(cli, generated: Callable, tmp_path: Path):
    asked, count = generated(SAME), len(mutants())
    code, out, err = cli("bugs", "--generated", "--data", "digits", "--json", tmp_path / "json")
    assert code == 0
    last = f"detected: {count - 1} of {count} in float32, {count - 1} in float64; the other 1 are the same"
    assert out.splitlines()[-1] == last
    assert f"{count} small changes of the six functions; 0 of them" in out
    assert err.splitlines()[0].startswith(f"{count} small changes in two precisions: about ")
    assert [(problem.name, problem.chosen.epochs) for problem in asked] == [("digits", 10)]
    content = json.loads((tmp_path / "json").read_text())
    assert list(content) == ["version", "data", "problem", "generated", "versions"]
    rows = {row["name"]: row for row in content["generated"]}
    assert list(rows) == list(mutants())
    found = {"check": "hard_batches", "what": "Z, dense pixels"}
    assert rows[SAME] == {
        "name": SAME, "function": "log_softmax", "line": mutants()[SAME].change.line,
        "changed_line": mutants()[SAME].change.changed_line,
        "detections": {dtype: {"check": "", "what": ""} for dtype in ("float32", "float64")},
        "same": "of two axes the last is 1",
    }  # fmt: skip
    other = next(iter(rows.values()))
    assert (other["detections"]["float32"], other["same"]) == (found, None)


def test_a_generated_mistake_that_is_not_detected_is_exit_code_1(cli, generated: Callable):
    asked = generated(next(iter(mutants())))
    code, out, err = cli("bugs", "--generated", "--data", "digits", "--epochs", 3, "--quiet")
    assert (code, err) == (1, "")
    assert len(out.splitlines()) == 1
    assert out.endswith("; 1 for no known reason\n")
    assert asked[0].chosen.epochs == 3


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["wrong-sgin"], "unknown bug 'wrong-sgin'; the nearest is wrong-sign; bugs --list lists all 116"),
        (["wrong-sign", "--list"], "--list lists all mistakes: omit the name, or --list"),
        (["wrong-sign", "--generated"], "--generated makes mistakes that are in no list: omit the name, and --list"),
        (["--list", "--generated"], "--generated makes mistakes that are in no list: omit the name, and --list"),
        (["--json", "no/such/folder/json"], "--json no/such/folder/json: cannot be written: No such file or directory"),
        (["--list", "--json", "no/such/json"], "--json no/such/json: cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_one_line(cli, args: list[str], words: str):
    assert cli("bugs", *args) == (2, "", f"error: {words}\n")
