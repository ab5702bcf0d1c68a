"""The unusual batches: each is what it says, and shows the mistakes that wait for it."""

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH
from compare.problem import Problem
from compare.proof.hard_batches import first_over_budget
from compare.proof.single_steps import Case, SingleSteps
from compare.proof.unusual_batches import unusual_batches


@pytest.fixture(scope="module")
def groups(digits: Problem) -> list[SingleSteps]:
    return list(unusual_batches(digits, "float64"))


def cases(groups: list[SingleSteps], name: str) -> list[tuple[SingleSteps, Case]]:
    return [(steps, case) for steps in groups for case in steps.cases if case.name == name]


def test_sizes_come_twice_and_hold_k_and_d(groups: list[SingleSteps]):
    sizes = [len(case.index) for _, case in cases(groups, "other batch sizes")]
    # 9 to 11 and 64 and 65 are K and D and their neighbours too
    tens = 50, 60, 64, 65, 80, 128, 150, 200, 250, 255, 256, 257, 300, 400, 500, 512, 1000, 1024, 1025
    twice = [*range(2, 35), 48, *tens]
    # the largest first, twice
    assert sizes == [300, 4096, 2048, 2000, *reversed(twice), *reversed(twice)]
    starts = {case.start.W.tobytes() for _, case in cases(groups, "other batch sizes") if len(case.index) == 256}
    assert len(starts) == 2


@pytest.mark.parametrize(("D", "largest"), [(64, 4096), (784, 2048), (3072, 1025), (3200, 1000)])
def test_a_batch_has_at_most_3_200_000_pixels(shaped: Callable, D: int, largest: int):
    first = next(unusual_batches(shaped(D, 10), "float32"))
    assert max(len(case.index) for case in first.cases) == largest


def test_weights_spread_the_logits_of_dense_images_by_about_1(groups: list[SingleSteps]):
    spreads = []
    for steps, case in cases(groups, "other batch sizes"):
        X = steps.train[0][case.index] / 255
        spreads.append((X @ case.start.W.T).std(axis=1).mean())
    # some are large on purpose
    assert 0.7 < np.median(spreads) < 1.4


def test_tiny_weights_make_tiny_logits(groups: list[SingleSteps]):
    found = cases(groups, "tiny weights")
    largest = [float(np.abs(case.start.W).max()) for _, case in found]
    for scale, size in zip((1e-4, 1e-8, 1e-12), largest, strict=True):
        # a normal number by the root of a third of the pixels
        assert 0.3 * scale < size < 3 * scale


def test_rates_are_of_every_size_and_odd(groups: list[SingleSteps]):
    found = cases(groups, "other learning rates")
    rates = [case.lr for _, case in found[::2]]
    assert rates == [case.lr for _, case in found[1::2]] == sorted(rates)
    assert len({id(steps) for steps, _ in found}) == 1, "one side takes them all"
    assert rates[0] == 1.00563545e-13
    assert rates[-1] == 1.00563545e4
    assert len(rates) == 15
    for digits in range(1, 7):
        for lr in rates:
            assert abs(float(f"{lr:.{digits}g}") / lr - 1) > 4e-6


def test_gradients_are_of_every_size(groups: list[SingleSteps]):
    norms = []
    for steps in groups:
        with np.errstate(all="ignore"):
            done = list(steps.steps(SCRATCH, "float64"))
        norms += [np.linalg.norm(np.append(step.dW, step.db)) for case, step in done if "images" in case.name]
    for exponent in range(-10, 3):
        assert any(10.0**exponent <= norm < 10.0 ** (exponent + 1) for norm in norms), exponent


def test_shapes_have_equal_sizes_and_others(groups: list[SingleSteps]):
    shapes = {(len(case.index), *case.start.W.shape[::-1]) for _, case in cases(groups, "problems of other shapes")}
    assert any(N == D == K for N, D, K in shapes)
    assert any(N == D != K for N, D, K in shapes)
    assert any(N == K != D for N, D, K in shapes)
    assert any(D == K != N for N, D, K in shapes)
    assert {2, 3, 4, 11, 12, 26} <= {K for _, _, K in shapes}
    assert (1, 4, 2) in shapes, "one image of a problem of two classes"
    assert max(D for _, D, _ in shapes) > 784


# How many images each batch of a name has.
IMAGES = {
    "repeated in part": [8] * 10, "labels of a pattern": [5, 36, 10, 10, 36, 36], "tiny weights": [8] * 3,
    "logits of ±10^8": [8], "faint images": [40, 8] * 10, "other learning rates": [8] * 30,
}  # fmt: skip
# N, D and K.
SHAPES = [
    (7, 7, 7), (9, 9, 4), (6, 11, 6), (8, 5, 5), (5, 6, 2), (1, 4, 2), (8, 3, 3), (4, 1, 3), (3, 2, 4), (12, 20, 11),
    (10, 30, 12), (6, 5, 26), (3, 785, 10), (3, 1500, 3), (4096, 3, 4), (4100, 3, 4),
]  # fmt: skip


def test_how_many_images_there_are(groups: list[SingleSteps]):
    assert {name: [len(case.index) for _, case in cases(groups, name)] for name in IMAGES} == IMAGES
    found = [(len(case.index), *case.start.W.shape[::-1]) for _, case in cases(groups, "problems of other shapes")]
    assert found == [shape for shape in SHAPES for _ in range(3)]


