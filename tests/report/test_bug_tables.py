"""The catalogue on a terminal of 80 columns."""

import inspect
import io
import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

import scratch
from compare.bugs.catalogue import BUGS
from compare.bugs.catalogue.register import Bug
from compare.bugs.detection import DETECTION_CHECKS as CHECKS
from compare.bugs.detection import Detection
from compare.bugs.survey import CLEAN, DTYPES, Survey
from compare.proof.checks import CHECKS as EVERY_CHECK
from compare.report.bug_tables import HEADINGS, print_bug, print_list, print_result, print_survey
from compare.report.tables import plain_console, wide_console


def printed(show: Callable, *args: object, **options: object) -> list[str]:
    console = wide_console(io.StringIO())
    show(console, *args, **options)
    lines = console.file.getvalue().splitlines()
    assert [line for line in lines if line.endswith(" ")] == []
    # a line of code may be longer
    assert show is print_bug or max(map(len, lines)) <= 80
    return lines


def detections(dtype: str, **failed: list[str]) -> dict[str, Detection]:
    """Of the clean pair and every mistake, all checks failing unless others are named here."""
    checks = [check for check in CHECKS if check != "accuracy" or dtype == "float32"]
    found, number = {}, 0.0
    for name in (CLEAN, *BUGS):
        number += 0 if name == CLEAN else 1 if BUGS[name].classic else 1e-6
        wrong = failed.get(name.replace("-", "_"), [] if name == CLEAN else ["one_step", "identities"])
        accuracy = 0.5 + number / 100 if dtype == "float32" else math.nan
        reasons = {check: f"Z, {check} [1]" if check in wrong else "" for check in checks}
        found[name] = Detection(name, reasons, accuracy)
    return found


@pytest.fixture
def survey() -> Survey:
    wrong = {"wrong_sign": ["one_step", "accuracy"], "wrong_axis": ["whole_run"], "relu_on_the_logits": []}
    float32 = detections("float32", **wrong)
    float64 = detections("float64", wrong_sign=["one_step"], wrong_axis=["one_step", "hard_batches"])
    float32["wrong-axis"].accuracy, float32["relu-on-the-logits"].accuracy = 0.1, 0.5
    guesses = {name: [name, "labels-forgotten"] for name in BUGS}
    guesses |= {"wrong-sign": ["wrong-axis", "wrong-sign"], "wrong-axis": []}
    return Survey({"float32": float32, "float64": float64}, guesses)


def test_the_list_has_one_line_for_each_mistake():
    lines = printed(print_list)
    assert [line.split() for line in lines[: len(BUGS)]] == [
        [name, *([bug.tag] if bug.function != "batch" else []), bug.function, *(["*"] if bug.classic else [])]
        for name, bug in BUGS.items()
    ]
    # functions stand below each other
    assert len({line.index(bug.function, 30) for line, bug in zip(lines, BUGS.values(), strict=False)}) == 1
    told = f"{len(BUGS)} mistakes, 48 of them classic (*); bugs NAME explains one of them"
    assert lines[len(BUGS) :] == ["", told]


