"""The generated mistakes on a terminal of 80 columns."""

import pytest

from compare.bugs.generated.mutants import mutants
from compare.bugs.generated.survey import STOPS, FirstDetection, GeneratedSurvey
from compare.bugs.survey import CLEAN
from compare.report.generated_tables import print_generated, print_generated_result

SAME = "log_softmax: axis=1 -> axis=-1"
DROPPED = next(name for name, mutant in mutants().items() if not mutant.change.changed_line)
WORKING = len(mutants()) - 2


def survey(**float64: FirstDetection) -> GeneratedSurvey:
    """Two stop, one is the same function, one is detected in float32 by hard batches, all else by exact arithmetic."""
    first, second, *_ = (name for name in mutants() if name not in (SAME, DROPPED))
    found = {CLEAN: FirstDetection()} | dict.fromkeys(mutants(), FirstDetection("exact_arithmetic", "Z, one winner, 2"))
    found |= {
        first: FirstDetection(STOPS, "raises [1]"),
        second: FirstDetection(STOPS, "raises"),
        SAME: FirstDetection(),
    }
    narrow = found | {DROPPED: FirstDetection("hard_batches", "dZ, dense pixels")}
    return GeneratedSurvey(
        {"float32": narrow, "float64": found | {DROPPED: FirstDetection("whole_run", "dZ 1/1")} | float64}
    )


def test_how_many_each_check_detects_first(printed):
    lines = printed(print_generated, survey(), details=False).splitlines()
    assert max(map(len, lines)) <= 80
    text = " ".join(lines)
    assert f"{len(mutants())} small changes of the six functions; 2 of them raise an error" in text
    assert f"What detects the other {WORKING} first:" in text
    rows = [line.split("  ") for line in lines]
    table = {row[0]: [cell.strip() for cell in row[1:] if cell] for row in rows if len(row) > 2}
    assert table["exact arithmetic"] == [str(WORKING - 2)] * 2
    assert table["hard batches"] == ["1", "0"]
    assert table["whole run"] == ["0", "1"]
    assert table["none"] == ["1", "1"]
    assert "gradient checks" not in table


def test_what_is_not_detected_is_shown_with_its_line_and_reason(printed):
    lines = printed(print_generated, survey(), details=False).splitlines()
    start = lines.index("not detected, because the function is still the same one")
    assert lines[start + 1 :] == [
        SAME,
        "    S = Z - Z.max(axis=-1, keepdims=True)",
        "    of two axes the last is 1",
        "",
    ]


def test_details_show_every_change(printed):
    text = printed(print_generated, survey(), details=True)
    assert f"{DROPPED}\n    nothing\n    hard batches: dZ, dense pixels\n" in text
    assert "    stops: raises [1]\n" in text
    assert f"{SAME}\n    S = Z - Z.max(axis=-1, keepdims=True)\n    not detected\n" in text
    # but for names that are longer than a line
    assert sum(text.count(f"{name}\n") > 0 for name in mutants()) > 200


# What is different in float64, and the last line.
LAST = {
    "all is well": ({}, "1 are the same"),
    "a survivor": ({DROPPED: FirstDetection()}, "1 for no known reason"),
    "a false alarm": ({CLEAN: FirstDetection("identities", "rows")}, "1 are the same; a false alarm in float64"),
}


@pytest.mark.parametrize("case", LAST)
def test_the_last_line(printed, case: str):
    float64, says = LAST[case]
    told = printed(print_generated_result, survey(**float64))
    detected = WORKING - 1 - (case == "a survivor")
    start = f"detected: {WORKING - 1} of {WORKING} in float32, {detected} in float64; "
    assert " ".join(told.split()) == start + ("the other " if "same" in says else "") + says