def test_repetitions_share_a_part(groups: list[SingleSteps]):
    found = cases(groups, "repeated in part")
    images, labels = found[0][0].train
    X, y = ([part[case.index] for _, case in found] for part in (images, labels))
    W = [case.start.W for _, case in found]
    assert all((one == W[0]).all() for one in W[:6])
    assert (X[0] == X[2]).all()
    assert (X[0][0] == X[1][0]).all()
    assert not (X[0] == X[1]).all()
    assert (y[0] == y[3]).all()
    assert not (y[0] == y[1]).all()
    # the same images in another order, then the same weights
    assert (X[4] == X[3][::-1]).all()
    assert (W[6] == W[7][::-1]).all()
    # the first image, which all share, and the last four
    assert np.flatnonzero((X[5] == X[0]).all(axis=1)).tolist() == [0, 4, 5, 6, 7]
    assert (y[5] == y[0]).all()
    # weights of which one row is the same, and at last all is
    assert [(W[8][k] == W[7][k]).all() for k in range(10)] == [True] + 9 * [False]
    assert all((one[8] == one[9]).all() for one in (X, y, W))


def test_many_classes_have_labels_beyond_a_byte(groups: list[SingleSteps]):
    ((steps, case),) = cases(groups, "many classes")
    assert case.start.W.shape == (130, 3)
    assert sorted(steps.train[1][case.index]) == [0, 32, 64, 128, 129]
    assert steps.may_be_refused
    ordered = cases(groups, "other orders in memory")[0][0]
    assert [other for other in groups if other.may_be_refused] == [ordered, steps]


def test_orders_in_memory(groups: list[SingleSteps]):
    found = cases(groups, "other orders in memory")
    assert [case.order for _, case in found] == ["C", "C", "F", "F", "gaps", "gaps"]
    assert not {case.order for steps in groups for case in steps.cases if steps is not found[0][0]} - {None}
    # no two sizes are equal, and each batch has images and weights of its own
    assert {(len(case.index), *case.start.W.shape) for _, case in found} == {(9, 10, 64)}
    assert len({case.start.W.tobytes() for _, case in found}) == len({tuple(case.index) for _, case in found}) == 6
    # of ordinary size, and so large that exp needs each row's own maximum
    assert all(0.5 < np.abs(case.start.W).max() < 2 for _, case in found[::2])
    assert all(np.abs(case.start.W).max() > 1000 for _, case in found[1::2])


def test_one_step_is_compared_after_many(groups: list[SingleSteps]):
    (_, first), (steps, later) = cases(groups, "after other steps")
    # the same arrays; from Python 3.13 on == of two dataclasses would compare their values
    parts = [field.name for field in fields(later) if field.name != "after"]
    assert all(getattr(later, part) is getattr(first, part) for part in parts)
    assert (first.after, later.after) == (0, 600)
    assert [case.after for case in steps.cases] == [0, 600]
    assert len(first.index) == 6


_kept: dict[tuple, np.ndarray] = {}


def kept_by_the_first_row(X, W, b):
    return X @ _kept.setdefault((W.shape, W[0].tobytes()), W.T) + b


# For each name a mistake that no other batch need show.
MISTAKES: dict[str, dict[str, Callable]] = {
    "other batch sizes": {"logits": lambda X, W, b: scratch.logits(X, W, b) * (1.01 if len(X) == 128 else 1)},
    "labels of a pattern": {"nll_loss": lambda logP, y: scratch.nll_loss(logP, y) * (y.any() or len(y) < 2)},
    "black images": {"logits": lambda X, W, b: X @ W.T + b * X.any()},
    "black and white": {"logits": lambda X, W, b: X @ W.T + b * (len(np.unique(X)) != 2)},
    "images that fit well": {
        "logits_gradient": lambda logP, y: (
            scratch.logits_gradient(logP, y) * (scratch.nll_loss(logP, y) > 1e-4 or len(y) != 8)
        )
    },
    "one wrong image": {"logits_gradient": lambda logP, y: np.clip(scratch.logits_gradient(logP, y), -0.9, 1)},
    "tiny weights": {"logits": lambda X, W, b: np.where(np.abs(Z := X @ W.T + b) < 1e-6, 0, Z)},
    "logits of ±10^8": {"logits": lambda X, W, b: np.clip(X @ W.T + b, -1e6, 1e6)},
    "faint images": {
        "sgd_step": lambda W, b, dW, db, lr: (W - lr * dW * (np.linalg.norm(dW) > 1e-2 or len(W) != 10), b - lr * db)
    },
    "bright images": {"parameter_gradients": lambda X, dZ: (np.clip(dZ.T @ X, -1, 1), dZ.sum(axis=0))},
    "pixels of both signs": {"parameter_gradients": lambda X, dZ: (dZ.T @ X * (X.sum(axis=0) != 0), dZ.sum(axis=0))},
    "an update that rounds": {"sgd_step": lambda W, b, dW, db, lr: ((W / lr - dW) * lr, b - lr * db)},
    "other learning rates": {"sgd_step": lambda W, b, dW, db, lr: scratch.sgd_step(W, b, dW, db, float(f"{lr:.5g}"))},
    "repeated in part": {"logits": kept_by_the_first_row},
    "other orders in memory": {"logits": lambda X, W, b: X.ravel(order="K").reshape(X.shape) @ W.T + b},
    "many classes": {"nll_loss": lambda logP, y: -logP[np.arange(len(y)), y.astype(np.int8)].mean()},
    "problems of other shapes": {"logits": lambda X, W, b: X @ (W if len(W) == X.shape[1] else W.T) + b},
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_that_waits_for_it_is_shown(groups: list[SingleSteps], replaced: Callable, name: str):
    ours = replaced(**MISTAKES[name])
    with np.errstate(all="ignore"):
        found = [first_over_budget(steps, ours, SCRATCH._replace(name="other"), "float64") for steps in groups]
    assert name in [text.partition(", ")[2] for text in found]
