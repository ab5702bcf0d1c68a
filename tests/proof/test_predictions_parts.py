"""Predictions of more images than are looked at at once."""

import pytest

from compare.backends.by_name import backend
from compare.problem import Problem
from compare.proof import predictions
from compare.proof.predictions import Predictions


def test_many_images_are_compared_in_parts(small: Problem, monkeypatch: pytest.MonkeyPatch):
    sides = [backend(name).side(small, "float32") for name in ("scratch", "torch", "scratch")]
    found = []
    for at_once in (predictions.CHUNK, 10):
        monkeypatch.setattr(predictions, "CHUNK", at_once)
        one = Predictions()
        one.compare(small.train[0], *sides[:2], 1)
        one.evaluate(*small.train, sides[2], sides[1])
        found.append(one)
    whole, parts = found
    assert (whole.compared, whole.certified) == (parts.compared, parts.certified) == (99, 99)
    # a matrix product of other sizes may round otherwise
    assert parts.largest == pytest.approx(whole.largest, rel=1)
    assert parts.evaluation == pytest.approx(whole.evaluation, rel=1)
