"""MATHS.md, the code and the worked example say the same."""

import inspect
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.bugs.catalogue import BUGS
from compare.equations import QUANTITIES

ROOT = Path(__file__).parent.parent
PAGE = Path(ROOT, "MATHS.md").read_text()
SECTIONS = dict(re.findall(r"^## (E\d): (.*)$", PAGE, re.MULTILINE))
APPENDICES = {name: Path(ROOT, "docs", name).read_text() for name in ("autograd.md", "momentum.md")}
CODE = re.compile(r"```.*?```", re.DOTALL)
PAGES = {"MATHS.md": PAGE, **APPENDICES}

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


def test_what_is_done_by_hand_on_the_pages_comes_out():
    sums = re.findall(r"[Bb]y hand.*?\$(.*?) = (\S*?)\$", "".join(PAGES.values()), re.DOTALL)
    assert len(sums) == 13
    for formula, result in sums:
        formula = formula.replace(r"\cdot", "*").replace("^", "**").replace("{", "(").replace("}", ")")
        # a number rounded to four digits, out of numbers rounded to four digits
        assert eval(formula) == pytest.approx(float(result), abs=2e-4)


@pytest.mark.parametrize("page", PAGES)
def test_every_number_in_the_text_is_computed(page: str):
    """Numbers of two digits or more behind the point are those of a doctest; what is done by hand has its own test."""
    computed = {*numbers("".join(CODE.findall(PAGES[page]))), *numbers("".join(CODE.findall(PAGE)))}
    text = re.sub(r"[Bb]y hand.*?\$.*?\$", "", CODE.sub("", PAGES[page]), flags=re.DOTALL)
    assert {number for number in numbers(text) if len(number.split(".")[1]) > 1} - computed == set()


def numbers(text: str) -> list[str]:
    return re.findall(r"\d+\.\d+", text)


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


@pytest.mark.parametrize("tag", ["batch", *SECTIONS])
def test_each_equation_says_which_mistakes_are_made_in_it(tag: str):
    """Every name exists and is of this equation, all classic ones are there, and the link has their code."""
    heading = r"before E1\*\*" if tag == "batch" else rf"here\*\* \(\[all of {tag}\]"
    ((head, listed),) = re.findall(
        rf"^(\*\*Mistakes made {heading}.*?:)\n\n(- .*?)\n\n", PAGE, re.MULTILINE | re.DOTALL
    )
    named = re.findall(r"`([a-z][a-z0-9-]+)`", listed)
    assert len(named) == len(set(named))
    assert {BUGS[name].tag for name in named} == {tag}
    assert {name for name, bug in BUGS.items() if bug.tag == tag and bug.classic} <= set(named)
    linked = "".join(Path(ROOT, file).read_text() for file in re.findall(r"\]\((.*?)\)", head))
    assert all(f"\ndef {name.replace('-', '_')}(" in linked for name in named)


@pytest.mark.parametrize("page", PAGES)
def test_every_symbol_is_in_the_table_before_it_is_used(page: str):
    before, table, after = re.split(r"^(\| symbol .*?\n\n)", PAGES[page], maxsplit=1, flags=re.MULTILINE | re.DOTALL)
    known = letters(" ".join(re.findall(r"^\| (\$.*?\$) \|", table, re.MULTILINE)))
    assert len(known) >= 10
    assert formulas(before) == []
    assert letters(table + after) - known == set()


def letters(text: str) -> set[str]:
    """The symbols in the formulas of a page; dZ is one, and e, log and words are none."""
    found = set()
    for formula in formulas(text):
        bare = re.sub(r"\\(text|begin|end)\{.*?\}|\\mathrm\{.*?\}", " ", formula)
        found |= set(re.findall(r"\\(?:eta|delta|lambda|mu|tau)\b|d[WbZPA](?![a-z])", bare))
        bare = re.sub(r"\\[A-Za-z]+|d[WbZPA](?![a-z])", " ", bare)
        found |= set(re.findall("[A-Za-z]", bare))
    return found - {"e"}


def formulas(text: str) -> list[str]:
    blocks = CODE.sub("", text).split("$$")
    return blocks[1::2] + [formula for block in blocks[::2] for formula in re.findall(r"\$([^$]+)\$", block)]


@pytest.mark.parametrize("page", PAGES)
def test_formulas_are_balanced(page: str):
    """A formula that is not closed would spill over the rendered page."""
    prose = CODE.sub("", PAGES[page])
    blocks = prose.split("$$")
    assert len(blocks) % 2 == 1
    assert all(text.count("$") % 2 == 0 for text in blocks[::2])
    assert len(formulas(prose)) > 20
    for formula in formulas(prose):
        assert formula.count("{") == formula.count("}"), formula


def test_the_wheel_has_the_pages_that_maths_links_to():
    """The page lies beside the package in a checkout, and inside it in a wheel; its links to other pages lead there."""
    inside = tomllib.loads(Path(ROOT, "pyproject.toml").read_text())
    included = inside["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    for target in {"MATHS.md", *re.findall(r"\]\((docs/.*?)\)", PAGE)}:
        assert included[target] == f"compare/{target}"
