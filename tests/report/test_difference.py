"""What is said of a difference when only one check sees it."""

import math
from dataclasses import replace

import pytest

from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import Diagnosis, Example, Guess
from compare.proof.exact_arithmetic import Counts
from compare.proof.gradient_check import GradientCheck
from compare.proof.predictions import Predictions
from compare.proof.run import Run
from compare.report.difference import differ, first_quantity, place_and_looks

# How a field ends that is cut.
CUT = " … (the rest: --details)"


def told(run: Run, diagnosis: Diagnosis | None = None) -> str:
    lines = place_and_looks([run], diagnosis)
    assert max(map(len, lines)) <= 80
    return " ".join(" ".join(lines).split())


def test_the_first_run_that_differs_is_told(matching: list[Run], differing: list[Run]):
    text = "differ: wrong-axis and torch, in log_softmax (E2)"
    assert differ([matching[0], differing[1]]) == text
    assert place_and_looks([matching[0], differing[1]], None)[1].startswith("where       float64, epoch 1, step 1")


def test_a_whole_run_that_differs(run: Run, diverging):
    place = {"index": [2, 9], "epoch": 2, "step": 7}
    text = told(diverging(run, "W", "whole_run", 1.5, used=1.004, ours=0.5, theirs=0.25, **place))
    assert "equation W <- W - lr dW where float32, epoch 2, step 7, each on weights of its own" in text
    assert "quantity W - W0 [2, 9]: class 2, pixel 9 values 0.5 (scratch), 0.25 (torch): 1.004 times" in text
    assert "note every single step is within budget, only the whole run is not. Rounding does not grow" in text
    assert "looks like" not in text


def test_a_scalar_has_no_index(run: Run, diverging):
    text = told(diverging(run, "loss", "one_step", used=3.0, index=None))
    assert "equation L = -mean of logP at y" in text
    assert "quantity L values" in text
    assert "3 times the budget" in text


@pytest.mark.parametrize("used", [float("inf"), float("nan")])
def test_what_is_not_finite_is_no_number_of_times(run: Run, diverging, used: float):
    text = told(diverging(run, "db", "one_step", used=used, index=[3], ours=float("nan"), theirs=1.0))
    assert "quantity db [3]: class 3 values nan (scratch), 1 (torch)" in text
    assert "times" not in text


def test_only_a_hard_batch(run: Run, changed):
    name, found = list(run.hard_batches.items())[4]
    worse = replace(found, used=2.0, quantity="logits", index=[5, 1])
    broken = changed(run, hard_batches=run.hard_batches | {name: worse})
    assert differ([broken]) == "differ: scratch and torch, in logits (E1)"
    text = told(broken)
    assert f'where float32, the hard batch "{name}"; the training is within budget' in text
    assert "quantity Z [5, 1]: batch image 5, class 1" in text


def test_only_exact_arithmetic(run: Run, changed):
    counts = run.exact_arithmetic | {"dZ": Counts(400, 12), "dW": Counts(90, 5)}
    broken = changed(run, exact_arithmetic=counts)
    assert differ([broken]) == "differ: scratch and torch, in logits_gradient (E4)"
    text = told(broken)
    assert "where float32, steps in which nothing rounds; the training is within budget" in text
    assert "quantity dZ values not equal: dZ 12 of 400, dW 5 of 90" in text


def test_only_a_gradient_check(run: Run, changed):
    wrong = GradientCheck("real", 12, 650, {1e-3: 0.5, 1e-5: 0.25}, 0.125, 1.0)
    broken = changed(run, gradient_checks=run.gradient_checks | {"torch": [wrong]})
    assert differ([broken]) == "differ: scratch and torch, in the gradient of torch (E4, E5)"
    text = told(broken)
    assert "where gradient checks in float64, the real problem; the training is within budget" in text
    assert "largest errors by differences: 2.5e-01, complex step: 1.2e-01; Taylor slope 1.00, and 2 is right" in text


def test_only_the_evaluation(run: Run, changed):
    broken = changed(run, predictions=replace(run.predictions, evaluation=3.0))
    assert differ([broken]) == "differ: scratch and torch, in the evaluation (E1 to E3)"
    text = told(broken)
    assert "where float32, after training, both with the same weights quantity logits or loss" in text
    assert "values 3 times the budget" in text


