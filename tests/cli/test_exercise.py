"""`exercise`: from a new file to its end, and what is printed on the way."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.backends.worker import Worker
from compare.cli import exercise_work as command
from compare.equations import FUNCTIONS, RUNGS
from compare.exercise.check import Finding
from compare.exercise.ladder import Rung
from compare.exercise.new import exercise_text
from compare.exercise.progress import Progress
from compare.exercise.source import Source
from compare.files import maths_page

SHORT = "--data", "digits", "--epochs", "1"


def test_a_new_exercise_says_what_to_do_next(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    code, out, err = cli("exercise", "--new", "mine.py", "--paper-seed", 7)
    assert (code, err) == (0, "")
    assert out.splitlines()[2:] == [
        "", "    python -m compare exercise mine.py", "",
        "The maths has a part for each rung, which the file names. Read it after you tried:", str(maths_page()),
    ]  # fmt: skip
    assert Path("mine.py").read_text() == exercise_text(7, "python -m compare exercise mine.py")
    assert cli("exercise", "--new", "mine.py") == (
        2, "", "error: --new mine.py: exists already; choose another name\n"
    )  # fmt: skip
    code, out, err = cli("exercise", "mine.py", *SHORT)
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert lines[0] == " 1  E1     paper      logits                      paper 0 of 2"
    assert lines[11:16] == [
        "", "0 of 11 are right", "", "Before logits (E1), on paper; write the answers into ANSWERS in mine.py:",
        "  Z[0,0]: open",
    ]  # fmt: skip
    assert lines[-1] == "--hint says more"
    assert max(map(len, lines)) <= 80


def test_a_long_name_stays_on_its_line(cli, tmp_path: Path):
    path = tmp_path / f"{100 * 'x'}.py"
    assert f"\n    python -m compare exercise {path}\n" in cli("exercise", "--new", path)[1]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "FILE is missing; exercise --new FILE writes a new one"),
        (["--new", "a.py", "b.py"], "--new only writes a new file: omit the other FILE, and --json"),
        (["--new", "a.py", "--json", "-"], "--new only writes a new file: omit the other FILE, and --json"),
        (["--new", "a.py", "--paper-seed", "-1"], "--paper-seed must be 0 or more, not -1"),
        (["no.py"], "no.py: cannot be read: No such file or directory"),
        (["no.py", "--json", "no/json"], "--json no/json: cannot be written: No such file or directory"),
        ([".", "--hint"], ". is a folder: omit --hint, --answers, --reset, --pictures and --details"),
        (["."], ".: has no Python file"),
        (["no.py", "--reset"], "no.py: there is no such file"),
        (
            ["no.py", "--reset", "--hint"],
            "--reset only forgets: omit --hint, --answers, --details, --json and --pictures",
        ),
    ],
)
def test_what_cannot_be_done_is_one_line(refused, args: list[str], words: str):
    assert refused("exercise", *args) == f"error: {words}"


@pytest.mark.parametrize("content", ["", "def logit(X): pass\n", "def logits(:\n"])
def test_files_that_are_no_exercise(cli, tmp_path: Path, content: str):
    (tmp_path / "mine.py").write_text(content)
    code, out, err = cli("exercise", tmp_path / "mine.py", *SHORT)
    assert (code, out, len(err.splitlines())) == (2, "", 1)


def test_a_wrong_function_is_asked_about_and_named_on_request(cli, rungs_file: Callable):
    path = rungs_file(1, ("X @ W.T + b", "X @ W.T"), paper=1)
    outputs = [cli("exercise", path, *SHORT, *hint)[1] for hint in ([], ["--hint"], ["--hint"], ["--hint"])]
    assert " 1  E1     wrong      logits                      paper 2 of 2" in outputs[0]
    words = " ".join(outputs[0].split())
    assert "logits (E1): for a black image, X = 0, your Z[0, 0] is 0 with b[0] = 0.5." in words
    assert "X (N, D), W (K, D), b (K,) -> Z (N, K) --hint says more" in words
    assert [len(re.findall(r"^hint \d of 3", out, re.M)) for out in outputs] == [0, 1, 2, 3]
    assert 'hint 1 of 3: This is the mistake "bias without effect".' in outputs[1]
    code = "hint 3 of 3: X @ W.T is (N, K), and b (K,) is added to each of its rows by broadcasting."
    assert " ".join(outputs[3].split()).endswith(f"{code} That was the last hint. to read: E1, in {maths_page()}")
    assert "to read" not in outputs[2]


def test_the_formula_that_was_derived_is_told_with_the_last_hint(cli, rungs_file: Callable, kept_right: Callable):
    path = rungs_file(6, paper=6)
    kept_right(path, 6)
    outputs = [cli("exercise", path, *SHORT, *hint)[1] for hint in ([], ["--hint"], ["--hint"], ["--hint"])]
    path = rungs_file(6, paper=7)
    outputs += [cli("exercise", path, *SHORT, *hint)[1] for hint in ([], ["--hint"], ["--hint"], ["--hint"])]
    formula = "Your answers on paper are entries of this: dZ = (P - Y) / N"
    assert [formula in out for out in outputs] == [*7 * [False], True]
    assert "P - Y" not in "".join(outputs[:7])
    assert "On paper you computed numbers of dZ: which formula gives all of them?" in outputs[4]


@pytest.fixture
def kept_right() -> Callable[[Path, int], None]:
    """Write beside a file that its first rungs were right."""

    def keep(path: Path, count: int) -> None:
        kept, source = Progress(path), Source(path)
        kept.right = {name: source.fingerprint(name) for name in list(RUNGS)[:count]}
        kept.save()

    return keep


@pytest.fixture
def climbed(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Have the command take these rungs for what was found, without a check."""

    def take(*rungs: Rung) -> None:
        monkeypatch.setattr(command, "climb", lambda *_: list(rungs))

    return take


