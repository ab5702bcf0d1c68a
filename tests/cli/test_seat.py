"""`exercise --check`: a learner's own test, and what is printed of its score."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from compare.cli import seat
from compare.exercise.seat.cases import CLASSIC, GENERATED, MISTAKES, cases, count_variants
from compare.exercise.seat.nudges import nudge
from compare.exercise.seat.score import BARS, Missed, Score
from compare.report.tables import WIDTH

COUNTS = {CLASSIC: 48, GENERATED: 139}
NOTHING_CAUGHT = [Missed(kind, name, case.tag, nudge(case)) for kind in MISTAKES for name, case in cases(kind).items()]


class Scored:
    """Stands in for a test that runs: its score is known."""

    expected_seconds, reports = 12.4, 1

    def __init__(self, score: Score):
        self.known = score

    def __call__(self, _path: Path, _seconds: float, *, everything: bool) -> "Scored":
        """As `Scoring` is made."""
        self.everything = everything
        return self

    def score(self, _report: Callable[[str], None]) -> Score:
        """As that of `Scoring`."""
        return self.known


@pytest.fixture
def scored(cli: Callable, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str, str]]:
    """Run the command as if the test had this score."""

    def run(score: Score, *args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(seat, "Scoring", Scored(score))
        return cli("exercise", "--check", "my_test.py", *args)

    return run


def score_of(missed: list[Missed]) -> Score:
    return Score({}, COUNTS, missed, {name: {CLASSIC: 2 * n} for n, name in enumerate(BARS)})


@pytest.mark.heavy
def test_a_first_test_is_written_and_scored(cli: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("compare.exercise.seat.score.BARS", {"CS336": BARS["CS336"]})
    assert cli("exercise", "--check", "--new", "my_test.py") == (
        0,
        "my_test.py has a first test. Let it catch more; this shows what it does not catch:\n\n"
        "    python -m compare exercise --check my_test.py\n",
        "",
    )
    code, out, _ = cli("exercise", "--check", "my_test.py", "--json", "score.json")
    content = json.loads(Path("score.json").read_text())["check"]
    lines = out.splitlines()
    assert code == 1
    assert lines[0] == f"my_test.py: the right functions and {count_variants()} right variants pass"
    caught = content["caught"]
    assert lines[2] == "caught, of the 48 classic mistakes"
    assert re.fullmatch(rf"your test +█+ +{caught['classic']}", lines[3])
    assert re.fullmatch(r"CS336 +█+ +12", lines[4])
    assert f"score: {caught['classic']} of 48 classic and {caught['generated']} of 139 generated mistakes" in lines
    assert content["file"] == "my_test.py"
    assert content["bars"] == {"CS336": {"classic": 12}}
    assert [len([one for one in content["missed"] if one["kind"] == kind]) for kind in COUNTS] == [
        COUNTS[kind] - caught[kind] for kind in COUNTS
    ]
    assert content["missed"][0] == {
        "kind": "classic", "name": "pixels-by-256", "tag": "batch", "nudge": "compare X with the formula"
    }  # fmt: skip


def test_one_screen_has_the_bars_and_what_to_try_even_if_all_get_away(scored: Callable):
    code, out, err = scored(score_of(NOTHING_CAUGHT))
    lines = out.splitlines()
    assert (code, err) == (1, "this takes about 12 seconds\n")
    assert max(map(len, lines)) <= WIDTH
    assert len(lines) <= 40
    assert "CMU 10-714  ██████" + 42 * " " + "    6" in lines
    assert "48 classic mistakes got away" in lines
    rows = [" ".join(line.split()) for line in lines]
    assert "batch compare X with the formula pixels-by-256" in rows
    assert "batch images with light in every pixel last-pixel-dropped and 1 more" in rows
    # the line that was changed stands there in full
    assert "logits:np.add(X@W.T,b,order='F')->np.subtract(X@W.T,b,order='F')" in "".join(out.split())
    assert "CS336 and CS231n (Stanford), CMU 10-714: checks written after the homework" in " ".join(out.split())
    # nothing is lost: what a line names, what it counts, and the rest
    first, last = lines.index("48 classic mistakes got away"), lines.index("139 generated mistakes got away")
    rows = [line for line in lines[first + 3 : last] if re.match(r"batch|E\d", line)]
    rest = [int(number) for line in lines[first:last] for number in re.findall(r"and (\d+) more", line)]
    assert len(rows) + sum(rest) == 48
    assert lines[-1] == "next: python -m compare bugs pixels-by-256  explains one that got away"


def test_details_have_every_name(scored: Callable):
    _, out, _ = scored(score_of(NOTHING_CAUGHT), "--details")
    assert seat.Scoring.everything
    assert max(map(len, out.splitlines())) <= WIDTH
    words = "".join(out.split())
    assert [one.name for one in NOTHING_CAUGHT if "".join(one.name.split()) not in words and ":" not in one.name] == []
    assert out.count("logits_gradient:") == sum(one.name.startswith("logits_gradient:") for one in NOTHING_CAUGHT)
    assert "--details has all" not in out


def test_all_caught_is_exit_code_0(scored: Callable):
    code, out, _ = scored(score_of([]))
    assert code == 0
    assert out.splitlines()[-1] == "score: 48 of 48 classic and 139 of 139 generated mistakes"
    assert "got away" not in out


def test_a_test_that_accuses_right_functions_scores_0_and_says_on_which(scored: Callable, tmp_path: Path):
    accused = {f"logits: variant{n}": "my_test.py, line 3: raises AssertionError" for n in range(20)}
    code, out, _ = scored(Score(accused), "--json", tmp_path / "json")
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == "my_test.py: score 0, for it says that right functions are wrong"
    assert lines[1:3] == ["  logits: variant0", "    my_test.py, line 3: raises AssertionError"]
    assert "and 8 more: --details has all" in lines
    assert "compare with a tolerance of both kinds, as" in " ".join(lines)
    assert "rtol=1e-5, atol=1e-6) does." in " ".join(lines)
    assert scored(Score(accused), "--details")[1].count("variant") == 20
    content = json.loads((tmp_path / "json").read_text())["check"]
    assert (content["accused"], content["caught"]) == (accused, {})


def test_of_an_accused_variant_one_sees_the_code(scored: Callable):
    accused = {
        f"log_softmax: shifted_by_its_{name}": "my_test.py: check returns False" for name in ("ceiling", "floor")
    }
    code = "        def shifted_by_its_ceiling(Z):\n            S = Z - np.ceil(Z.max(axis=1, keepdims=True))\n"
    _, out, _ = scored(Score(accused))
    assert f"    Its code, which is right:\n\n{code}" in out
    assert "np.floor" not in out
    assert "np.floor" in scored(Score(accused), "--details")[1]


def test_a_test_that_cannot_be_run_is_to_be_repaired(scored: Callable):
    _, out, _ = scored(
        Score({"the right functions": "my_test.py, line 3: raises NameError: name 'npp' is not defined"})
    )
    assert out.splitlines()[1:] == [
        "  the right functions",
        "    my_test.py, line 3: raises NameError: name 'npp' is not defined",
        "",
        "Every error counts as the word that functions are wrong: repair the test first.",
    ]


COMPARED = "my_test.py, line 3: raises AssertionError: Not equal to tolerance rtol=1e-05, atol=0; "
WRONG = "The original functions themselves fail, so the value that your test expects is wrong: compute it again."


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        (f"{COMPARED}(shapes (4, 6), (4, 2, 3) mismatch)", seat.SHAPES),
        (f"{COMPARED}Max absolute difference among violations: 1.5", WRONG),
        (f"{COMPARED}Max absolute difference among violations: 1.0e-17; Max relative difference", seat.TOLERANCE),
        ("my_test.py, line 3: raises AssertionError", seat.EITHER),
        ("my_test.py: check returns False", seat.EITHER),
    ],
)
def test_a_test_that_fails_on_the_original_functions_is_told_why(scored: Callable, reason: str, advice: str):
    _, out, _ = scored(Score({"the right functions": reason}))
    assert max(map(len, out.splitlines())) <= WIDTH
    words = " ".join(out.split())
    assert reason in words
    assert words.endswith(advice)


def test_the_program_is_named_as_it_was_called(
    scored: Callable, cli: Callable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(seat, "program", lambda: "softmax-twice")
    assert scored(score_of(NOTHING_CAUGHT))[1].splitlines()[-1].startswith("next: softmax-twice bugs pixels-by-256 ")
    path = tmp_path / "a.py"
    assert f"\n    softmax-twice exercise --check {path}\n" in cli("exercise", "--check", "--new", path)[1]
    assert f"\n    softmax-twice exercise --check {path}\n" in path.read_text()


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "FILE is missing; exercise --check --new FILE writes a first test"),
        (["a.py", "--new", "b.py"], "--check --new only writes a first test: omit the other FILE and --json"),
        (["--new", "a.py", "--json", "-"], "--check --new only writes a first test: omit the other FILE and --json"),
        (
            ["a.py", "--hint"],
            "--hint goes without --check: a score names what to try for each mistake that got away",
        ),
        (["a.py", "--time-limit", "0"], "--time-limit must be a number of seconds above 0, not 0.0"),
        (["no.py"], "no.py: there is no such file; exercise --check --new FILE writes a first one"),
        (["a.py", "--json", "no/json"], "--json no/json: cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_one_line(refused: Callable, args: list[str], words: str):
    assert refused("exercise", "--check", *args) == f"error: {words}"


def test_a_test_that_does_not_end_is_one_line(refused: Callable, user_file: Callable):
    path = user_file("def check(f):\n    while True: pass")
    assert refused("exercise", "--check", path, "--time-limit", "0.3") == (
        "error: ../mine.py: check takes over 0.3 s (see --time-limit), on the right functions"
    )
