"""Each check, made blind once: the control sees it, and nothing is compared."""

import dataclasses
import functools
import math
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend
from compare.backends.protocol import Backend
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof import comparison, controls, exact_arithmetic, gradient_check, hard_batches, predictions, tolerance
from compare.proof.control_inputs import IMAGES, MARGIN, SIZES_AND_TERMS, STEPS, example, model
from compare.proof.controls import ControlError, check_controls
from compare.proof.prove import prove
from compare.proof.run import Run

DTYPES = "float32", "float64"
Patch = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def no_warnings() -> Iterator[None]:
    """As in a proof: in hard batches there are infinite numbers."""
    with np.errstate(all="ignore"):
        yield


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["torch", "scratch"])
def test_every_check_sees_what_is_added(small: Problem, name: str, dtype: str):
    found = check_controls(small, dtype, backend(name))
    assert found.itself == 0
    counts = {check: sum(seen.startswith(f"{check}: ") for seen in found.seen) for check in COUNTS}
    assert counts == COUNTS
    assert len(set(found.seen)) == len(found.seen) == sum(COUNTS.values())


COUNTS = {
    "one step": 8, "whole run": 8, "hard batches": 8, "exact arithmetic": 8, "gradient checks": 5, "evaluation": 2,
    "predictions": 4,
}  # fmt: skip


def test_the_budgets_of_the_example_are_worked_out_again():
    """From the equations and the table of docs/proof.md."""
    (case, *others), (X, y) = example("float64").cases, example("float64").train
    X, y, W, b = X[case.index], y[case.index], case.start.W, case.start.b
    assert (len(X), len(others)) == (32, STEPS - 1)
    Z = np.array([[sum(X[n] * W[k]) + b[k] for k in range(3)] for n in range(32)])
    P = np.exp(Z) / np.exp(Z).sum(axis=1)[:, None]
    dZ = (P - np.eye(3)[y]) / 32
    dW, db = np.einsum("nk,nd->kd", dZ, X), dZ.sum(axis=0)
    # the velocity is 1, and half of it is kept
    new_W, new_b = (w - 0.125 * (0.5 + d + 0.125 * w) for w, d in ((W, dW), (b, db)))
    z = max(sum(abs(X[n] * W[k])) + abs(b[k]) for n in range(32) for k in range(3))
    c = z + 2 * abs(Z).max()
    per_pixel = c * X.mean(axis=0).max()
    sizes = [abs(one).max() for one in (Z, np.log(P), np.log(P), dZ, dW, db, new_W - W, new_b - b)]
    moved = [0.125 / (1 - 0.5) * (terms + 0.125 * w + 1) for terms, w in ((per_pixel, 64), (c, 9))]
    terms = [z, c, c, c / 32, per_pixel, c, abs(new_W).max() + moved[0], abs(new_b).max() + moved[1]]
    assert list(SIZES_AND_TERMS) == list(QUANTITIES)
    np.testing.assert_allclose([*SIZES_AND_TERMS.values()], [*zip(sizes, terms, strict=True)], rtol=5e-4)


def test_the_budgets_of_the_images_are_worked_out_again():
    """Of the first image 65 - 64, 65 - 64 and 64 - 64 are the logits; those of the fourth are -2, -2 and 2."""
    (case,) = model("float64").cases
    Z = IMAGES @ np.round(case.start.W).T
    np.testing.assert_array_equal(Z, [[1, 1, 0], [-1.5, -1.5, 2], [-1.75, -1.75, 2], [-2, -2, 2], [1, 1, 0]])
    size, terms, unlikely = 2, 65 + 64, 4 + math.log(1 + 2 * math.exp(-4))
    assert 16 * size + terms == controls.LOGITS
    assert pytest.approx(16 * unlikely + terms + 2 * size, rel=1e-3) == controls.LOSS
    # where the largest logit is 1
    within_rounding_of_a_tie = 2 * (16 * 1 + math.sqrt(STEPS) * terms)
    assert 2 * within_rounding_of_a_tie == MARGIN
    assert MARGIN / 2 < controls.SWAP < MARGIN


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