def test_the_result_as_json(cli, climbed: Callable, exercise_file: Callable, tmp_path: Path):
    climbed(
        Rung("logits", "right", seconds=0.5), Rung("log_softmax", "wrong", (), Finding("why?", ("so",), "wrong axis"))
    )
    code, _, _ = cli("exercise", exercise_file(), *SHORT, "--json", tmp_path / "json", "--hint")
    content = json.loads((tmp_path / "json").read_text())
    assert code == 1
    assert list(content) == ["version", "rungs", "hints"]
    assert content["hints"] == ["so"]
    assert content["rungs"][1] == {
        "name": "log_softmax", "tag": "E2", "state": "wrong", "paper": {}, "asks": "why?", "mistake": "wrong axis",
        "seconds": 0.0,
    }  # fmt: skip


@pytest.mark.heavy
def test_a_finished_course_ends_on_one_screen(cli, climbed: Callable, exercise_file: Callable, tmp_path: Path):
    climbed(*(Rung(name, "right") for name in FUNCTIONS))
    path, pictures = exercise_file(*FUNCTIONS), tmp_path / "pictures"
    code, out, err = cli("exercise", path, *SHORT, "--json", tmp_path / "json", "--pictures", pictures)
    assert code == 0
    # how long the steps of a learner take is known when some are done
    assert "this takes about" not in err
    assert "6 of 6 are right" in out
    end = out.partition("beside PyTorch:\n")[2]
    assert "3, before" in end
    assert "3, after" in end
    assert "match: every quantity is within budget" in end
    assert "3. Why can the loss fall while the accuracy stays the same?" in end
    assert f"next:python-mcompareprove--backend{path}" in "".join(end.split())
    # the questions come without their answers
    assert "P sums to 1, and so does Y" not in " ".join(end.split())
    assert len(end.splitlines()) <= 36
    assert max(len(line) for line in end.splitlines() if str(tmp_path) not in line) <= 80
    assert sorted(one.name for one in pictures.iterdir()) == [
        f"{name}.{kind}" for name in ("curve", "mistakes", "templates") for kind in ("png", "svg")
    ]
    assert json.loads((tmp_path / "json").read_text())["proof"]["verdict"] == "match"
    code, out, _ = cli("exercise", path, *SHORT, "--hint")
    assert code == 0
    assert "Together they have passed the proof, and the file has not changed since." in out
    assert "beside PyTorch" not in out


