"""The proof in all its tables: every number of the runs is there, in 80 columns."""

import re
from dataclasses import replace

import pytest

from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.run import Run
from compare.proof.tolerance import TERMS
from compare.report import proof_details
from compare.report.proof_details import print_problem, print_proof
from scratch import Record


@pytest.fixture
def lines(printed, digits: Problem):
    def details(runs: list[Run]) -> list[str]:
        found = printed(print_proof, digits, runs).splitlines()
        assert max(map(len, found)) <= 80
        return found

    return details


def section(lines: list[str], title: str) -> list[str]:
    """The rows of the table with this title."""
    start = next(n for n, line in enumerate(lines) if line.startswith(title))
    rule = next(n for n in range(start, len(lines)) if set(lines[n].strip()) == {"─"})
    end = next((n for n in range(rule, len(lines)) if not lines[n].strip()), len(lines))
    return lines[rule + 1 : end]


def test_the_problem_is_described_with_its_checksums(printed, digits: Problem):
    text = printed(print_problem, digits)
    assert "digits: 1,438 training and 359 validation images of 64 pixels" in text
    assert "3 epochs of 15 batches of 100 = 45 steps, lr 0.1, seed 1" in text
    for name, value in digits.checksums.items():
        assert f"{name} {value[:8]}" in text


def test_every_epoch_of_a_short_run_is_in_the_curve(lines, matching: list[Run]):
    rows = section(lines(matching), "float32: loss and accuracy")
    for row, ours, theirs in zip(rows, *matching[0].history.values(), strict=True):
        assert row.split() == [str(ours.epoch), *(f"{value:.4f}" for value in (*ours[1:], *theirs[1:]))]


def test_the_same_curve_is_not_printed_twice(lines, matching: list[Run], changed):
    assert "float64: the same to every digit shown" in lines(matching)
    moved = [record._replace(train_loss=9.0) for record in matching[1].history["torch"]]
    found = lines([matching[0], changed(matching[1], history=matching[1].history | {"torch": moved})])
    assert "float64: the same to every digit shown" not in found
    assert section(found, "float64: loss and accuracy")[0].split()[5] == "9.0000"


@pytest.mark.parametrize(("epochs", "shown"), [(24, range(25)), (25, (0, 1, 2, 5, 10, 20, 25))])
def test_a_long_curve_is_shown_at_few_epochs(lines, matching: list[Run], changed, epochs: int, shown):
    history = [Record(n, 1.0, 0.5, 1.0, 0.5) for n in range(epochs + 1)]
    run = changed(matching[0], history={"scratch": history, "torch": history})
    rows = section(lines([run]), "float32: loss and accuracy")
    assert [int(row.split()[0]) for row in rows] == list(shown)