def test_only_the_predictions(run: Run, changed):
    broken = changed(run, predictions=Predictions(compared=2000, differ=7, near_ties=3))
    assert differ([broken]) == "differ: scratch and torch, in the predicted classes"
    text = told(broken)
    assert "where float32, after training quantity the class of the largest logit" in text
    assert "values 7 of 2,000 images, of which 3 are near ties" in text


def test_what_it_looks_like(run: Run, changed):
    broken = changed(run, predictions=replace(run.predictions, evaluation=3.0))
    guesses = [Guess(BUGS["wrong-axis"], 0.97), Guess(BUGS["global-maximum"], 0.6)]
    text = told(broken, Diagnosis(["one", "two", "three", "four"], guesses))
    assert "seen two; three looks like wrong-axis (97 % alike), or global-maximum (60 % alike)" in text
    text = told(broken, Diagnosis([], []))
    assert "seen nothing differs in the first steps, in hard batches, in exact steps and in evaluation" in text
    assert "looks like none of the mistakes of the catalogue" in text


def test_what_to_try_where_no_mistake_is_named(run: Run, changed):
    broken = changed(run, predictions=replace(run.predictions, evaluation=3.0))
    example = Example("W", "one winner, 2", [5, 54], -4.0, -8.0)
    assert "try redo E6 of the example in MATHS.md by hand" in told(broken, Diagnosis(["a"], [], example, by_hand=True))
    assert "try does it keep something? the same call gave two different results" in told(
        broken, Diagnosis(["a"], [], example, keeps=True)
    )
    guess = Guess(BUGS["stale-gradient"], 1.0)
    assert f"try {guess.bug.lesson}" in told(broken, Diagnosis(["a"], [guess], example, keeps=True))
    less = told(replace(broken, loses_accuracy=True), Diagnosis(["a"], [], example))
    assert "try another order of the operations, for example that of the equation: large numbers" in less


def test_two_values_that_are_equal_in_float32_have_all_their_digits(run: Run, changed):
    broken = changed(run, exact_arithmetic=run.exact_arithmetic | {"W": Counts(400, 12)})
    example = Example("W", "one winner, 2", [5, 54], -4.0, math.nextafter(-4.0, 0))
    assert "values -4 (scratch), -3.9999999999999996 (torch)" in told(broken, Diagnosis(["a"], [], example))


@pytest.mark.parametrize("check", ["exact", "gradient"])
def test_where_only_a_check_objects_the_diagnosis_gives_the_two_values(run: Run, changed, check: str):
    wrong = GradientCheck("real", 12, 650, {1e-3: 0.5, 1e-5: 0.25}, 0.125, 1.0)
    broken = {
        "exact": changed(run, exact_arithmetic=run.exact_arithmetic | {"W": Counts(400, 12)}),
        "gradient": changed(run, gradient_checks=run.gradient_checks | {"torch": [wrong]}),
    }[check]
    example = Example("W", "one winner, 2", [5, 54], -4.0, -8.0, "float64", '"one winner, 2"')
    text = told(broken, Diagnosis(["first", "second"], [], example, by_hand=True))
    assert "equation W <- W - lr dW" in text
    assert "quantity W - W0 [5, 54]: class 5, pixel 54 values -4 (scratch), -8 (torch) in" in text
    assert ' in "one winner, 2", float64; ' in text
    assert 'seen in "one winner, 2", float64: second looks like none of the mistakes of the catalogue' in text
    assert "try redo E6 of the example in MATHS.md by hand, line by line" in text


def test_what_is_known_of_a_comparison_is_not_replaced_by_an_example(run: Run, diverging):
    broken = diverging(run, "loss", "one_step", used=3.0, index=None, ours=0.5, theirs=0.25)
    text = told(broken, Diagnosis(["one"], [], Example("W", "x", [0, 0], 7.0, 9.0)))
    assert "values 0.5 (scratch), 0.25 (torch): 3 times the budget" in text


def test_what_to_try_is_the_lesson_of_the_first_guess_in_one_line(run: Run, changed):
    broken = changed(run, predictions=replace(run.predictions, evaluation=3.0))
    short, long = (told(broken, Diagnosis(["one"], [Guess(BUGS[n], 1.0)])) for n in ("wrong-sign", "updated-twice"))
    assert short.endswith("try With a minus in the update, the gradient is prediction minus target.")
    assert long.endswith("try Update in place or return new arrays, not both")


