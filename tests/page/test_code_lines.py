"""The lines of both codes: those that compute, from the sources, with their symbols."""

import re
from collections.abc import Callable
from html import unescape

import pytest

from compare.page.code_lines import Line, marked, numpy_lines, torch_lines
from compare.page.formulas import equations

# As they stand in the sources.
NUMPY = {
    "E1": ['Z = np.add(X @ W.T, b, order="F")', "return Z"],
    "E2": ["S = Z - Z.max(axis=1, keepdims=True)", "logP = S - np.log(row_sums(np.exp(S)))", "return logP"],
    "E3": ["L = -logP[np.arange(len(y)), y].sum() / len(y)", "return L"],
    "E4": ["dZ = np.exp(logP)", "dZ[np.arange(len(y)), y] -= 1", "dZ /= len(y)", "return dZ"],
    "E5": ["dZ = np.asfortranarray(dZ)", "return dZ.T @ X, dZ.sum(axis=0)"],
    "E6": ["return W - lr * dW, b - lr * db"],
}
TORCH = {
    "E1": "Z = self.linear(X)", "E2": "L = F.cross_entropy(Z, y)", "E3": "L = F.cross_entropy(Z, y)",
    "E4": "L.backward()", "E5": "L.backward()", "E6": "optimizer.step()",
}  # fmt: skip


def plain(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@pytest.mark.parametrize("tag", NUMPY)
def test_the_lines_are_those_of_the_sources(tag: str):
    assert plain(numpy_lines()[tag].html).splitlines() == NUMPY[tag]
    assert plain(torch_lines()[tag].html) == TORCH[tag]


@pytest.mark.parametrize("tag", NUMPY)
@pytest.mark.parametrize("lines", [numpy_lines, torch_lines], ids=["numpy", "torch"])
def test_each_symbol_of_a_formula_is_in_the_code_or_has_a_stand_in(tag: str, lines: Callable[[], dict[str, Line]]):
    """A variable or function with another name is missed here; a stand-in for what is written is one too many."""
    line = lines()[tag]
    asked = set(re.findall(r'data-symbol="(\w+)"', equations()[tag]))
    found = {name for names in re.findall(r'data-symbol="([\w ]+)"', line.html) for name in names.split()}
    assert asked - found == set(line.stand_in.symbols if line.stand_in else ())


def test_a_stand_in_says_who_computes_what_is_not_written():
    assert numpy_lines()["E2"].stand_in == ("not built, training needs its logarithm only:", ("P",))
    lines = torch_lines()
    assert lines["E4"].stand_in == (
        "autograd: NllLossBackward0 and LogSoftmaxBackward0 compute it, from",
        ("P", "Y", "N"),
    )
    assert lines["E5"].stand_in == ("autograd: AddmmBackward0 computes it, with the kept", ("X",))
    assert lines["E1"].stand_in is None


def test_a_renamed_variable_has_no_symbol():
    assert '<span data-symbol="dZ">dZ</span>' in marked("dZ = np.exp(logP)", "numpy")
    assert "data-symbol" not in marked("grad = numpy.exp(log_p)", "numpy")


def test_the_nodes_are_those_of_the_graph():
    import torch
    import torch.nn.functional as F

    X, y = torch.ones(2, 3), torch.tensor([0, 1])
    L = F.cross_entropy(torch.nn.Linear(3, 2)(X), y)
    names, node = [], L.grad_fn
    while node and len(names) < 3:
        names.append(type(node).__name__)
        node = node.next_functions[0][0]
    assert names == ["NllLossBackward0", "LogSoftmaxBackward0", "AddmmBackward0"]
