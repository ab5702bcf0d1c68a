"""The calls that one function of a file makes of the others."""

from typing import Any

import numpy as np
import pytest

from compare.backends.traced import MISSING, MOST_CALLS, NOTHING, Call, traced

OTHERS = """
def log_softmax(Z):
    return Z - 1

def nll_loss(logP, y):
    return log_softmax(logP)

other_name = log_softmax
"""


def _calls(body: str, *inputs: Any) -> list[Call]:
    """Of a function logits with this body, in a module with two others."""
    module: dict[str, Any] = {}
    exec(f"{OTHERS}\ndef logits(X, W, b):\n    {body}", module)
    return traced(module, "logits", inputs)


def test_calls_are_noted_in_their_order_with_inputs_and_results():
    calls = _calls("return nll_loss(log_softmax(X), y=b)", np.array([1.0, 2.0]), None, np.array([1]))
    # what is called within a call is left out
    assert [call.name for call in calls] == ["log_softmax", "nll_loss", "logits"]
    np.testing.assert_array_equal(calls[0].results[0], [0.0, 1.0])
    np.testing.assert_array_equal(calls[1].inputs[0], [0.0, 1.0])
    np.testing.assert_array_equal(calls[1].inputs[1], [1])
    np.testing.assert_array_equal(calls[-1].results[0], [-1.0, 0.0])
    assert calls[-1].inputs == ()


def test_a_call_by_another_name_of_the_module_is_noted():
    calls = _calls("return other_name(X)", np.ones(2), None, None)
    assert [call.name for call in calls] == ["log_softmax", "logits"]


def test_what_raises_is_noted_up_to_there(capsys: pytest.CaptureFixture):
    calls = _calls("print('not shown'); log_softmax(X); log_softmax('text')", np.ones(2), None, None)
    assert [call.name for call in calls] == ["log_softmax", "log_softmax", "logits"]
    assert calls[1].inputs == (NOTHING,)
    assert calls[1].results == ()
    assert capsys.readouterr().out == ""


def test_what_is_no_array_missing_or_too_much_is_told_as_what_it_is():
    bodies = "nll_loss((X, 1), y=len)", "nll_loss(X)", "nll_loss(X, None, X)", "nll_loss(X, labels=X)"
    made = [_calls(body, np.ones(2), None, None)[0] for body in bodies]
    assert made[0].kinds == ("a tuple of 2", "a builtin_function_or_method")
    assert made[1].kinds == ("", MISSING)
    assert made[2].kinds == ("", "None", "")
    assert made[3].kinds == ("", MISSING, "")
    for call in made[2:]:
        np.testing.assert_array_equal(call.inputs[2], [1.0, 1.0])


def test_an_input_that_is_changed_later_is_noted_as_it_was():
    (first, *_) = _calls("log_softmax(X); X[0] = 9", np.ones(2), None, None)
    np.testing.assert_array_equal(first.inputs[0], [1.0, 1.0])


def test_no_more_calls_are_noted_than_one_looks_at():
    calls = _calls(f"[log_softmax(X) for _ in range({MOST_CALLS + 5})]", np.ones(2), None, None)
    assert len(calls) == MOST_CALLS + 1
