"""The one table of functions and quantities is that of `scratch`."""

import inspect

import numpy as np
import pytest

import scratch
from compare.equations import FUNCTIONS, QUANTITIES, feeding, shape_text
from compare.problem import Problem


def test_functions_are_those_of_scratch_in_the_order_of_a_step():
    assert tuple(FUNCTIONS) == scratch.Equations._fields[1:]
    assert [function.tag for function in FUNCTIONS.values()] == ["E1", "E2", "E3", "E4", "E5", "E6"]
    for name, function in FUNCTIONS.items():
        assert list(inspect.signature(getattr(scratch, name)).parameters) == list(function.parameters)


# By function those that make what it gets in a step: nll_loss makes nothing that another one gets.
FED_BY = {
    "logits": (),
    "log_softmax": ("logits",),
    "nll_loss": ("logits", "log_softmax"),
    "logits_gradient": ("logits", "log_softmax"),
    "parameter_gradients": ("logits", "log_softmax", "logits_gradient"),
    "sgd_step": ("logits", "log_softmax", "logits_gradient", "parameter_gradients"),
}


def test_what_feeds_a_function():
    assert {name: feeding(name) for name in FUNCTIONS} == FED_BY


def test_quantities_are_those_of_a_step_with_their_shapes(small: Problem):
    assert [quantity.field for quantity in QUANTITIES.values()] == list(scratch.Step._fields[2:])
    assert list(QUANTITIES) == ["logits", "log_probabilities", "loss", "dZ", "dW", "db", "W", "b"]
    model, sizes = scratch.SoftmaxRegression(*small.start("float64")), {"N": 20, "D": 12, "K": 4}
    X, y = scratch.batch(*small.train, small.epoch_batches(1)[0], np.dtype("float64"))
    done = scratch.step(model, scratch.SGD(0.1), X, y)
    for quantity in QUANTITIES.values():
        expected = tuple(sizes[letter] for letter in quantity.dimensions)
        assert np.shape(getattr(done, quantity.field)) == expected
        assert quantity.tag == FUNCTIONS[quantity.function].tag
    assert {name: q.symbol for name, q in QUANTITIES.items() if q.symbol != q.field} == {"W": "W - W0", "b": "b - b0"}


def test_shapes_follow_from_the_inputs():
    X, W, b, dZ = np.ones((5, 3)), np.ones((2, 3)), np.ones(2), np.ones((5, 2))
    assert FUNCTIONS["logits"].shapes((X, W, b)) == [(5, 2)]
    assert FUNCTIONS["nll_loss"].shapes((dZ, np.ones(5))) == [()]
    assert FUNCTIONS["parameter_gradients"].shapes((X, dZ)) == [(2, 3), (2,)]
    assert FUNCTIONS["sgd_step"].shapes((W, b, W, b, 0.1)) == [(2, 3), (2,)]


def test_inputs_of_another_number_or_dimension_are_refused():
    X, W = np.ones((5, 3)), np.ones((2, 3))
    for inputs in ((X, W), (X, W, np.ones((2, 1))), (np.ones(3), W, np.ones(2))):
        with pytest.raises(ValueError, match="zip"):
            FUNCTIONS["logits"].shapes(inputs)


def test_shapes_are_written_as_in_the_maths():
    assert [shape_text(letters) for letters in ("NK", "K", "")] == [" (N, K)", " (K,)", ""]
    assert FUNCTIONS["logits"].signature == "X (N, D), W (K, D), b (K,) -> Z (N, K)"
    assert str(FUNCTIONS["nll_loss"]) == "L"