def test_a_mistake_that_is_not_classic_has_no_mark(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(BUGS, "wrong-sign", replace(BUGS["wrong-sign"], classic=False))
    lines = printed(print_list)
    assert "wrong-sign" in [line.split()[0] for line in lines[: len(BUGS)] if not line.endswith("  *")]
    assert f"{len(BUGS)} mistakes, 47 of them classic (*); bugs NAME explains one of them" in lines


def test_the_classic_ones_have_figures_of_their_own(survey: Survey, monkeypatch: pytest.MonkeyPatch):
    classic = {"wrong-axis", "wrong-sign", "summed-loss", "relu-on-the-logits"}
    for name, bug in BUGS.items():
        monkeypatch.setitem(BUGS, name, replace(bug, classic=name in classic))
    words = " ".join(printed(print_survey, survey, details=False))
    assert "of the 4 classic ones 3 in float32 and 4 in float64 are detected, accuracy does not show 3," in words
    # wrong-axis reaches less, and relu-on-the-logits as much
    assert ", 2 reach more than without mistake, and the diagnosis names 2 first" in words


def test_if_all_are_classic_their_figures_stand_once(survey: Survey, monkeypatch: pytest.MonkeyPatch):
    for name, bug in BUGS.items():
        monkeypatch.setitem(BUGS, name, replace(bug, classic=True))
    assert "classic ones" not in " ".join(printed(print_survey, survey, details=False))


def test_a_mistake_is_shown_with_the_right_function_and_three_sentences():
    lines = printed(print_bug, BUGS["stale-gradient"], solution=True)
    assert lines[0] == "stale gradient (stale-gradient), E5, in place of parameter_gradients"
    assert "def stale_gradient(*, kept=1.0):" in lines
    right = lines.index("the right one")
    assert any(line.startswith("def parameter_gradients(") for line in lines[right:])
    assert any("return dZ.T @ X, dZ.sum(axis=0)" in line for line in lines[right:])
    assert '"""' not in "\n".join(lines)
    words = " ".join(" ".join(lines).split())
    for word in ("belief", "symptom", "lesson"):
        assert f"{word} {getattr(BUGS['stale-gradient'], word)}" in words


def test_the_right_function_is_shown_on_request_only():
    assert "the right one" not in printed(print_bug, BUGS["stale-gradient"])


@pytest.mark.parametrize("name", BUGS)
def test_code_is_shown_as_it_stands_in_its_file(name: str):
    """Also a line of more than 80 columns, which is indented code if it is broken."""
    bug = BUGS[name]
    lines = printed(print_bug, bug, solution=True)
    written, right = bug.source.splitlines(), lines.index("the right one") + 2
    assert lines[right - 3 - len(written) : right - 3] == written
    source = inspect.getsource(getattr(scratch, bug.function)).splitlines()
    shown = lines[right : lines.index("", right)]
    assert [line for line in shown if line not in source] == []
    assert max(map(len, lines[right + len(shown) :])) <= 80


def test_code_has_the_background_of_the_terminal():
    text = io.StringIO()
    print_bug(
        plain_console(file=text, force_terminal=True, color_system="truecolor", width=80),
        BUGS["stale-gradient"],
        solution=True,
    )
    colours = re.findall(r"\x1b\[([\d;]+)m", text.getvalue())
    assert any("38;2" in colour for colour in colours), "code in colours"
    assert not any(re.search(r"(^|;)48;2;", colour) for colour in colours)


def test_a_mistake_before_the_first_equation_has_no_tag():
    assert printed(print_bug, BUGS["never-shuffled"])[0] == "never shuffled (never-shuffled), in place of batch"


def test_brackets_are_shown_as_they_are():
    bug = BUGS["wrong-axis"]
    fields = {name: f"{name} is X[:-1] of [bold] y[0]" for name in ("belief", "symptom", "lesson")}
    odd = Bug("odd-[red]-name", bug.function, **fields, make=bug.make, stateful=False)
    lines = printed(print_bug, odd)
    assert lines[0].startswith("odd [red] name (odd-[red]-name), E2")
    for word, text in fields.items():
        assert f"{word:7}  {text}" in lines


def row(lines: list[str], name: str) -> list[str]:
    return next(line.split() for line in lines if line.startswith(f"{name} "))[1:]


def test_the_matrix_marks_what_is_detected_and_in_which_precision(survey: Survey):
    lines = printed(print_survey, survey, details=False)
    assert row(lines, "summed-loss") == ["x", "·", "·", "·", "·", "x", "70.0", "%"]
    assert row(lines, "wrong-sign") == ["x", "·", "·", "·", "·", "·", "x", "79.0", "%"]
    assert row(lines, "wrong-axis") == ["64", "32", "64", "·", "·", "·", "10.0", "%"]
    assert row(lines, "relu-on-the-logits") == ["64", "·", "·", "·", "·", "64", "50.0", "%"]
    assert next(line.split() for line in lines if line.startswith(CLEAN))[2:] == ["·"] * 6 + ["50.0", "%"]
    for name in BUGS:
        assert len([line for line in lines if line.startswith(f"{name} ")]) == 1
    assert [line for line in lines if line.startswith("E4")] == ["E4 logits_gradient"]
    assert lines.index("E4 logits_gradient") + 1 == next(n for n, line in enumerate(lines) if "summed-gradient" in line)
    assert "batch" in lines


def test_the_headings_are_the_names_of_the_checks(survey: Survey):
    joined = {check: heading.replace("-\n", "").replace("\n", " ") for check, heading in HEADINGS.items()}
    assert joined == {check: check.replace("_", " ") for check in CHECKS}
    lines = printed(print_survey, survey, details=False)
    last = next(line for line in lines if line.startswith("mistake "))
    assert last.split() == ["mistake", "step", "run", "batches", "metic", "checks", "ties", "accuracy"]


def test_marks_end_where_their_heading_ends(survey: Survey):
    lines = printed(print_survey, survey, details=False)
    heading = next(line for line in lines if line.startswith("mistake "))
    ends = [match.end() - 1 for match in re.finditer(r"\w+", heading)][1:]
    for name, marks in (("wrong-sign", "x·····x"), ("wrong-axis", "424···0")):
        line = next(line for line in lines if line.startswith(f"{name} "))
        # of the accuracy, the last digit and a unit
        assert "".join(line[end] for end in ends[:-1]) == marks[:-1], (line, heading)
    assert heading.startswith("mistake")


def test_how_many_each_check_detects(survey: Survey):
    lines = printed(print_survey, survey, details=False)
    count = len(BUGS)
    narrow, wide = ([line for line in lines if line.startswith(f"of {count} in {dtype}")] for dtype in DTYPES)
    assert narrow[0].split()[4:] == [str(count - 2), "1", "0", "0", "0", str(count - 3), "1"]
    assert wide[0].split()[4:] == [str(count), "0", "1", "0", "0", str(count - 2)]


def test_details_say_what_each_check_does(survey: Survey):
    lines = printed(print_survey, survey, details=True)
    words = " ".join(" ".join(lines).split())
    for check in EVERY_CHECK:
        assert (f"{EVERY_CHECK[check].name} {EVERY_CHECK[check].what}" in words) == (check in CHECKS)


def test_what_accuracy_and_diagnosis_make_of_them(survey: Survey):
    words = " ".join(printed(print_survey, survey, details=False))
    count = len(BUGS)
    assert (
        f"accuracy does not show {count - 1} of them; {count - 2} reach more than the 50.0 % without mistake" in words
    )
    assert f"the diagnosis names {count - 2} of {count} first, and {count - 1} in its first three guesses" in words


def test_details_say_what_was_detected_first(survey: Survey):
    lines = printed(print_survey, survey, details=True)
    assert "wrong-axis Z, whole_run [1] (whole run)" in [" ".join(line.split()) for line in lines]
    assert [line for line in lines if line.startswith("relu-on-the-logits")][1:] == []
    assert "[1]" not in "\n".join(printed(print_survey, survey, details=False))


def test_the_last_line(survey: Survey):
    count = len(BUGS)
    told = f"detected: {count - 1} of {count} in float32 and {count} of {count} in float64; no false alarm"
    assert " ".join(printed(print_result, survey)) == told
    survey.detections["float64"][CLEAN].reasons["identities"] = "rows"
    assert " ".join(printed(print_result, survey)) == told.replace("no false alarm", "a false alarm in float64")


def coloured(show: Callable, *args: object, **options: object) -> str:
    console = plain_console(file=io.StringIO(), width=80, force_terminal=True, color_system="standard")
    show(console, *args, **options)
    return console.file.getvalue()


def test_what_is_detected_is_green(survey: Survey):
    lines = {
        line.split()[0]: line for line in coloured(print_survey, survey, details=False).splitlines() if line.strip()
    }

    def styles(name: str) -> list[tuple[str, str]]:
        return re.findall(r"\x1b\[(\d+)m *(\S.*?) *\x1b\[0m", lines[name])

    green, dim = "32", "2"
    assert styles("wrong-axis") == [
        (green, "64"), (green, "32"), (green, "64"), (dim, "·"), (dim, "·"), (dim, "·"), (dim, "10.0 %")
    ]  # fmt: skip
    assert [styles("wrong-sign")[n] for n in (0, -1)] == [(green, "x"), (green, "x 79.0 %")]


def test_the_result_is_green_or_red(survey: Survey):
    assert coloured(print_result, survey).startswith("\x1b[1;31mdetected")
    for name in BUGS:
        survey.detections["float32"][name].reasons["one_step"] = "Z 1/1"
    assert coloured(print_result, survey).startswith("\x1b[1;32mdetected")
