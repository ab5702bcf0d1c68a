"""The one screen: 40 lines of 80 columns, whatever was found."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest

from compare.bugs.catalogue import BUGS, find_bug
from compare.bugs.diagnosis import Diagnostician
from compare.data.registry import load
from compare.equations import QUANTITIES
from compare.problem import Hyperparameters, Problem
from compare.proof.comparison import Deviation
from compare.proof.prove import prove
from compare.proof.run import Run
from compare.report import proof_screen
from compare.report.proof_screen import check_lines, print_next, print_screen, shown_epochs

# What `next: ...` takes besides.
LINES, WIDTH, NEXT = 40, 80, 3


def screen(printed, *args) -> list[str]:
    lines = printed(print_screen, *args).splitlines()
    assert len(lines) + NEXT <= LINES, "\n".join(lines)
    assert max(map(len, lines)) <= WIDTH
    return lines


def test_what_is_compared_is_one_sentence(printed, digits: Problem, matching: list[Run]):
    lines = screen(printed, digits, matching)
    sentence = " ".join(lines[: lines.index("")])
    assert sentence == (
        "scratch (NumPy, by hand) and torch (PyTorch) train one model on 1,438 images of digits, from the same weights "
        "and with the same batches: 3 epochs of 15 batches of 100 = 45 steps, lr 0.1, seed 1, in float32 and float64."
    )


def test_a_long_name_is_cut_in_the_sentence(digits: Problem, matching: list[Run], changed):
    sentence = proof_screen._sentence(digits, [changed(matching[0], sides=("torch", "torch:2"))])
    assert sentence.startswith("torch (PyTorch) and torch:2 (PyTorch, 2 ranks) train one model")
    sentence = proof_screen._sentence(digits, [changed(matching[0], sides=("mine" * 10, "torch"))])
    assert sentence.startswith("minemineminemineminemin… and torch (PyTorch) train one model")


def test_options_are_named_if_they_are_on(printed, digits: Problem, matching: list[Run]):
    chosen = replace(digits.chosen, momentum=0.9, nesterov=True, weight_decay=1e-4)
    text = " ".join(screen(printed, Problem(load("digits"), chosen), matching))
    assert "lr 0.1, momentum 0.9, weight decay 0.0001, Nesterov, seed 1, in float32" in text


def test_the_curve_shows_the_validation_images(printed, digits: Problem, matching: list[Run]):
    lines = screen(printed, digits, matching)
    assert "359 validation images, the same on both sides" in lines
    history = matching[0].history["scratch"]
    assert ["loss", *(f"{record.val_loss:.4f}" for record in history)] in [line.split() for line in lines]
    assert ["accuracy", *(f"{100 * record.val_accuracy:.1f}" for record in history)] in [
        line.replace(" %", "").split() for line in lines
    ]


def test_a_curve_that_is_not_the_same_is_shown_for_both_sides(printed, digits: Problem, matching: list[Run], changed):
    run = matching[0]
    other = [record._replace(val_loss=record.val_loss + 1) for record in run.history["torch"]]
    lines = screen(printed, digits, [changed(run, history=run.history | {"torch": other})])
    assert "359 validation images, float32" in lines
    assert [line.split()[:2] for line in lines if line.startswith(("loss", "accuracy"))] == [
        [what, side] for side in ("scratch", "torch") for what in ("loss,", "accuracy,")
    ]


def test_the_table_has_the_largest_share_of_all_readings_and_precisions(printed, digits, matching: list[Run]):
    lines = screen(printed, digits, matching)
    for name, quantity in QUANTITIES.items():
        (line,) = (line for line in lines if line.startswith(f"{quantity.tag}  {quantity.symbol} "))
        worst = max((d.used, run.dtype, r) for run in matching for (n, r), d in run.worst.items() if n == name)
        found = {run.dtype: run for run in matching}[worst[1]].worst[name, worst[2]]
        assert quantity.formula in line
        assert f"{worst[1]}, {worst[2].replace('_', ' ')} " in line
        numbers = f"{found.scaled_error:.1e}", f"{found.budget:.1e}", f"{100 * found.used:.0f} %"
        assert re.search(r" +".join(numbers) + "$", line)


def test_words_begin_and_numbers_end_below_each_other(printed, digits, matching: list[Run]):
    lines = screen(printed, digits, matching)
    (head,) = (line for line in lines if line.endswith("error   budget  used"))
    rows = [line for line in lines if re.match(r"E\d  ", line)]
    assert {re.search(r"float\d\d, ", row).start() for row in rows} == {head.index("where")}
    assert {re.search(r"\d\.\de[+-]\d\d", row).end() for row in rows} == {head.index("error") + len("error")}
    epochs, losses = (next(line for line in lines if line.startswith(word)) for word in ("epoch ", "loss "))
    assert [n.end() for n in re.finditer(r"\d+", epochs)] == [n.end() for n in re.finditer(r"[\d.]+", losses)]


def test_one_epoch_of_one_step_is_said_in_the_singular(digits: Problem, matching: list[Run]):
    chosen = replace(digits.chosen, epochs=1, batch_size=1438)
    sentence = " ".join(proof_screen._sentence(Problem(load("digits"), chosen), matching).split())
    assert "with the same batches: 1 epoch of 1 batch of 1,438 = 1 step, lr 0.1" in sentence


def test_a_share_that_is_no_number_is_the_largest(printed, digits, matching: list[Run], changed):
    run = matching[0]
    lost = replace(run.worst["loss", "one_step"], used=float("nan"))
    text = "\n".join(screen(printed, digits, [changed(run, worst=run.worst | {("loss", "one_step"): lost})]))
    assert re.search(r"^E3 .* nan$", text, re.MULTILINE)


def test_what_was_not_reached_is_said(printed, digits, matching: list[Run], changed):
    run = matching[0]
    early = {key: found for key, found in run.worst.items() if key[0] != "W"}
    lines = screen(printed, digits, [changed(run, worst=early)])
    assert [line.split()[-2:] for line in lines if line.startswith("E6  W")] == [["not", "reached"]]


def test_each_further_check_has_one_line(matching: list[Run]):
    values = sum(counts.values for run in matching for counts in run.exact_arithmetic.values())
    hard = max(found.used for run in matching for found in run.hard_batches.values())
    evaluation = max(run.predictions.evaluation for run in matching)
    assert [str(line) for line in check_lines(matching)] == [
        f"hard batches      passed  33 kinds: at most {100 * hard:.0f} % of the budget",
        f"exact arithmetic  passed  all {values:,} values are equal where nothing rounds",
        "gradient checks   passed  4 of 4 gradients fit the loss of their own side",
        f"evaluation        passed  at equal weights: {100 * evaluation:.0f} % of the budget",
        "predictions       passed  359 of 359 images are put in the same class",
    ]


def test_the_controls_have_one_line(printed, digits: Problem, matching: list[Run], differing: list[Run]):
    line = "controls          passed  86 of 86 changes are seen; reference against itself: 0"
    assert len(line) <= WIDTH
    for runs in (matching, differing):
        assert printed(print_screen, digits, runs).count(line) == 1


def test_a_check_that_failed_in_one_precision_says_so(differing: list[Run], matching: list[Run]):
    lines = [str(line) for line in check_lines([matching[0], differing[1]])]
    assert [line[18:24] for line in lines] == ["failed"] * 5
    counts = differing[1].exact_arithmetic.values()
    values = sum(c.values for run in (matching[0], differing[1]) for c in run.exact_arithmetic.values())
    assert f"{sum(c.differ for c in counts):,} of {values:,} values are not equal" in lines[1]
    assert "2 of 4 gradients" in lines[2]
    predictions = differing[1].predictions
    assert f"{predictions.compared - predictions.differ} of 359 images" in lines[4]


def test_a_match_ends_with_its_line(printed, digits, matching: list[Run]):
    last = "match: every quantity is within budget, in 45 steps of float32 and float64"
    assert screen(printed, digits, matching)[-1] == last
    assert screen(printed, digits, matching[:1])[-1] == last.removesuffix(" and float64")


def test_a_difference_ends_with_its_place(printed, digits: Problem, differing: list[Run], diagnostician):
    lines = screen(printed, digits, differing, diagnostician.diagnose(find_bug("wrong-axis").backend()))
    start = lines.index("differ: wrong-axis and torch, in log_softmax (E2)")
    words = " ".join(" ".join(lines[start + 1 :]).split())
    found = differing[0].first_divergence
    n, k = found.index
    for part in (
        "equation logP = Z - log Σ exp Z",
        "where float32, epoch 1, step 1, both from the same weights",
        f"quantity logP [{n}, {k}]: batch image {n}, class {k}",
        f"values {found.ours:.9g} (wrong-axis), {found.theirs:.9g} (torch): {found.used:.3g} times the budget",
        "seen the columns of P sum to 1; its rows should",
        "looks like wrong-axis (100 % alike)",
    ):
        assert part in words
    assert "accuracy, wrong-axis" in "\n".join(lines)


@pytest.mark.parametrize(
    ("name", "dtype"),
    [
        pytest.param("no-maximum-shift", "float32", marks=pytest.mark.heavy),
        pytest.param("stale-gradient", "float64", marks=pytest.mark.heavy),
        ("summed-gradient", "float64"),
    ],
)
def test_every_difference_is_one_screen(printed, diagnostician: Diagnostician, name: str, dtype: str):
    chosen = Hyperparameters(epochs=1, lr=0.1, momentum=0.9, nesterov=True, weight_decay=1e-4)
    problem, wrong = Problem(load("digits"), chosen), BUGS[name].backend()
    run = prove(problem, dtype, ours=wrong._replace(name="a_file_with_a_name_of_30_chars"))
    assert run.verdict == "differ"
    screen(printed, problem, [run, run], diagnostician.diagnose(wrong))


@pytest.mark.heavy
def test_a_long_sentence_leaves_fewer_lines_for_the_difference(printed, diagnostician: Diagnostician):
    chosen = Hyperparameters(epochs=3, lr=0.05, momentum=0.9, weight_decay=0.01, dampening=0.1)
    problem, wrong = Problem(load("digits"), chosen), find_bug("float16-logits").backend()
    runs = [prove(problem, dtype, ours=wrong) for dtype in ("float32", "float64")]
    found = diagnostician.diagnose(wrong)
    lines = screen(printed, problem, runs, found)
    told = " ".join(" ".join(lines).split())
    assert "; Z is not finite in" in told
    assert "…" not in told
    assert "passed: controls, predictions" in lines
    assert "looks like  float16-logits (100 % alike)" in lines
    assert "values      " in "\n".join(lines)


def test_the_published_curve_stands_below_ours(printed, digits, matching, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(proof_screen.published, "applies", lambda _: True)
    lines = screen(printed, digits, matching)
    assert ["accuracy,", "published", "10.8", "62.8", "73.3", "76.8"] in [
        line.replace(" %", "").split() for line in lines
    ]


def test_epochs_are_few_and_closer_at_the_beginning():
    assert shown_epochs(0) == [0]
    assert shown_epochs(2) == [0, 1, 2]
    for last in (5, 24, 240, 640, 10**6):
        epochs = shown_epochs(last)
        assert epochs[:2] == [0, 1]
        assert epochs[-1] == last
        assert len(epochs) <= 7
        gaps = [b - a for a, b in pairwise(epochs)]
        assert gaps == sorted(gaps)


def test_what_comes_next_stands_in_columns(printed):
    lines = printed(print_next, {"short": "one", "a longer [command]": "two"}).splitlines()
    assert lines == ["next: short               one", "next: a longer [command]  two"]


def test_a_command_longer_than_the_screen_has_no_line_break(printed):
    long = "word " * 30 + "end"
    lines = printed(print_next, {"short": "one", long: "two", "another": "three"}).splitlines()
    assert lines == ["next: short    one", f"next: {long}  two", "next: another  three"]


def test_a_finding_of_a_large_problem_fits(printed, digits, matching: list[Run], changed):
    """Millions of values and steps, huge shares, and three-digit exponents."""
    run = matching[1]
    worst = {key: replace(found, used=1e305, scaled_error=1e-300, budget=1e-305) for key, found in run.worst.items()}
    counts = {name: c._replace(values=c.values * 10**6) for name, c in run.exact_arithmetic.items()}
    large = changed(run, worst=worst, exact_arithmetic=counts, steps=9_600_000)
    assert isinstance(next(iter(worst.values())), Deviation)
    screen(printed, digits, [changed(large, dtype="float32"), large])
