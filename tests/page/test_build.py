"""The page as one file: whole, alone, and made again from the recording that is in it."""

import re
from pathlib import Path

import pytest

from compare.bugs.catalogue import BUGS
from compare.equations import FUNCTIONS
from compare.errors import InputError
from compare.page import build as module
from compare.page.build import MODULES, build, recording_of, render
from compare.page.content import content
from compare.page.recording import record
from compare.page.symbols import SYMBOLS
from compare.problem import Problem


@pytest.fixture(scope="module")
def page(small: Problem) -> str:
    return build(content(record(small)))


def test_the_same_recording_makes_the_same_bytes(page: str):
    assert render(*recording_of(page)) == page


def test_it_asks_for_nothing_from_elsewhere(page: str):
    """Links lead to places of the page, and no element loads anything."""
    head = page.partition('id="table"')[0]
    assert not re.findall(r"<(?:link|img|iframe|object|embed|base)\b|@import|url\(", head)
    assert not re.findall(r"\bsrc=", head)
    assert set(re.findall(r'href="(.)', head)) == {"#"}
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    assert policy.startswith("default-src &#39;none&#39;; script-src &#39;sha256-")
    assert "unsafe" not in policy


def test_modules_are_inlined_once_without_import_and_export(page: str):
    script = page.rpartition('<script type="module">')[2].partition("</script>")[0]
    assert re.findall(r"^// (\w+)\.js$", script, re.M) == list(MODULES)
    assert not re.findall(r"^(?:import|export) ", script, re.M)
    names = re.findall(r"^(?:async )?(?:function|const|let) (\w+)", script, re.M)
    assert sorted(names) == sorted(set(names)), "all modules are one script"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_needs_only_those_before_it(name: str):
    text = (Path(module.__file__).parent / f"{name}.js").read_text()
    assert set(re.findall(r"from '\./(\w+)\.js'", text)) <= set(MODULES[: MODULES.index(name)])


def test_all_equations_codes_symbols_and_mistakes_are_there(page: str):
    for name, function in FUNCTIONS.items():
        assert f'<article id="{function.tag}"' in page
        assert f"<code>{name}</code>" in page
    facts, _ = recording_of(page)
    assert facts["name"] == "small"
    mistakes = re.findall(r'"title": "([\w -]+)"', page)
    assert len(mistakes) >= 16
    assert set(mistakes) <= {bug.title for bug in BUGS.values()}
    assert page.count('"said": ') == len(SYMBOLS)


def test_its_own_code_is_small():
    folder = Path(module.__file__).parent
    code = [path for path in folder.iterdir() if path.suffix in (".js", ".css", ".jinja")]
    assert {path.stem for path in code if path.suffix == ".js"} == set(MODULES)
    assert sum(path.stat().st_size for path in code) <= 80_000


@pytest.mark.parametrize("tag", [function.tag for function in FUNCTIONS.values()])
def test_each_symbol_of_a_formula_has_a_place_in_numbers_and_codes(page: str, tag: str):
    row = page.partition(f'<article id="{tag}"')[2].partition("</article>")[0]
    formula, codes, numbers = re.split(r'<div class="code">|<div class="numbers"', row)
    asked, places = _symbols(formula), re.findall(r'data-value="(\w+)"', numbers)
    assert asked
    assert asked == set(places) == _symbols(numbers)
    sides = codes.split("<div><small>")[1:]
    assert len(sides) == 2
    for side in sides:
        assert asked <= _symbols(side)


def _symbols(html: str) -> set[str]:
    return {name for names in re.findall(r'data-symbol="([\w ]+)"', html) for name in names.split()}


def test_formulas_and_codes_are_there_without_javascript(page: str):
    static = page.partition("<script")[0]
    assert static.count("<math") > 6
    assert "JavaScript is off" in static
    assert "This browser does not draw MathML" in static
    assert static.count('<p class="plain">') == 6


def test_the_worker_finds_its_modules_in_the_script(page: str):
    script = page.rpartition('<script type="module">')[2]
    for name in ("engine", "train", "mistakes"):
        assert script.count(f"// {name}.js\n") == 1


def test_the_page_names_the_origin_of_its_images(page: str):
    facts, packed = recording_of(page)
    assert "The images have the licence of their data set" in page
    assert "MNIST by Yann LeCun" in render(facts | {"name": "mnist5k"}, packed)
    assert "UCI" in render(facts | {"name": "digits"}, packed)


@pytest.mark.parametrize("text", ["", "<html></html>", '<script type="application/json" id="data">{}</script>'])
def test_what_is_no_page_is_told(text: str):
    with pytest.raises(InputError, match=r"^this is no page of `page`: it has no recording$"):
        recording_of(text)


def test_a_damaged_page_is_told(page: str):
    with pytest.raises(InputError, match=r"^the recording of this page is damaged: "):
        recording_of(page.replace('{"facts": ', '{"fact": ', 1))