def always_failing(monkeypatch: Patch, check: str) -> None:
    right = Run.checks.fget
    monkeypatch.setattr(Run, "checks", property(lambda run: right(run) | {check: False}))


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
    right = predictions._limits
    monkeypatch.setattr(predictions, "_limits", lambda *given: (right(*given)[0], 1000 * right(*given)[1]))


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
    "central differences": (lambda p: p.setattr(gradient_check, "CENTRAL", 1e-4), "gradient in the test 'central'"),
    "complex step": (lambda p: p.setattr(gradient_check, "COMPLEX", 1e-9), "gradient in the test 'complex step'"),
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


@pytest.mark.parametrize("check", Run("float32", ("a", "b"), {}).checks)
def test_a_check_that_always_fails_ends_the_proof(small: Problem, monkeypatch: Patch, check: str):
    always_failing(monkeypatch, check)
    words = check.replace("_", " ")
    with pytest.raises(ControlError, match=f"'{words}' finds the reference unlike itself, float32"):
        check_controls(small, "float32", SCRATCH)


def test_a_verdict_that_never_differs_ends_the_proof(small: Problem, monkeypatch: Patch):
    monkeypatch.setattr(Run, "verdict", "match")
    with pytest.raises(ControlError, match=r"'one step' does not see Z"):
        check_controls(small, "float32", SCRATCH)


def test_near_ties_have_a_limit_of_their_own(monkeypatch: Patch):
    """The control of the predictions alone, because the evaluation uses the same function."""
    assert len([*controls._predictions("float64", SCRATCH)]) == 4
    wider(monkeypatch, predictions, "allowed", 2.1)
    with pytest.raises(ControlError, match="an image in another class"):
        [*controls._predictions("float64", SCRATCH)]


def test_a_check_that_sees_what_is_not_there_ends_the_proof(small: Problem, monkeypatch: Patch):
    right = comparison.difference
    monkeypatch.setattr(comparison, "difference", lambda *given: right(*given) + np.float32(1e-30))
    with pytest.raises(ControlError, match="'one step' finds the reference unlike itself, float32"):
        check_controls(small, "float32", SCRATCH)


def test_a_reference_that_is_not_the_same_twice_ends_the_proof(small: Problem, replaced: Callable[..., Backend]):
    draw = np.random.default_rng(0)

    def logits(X, W, b):
        return scratch.logits(X, W, b) + draw.uniform(0, 1e-6)

    says = r"scratch \(against\) does not give the same numbers twice: Z \(E1\) differs by .* at step 1, float64"
    with pytest.raises(ControlError, match=says):
        prove(small, "float64", theirs=replaced(logits=logits))


WRONG = {
    "a gradient 1000 times too large": {"logits_gradient": lambda logP, y: 1000 * scratch.logits_gradient(logP, y)},
    "nan where it is hard": {"log_softmax": lambda Z: Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))},
    "logits 1000 times too large": {"logits": lambda X, W, b: 1000 * scratch.logits(X, W, b)},
}


@pytest.mark.parametrize("case", WRONG)
def test_a_reference_that_is_wrong_is_left_to_the_proof(small: Problem, replaced: Callable[..., Backend], case: str):
    wrong = replaced(**WRONG[case])
    assert len(check_controls(small, "float32", wrong).seen) == sum(COUNTS.values())
    assert prove(small, "float32", theirs=wrong).verdict == "differ"


def test_the_command_ends_with_exit_code_2(cli: Callable, monkeypatch: Patch, tmp_path):
    wider(monkeypatch, comparison, "allowed")
    code, out, err = cli("prove", "--data", "digits", "--epochs", "1", "--json", str(tmp_path / "p.json"))
    assert (code, out) == (2, "")
    assert err.splitlines()[-1].startswith("error: could not compare: the check 'one step' does not see Z (E1) off by")
    assert not (tmp_path / "p.json").exists()


def test_every_proof_makes_every_control_again(small: Problem, monkeypatch: Patch):
    made, controls_of_all = [], controls.CONTROLS

    def noted(number: int, dtype: str, theirs: Backend) -> Iterator[str]:
        made.append(number)
        yield from controls_of_all[number](dtype, theirs)

    numbers = range(len(controls_of_all))
    monkeypatch.setattr(controls, "CONTROLS", [functools.partial(noted, number) for number in numbers])
    for proofs in (1, 2):
        prove(small, "float64")
        assert made == proofs * [*numbers]
