"""What a mistake of the catalogue is made of."""

import numpy as np
import pytest

import scratch
from compare.bugs.catalogue.register import REGISTER, Bug, bug
from compare.problem import Problem
from scratch.training import UNCHECKED


@pytest.fixture
def registered(monkeypatch: pytest.MonkeyPatch) -> dict[str, Bug]:
    """Two mistakes in a register of their own."""
    monkeypatch.setattr("compare.bugs.catalogue.register.REGISTER", {})

    @bug("nll_loss", "A belief.", "A symptom.", "A lesson.")
    def loss_of_1e_3(logP, y):
        return logP.dtype.type(1e-3 * len(y))

    @bug("sgd_step", "A belief.", "A symptom.", "A lesson.", stateful=True)
    def fewer_and_fewer():
        steps = [0]

        def sgd_step(W, b, dW, db, lr):
            steps[0] += 1
            return scratch.sgd_step(W, b, dW, db, lr / steps[0])

        return sgd_step

    from compare.bugs.catalogue import register

    return register.REGISTER


def test_the_decorator_registers_under_the_name_with_hyphens(registered: dict[str, Bug]):
    assert list(registered) == ["loss-of-1e-3", "fewer-and-fewer"]
    first, second = registered.values()
    assert (first.name, first.function, first.tag) == ("loss-of-1e-3", "nll_loss", "E3")
    assert (first.title, second.title) == ("loss of 1e-3", "fewer and fewer")
    assert (first.belief, first.symptom, first.lesson) == ("A belief.", "A symptom.", "A lesson.")
    assert (first.stateful, second.stateful) == (False, True)
    assert not first.classic


def test_a_mistake_before_the_first_equation_has_no_tag():
    assert REGISTER["never-shuffled"].tag == "batch"


def test_the_source_is_the_wrong_function_without_its_decorator(registered: dict[str, Bug]):
    first, second = registered.values()
    assert first.source == "def loss_of_1e_3(logP, y):\n    return logP.dtype.type(1e-3 * len(y))"
    assert second.source.splitlines()[0] == "def fewer_and_fewer():"
    assert second.source.splitlines()[-1] == "    return sgd_step"


def test_the_equations_have_this_one_mistake(registered: dict[str, Bug]):
    equations = registered["loss-of-1e-3"].equations()
    assert equations.nll_loss(np.zeros((5, 2)), np.zeros(5, int)) == 5e-3
    # what it is given has been checked, and what the others are given is part of the mistake
    assert equations._replace(nll_loss=UNCHECKED.nll_loss) == UNCHECKED


def test_no_side_shares_the_state_of_another(registered: dict[str, Bug], small: Problem):
    made = registered["fewer-and-fewer"].backend()
    assert made.name == "fewer-and-fewer"
    index = np.arange(20)
    ends = []
    for _ in range(2):
        side = made.side(small, "float64")
        side.step(index)
        side.step(index)
        ends.append(side.state().W)
    np.testing.assert_array_equal(*ends)
    right = scratch.SoftmaxRegression(*small.start("float64"))
    X, y = scratch.batch(*small.train, index, np.dtype("float64"))
    for lr in (0.1, 0.05):
        scratch.step(right, scratch.SGD(lr), X, y)
    np.testing.assert_allclose(ends[0], right.weight, rtol=1e-13)
