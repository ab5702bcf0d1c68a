"""Each check, made blind once: the control sees it, and nothing is compared."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof import comparison, controls, exact_arithmetic, gradient_check, hard_batches, predictions, tolerance
from compare.proof.control_findings import ControlError
from compare.proof.controls import check_controls
from compare.proof.run import Run

pytestmark = [pytest.mark.heavy, pytest.mark.usefixtures("no_warnings")]
Patch = pytest.MonkeyPatch


# What makes a check blind, and what the control says of it.
def wider(monkeypatch: Patch, module: object, name: str, times: float = 1000) -> None:
    """Let a function of a module that returns a number return a larger one."""
    right = getattr(module, name)
    monkeypatch.setattr(module, name, lambda *given: times * right(*given))


def one_wider(monkeypatch: Patch, quantity: str, which: int) -> None:
    """Let the size (0) or the terms (1) of one budget be a thousand times larger."""

    def sizes(*given):
        right = tolerance.sizes(*given)
        scale = list(right[quantity])
        scale[which] *= 1000
        return right | {quantity: tuple(scale)}

    monkeypatch.setattr(comparison, "sizes", sizes)


def never_failing(monkeypatch: Patch, check: str) -> None:
    right = Run.checks.fget
    monkeypatch.setattr(Run, "checks", property(lambda run: right(run) | {check: True}))


def longer_run(monkeypatch: Patch) -> None:
    monkeypatch.setattr(comparison, "allowed", lambda size, terms, t, d: tolerance.allowed(size, terms, t**10, d))


def hardly_used(monkeypatch: Patch) -> None:
    right = hard_batches._worst

    def worst(*given):
        found = right(*given)
        return dataclasses.replace(found, used=found.used / 3)

    monkeypatch.setattr(hard_batches, "_worst", worst)


def last_batch_dropped(monkeypatch: Patch) -> None:
    right = hard_batches.hard_batches

    def without(*given):
        steps = right(*given)
        return dataclasses.replace(steps, cases=steps.cases[:-1])

    monkeypatch.setattr(hard_batches, "hard_batches", without)


def nothing_counted(monkeypatch: Patch) -> None:
    monkeypatch.setattr(exact_arithmetic.np, "count_nonzero", lambda _: 0)


def nearly_equal(monkeypatch: Patch) -> None:
    right = exact_arithmetic.difference
    monkeypatch.setattr(exact_arithmetic, "difference", lambda *given: np.where(right(*given) < 1e-5, 0, right(*given)))


def one_field(monkeypatch: Patch, **fields: float) -> None:
    """Let `compare` or `evaluate` of the predictions end with these values."""
    for name in ("compare", "evaluate"):
        right = getattr(predictions.Predictions, name)

        def method(self, *given, right=right):
            right(self, *given)
            for field, value in fields.items():
                setattr(self, field, value)

        monkeypatch.setattr(predictions.Predictions, name, method)


def loss_limit_wider(monkeypatch: Patch) -> None:
    right = predictions._Sizes.limits
    monkeypatch.setattr(predictions._Sizes, "limits", lambda *given: (right(*given)[0], 1000 * right(*given)[1]))


def everything_a_near_tie(monkeypatch: Patch) -> None:
    monkeypatch.setattr(predictions, "_count_near_ties", lambda images, *_: len(images))


def no_class_counts_as_one(monkeypatch: Patch) -> None:
    monkeypatch.setattr(predictions.np, "isfinite", lambda Z: np.full(np.shape(Z), True))


def ties_the_other_way(monkeypatch: Patch) -> None:
    right = predictions._count_near_ties
    monkeypatch.setattr(predictions, "_count_near_ties", lambda images, *given: len(images) - right(images, *given))


def worse_only_if_much(monkeypatch: Patch) -> None:
    monkeypatch.setattr(comparison, "worse", lambda used, other: used > 3 * other)


def first_share_only(monkeypatch: Patch) -> None:
    monkeypatch.setattr(comparison, "worse", lambda *_: False)


def as_after_a_run(monkeypatch: Patch) -> None:
    monkeypatch.setattr(comparison, "allowed", lambda size, terms, t, d: tolerance.allowed(size, terms, max(t, 9), d))


def no_gradients(monkeypatch: Patch) -> None:
    monkeypatch.setattr(controls, "check_gradients", lambda *given: gradient_check.check_gradients(*given)[:1])


def nothing_differs(monkeypatch: Patch) -> None:
    right = comparison.difference
    monkeypatch.setattr(comparison, "difference", lambda *given: 0 * right(*given))


BLIND: dict[str, tuple[Callable[[Patch], None], str]] = {
    "all budgets": (lambda p: wider(p, comparison, "allowed"), "'one step' does not see Z"),
    "all budgets, 3 times": (lambda p: wider(p, comparison, "allowed", 3), "'one step' does not see Z"),
    "roundings": (lambda p: p.setattr(tolerance, "ROUNDINGS", 16_000), "'one step' does not see Z"),
    "the whole run": (longer_run, "'whole run' does not see Z"),
    "hard batches": (hardly_used, "'hard batches' does not see Z"),
    "the last hard batch": (last_batch_dropped, "'hard batches' does not see Z"),
    "what counts": (nothing_counted, "'exact arithmetic' does not see Z"),
    "what is equal": (nearly_equal, "'exact arithmetic' does not see"),
    "central differences": (lambda p: p.setattr(gradient_check, "CENTRAL", 3e-7), "gradient in the test 'central'"),
    "complex step": (lambda p: p.setattr(gradient_check, "COMPLEX", 3e-12), "gradient in the test 'complex step'"),
    "slope": (lambda p: p.setattr(gradient_check, "SLOPE", 1.8), "gradient in the test 'slope'"),
    "evaluation": (lambda p: one_field(p, evaluation=0.0), "'evaluation' does not see a logit"),
    "evaluation of the loss": (loss_limit_wider, "'evaluation' does not see a loss"),
    "predictions": (lambda p: one_field(p, differ=0), "'predictions' does not see an image in another class"),
    "near ties": (everything_a_near_tie, "'predictions' does not see an image in another class"),
    "limit of near ties": (lambda p: wider(p, predictions, "allowed", 2.1), "'evaluation' does not see a logit"),
    "certificates": (lambda p: wider(p, predictions, "_margins", 1.5), "that a certificate is wrong"),
    "certificates of nothing": (lambda p: one_field(p, certified=5), "that a certificate is wrong"),
    "a class of nan": (no_class_counts_as_one, "'predictions' does not see an image in no class"),
    "the other near ties": (ties_the_other_way, "'predictions' does not see an image in another class"),
    "a worse share": (worse_only_if_much, "'one step' does not see Z"),
    "every share but the first": (first_share_only, "'one step' does not see Z"),
    "the roundings of a run in one step": (as_after_a_run, "'one step' does not see logP"),
    "the real problem": (no_gradients, "'gradient checks' does not see a wrong gradient of the real problem"),
    "nothing differs": (nothing_differs, "'one step' does not see Z"),
    **{
        f"the {('size', 'terms')[n]} of {name}": (
            lambda p, name=name, n=n: one_wider(p, name, n),
            f"'one step' does not see {QUANTITIES[name].symbol} ",
        )
        for name in QUANTITIES
        for n in range(2)
    },
    **{
        f"the verdict of {check}": (lambda p, check=check: never_failing(p, check), f"{check!r} does not see")
        for check in Run("float32", ("a", "b"), {}).checks
    },
}  # fmt: skip


@pytest.mark.parametrize("case", BLIND)
def test_a_check_that_is_blind_ends_the_proof(small: Problem, monkeypatch: Patch, case: str):
    make_blind, says = BLIND[case]
    make_blind(monkeypatch)
    with pytest.raises(ControlError, match="could not compare: the check ") as told:
        check_controls(small, "float32", SCRATCH)
    assert says.replace("_", " ") in str(told.value)
    assert str(told.value).endswith(", float32; install the program anew")


def test_near_ties_have_a_limit_of_their_own(monkeypatch: Patch):
    """The control of the predictions alone, because the evaluation uses the same function."""
    assert len([*controls._predictions("float64", SCRATCH)]) == 4
    wider(monkeypatch, predictions, "allowed", 2.1)
    with pytest.raises(ControlError, match="an image in another class"):
        [*controls._predictions("float64", SCRATCH)]


def test_the_command_ends_with_exit_code_2(cli: Callable, monkeypatch: Patch, tmp_path):
    wider(monkeypatch, comparison, "allowed")
    code, out, err = cli("prove", "--data", "digits", "--epochs", "1", "--json", str(tmp_path / "p.json"))
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("error: could not compare: the check 'one step' does not see Z (E1) off by")
    assert not (tmp_path / "p.json").exists()
