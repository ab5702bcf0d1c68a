"""The generated mistakes as backends."""

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH
from compare.bugs.generated import mutants as module
from compare.bugs.generated.changes import Change
from compare.bugs.generated.mutants import Mutant, StoppedError, mutants
from compare.equations import FUNCTIONS
from compare.problem import Problem


def of(function: str, line: str) -> Mutant:
    """The one generated mistake with this line in it."""
    (found,) = (m for m in mutants().values() if m.function == function and m.change.changed_line == line)
    return found


def test_there_are_many_in_each_function():
    counts = {name: sum(m.function == name for m in mutants().values()) for name in FUNCTIONS}
    assert sum(counts.values()) == len(mutants()) >= 200
    assert min(counts.values()) >= 10
    assert len({(m.function, m.change.source) for m in mutants().values()}) == len(mutants())


def test_they_are_in_the_order_of_the_derivation():
    order = [list(FUNCTIONS).index(m.function) for m in mutants().values()]
    assert order == sorted(order)


def test_those_that_read_the_same_are_numbered(monkeypatch: pytest.MonkeyPatch):
    change = Change("a", "b", "return a", "return b", "def logits(a, b):\n    return b")
    monkeypatch.setattr(module, "all_changes", lambda _: [change, change._replace(new=""), change])
    names = list(mutants.__wrapped__())
    assert names[:3] == ["logits: a -> b", "logits: a -> nothing", "logits: a -> b (2)"]
    assert names[3] == "log_softmax: a -> b"


def test_the_equations_have_one_change(small: Problem):
    equations = of("sgd_step", "return (W + lr * dW, b - lr * db)").equations()
    assert equations._replace(sgd_step=scratch.sgd_step) == scratch.EQUATIONS
    W, b = (np.array(array) for array in small.start("float64"))
    changed, right = equations.sgd_step(W, b, W, b, 0.5), scratch.sgd_step(W, b, -W, b, 0.5)
    for ours, theirs in zip(changed, right, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_they_are_backends_under_their_names(small: Problem):
    mutant = of("logits_gradient", "dZ[np.arange(len(y)), y] += 1")
    made = mutant.backend()
    assert made.name == mutant.name
    index = np.arange(20)
    ours, right = (backend.side(small, "float64").step(index) for backend in (made, SCRATCH))
    rows, y = np.arange(20), small.train[1][index]
    np.testing.assert_allclose((ours.dZ - right.dZ)[rows, y], 2 / 20, rtol=1e-12)


Z = np.array([[1.0, 0.5, -1.0], [0.5, 1.5, 0.5]])
W, b = np.ones((3, 2)), np.ones(3)


def test_a_change_that_does_not_work_stops():
    with pytest.raises(StoppedError, match="raises AxisError"):
        of("log_softmax", "S = Z - Z.max(axis=2, keepdims=True)").equations().log_softmax(Z)
    with pytest.raises(StoppedError, match=r"returns \(3,\) float64 and \(3, 2\) float64"):
        of("sgd_step", "return (b - lr * db, W - lr * dW)").equations().sgd_step(W, b, W, b, 1.0)


@pytest.mark.parametrize(
    ("returned", "says"),
    [
        (lambda Z: Z[0], r"returns \(3,\) float64"),
        (lambda Z: Z.astype("f4"), r"returns \(2, 3\) float32"),
        (lambda Z: (Z, Z), r"returns \(2, 3\) float64 and \(2, 3\) float64"),
        (lambda _: None, r"returns \(\) object"),
        (lambda _: 1 / 0, "raises ZeroDivisionError"),
    ],
)
def test_what_is_not_of_the_right_shape_and_dtype_stops(returned, says: str):
    with pytest.raises(StoppedError, match=says):
        module._watched("log_softmax", returned)(Z)


def test_what_works_is_returned_as_it_is():
    assert module._watched("log_softmax", lambda Z: Z)(Z) is Z
