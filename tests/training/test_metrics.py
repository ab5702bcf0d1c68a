"""What a classifier gets right, class by class, counted another way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from compare.training import metrics
from compare.training.metrics import confusion_matrix, precision, recall


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1))
def test_the_confusion_matrix_counts_every_image(pairs: list[tuple[int, int]]):
    labels, predicted = np.array(pairs).T
    confusion = metrics.confusion_matrix(labels, predicted, 4)
    assert confusion.sum() == len(pairs)
    assert all(confusion[i, j] == pairs.count((i, j)) for i in range(4) for j in range(4))
    for k in range(4):
        given_k, taken_for_k = labels == k, predicted == k
        right = (given_k & taken_for_k).sum()
        for share, whole in ((metrics.recall, given_k.sum()), (metrics.precision, taken_for_k.sum())):
            value = share(confusion)[k]
            assert np.isnan(value) if whole == 0 else value == right / whole


def test_counts_are_by_label_and_prediction(rng: np.random.Generator):
    labels, predicted = rng.integers(0, 4, 200), rng.integers(0, 5, 200)
    expected = [[int(((labels == k) & (predicted == j)).sum()) for j in range(5)] for k in range(5)]
    assert confusion_matrix(labels, predicted, 5).tolist() == expected


def test_precision_is_of_what_was_predicted_and_recall_of_what_is():
    confusion = np.array([[3, 1, 0], [2, 2, 0], [0, 0, 0]])
    np.testing.assert_array_equal(precision(confusion), [3 / 5, 2 / 3, np.nan])
    np.testing.assert_array_equal(recall(confusion), [3 / 4, 2 / 4, np.nan])


@pytest.mark.parametrize("share", [precision, recall])
def test_a_class_that_is_not_there_has_no_share_and_no_warning(share):
    assert np.isnan(share(np.zeros((2, 2), int))).all()


def test_images_are_counted_in_parts(monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator):
    labels, predicted = rng.integers(0, 4, (2, 100))
    whole = confusion_matrix(labels, predicted, 4)
    monkeypatch.setattr("compare.data.mapped.PIECE", 7)
    np.testing.assert_array_equal(confusion_matrix(labels, predicted, 4), whole)
    assert whole.sum() == 100
