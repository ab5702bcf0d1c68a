"""The lines of both codes: those that compute, from the sources, with their symbols."""

import re
from html import unescape

import pytest

from compare.page.code_lines import numpy_lines, torch_lines
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
def test_each_symbol_of_a_formula_is_in_the_code_or_somebody_is_named_who_computes_it(tag: str):
    asked = set(re.findall(r'data-symbol="(\w+)"', equations()[tag]))
    for line in (numpy_lines()[tag], torch_lines()[tag]):
        found = {name for names in re.findall(r'data-symbol="([\w ]+)"', line.html) for name in names.split()}
        assert asked <= found or line.stand_in, (tag, asked - found)


def test_autograd_is_named_with_its_nodes():
    lines = torch_lines()
    assert lines["E4"].stand_in == "autograd: NllLossBackward0, LogSoftmaxBackward0"
    assert lines["E5"].stand_in == "autograd: AddmmBackward0"
    assert not lines["E1"].stand_in


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
