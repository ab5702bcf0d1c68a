"""A difference is put down to a function that the file of a side has of its own."""

from dataclasses import replace

import pytest

from compare.bugs.diagnosis import Diagnosis
from compare.proof.exact_arithmetic import Counts
from compare.proof.gradient_check import GradientCheck
from compare.proof.run import Run
from compare.report.difference import differ, place_and_looks

REPLACED = {
    "the one that made it": ({"logits_gradient", "logits"}, "logits_gradient (E4)", ""),
    "one that feeds it": ({"log_softmax", "sgd_step"}, "log_softmax (E2)", "see what log_softmax returns"),
    "two that feed it": ({"logits", "log_softmax"}, "logits (E1) or later", "see what logits or log_softmax returns"),
    "none that feeds it": ({"nll_loss"}, "logits_gradient (E4)", ""),
    "not known": (None, "logits_gradient (E4)", ""),
}


def only(*replaced: str) -> Diagnosis:
    return Diagnosis([], [], replaced=frozenset(replaced))


@pytest.mark.parametrize("case", REPLACED)
def test_only_a_function_of_the_file_is_to_blame(run: Run, changed, case: str):
    replaced, blamed, advice = REPLACED[case]
    exact = run.exact_arithmetic | {"dZ": Counts(400, 12)}
    name, found = list(run.hard_batches.items())[4]
    hard = run.hard_batches | {name: replace(found, used=2.0, quantity="dZ", index=[5, 1])}
    for broken in (changed(run, exact_arithmetic=exact), changed(run, hard_batches=hard)):
        known = Diagnosis([], [], replaced=None if replaced is None else frozenset(replaced))
        assert differ([broken], known) == f"differ: scratch and torch, in {blamed}"
        text = " ".join(" ".join(place_and_looks([broken], known)).split())
        assert text.endswith(f"note the file has no logits_gradient: {advice}") if advice else "note" not in text


def test_weights_of_its_own_are_made_by_every_function(run: Run, diverging):
    broken = diverging(run, "logits", "whole_run", used=2.0, index=[5, 1])
    assert differ([broken], only("sgd_step")) == "differ: scratch and torch, in sgd_step (E6)"
    assert differ([diverging(run, "logits", "one_step", used=2.0, index=[5, 1])], only("sgd_step")).endswith(
        "logits (E1)"
    )


def test_a_gradient_is_not_to_blame_for_a_wrong_loss(run: Run, changed):
    wrong = GradientCheck("real", 12, 650, {1e-3: 0.5, 1e-5: 0.25}, 0.125, 1.0)
    broken = changed(run, gradient_checks=run.gradient_checks | {"torch": [wrong]})
    assert differ([broken], only("nll_loss")) == "differ: scratch and torch, in nll_loss (E3)"
    assert differ([broken], only("parameter_gradients", "nll_loss")).endswith("in the gradient of torch (E4, E5)")