def test_the_answers_are_told_at_the_end_only(cli, climbed: Callable, exercise_file: Callable):
    climbed(*(Rung(name, "right") for name in FUNCTIONS))
    code, out, _ = cli("exercise", exercise_file(*FUNCTIONS), *SHORT, "--answers")
    assert code == 0
    assert "P sums to 1, and so does Y" in " ".join(out.split())
    climbed(Rung("logits", "missing"))
    code, out, _ = cli("exercise", exercise_file(*FUNCTIONS), *SHORT, "--answers")
    assert code == 1
    assert "P sums to 1" not in out
    assert out.endswith("--answers: they come at the end, when all functions are right\n")


def test_right_and_slow_is_told_why(cli, climbed: Callable, exercise_file: Callable):
    climbed(Rung("logits", "right", seconds=57.3, loops=True), Rung("log_softmax", "missing"))
    out = " ".join(cli("exercise", exercise_file("logits"), *SHORT)[1].split())
    assert "logits is right, and its check took 57 s. A loop of Python handles one number after another" in out


def test_a_class_has_a_row_for_each_learner(cli, rungs_file: Callable, tmp_path: Path):
    rungs_file(1, name="ann.py", paper=1)
    (tmp_path / "bob.py").write_text("def logits(:\n")
    code, out, _ = cli("exercise", tmp_path, *SHORT, "--json", tmp_path / "json")
    assert code == 1
    rows = [line.split() for line in out.splitlines()]
    assert ["ann.py", "1", "of", "11", "2", "of", "24", "log_softmax:", "paper"] in rows
    assert ["bob.py", "0", "of", "11", "cannot", "be", "run"] in rows
    ann, bob = json.loads((tmp_path / "json").read_text())["students"]
    assert (ann["file"], ann["right"], ann["of"], len(ann["rungs"])) == ("ann.py", 1, 11, 11)
    assert ann["rungs"][0]["paper"]["Z[0,0]"]["right"]
    assert (bob["right"], bob["of"], bob["rungs"]) == (0, 11, [])
    assert "line 1: is not valid Python" in bob["fault"]


@pytest.mark.heavy
def test_from_a_new_file_to_the_end(cli, rungs_file: Callable):
    """Rung by rung, as one climbs it; and the file is a backend of every other command."""
    for count in (0, 4, 8, 11):
        code, out, _ = cli("exercise", rungs_file(count, paper=count), *SHORT)
        assert f"{count} of 11 are right" in out
        assert code == (0 if count == len(RUNGS) else 1)
    path = rungs_file(11)
    assert Worker(path).defined == tuple(FUNCTIONS)
    assert cli("prove", "--backend", path, *SHORT, "--quiet")[0] == 0


@pytest.mark.heavy
def test_functions_that_are_right_alone_and_not_together(cli, exercise_file: Callable):
    """A function that counts its calls is right in every check of it, and wrong at the end of a longer training."""
    change = ("def nll_loss(logP, y):", "calls = []\ndef nll_loss(logP, y):\n    calls.append(1)\n"
              "    if len(calls) > 700: return 2 * -logP[np.arange(len(y)), y].mean()")  # fmt: skip
    code, out, _ = cli("exercise", exercise_file(*FUNCTIONS, change=change), "--data", "digits", "--epochs", "50")
    assert "6 of 6 are right" in out
    assert code == 1
    assert any(line.startswith("differ: mine and torch, in ") for line in out.splitlines())
