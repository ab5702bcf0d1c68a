"""MATHS.md, the code and the worked example say the same."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.equations import QUANTITIES

ROOT = Path(__file__).parent.parent
PAGE = Path(ROOT, "MATHS.md").read_text()
SECTIONS = dict(re.findall(r"^## (E\d): (.*)$", PAGE, re.MULTILINE))

# Two images of 2 x 2 pixels, three classes, a rate of 1/2: what the page, the docstrings and the code must all say.
X = np.array([[1, 0.5, 0, 0], [0.5, 0, 1, 0.5]])
W = np.array([[1.0, -1, 0, -1], [0, 1, 1, 1], [0, -1, 1, 0]])
B = np.array([0.5, 0, -0.5])
Y = np.array([0, 2])
LR = 0.5
NUMBERS = {
    "logits": [[1.0, 0.5, -1.0], [0.5, 1.5, 0.5]],
    "log_softmax": [[-0.555, -1.055, -2.555], [-1.5514, -0.5514, -1.5514]],
    "softmax": [[0.5741, 0.3482, 0.0777], [0.2119, 0.5761, 0.2119]],
    "nll_loss": 1.0532,
    "cross_entropy": 1.0532,
    "logits_gradient": [[-0.213, 0.1741, 0.0388], [0.106, 0.2881, -0.394]],
    "logits_gradient_by_chain_rule": [[-0.213, 0.1741, 0.0388], [0.106, 0.2881, -0.394]],
    "parameter_gradients": (
        [[-0.16, -0.1065, 0.106, 0.053], [0.3181, 0.0871, 0.2881, 0.144], [-0.1582, 0.0194, -0.394, -0.197]],
        [-0.107, 0.4622, -0.3552],
    ),
    "sgd_step": (
        [[1.08, -0.9468, -0.053, -1.0265], [-0.1591, 0.9565, 0.856, 0.928], [0.0791, -1.0097, 1.197, 0.0985]],
        [0.5535, -0.2311, -0.3224],
    ),
}


def worked_example() -> dict[str, object]:
    Z = scratch.logits(X, W, B)
    logP = scratch.log_softmax(Z)
    dZ = scratch.logits_gradient(logP, Y)
    dW, db = scratch.parameter_gradients(X, dZ)
    return {
        "logits": Z,
        "log_softmax": logP,
        "softmax": scratch.softmax(Z),
        "nll_loss": scratch.nll_loss(logP, Y),
        "cross_entropy": scratch.cross_entropy(Z, Y),
        "logits_gradient": dZ,
        "logits_gradient_by_chain_rule": scratch.logits_gradient_by_chain_rule(scratch.softmax(Z), Y),
        "parameter_gradients": (dW, db),
        "sgd_step": scratch.sgd_step(W, B, dW, db, LR),
    }


def tagged_functions() -> dict[str, str]:
    """Name and tag of every function of scratch whose docstring begins with a tag."""
    functions = {name: f for name, f in vars(scratch).items() if inspect.isfunction(f)}
    tags = {name: re.match(r"(E\d): ", inspect.getdoc(f) or "") for name, f in functions.items()}
    return {name: match[1] for name, match in tags.items() if match}


def printed(numbers: object) -> list[str]:
    """The arrays of a result as a doctest prints them."""
    parts = numbers if isinstance(numbers, tuple) else (numbers,)
    return [repr(part if isinstance(part, float) else np.array(part)) for part in parts]


def without_indent(text: str) -> str:
    return re.sub(r"^\s+", "", text, flags=re.MULTILINE)


def test_every_tag_names_its_functions_and_every_function_its_tag():
    on_the_page = {name: tag for tag, names in SECTIONS.items() for name in re.findall(r"`(\w+)`", names)}
    assert list(SECTIONS) == ["E1", "E2", "E3", "E4", "E5", "E6"]
    assert on_the_page == tagged_functions()
    # the six of a step, after its batch, are among them, in the order of the derivation
    first, *six = scratch.Equations._fields
    assert first == "batch"
    assert [tagged_functions()[name] for name in six] == ["E1", "E2", "E3", "E4", "E5", "E6"]


def test_tags_elsewhere_exist():
    assert {quantity.tag for quantity in QUANTITIES.values()} == set(SECTIONS)
    files = [file for package in ("scratch", "torch_impl", "compare") for file in Path(ROOT, package).rglob("*.py")]
    used = {tag for file in [*files, ROOT / "README.md"] for tag in re.findall(r"\bE\d\b", file.read_text())}
    assert used == set(SECTIONS)


@pytest.mark.parametrize("name", NUMBERS)
def test_the_worked_example_is_the_same_everywhere(name: str):
    for expected, ours in zip(printed_parts(NUMBERS[name]), printed_parts(worked_example()[name]), strict=True):
        np.testing.assert_allclose(ours, expected, rtol=0, atol=5.1e-5)
    page, docstring = (without_indent(text) for text in (PAGE, inspect.getdoc(getattr(scratch, name))))
    for text in printed(NUMBERS[name]):
        assert without_indent(text) in page
        assert without_indent(text) in docstring


def test_what_is_done_by_hand_on_the_page_comes_out():
    sums = re.findall(r"By hand.*?\$(.*?) = (.*?)\$", PAGE, re.DOTALL)
    assert len(sums) == 5
    for formula, result in sums:
        # a number rounded to four digits, out of numbers rounded to four digits
        assert eval(formula.replace(r"\cdot", "*")) == pytest.approx(float(result), abs=2e-4)


def test_the_other_numbers_of_the_page_hold():
    before, after = map(float, re.search(r"loss of this batch fell from (\S+) to (\S+)\.\n", PAGE).groups())
    assert before == NUMBERS["nll_loss"]
    assert scratch.cross_entropy(scratch.logits(X, *worked_example()["sgd_step"]), Y).round(4) == after
    power = int(re.search(r"\$e\^\{(\d+)\}\$ is already infinite in float32", PAGE)[1])
    with np.errstate(over="ignore"):
        assert np.isinf(np.exp(np.float32(power)))
    assert np.isfinite(np.exp(np.float32(power - 1)))


def printed_parts(numbers: object) -> tuple:
    return numbers if isinstance(numbers, tuple) else (numbers,)


def test_each_equation_stands_above_the_line_that_computes_it():
    for name in tagged_functions():
        source = inspect.getsource(getattr(scratch, name))
        body = source[source.rindex('"""') :]
        assert re.search(r"^    # .* = .*$|^    # .* <- .*$", body, re.MULTILINE), name


def test_formulas_are_balanced():
    """A formula that is not closed would spill over the rendered page."""
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    blocks = prose.split("$$")
    assert len(blocks) % 2 == 1
    formulas = blocks[1::2] + [f for text in blocks[::2] for f in re.findall(r"\$([^$]+)\$", text)]
    assert all(text.count("$") % 2 == 0 for text in blocks[::2])
    assert len(formulas) > 40
    for formula in formulas:
        assert formula.count("{") == formula.count("}"), formula
