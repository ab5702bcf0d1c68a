"""What a difference looks like: the batch of which it is said, and the advice that fits it."""

from dataclasses import replace

import pytest

from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import BOTH, Diagnosis, Example
from compare.bugs.guesses import Guess
from compare.proof.accuracy_loss import LOSES_ACCURACY
from compare.proof.checks import READINGS
from compare.proof.exact_arithmetic import Counts
from compare.proof.gradient_check import GradientCheck
from compare.proof.run import Run
from compare.report.looks import DETAILS, amplified, looks, note

EXAMPLE = Example("logits", "x", [1, 2], 0.5, 0.25, "float32", '"x"', "N 7, D 64, K 10, lr 0.1, |Z| to 3")


def seen(run: Run, batch: str, fact: str, **changes: str) -> str:
    return looks(run, Diagnosis(["Z differs", fact], [], EXAMPLE._replace(**changes)), batch, 68)["seen"]


def test_the_batch_of_the_screen_is_not_named_again(run: Run):
    assert seen(run, '"x"', "there Z is off") == "there Z is off"


def test_another_batch_is_named(run: Run):
    assert seen(run, '"y"', "there Z is off") == 'in "x": Z is off'
    assert seen(run, "", "Z is 2 times what it should be") == 'in "x": Z is 2 times what it should be'


def test_another_precision_is_named_where_the_fact_is_of_one_batch(run: Run):
    assert seen(run, '"x"', "there Z is off", dtype="float64") == "in float64: Z is off"
    assert seen(run, '"y"', "there Z is off", dtype="float64") == 'in "x", float64: Z is off'
    assert seen(run, '"x"', "Z is zero in every element", dtype="float64") == "Z is zero in every element"


def test_that_both_sides_are_wrong_is_said_first(run: Run):
    found = Diagnosis([BOTH, "Z differs", "there Z is off"], [], EXAMPLE, with_scratch=True)
    assert looks(run, found, '"x"', 68)["seen"] == f"{BOTH} there Z is off"
    found.facts.extend(["second", "third"])
    assert looks(run, found, '"x"', 68)["seen"] == f"{BOTH} there Z is off; second"
    assert looks(run, found._replace(facts=[BOTH]), '"x"', 68)["seen"].startswith("nothing differs in the first steps")


def test_a_value_that_is_not_finite_is_no_loss_of_digits(run: Run):
    losing = replace(run, loses_accuracy=True)
    assert note(losing, None) == note(losing, Diagnosis(["a"], [])) == LOSES_ACCURACY
    assert note(losing, Diagnosis(["a"], [], shift=True)) == ""


def test_one_ratio_is_no_loss_of_digits(run: Run):
    losing, fact = replace(run, loses_accuracy=True), "Z is 1.001 times what it should be"
    found = Diagnosis(["a", fact], [], EXAMPLE)
    assert note(losing, found) == ""
    assert looks(losing, found, "", 68)["try"].startswith("E1 in float32 with N 7")


ADVICE = {
    "the example shows it": ({"by_hand": True}, "redo E1 of the example in MATHS.md by hand, line by line"),
    "the example does not": (
        {},
        "E1 in float32 with N 7, D 64, K 10, lr 0.1, |Z| to 3: the example in MATHS.md comes out right",
    ),
    "the example does not, in float64": (
        {"example": EXAMPLE._replace(dtype="float64")},
        "E1 with N 7, D 64, K 10, lr 0.1, |Z| to 3: the example in MATHS.md comes out right",
    ),
    "exp of large logits": (
        {"shift": True, "by_hand": True},
        "subtract from each row of Z its own maximum before exp, whatever the logits are",
    ),
    "kept": ({"keeps": True, "by_hand": True}, "does it keep something? the same call gave two different results"),
    "few digits": (
        {"facts": ["a", "Z has no more digits than float32 has"]},
        "compute in the dtype of what comes in, and name no other on the way",
    ),
    "a lesson": ({"guesses": [Guess(BUGS["wrong-sign"], 1.0)], "shift": True}, BUGS["wrong-sign"].lesson),
}


@pytest.mark.parametrize("case", ADVICE)
def test_the_advice_fits(run: Run, case: str):
    changes, text = ADVICE[case]
    assert looks(run, Diagnosis(["a"], [], EXAMPLE)._replace(**changes), "", 68)["try"] == text


def test_details_are_advised_for_what_they_show(run: Run):
    """Where nothing is known of a difference, by the check that failed first."""
    wrong = GradientCheck("real", 12, 650, {1e-3: 0.5, 1e-5: 0.25}, 0.125, 1.0)
    name, found = next(iter(run.hard_batches.items()))
    broken = {
        "the largest error of every hard batch": {"hard_batches": {name: replace(found, used=2.0)}},
        "how many values of each quantity are not equal": {"exact_arithmetic": {"W": Counts(400, 12)}},
        "how far each gradient is from the loss of its side": {"gradient_checks": {"torch": [wrong]}},
        "how far logits and loss are apart at the same weights": {
            "predictions": replace(run.predictions, evaluation=3.0)
        },
        "how far the best two logits of an image are apart": {"predictions": replace(run.predictions, differ=3)},
    }
    for shown, findings in broken.items():
        assert looks(replace(run, **findings), Diagnosis([], []), "", 68)["try"] == f"--details shows {shown}"
    assert list(DETAILS) == list(run.checks)


def test_details_of_a_step_are_its_place(run: Run, diverging):
    for reading in READINGS:
        broken = diverging(run, "logits", reading, used=2.0)
        shown = "at which epoch and step each error is largest"
        assert looks(broken, Diagnosis([], []), "", 68)["try"] == f"--details shows {shown}"


def test_a_lesson_that_fits_one_line_is_told_whole(run: Run):
    lesson = "Update in place or return new arrays, not both"
    whole = BUGS["updated-twice"].lesson
    found = Diagnosis(["a"], [Guess(BUGS["updated-twice"], 1.0)])
    assert whole.startswith(lesson)
    assert [looks(run, found, "", len(whole) - n)["try"] for n in (0, 1)] == [whole, lesson]


def test_the_shift_is_advised_before_another_order(run: Run):
    found = Diagnosis(["a"], [], EXAMPLE, shift=True)
    assert looks(replace(run, loses_accuracy=True), found, "", 68)["try"].startswith("subtract from each row")


def test_growth_is_put_into_words():
    assert "grows 12,345 times in this training: it is unstable" in amplified(12345, "float32")
    assert "try a smaller --lr" in amplified(11, "float64")
    assert "ends 10 times as large" in amplified(10, "float32")
    assert amplified(1, "float32").endswith("adds up (try --dtype float64).")
    assert amplified(1, "float64").endswith("adds up.")
