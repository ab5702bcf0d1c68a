"""Images classified with the weights of a checkpoint."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import backend
from compare.backends.protocol import State
from compare.backends.scratch_side import ScratchSide
from compare.backends.user_file import UserFileError
from compare.training import classify as classify_module
from compare.training.classify import classify


@pytest.mark.parametrize("spec", ["scratch", "torch"])
def test_all_numbers_are_of_these_weights(small, spec: str, dtype: str):
    W, b = (3 * part for part in small.start(dtype))
    found = classify(spec, State(W, b), *small.validation)
    Z = np.asarray(small.validation[0]).astype(dtype) / np.array(255, dtype) @ W.T + b
    np.testing.assert_allclose(found.P, scratch.softmax(Z), rtol=0, atol=1e-5, strict=True)
    np.testing.assert_array_equal(found.predicted, Z.argmax(axis=1))
    side = backend(spec).side(small, dtype)
    side.start_from(State(W, b))
    assert (found.loss, found.accuracy) == side.evaluate(*small.validation)


def test_the_logits_are_computed_once(small, monkeypatch: pytest.MonkeyPatch):
    calls = []
    logits = ScratchSide.logits
    monkeypatch.setattr(ScratchSide, "logits", lambda *args: calls.append(args) or logits(*args))
    monkeypatch.setattr(scratch, "evaluate", None)
    classify("scratch", State(*small.start("float32")), *small.train)
    assert len(calls) == 1


def test_a_file_classifies_with_its_own_functions(user_file, one_function, small):
    state = State(*small.start("float64"))
    doubled = classify(user_file(one_function("nll_loss", "return 2 * scratch.nll_loss(logP, y)")), state, *small.train)
    right = classify("scratch", state, *small.train)
    assert doubled.loss == 2 * right.loss
    uniform = user_file(one_function("log_softmax", "return np.full_like(Z, -np.log(Z.shape[1]))"))
    np.testing.assert_allclose(classify(uniform, state, *small.train).P, 1 / small.classes)
    with pytest.raises(UserFileError, match="returns nan for finite inputs"):
        classify(user_file(one_function("log_softmax", "return Z * np.nan")), state, *small.train)


def test_it_classifies_on_one_thread(small, monkeypatch: pytest.MonkeyPatch, threads_now: Callable):
    numbers, logits = [], ScratchSide.logits
    monkeypatch.setattr(ScratchSide, "logits", lambda *args: numbers.append(threads_now()) or logits(*args))
    classify("scratch", State(*small.start("float32")), *small.train)
    assert numbers == [{1}]


def test_many_images_are_classified_in_parts(small, monkeypatch: pytest.MonkeyPatch):
    state = State(*small.start("float64"))
    whole = classify_module.classify("scratch", state, *small.train)
    monkeypatch.setattr(classify_module, "AT_ONCE", 20)
    parts = classify_module.classify("scratch", state, *small.train)
    np.testing.assert_array_equal(parts.predicted, whole.predicted)
    np.testing.assert_allclose(parts.P, whole.P, rtol=1e-14)
    assert parts.loss == pytest.approx(whole.loss, rel=1e-14)
    assert parts.accuracy == whole.accuracy
