"""Each witness alone: what it says of the clean pair, and a mistake that nobody else sees."""

from collections.abc import Iterator
from decimal import Context, Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest

import scratch
from compare.attribution import attribute
from compare.backends import SCRATCH, Backend, backend, equations_backend, threads
from compare.bugs import BUGS
from compare.datasets import Dataset, load
from compare.gradients import check_gradients
from compare.invariants import IDENTITIES, broken_invariants
from compare.judge import Judge
from compare.problem import Hyperparameters, Problem
from compare.proof import prove
from compare.referee import WITNESSES, hear
from compare.tolerance import QUANTITIES
from compare.trials import adversarial, exact, plain
from compare.truth import third_opinion, true_step
from scratch import EQUATIONS, Equations
from tests.conftest import DTYPES


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    backend("torch")
    with threads(1):
        yield


@pytest.fixture(scope="module")
def digits() -> Problem:
    return Problem(load("digits"), Hyperparameters(epochs=20))


def replaced(**functions) -> Equations:
    return EQUATIONS._replace(**functions)


def late_error() -> Equations:
    """After 60 calls one entry of dW is off by more than a step may be, and by less than a run may."""
    calls = [0]

    def parameter_gradients(X, dZ):
        dW, db = scratch.parameter_gradients(X, dZ)
        calls[0] += 1
        if calls[0] > 60:
            dW[0, dW.shape[1] // 3] += 80 * np.finfo(dW.dtype).eps * np.abs(dW).max()
        return dW, db

    return replaced(parameter_gradients=parameter_gradients)


def drift() -> Equations:
    """After 60 calls each step moves one weight by half of what a step may be off, always to the same side."""
    calls = [0]

    def sgd_step(W, b, dW, db, lr):
        W, b = scratch.sgd_step(W, b, dW, db, lr)
        calls[0] += 1
        if calls[0] > 60:
            W[0, W.shape[1] // 3] += 0.5 * np.finfo(W.dtype).eps * np.abs(W).max()
        return W, b

    return replaced(sgd_step=sgd_step)


def constant_images_lost() -> Equations:
    def logits(X, W, b):
        Z = scratch.logits(X, W, b)
        Z[(X[:, :1] == X).all(axis=1)] = 0
        return Z

    return replaced(logits=logits)


def wrong_classes_swapped() -> Equations:
    """Two classes that are not the label get each other's gradient: rows still sum to 0, signs are right."""

    def logits_gradient(logP, y):
        dZ = scratch.logits_gradient(logP, y)
        rows, first, second = np.arange(len(y)), (y + 1) % dZ.shape[1], (y + 2) % dZ.shape[1]
        dZ[rows, first], dZ[rows, second] = dZ[rows, second], dZ[rows, first].copy()
        return dZ

    return replaced(logits_gradient=logits_gradient)


def loss_lifted() -> Equations:
    return replaced(nll_loss=lambda logP, y: scratch.nll_loss(logP, y) + logP.dtype.type(0.25))


def black_images() -> Equations:
    def batch(images, labels, index, dtype):
        X, y = scratch.batch(images, labels, index, dtype)
        return X * 0, y

    return replaced(batch=batch)


# witness: (the mistake, whether both sides make it, the precision)
ALONE = {
    "resynchronised": (late_error, False, "float64"),
    "free_running": (drift, False, "float64"),
    "adversarial": (constant_images_lost, False, "float64"),
    "exact": (BUGS["tiny-weight-decay"].equations, False, "float32"),
    "gradients": (wrong_classes_swapped, True, "float64"),
    "invariants": (loss_lifted, True, "float64"),
    "accuracy": (black_images, True, "float64"),
}


@pytest.mark.parametrize("witness", WITNESSES)
def test_each_witness_sees_what_nobody_else_sees(digits: Problem, monkeypatch: pytest.MonkeyPatch, witness: str):
    make, both, dtype = ALONE[witness]
    ours = equations_backend("ours", make)
    # what a correct model reaches here; the reference is no measure where it makes the same mistake
    monkeypatch.setattr("compare.referee.usual_band", lambda _: (0.15, 0.9))
    said = hear(digits, dtype, [ours], ours._replace(name="theirs") if both else None)[0].said
    assert [name for name, words in said.items() if words] == [witness], said


SHAPES = {"few pixels": (12, 4), "many classes": (100, 47), "two classes": (5, 2), "colour": (768, 100)}


def shaped(D: int, K: int, **chosen) -> Problem:
    random = np.random.default_rng(D)
    images, labels = random.integers(0, 256, (300, D)).astype(np.uint8), np.arange(300) % K
    return Problem(Dataset("shaped", (images, labels), None, K), Hyperparameters(epochs=1, **chosen))


CHOSEN = {
    "plain": {},
    "fast": {"lr": 1.0},
    "slow": {"lr": 1e-6},
    "everything": {"momentum": 0.9, "weight_decay": 1e-3, "nesterov": True},
    "dampened": {"momentum": 0.5, "dampening": 0.3},
}


@pytest.mark.parametrize("chosen", CHOSEN)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_the_clean_pair_passes_difficult_and_exact_batches(dtype: str, shape: str, chosen: str):
    problem = shaped(*SHAPES[shape], **CHOSEN[chosen])
    theirs = backend("torch")
    with threads(1), np.errstate(all="ignore"):
        for case, moment in adversarial(problem, dtype).moments(SCRATCH, theirs, dtype):
            judge = Judge()
            judge.see(1, moment)
            worst = max(judge.worst.values(), key=lambda found: found.used)
            assert worst.used <= 1, (case.name, worst)
        for case, moment in exact(problem, dtype).moments(SCRATCH, theirs, dtype):
            for quantity in QUANTITIES.values():
                a, b = (
                    getattr(moment.steps["resynchronised"], quantity.field),
                    getattr(moment.reference, quantity.field),
                )
                assert a.tobytes() == b.tobytes(), (case.name, quantity.symbol)
                assert np.abs(b).max() > 0, "zeros would prove nothing"


@pytest.mark.parametrize("dtype", DTYPES)
def test_difficult_batches_are_what_they_say(digits: Problem, dtype: str):
    by_name = {}
    for case, moment in adversarial(digits, dtype).moments(SCRATCH, backend("torch"), dtype):
        by_name[case.name] = moment.reference.Z.copy(), moment.reference.logP.copy(), moment.y, moment.start.X.copy()
    assert sorted({len(y) for _, _, y, _ in by_name.values()}) == [1, 7, 32, 36, 100, 1001]
    assert np.abs(by_name["logits of ±1000"][0]).max() > 1000
    maxima = by_name["rows of mixed scale"][0].max(axis=1)
    assert np.ptp(maxima) > 800
    logP, y = by_name["confident and wrong"][1:3]
    assert logP[np.arange(len(y)), y].max() < -20
    logP, y = by_name["confident and right"][1:3]
    assert logP[np.arange(len(y)), y].max() > -1e-6
    assert len(set(by_name["a single class"][2])) == 1
    assert np.ptp(by_name["constant images"][3], axis=1).max() == 0
    assert np.ptp(by_name["equal logits"][0]) == 0
    assert (by_name["dense pixels"][3][:, -1] > 0).any()


def test_the_truth_is_the_worked_example_in_rationals():
    """E1 has no rounding at all; the rest agrees with the page to its last digit, and with itself to 50."""
    X, y = np.array([[1, 0], [0.5, 1]]), np.array([0, 2])
    W, b = np.array([[1.0, 0], [0, 1], [-1, 1]]), np.array([0, 0.5, 0])
    with localcontext(Context(prec=60)):
        truth = true_step(X, y, W, b, 1.0)
        assert truth["Z"].tolist() == [[1, Decimal("0.5"), -1], [Decimal("0.5"), Decimal("1.5"), Decimal("0.5")]]
        ones = [sum(value.exp() for value in row) for row in truth["logP"]]
        assert all(abs(one - 1) < Decimal(10) ** -55 for one in ones)
        assert abs(sum(truth["db"])) < Decimal(10) ** -55
    assert float(truth["L"]) == pytest.approx(1.0532, abs=5e-5)
    np.testing.assert_allclose(truth["W"].astype(float)[0], [1.16, -0.106], atol=5e-5)


def test_a_logit_of_the_truth_is_the_sum_of_its_products():
    random = np.random.default_rng(3)
    X, W, b = (random.normal(size=shape).astype(np.float32) for shape in ((3, 40), (4, 40), (4,)))
    products = (Fraction(float(x)) * Fraction(float(w)) for x, w in zip(X[2], W[1], strict=True))
    by_hand = sum(products, Fraction(float(b[1])))
    with localcontext(Context(prec=60)):
        Z = true_step(X, np.zeros(3, int), W, b, 0.1)["Z"]
        assert Z[2, 1] == Decimal(by_hand.numerator) / by_hand.denominator


@pytest.mark.parametrize("dtype", DTYPES)
def test_both_sides_are_near_the_truth_and_a_mistake_is_not(digits: Problem, dtype: str):
    def opinions(ours: Backend) -> dict:
        with threads(1):
            ((_, moment),) = list(plain(digits, dtype).moments(ours, backend("torch"), dtype))
            return third_opinion(moment, digits.chosen.lr)

    clean, wrong = opinions(SCRATCH), opinions(BUGS["divided-by-n-minus-1"].backend())
    assert set(clean) == set(QUANTITIES)
    # in eps of the largest value: correct code is a few roundings away
    assert 0 < max(max(opinion) for opinion in clean.values()) < 8
    assert wrong["dZ"].ours > 1e4
    assert wrong["dZ"].theirs == clean["dZ"].theirs
    assert wrong["loss"] == clean["loss"]


@pytest.mark.parametrize("side", [SCRATCH, None], ids=["scratch", "torch"])
def test_right_gradients_have_a_u_and_a_slope_of_two(digits: Problem, side: Backend | None):
    small, real = check_gradients(digits, side or backend("torch"))
    assert (small.parameters, small.of) == (18, 18)
    assert (real.parameters, real.of) == (12, 650)
    for check in (small, real):
        assert check.right
        assert check.slope == pytest.approx(2, abs=0.01)
        assert check.complex_step < 1e-14
        errors = list(check.central.values())
        lowest = int(np.argmin(errors))
        # truncation falls with h squared on the left, rounding rises on the right
        assert errors[0] / errors[1] == pytest.approx(100, rel=0.05)
        assert 3 <= lowest <= 5
        assert errors[-1] > 1e4 * errors[lowest]


@pytest.mark.parametrize("name", ["wrong-sign", "summed-gradient", "stale-gradient", "hidden-label-smoothing"])
def test_wrong_gradients_have_a_slope_of_one(digits: Problem, name: str):
    for check in check_gradients(digits, BUGS[name].backend()):
        assert not check.right
        assert check.slope == pytest.approx(1, abs=0.1)
        assert check.complex_step > 1e-5


def test_gradients_of_a_loss_that_is_no_number_are_not_right(digits: Problem):
    nothing = equations_backend("nan", lambda: replaced(nll_loss=lambda logP, _y: logP.sum() * np.nan))
    assert not any(check.right for check in check_gradients(digits, nothing))


# For each identity a mistake that breaks it.
BREAKS = {
    "rows of P sum to 1 (E2)": "sum-forgotten",
    "log P keeps the differences of logits (E2)": "base-2-logarithm",
    "L is the mean of -log P at the labels (E3)": "summed-loss",
    "rows of dZ sum to 0 (E4)": "labels-forgotten",
    "dZ is negative at the label only (E4)": "wrong-sign",
    "N dZ at the label is P - 1 (E4)": "divided-by-n-minus-1",
    "dW and db sum to 0 over the classes (E5)": "one-class-lost",
    "db is the sum of dZ (E5)": "mean-for-the-bias",
    "dW W + db b is dZ Z (E1, E5)": "transposed-gradient",
    "W moves by -lr dW (E6)": "lr-off-by-1e-3",
    "gradients of a batch again": "stale-gradient",
    "gradients of a batch doubled": "summed-gradient",
    "gradients of a batch reversed": "last-row-dropped",
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("identity", BREAKS)
def test_each_identity_can_break(digits: Problem, identity: str, dtype: str):
    assert set(IDENTITIES) <= set(BREAKS)
    assert identity in broken_invariants(digits, BUGS[BREAKS[identity]].backend(), dtype)
    assert broken_invariants(digits, SCRATCH, dtype) == []
    assert broken_invariants(digits, backend("torch"), dtype) == []


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("batch_size", [7, 100])
def test_every_reason_takes_the_difference_away(batch_size: int, dtype: str):
    problem = Problem(load("mnist5k"), Hyperparameters(epochs=1, batch_size=batch_size))
    found = attribute(problem, dtype, EQUATIONS)
    assert [(a.tag, a.operation) for a in found] == [
        ("E1", "logits"), ("E2", "log_softmax"), ("E3", "nll_loss"), ("E4", "logits_gradient"), ("E5", "dW"),
        ("E5", "db"), ("E6", "sgd_step"),
    ]  # fmt: skip
    for a in found:
        assert a.left == 0, a
        assert a.scaled <= 16
    assert found[0].share > 0.3


@pytest.mark.parametrize("name", ["lr-off-by-1e-5", "divided-by-n-minus-1", "bias-forgotten-forward"])
def test_a_mistake_is_not_explained_away(digits: Problem, name: str):
    bug = BUGS[name]
    left = {a.operation: a.left for a in attribute(digits, "float64", bug.equations())}
    assert left.pop(bug.function) > 0.1
    assert set(left.values()) == {0.0}


def test_predictions_are_certified_where_rounding_cannot_turn_them(digits: Problem):
    found = prove(digits, "float64").predictions
    assert (found.compared, found.differ, found.certified) == (359, 0, 359)
    assert 0 < found.largest < 1e-14

    def tilted(X, W, b):
        return scratch.logits(X, W, b) + 0.05 * X.mean(axis=1, keepdims=True) * np.arange(len(b))

    shaky = equations_backend("shaky", lambda: replaced(logits=tilted))
    unsure = prove(digits, "float64", ours=shaky).predictions
    assert unsure.largest > 1e-3
    assert unsure.certified < unsure.compared - unsure.differ


@pytest.mark.parametrize(("batch_size", "count"), [(1, 1), (7, 1), (100, 1), (300, 1), (100, 2)])
@pytest.mark.parametrize("dtype", DTYPES)
def test_no_false_alarm_whatever_the_batch_and_the_threads(dtype: str, batch_size: int, count: int):
    """A few of the runs of benchmarks/false_alarms.py, with few steps."""
    chosen = Hyperparameters(epochs=2, batch_size=batch_size, seed=2, train_subset=300)
    run = prove(Problem(load("digits"), chosen), dtype, thread_count=count)
    assert all(run.witnesses.values()), run.witnesses