def test_a_curve_that_leaves_the_published_one_is_marked(lines, matching, changed, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(proof_details.published, "applies", lambda _: True)
    # the band is 0.05 wide in the first epochs, and there is none before training
    accuracies = 0.9, 0.6282 + 0.049, 0.7329 + 0.051, 0.7675 - 0.051
    history = [Record(n, 1.0, 0.5, 1.0, accuracy) for n, accuracy in enumerate(accuracies)]
    run = changed(matching[0], history={"scratch": history, "torch": history})
    found = lines([run])
    rows = section(found, "float32: loss and accuracy")
    assert [row.split()[9:] for row in rows] == [["0.1076"], ["0.6282"], ["0.7329", "!"], ["0.7675", "!"]]
    text = " ".join(found)
    assert "! marks a difference beyond the usual band" in text
    assert "82 % on the 10,000 test images" in text


def test_beyond_the_published_curve_nothing_is_compared(lines, matching, changed, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(proof_details.published, "applies", lambda _: True)
    monkeypatch.setattr(proof_details.published, "CURVE", (0.1, 0.6))
    history = [Record(n, 1.0, 0.5, 1.0, 0.6) for n in range(4)]
    run = changed(matching[0], history={"scratch": history, "torch": history})
    rows = section(lines([run]), "float32: loss and accuracy")
    assert [row.split()[9:] for row in rows] == [["0.1000"], ["0.6000"], [], []]


def test_nothing_is_said_of_what_was_published_for_other_data(lines, matching: list[Run]):
    assert "published" not in " ".join(lines(matching))


def test_where_each_was_worst(lines, matching: list[Run]):
    for run, digits in zip(matching, (9, 17), strict=True):
        for reading, words in (("one_step", "one step"), ("whole_run", "whole run")):
            rows = section(lines(matching), f"{run.dtype}, {words}: where each was worst")
            for row, (name, quantity) in zip(rows, QUANTITIES.items(), strict=True):
                found = run.worst[name, reading]
                index = "" if found.index is None else f" {found.index}"
                place = f"{quantity.symbol} {found.epoch}/{found.step}{index}"
                assert " ".join(row.split()) == f"{place} {found.ours:.{digits}g} {found.theirs:.{digits}g}"


def test_the_budgets_are_explained(lines, matching: list[Run]):
    rows = section(lines(matching), "allowed: eps (16 size + sqrt(t) terms)")
    for row, (name, quantity) in zip(rows, QUANTITIES.items(), strict=True):
        assert row.startswith(f"{quantity.tag}  {quantity.symbol} ")
        assert TERMS[name].terms in row
        assert TERMS[name].why in row


def test_errors_of_both_readings(lines, matching: list[Run]):
    for run in matching:
        found = lines(matching)
        rows = section(found, f"{run.dtype}: how far apart at worst in 45 steps")
        heading = next(line for line in found if "quantity" in line and "ceiling" in line)
        for row, (name, quantity) in zip(rows, QUANTITIES.items(), strict=True):
            step, whole = run.worst[name, "one_step"], run.worst[name, "whole_run"]
            numbers = [f"{step.scaled_error:.1e}", f"{step.budget:.1e}", f"{100 * step.used:.0f}", "%"]
            numbers += [f"{step.ceiling:.1e}", f"{whole.scaled_error:.1e}", f"{whole.budget:.1e}"]
            numbers += [f"{100 * whole.used:.0f}", "%"]
            assert row.split() == [quantity.tag, *quantity.symbol.split(), *numbers]
            assert row[: heading.index("error") + 5].endswith(numbers[0]), "numbers stand at the right of their column"


def test_what_was_not_reached_has_empty_places(lines, matching: list[Run], changed):
    run = changed(matching[0], worst={("logits", "one_step"): matching[0].worst["logits", "one_step"]})
    found = lines([run])
    assert len(section(found, "float32, one step: where each was worst")) == 1
    assert not section(found, "float32, whole run: where each was worst")
    assert section(found, "float32: how far apart")[1].split() == ["E2", "logP"]


@pytest.fixture
def summary(lines, changed, matching: list[Run]):
    """The last lines of a run with other findings, as one text."""

    def last(**findings) -> str:
        found = lines([changed(matching[0], **findings)])
        start = next(n for n, line in enumerate(found) if line.startswith("float32: validation accuracy"))
        return " ".join(found[start:])

    return last


def test_the_summary_of_a_match(summary, matching: list[Run]):
    run, text = matching[0], summary(seconds={"scratch": 2.0, "torch": 5.0})
    (ours, theirs), found = (history[-1].val_accuracy for history in run.history.values()), run.predictions
    for part in (
        f"float32: validation accuracy {100 * ours:.2f} % (scratch), {100 * theirs:.2f} % (torch)",
        "float32: 359 of 359 images classified the same way float32",
        f"certified for {found.certified}, their best two logits more than 2 x {found.largest:.1e} apart",
        f"logits and loss use {100 * found.evaluation:.0f} % of the budget",
        f"after 45 steps the sides differ in W by {run.drift['W']:.1e}, b by {run.drift['b']:.1e}",
        "controls: 43 of 43 changes are seen; reference against itself: 0",
        "torch took 2.5 times as long as scratch",
        f"final weights {run.weights['scratch'][:8]} (scratch), {run.weights['torch'][:8]} (torch)",
    ):
        assert part in text
    assert "test accuracy" not in text
    assert "failed" not in text


def test_test_images_have_a_line(summary):
    text = summary(test={"scratch": 0.5, "torch": 0.25})
    assert "float32: test accuracy 50.00 % (scratch), 25.00 % (torch)" in text


def test_predictions_that_differ_are_counted(summary, matching: list[Run]):
    found = replace(matching[0].predictions, compared=100, differ=3, near_ties=2, certified=90)
    text = summary(predictions=found)
    assert "97 of 100 images classified the same way, 2 within rounding of a tie" in text
    assert re.search(r"certified for 90, .* apart; 7 agree, not certified", text)
    assert "these checks failed: predictions" in text


def test_a_huge_share_has_no_digits(summary, matching: list[Run]):
    text = summary(predictions=replace(matching[0].predictions, evaluation=123456.0))
    assert "logits and loss use 1.23e+05 times the budget" in text


def test_a_difference_has_its_place(lines, differing: list[Run]):
    found, text = differing[1].first_divergence, " ".join(lines(differing))
    assert (
        f"float64: they part at epoch 1, step 1, equation E2: log_probabilities, logP {found.index}: {found.ours:.17g} "
        f"(wrong-axis), {found.theirs:.17g} (torch), {found.used:.3g} times the budget; one step: Both sides start"
    ) in text
    assert text.count("these checks failed: one step, whole run, hard batches, exact arithmetic, gradient checks") == 2


def test_what_leaves_the_finite_numbers_is_named(summary, matching: list[Run]):
    lost = replace(matching[0].worst["loss", "one_step"], used=float("nan"), ours=float("nan"), index=None)
    text = summary(first_divergence=lost)
    assert "L: nan (scratch)" in text
    assert "so nll_loss of scratch has left the finite numbers" in text


def test_growth_is_told(summary):
    assert "every single step is within budget, only the whole run is not" in summary(growth=3.0)
