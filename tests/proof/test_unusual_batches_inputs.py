"""The unusual batches: labels, pixels, weights and logits are as each name says."""

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from compare.problem import Problem
from compare.proof.unusual_batches import unusual_batches


@pytest.fixture(scope="module")
def made(digits: Problem) -> dict[str, list[tuple[NDArray, NDArray, NDArray, NDArray, float]]]:
    """By name of each batch its pixels X, labels y, weights W, b and the rate."""
    found: dict[str, list] = {}
    for steps in unusual_batches(digits, "float64"):
        for case in steps.cases:
            images, labels = (part[case.index] for part in steps.train)
            X = images / 255 if images.dtype == np.uint8 else images
            lr = steps.chosen.lr if case.lr is None else case.lr
            found.setdefault(case.name, []).append((X, labels, *case.start[:2], lr))
    return found


def test_labels_of_a_pattern(made):
    zeros, ordered, each, reverse, no_last, no_first = [y.tolist() for _, y, *_ in made["labels of a pattern"]]
    assert zeros == [0] * 5
    assert ordered == sorted(ordered)
    assert len(ordered) == 36
    assert len({*ordered}) > 5
    assert each == [*range(10)]
    assert reverse == each[::-1]
    assert ({*no_last}, {*no_first}) == ({*range(9)}, {*range(1, 10)})
    assert [len(no_last), len(no_first)] == [36, 36]


def test_black_and_white(made):
    [(black, *_)], [(both, *_)] = made["black images"], made["black and white"]
    assert black.shape == (5, 64)
    assert not black.any()
    assert {*np.unique(both)} == {0, 1}
    assert 0.4 < both.mean() < 0.6
    assert len(both) == 16


def test_images_that_fit_well_have_a_small_loss(made):
    above = []
    for X, y, W, b, _ in made["images that fit well"]:
        assert X.shape == (8, 64)
        assert not W.any()
        assert y.tolist() == [1] * 8
        *others, second, first = np.sort(b)
        assert b.argmax() == 1
        # far below: 8 classes of exp(-44)
        assert others == [-22] * 8
        assert first == 22
        above.append(first - second)
    # losses of about exp(-6) to exp(-30), which eps in float32 and in float64 lie between
    assert above == [6, 9, 11, 16, 20, 30]


def test_one_wrong_image(made):
    [(X, y, W, b, _)] = made["one wrong image"]
    assert (X.shape, y.tolist()) == ((1, 64), [1])
    assert not W.any()
    assert b.tolist() == [60] + [0] * 9


def test_logits_are_of_the_size_that_is_said(made):
    [(X, _, W, b, _)] = made["logits of ±10^8"]
    Z = X @ W.T + b
    assert Z.min() < -5e7
    assert 5e7 < Z.max() < 5e8
    assert np.abs(b).max() <= 5e7


def test_faint_images(made):
    found = made["faint images"]
    assert len(found) == 20
    for n, ((X, y, W, b, _), (few, labels, steep, bias, _)) in enumerate(zip(found[::2], found[1::2], strict=True), 1):
        assert 0.9 * 10.0**-n < X.max() <= 10.0**-n
        assert not W.any()
        assert not b.any()
        # each class as often
        assert np.bincount(y).tolist() == [4] * 10
        assert len(few) == len(labels) == 8
        np.testing.assert_array_equal(few[:, :64], X[:8, :64])
        Z = few @ steep.T + bias
        assert 0.1 < np.std(few @ steep.T) < 10
        assert np.isfinite(Z).all()


def test_of_images_of_many_pixels_few_are_faint(shaped):
    groups = unusual_batches(shaped(100, 4), "float64")
    found = [steps.train[0][case.index] for steps in groups for case in steps.cases if case.name == "faint images"]
    assert all((images != 0).all() for images in found[::2])
    assert all((images[:, :64] != 0).all() and not images[:, 64:].any() for images in found[1::2])


def test_bright_images_are_taken_for_the_wrong_class(made):
    for (X, y, W, b, _), brightness in zip(made["bright images"], (1, 30, 1000), strict=True):
        assert X.shape == (4, 64)
        assert 0.9 * brightness <= X.min() <= X.max() <= brightness
        assert not y.any()
        Z = X @ W.T + b
        assert (Z.argmax(axis=1) == 1).all()
        assert (Z[:, 1] - Z[:, 0]).min() > 30


def test_pixels_of_both_signs_cancel(made):
    [(X, *_)] = made["pixels of both signs"]
    assert X.shape == (8, 64)
    np.testing.assert_allclose(X.sum(axis=0), 0, atol=1e-14)
    np.testing.assert_allclose(X.sum(axis=1), 0, atol=1e-14)
    assert (X != 0).all()


def test_each_rate_has_weights_of_zero_and_others(made):
    found = made["other learning rates"]
    for (_, _, W, b, lr), (_, _, other, bias, same) in zip(found[::2], found[1::2], strict=True):
        assert lr == same
        assert not W.any()
        assert not b.any()
        assert 0.1 < other.std() < 1
        assert bias.any()


def test_quotients_of_the_weights_that_round_are_just_above_a_power_of_two(made):
    found = made["an update that rounds"]
    assert len(found) == 4
    for X, _, W, b, lr in found:
        for part in (W, b):
            mantissa, _ = np.frexp(np.abs(part) / lr)
            # of 0.5 to 1
            assert 0.5 < mantissa.min() < mantissa.max() < 0.53
            assert (part < 0).any()
            assert (part > 0).any()
        assert 0.009 < X.max() <= 0.01
        assert len(X) == 8
    assert all((first[2] != second[2]).any() for first, second in pairwise(found))


def test_shapes_come_twice_with_logits_above_1_and_once_with_large_ones(made):
    found = made["problems of other shapes"]
    for (X, _, W, *_), (other, _, second, *_), (third, *_) in zip(found[::3], found[1::3], found[2::3], strict=True):
        assert X.shape == other.shape == third.shape
        assert W.shape == second.shape
        assert (second != W).any()
    spreads = [np.std(X @ W.T) for X, _, W, *_ in found if X.shape[1] > 20]
    assert 2 < np.median(spreads[::3]) < 5
    assert 2 < np.median(spreads[1::3]) < 5
    assert 2000 < np.median(spreads[2::3]) < 5000


def test_brightness_of_the_images_of_many_sizes(made):
    [first, *_] = made["other batch sizes"]
    rows = first[0]
    assert len(rows) == 300
    for n, brightness in enumerate((1, 1, 1 / 4, 1 / 64)):
        assert 0.9 * brightness - 1 / 255 < rows[n::4].max() <= brightness
    large = [W for X, _, W, *_ in made["other batch sizes"] if np.abs(W).max() > 100]
    # 64 pixels: a normal number times 2,000 by the root of a third of them
    assert np.std(large[0]) == pytest.approx(2000 / np.sqrt(64 / 3), rel=0.1)


def test_sizes_beside_k_and_d(shaped):
    K, D = 44, 90
    sizes = {len(case.index) for case in next(unusual_batches(shaped(D, K), "float64")).cases}
    assert {K - 1, K, K + 1, D, D + 1} <= sizes
    assert not {K - 2, K + 2, D - 1, D + 2} & sizes
