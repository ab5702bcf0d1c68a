"""The inputs of the diagnosis: what waits for an unusual batch is diagnosed as what shows in ordinary ones is."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, equations_backend
from compare.backends.protocol import Backend
from compare.bugs.diagnosis import Diagnostician
from compare.bugs.inputs import inputs, unusual_inputs
from compare.bugs.traces import first_wrong
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from scratch import EQUATIONS


def only(**functions: Callable) -> Backend:
    """`scratch` with one other function."""
    return equations_backend("mine", lambda: EQUATIONS._replace(**functions))


# What waits for an unusual batch, in float32 for the last: where it is told to be, and its name.
WAITING: dict[str, tuple[dict[str, Callable], str, list[str]]] = {
    "cut gradients": (
        {"parameter_gradients": lambda X, dZ: tuple(np.clip(g, -1, 1) for g in scratch.parameter_gradients(X, dZ))},
        '"bright images" (N 4, D 64, K 10, lr 0.001)',
        ["clipped-gradient"],
    ),
    "no bias for black images": (
        {"logits": lambda X, W, b: X @ W.T + b * X.any()}, '"black images" (N 5, D 64, K 10, lr 0.001)', []
    ),
    "images by columns": (
        {"logits": lambda X, W, b: X.ravel(order="K").reshape(X.shape) @ W.T + b},
        '"other orders in memory" (N 9, D 64, K 10, lr 0.001, by columns in memory)',
        [],
    ),
    "a little more at large rates, in float32": (
        {
            "sgd_step": lambda W, b, dW, db, lr: scratch.sgd_step(
                W, b, dW, db, lr * (1.01 if lr > 100 and W.dtype == "float32" else 1)
            )
        },
        '"other learning rates" (N 8, D 64, K 10, lr 100.564)',
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "case", [pytest.param(case, marks=[pytest.mark.heavy] * (case != "images by columns")) for case in WAITING]
)
def test_what_waits_for_an_unusual_batch_is_diagnosed(diagnostician: Diagnostician, case: str):
    functions, where, names = WAITING[case]
    found = diagnostician.diagnose(only(**functions))
    assert f"not in ordinary batches, but in the batch {where}" in found.facts[0]
    assert [guess.bug.name for guess in found.guesses][:1] == names
    assert not found.keeps


def test_what_is_kept_by_a_part_of_the_inputs_is_told(diagnostician: Diagnostician):
    def equations() -> scratch.Equations:
        kept: dict[bytes, np.floating] = {}
        # only among the unusual batches are the same labels twice
        return EQUATIONS._replace(nll_loss=lambda logP, y: kept.setdefault(y.tobytes(), scratch.nll_loss(logP, y)))

    found = diagnostician.diagnose(equations_backend("mine", equations))
    assert found.facts[0] == (
        'L (E3) is the first to differ, in the batch "other batch sizes", after other steps, but not when it is the '
        "first: something is kept from step to step"
    )
    assert found.keeps


def test_a_rate_that_is_kept_from_the_first_call_is_told(diagnostician: Diagnostician):
    def equations() -> scratch.Equations:
        kept: list[float] = []

        def sgd_step(W, b, dW, db, lr):
            kept.append(lr)
            return scratch.sgd_step(W, b, dW, db, kept[0])

        return EQUATIONS._replace(sgd_step=sgd_step)

    found = diagnostician.diagnose(equations_backend("mine", equations))
    assert 'in the batch "other learning rates", after other steps, but not when it is the first' in found.facts[0]
    assert found.keeps
    assert not found.guesses


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_all_inputs_are_of_one_precision(random_problem: Callable[..., Problem], dtype: str):
    problem = random_problem(momentum=0.9)
    moving = set()
    for given in [*inputs(problem, dtype), *unusual_inputs(problem, dtype)]:
        for case in given.steps.cases:
            W, b, velocity = case.start
            assert {part.dtype.name for part in (W, b, *(velocity or ()))} == {dtype}, case.name
            moving |= {given.kind} if velocity else set()
    assert moving == {"training", "hard", "exact", "evaluation", "small"}


@pytest.fixture(scope="module")
def small_steps(random_problem: Callable[..., Problem]) -> list[tuple[float, scratch.Step]]:
    """The rate and the step of each batch of random images."""
    given = [one.steps for one in inputs(random_problem(), "float64") if one.kind == "small"]
    named = [steps for steps in given if steps.cases[0].name.startswith("a batch of ")]
    return [(steps.chosen.lr, step) for steps in named for _, step in steps.steps(SCRATCH, "float64")]


# Pixels, classes and rate, and the sizes of the batches.
SMALL = [
    (5, 3, 0.27183, [6, 1, 4, 12, 3, 5]),
    (12, 7, 0.037162, [9, 40, 100, 128, 33]),
    (8, 10, 1.73205, [20, 64, 256]),
    (6, 6, 3.3166e-5, [7, 6, 1030]),
    (9, 2, 23.5702, [10, 2]),
    (3000, 4, 0.051962, [1, 3]),
    (7, 5, 0.41421, [5, 8]),
    (7, 5, 0.41421, [5, 8]),
]


def test_the_small_inputs_have_these_sizes_and_rates(small_steps):
    expected = [(N, D, K, lr) for D, K, lr, sizes in SMALL for N in sizes]
    assert [(*step.X.shape, step.Z.shape[1], lr) for lr, step in small_steps] == expected


def test_the_small_inputs_differ_in_sizes_and_have_sizes_that_are_equal(small_steps):
    sizes = {(*step.X.shape, step.Z.shape[1]) for _, step in small_steps}
    numbers, pixels, classes = ({size[n] for size in sizes} for n in range(3))
    assert any(N == K for N, _, K in sizes)
    assert any(N == D for N, D, _ in sizes)
    assert any(D == K for _, D, K in sizes)
    assert {1, 64, 128, 256} <= numbers
    # more than evaluation takes at once
    assert max(numbers) > 1000
    assert (min(classes), max(classes)) == (2, 10)
    assert (min(pixels), max(pixels)) == (5, 3000)
    # so that no power of one size is another by chance
    assert min(len(numbers), len(pixels) + len(classes)) >= 13


def test_the_rates_of_the_small_inputs_are_small_and_large_and_no_round_numbers(small_steps):
    rates = {lr for lr, _ in small_steps}
    assert min(rates) < 1e-4
    assert sum(1 < lr < 10 for lr in rates) == 1
    assert 20 < max(rates) < 100
    assert not any(float(f"{lr:.3g}") == lr for lr in rates)


def test_gradients_of_the_small_inputs_are_small_and_large(small_steps):
    medians = [float(np.median(np.abs(step.dZ))) * len(step.y) for _, step in small_steps]
    assert min(medians) < 1e-15
    assert any(1e-6 < median < 1e-4 for median in medians)
    assert max(medians) > 0.9
    # where the model is sure, it is right
    sure = [step for median, (_, step) in zip(medians, small_steps, strict=True) if median < 1e-4]
    assert all((step.Z.argmax(axis=1) == step.y).all() for step in sure)


def test_evaluation_is_one_batch_of_as_many_images_as_there_are_or_1000(random_problem: Callable[..., Problem]):
    def images(problem: Problem) -> list[int]:
        (given,) = [one for one in inputs(problem, "float64") if one.kind == "evaluation"]
        return [len(case.index) for case in given.steps.cases]

    assert images(random_problem()) == [22]
    assert images(Problem(load("mnist5k"), Hyperparameters(epochs=1, val_fraction=0.3))) == [1000]


def test_weights_of_the_training_are_of_the_same_size(digits: Problem):
    (first, *others, last) = [case.start.W for case in next(iter(inputs(digits, "float64"))).steps.cases]
    np.testing.assert_array_equal(first, last)
    for W in others:
        # of a permutation less a third of the weights themselves: sqrt(1 + 1/9)
        assert np.std(W) / np.std(first) == pytest.approx(1.054, abs=0.1)
        assert (first != W).all()


def test_without_momentum_no_input_has_a_velocity(random_problem: Callable[..., Problem]):
    cases = [case for given in inputs(random_problem(), "float32") for case in given.steps.cases]
    assert all(case.start.velocity is None for case in cases)


def test_with_momentum_a_step_gets_gradients_of_the_precision_of_its_weights(random_problem: Callable[..., Problem]):
    def twice(W, b, dW, db, lr):
        assert {W.dtype, b.dtype} == {dW.dtype, db.dtype}
        # only in float32, which is looked at after float64
        return scratch.sgd_step(W, b, dW, db, 2 * lr if W.dtype == "float32" else lr)

    found = Diagnostician(random_problem(momentum=0.9), SCRATCH).diagnose(only(sgd_step=twice))
    assert "W - W0 is 2 times what it should be, in every element" in " ".join(found.facts)


def test_a_group_of_unusual_batches_is_held_in_part_and_only_if_one_is_wrong(diagnostician: Diagnostician):
    """All of them, in both sides, would take hundreds of megabytes."""
    wrong = only(logits=lambda X, W, b: X @ W.T + b * (len(X) != 64))
    with np.errstate(all="ignore"):
        (every, *_) = diagnostician._unusual(wrong, SCRATCH)
        assert not list(diagnostician._unusual(SCRATCH, SCRATCH))
    unusual = [seen for seen in every if seen.kind == "unusual"]
    first = next(n for n, seen in enumerate(unusual) if first_wrong(seen))
    assert len(unusual) == first + 25
    assert len({id(seen.steps) for seen in unusual}) == 1