def test_the_first_quantity_is_that_of_the_first_check_that_compares(run: Run, changed, diverging):
    name, found = list(run.hard_batches.items())[4]
    hard = run.hard_batches | {name: replace(found, used=2.0, quantity="logits")}
    exact = run.exact_arithmetic | {"dZ": Counts(400, 12), "dW": Counts(90, 5)}
    evaluated = changed(run, predictions=replace(run.predictions, evaluation=3.0))
    assert first_quantity([evaluated]) is None
    assert first_quantity([changed(evaluated, exact_arithmetic=exact)]) == "dZ"
    assert first_quantity([changed(evaluated, exact_arithmetic=exact, hard_batches=hard)]) == "logits"
    both = changed(evaluated, exact_arithmetic=exact, hard_batches=hard)
    assert first_quantity([diverging(both, "W", "one_step", used=2.0)]) == "W"


def test_a_long_finding_is_cut_after_four_lines(run: Run, changed):
    broken = changed(run, predictions=replace(run.predictions, evaluation=3.0))
    found = Diagnosis(["word " * 200], [])
    lines = place_and_looks([broken], found, 100)
    assert len([line for line in lines if "word" in line]) == 4
    assert [line for line in lines if line.endswith(CUT)] == [line for line in lines if "word" in line][3:]
    whole = place_and_looks([broken], found)
    assert " ".join(whole).count("word") == 200
    assert not any(line.endswith(CUT) for line in whole)


def test_the_longest_field_is_cut_to_the_room(run: Run, changed):
    broken = changed(run, predictions=replace(run.predictions, evaluation=3.0))
    diagnosis = Diagnosis(["word " * 50], [Guess(BUGS[name], 1.0) for name in list(BUGS)[:5]])
    every = place_and_looks([broken], diagnosis)
    labels = [line[:12] for line in every]
    assert labels.count(" " * 12) == 5
    assert place_and_looks([broken], diagnosis, len(every)) == every
    for room in range(len(every) - 5, len(every)):
        assert len(place_and_looks([broken], diagnosis, room)) == room
    fewest = place_and_looks([broken], diagnosis, 1)
    assert [line[:12] for line in fewest] == [label for label in labels if label.strip()]
    assert [line.endswith(CUT) for line in fewest] == [False, False, False, True, True, False]


@pytest.mark.parametrize("longer", [0, 30])
def test_names_are_as_long_as_the_line_allows(run: Run, changed, longer: int):
    sides = "a_file_with_a_name_of_30_chars", "torch" + "x" * longer
    renamed = {"sides": sides, "gradient_checks": {}, "predictions": replace(run.predictions, evaluation=3.0)}
    line = differ([changed(run, **renamed)])
    assert len(line) <= 80
    expected = "a_file_with_a_n… and torchxxxxxxxxxx…, in" if longer else "a_file_with_a_name_of_3… and torch, in"
    assert expected in line


def test_a_line_of_80_columns_is_not_too_long(differing: list[Run], changed):
    run = changed(differing[0], sides=("n" * 22, "m" * 30))
    line = differ([run])
    assert line == f"differ: {'n' * 22} and {'m' * 23}…, in log_softmax (E2)"
    assert len(line) == 80


def test_a_step_says_more_than_a_gradient_check_of_another_precision(run: Run, changed):
    wrong = GradientCheck("real", 12, 650, {1e-3: 0.5, 1e-5: 0.25}, 0.125, 1.0)
    first = changed(run, gradient_checks=run.gradient_checks | {"torch": [wrong]})
    name, found = next(iter(run.hard_batches.items()))
    second = changed(run, hard_batches=run.hard_batches | {name: replace(found, used=2.0, quantity="logits")})
    for runs in ([first, second], [second, first]):
        assert differ(runs) == "differ: scratch and torch, in logits (E1)"


def test_values_that_are_compared_with_scratch_are_called_so(run: Run, changed):
    broken = changed(run, sides=("mine", "other"), exact_arithmetic=run.exact_arithmetic | {"W": Counts(400, 12)})
    example = Example("W", "one winner, 2", [5, 54], -4.0, -8.0, "float32")
    assert "values -4 (mine), -8 (other) in one winner" in told(broken, Diagnosis(["a"], [], example))
    assert "values -4 (mine), -8 (scratch) in" in told(broken, Diagnosis(["a"], [], example, with_scratch=True))
