"""Where a screen is full, what helps least makes room: what to try is told whole."""

from compare.bugs.diagnosis import Diagnosis, Example
from compare.problem import Problem
from compare.proof.exact_arithmetic import Counts
from compare.proof.run import Run
from compare.report.proof_screen import print_screen

# Of a screen, and what `next: ...` takes of it.
LINES, NEXT = 40, 3


def screen(printed, *args) -> list[str]:
    lines = printed(print_screen, *args).splitlines()
    assert len(lines) + NEXT <= LINES, "\n".join(lines)
    return lines


def test_the_checks_that_passed_make_room_for_a_long_advice(printed, digits: Problem, matching: list[Run], changed):
    run = matching[0]
    counts = run.exact_arithmetic | {"W": Counts(400, 12)}
    sizes = "N 4096, D 3072, K 100, lr 1.00564e-13, |Z| to 3.6e+38"
    example = Example("W", "x", [1, 2], 0.5, 0.25, "float32", '"other learning rates"', sizes)
    found = Diagnosis(["W - W0 differs", "W - W0 is off by far over 100 times its size"], [], example)
    found = found._replace(replaced=frozenset({"logits", "log_softmax", "nll_loss"}))
    lines = screen(printed, digits, [changed(run, exact_arithmetic=counts)], found)
    told = " ".join(" ".join(lines).split())
    assert f"try E6 in float32 with {sizes}: the example in MATHS.md comes out right note " in told
    assert "…" not in told
    assert "passed: controls, hard batches, gradient checks, evaluation, predictions" in lines
    assert [line.split()[:3] for line in lines if " failed  " in line] == [["exact", "arithmetic", "failed"]]
    short = screen(printed, digits, [changed(run, exact_arithmetic=counts)])  # where there is room
    assert not any(line.startswith("passed: ") for line in short)


def test_advice_is_cut_last(printed, digits: Problem, differing: list[Run]):
    found = Diagnosis(
        ["Z differs", "word " * 160], [], Example("W", "x", [1, 2], 0.5, 0.25, "float32", "y", "N 7 " * 20)
    )
    lines = screen(printed, digits, differing, found)
    assert " ".join(" ".join(lines).split()).endswith("the example in MATHS.md comes out right")
    assert any("word" in line and line.endswith(" … (the rest: --details)") for line in lines)
