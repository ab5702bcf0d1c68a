"""The tables of the further checks, and the lines that explain."""

import textwrap

import pytest

from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import NOTHING, Diagnosis, Guess
from compare.equations import QUANTITIES
from compare.proof.high_precision import Distances
from compare.proof.rounding import RoundingCause
from compare.proof.run import Run
from compare.report.check_tables import print_attribution, print_checks, print_diagnosis


def test_hard_batches_have_a_row_each(printed, matching: list[Run]):
    lines = printed(print_checks, matching).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "hard batches, one step each: worst quantity, share of its budget"
    assert lines[1].split() == ["batch", "float32", "used", "float64", "used"]
    for name in matching[0].hard_batches:
        row = next(line for line in lines if line.startswith(f"{name} "))
        found = [run.hard_batches[name] for run in matching]
        cells = [f"{QUANTITIES[f.quantity].symbol} {100 * f.used:.0f} %" for f in found]
        assert " ".join(row.removeprefix(name).split()) == " ".join(cells)


def test_exact_arithmetic_is_counted(printed, matching: list[Run], differing: list[Run]):
    values = sum(counts.values for counts in matching[0].exact_arithmetic.values())
    text = printed(print_checks, matching)
    assert f"float32, exact arithmetic: {values:,} of {values:,} values are equal\n" in text
    text = " ".join(printed(print_checks, differing).split())
    counts = differing[0].exact_arithmetic
    total = sum(c.differ for c in counts.values())
    assert (
        f"float32, exact arithmetic: {total:,} of {values:,} values differ (logP {counts['log_probabilities'].differ:,}"
        in text
    )
    assert "(Z " not in text


def test_distances_say_which_side_is_nearer(printed, matching: list[Run], changed):
    distances = dict.fromkeys(QUANTITIES, Distances(0.5, 0.5))
    distances |= {"logits": Distances(0.5, 1.25), "loss": Distances(3.0, 1.5), "dZ": Distances(0.0, 1.0)}
    distances |= {"dW": Distances(0.5, 2e6), "db": Distances(1000.0, 999.99)}
    lines = printed(print_checks, [changed(matching[0], distance_from_exact=distances)]).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("distance from the exact values"))
    rows = {line.split()[1]: line.split()[2:] for line in lines[start + 4 : start + 12]}
    assert rows["Z"] == ["0.50", "1.25", "scratch", "2.5", "x"]
    assert rows["L"] == ["3.00", "1.50", "torch", "2.0", "x"]
    assert rows["dZ"] == ["0.00", "1.00", "scratch"]
    assert rows["dW"] == ["0.50", "2e+06", "scratch", "4e+06", "x"]
    assert rows["db"] == ["1e+03", "999.99", "torch", "1.0", "x"]
    assert rows["W"] == ["0.50", "0.50", "equal"]


def test_gradient_checks_of_both_sides(printed, matching: list[Run]):
    lines = printed(print_checks, matching).splitlines()
    start = lines.index("gradient checks, in float64 (slope 2 is right, 1 is wrong)")
    checks = [(side, check) for side, found in matching[-1].gradient_checks.items() for check in found]
    for row, (side, check) in zip(lines[start + 4 :], checks, strict=False):
        errors = [f"{check.central[h]:.0e}" for h in (1e-1, 1e-3, 1e-5, 1e-8, 1e-11)]
        looked = f"{check.parameters} of {check.of:,}".split()
        assert row.split() == [side, check.problem, *looked, *errors, f"{check.complex_step:.0e}", f"{check.slope:.2f}"]


def test_an_operation_that_differs_has_its_reason(printed):
    found = [
        RoundingCause("E1", "logits", 0.75, 512.0, 2.0, "order of summation", "where no sum rounds", 0.0),
        RoundingCause("E2", "log_softmax", 0.5, 3.0, 1.25, "exp and log", "exp [alone]", 0.125),
        RoundingCause("E5", "dW", 0.0, 0.0, 0.0, "order of summation", "where no sum rounds", 0.0),
    ]
    text = printed(print_attribution, "float32", found)
    assert max(map(len, text.splitlines())) <= 80
    assert "float32: each operation of both sides on identical inputs" in text
    rows = [line.replace(" %", "%").split() for line in text.splitlines()]
    assert ["E1", "logits", "75.0%", "2", "512", "0.0%"] in rows
    assert ["E2", "log_softmax", "50.0%", "1.2", "3", "12.5%"] in rows
    plain = " ".join(text.split())
    assert "E1 logits: order of summation. Tried where no sum rounds: nothing is left." in plain
    assert "Tried exp [alone]: 12.5 % are left, so it is not the whole reason." in plain
    assert "E5 dW: nothing differs on these inputs." in plain


@pytest.mark.parametrize(
    ("diagnosis", "expected"),
    [
        (
            Diagnosis(["one [2]", "two"], [Guess(BUGS["wrong-axis"], 1.0), Guess(BUGS["global-maximum"], 0.6)]),
            "seen: one [2]\nseen: two\nthis looks like wrong axis, see bug wrong-axis, E2 (100 % alike)\n"
            f"or like {BUGS['global-maximum'].title}, see bug global-maximum, E2 (60 % alike)\n",
        ),
        (Diagnosis(["one"], []), "seen: one\nthis looks like none of the mistakes of the catalogue\n"),
        (Diagnosis([], []), textwrap.fill(NOTHING, 80) + "\n"),
    ],
)
def test_what_a_difference_looks_like(printed, diagnosis: Diagnosis, expected: str):
    assert printed(print_diagnosis, diagnosis) == expected
