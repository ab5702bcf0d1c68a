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
    assert page.count('"meaning": ') == len(SYMBOLS)


def test_its_own_code_is_small():
    folder = Path(module.__file__).parent
    code = [path for path in folder.iterdir() if path.suffix in (".js", ".css")]
    assert sum(path.stat().st_size for path in code) <= 80_000


@pytest.mark.parametrize("text", ["", "<html></html>", '<script type="application/json" id="data">{}</script>'])
def test_what_is_no_page_is_told(text: str):
    with pytest.raises(InputError, match=r"^this is no page of `page`: it has no recording$"):
        recording_of(text)


def test_a_damaged_page_is_told(page: str):
    with pytest.raises(InputError, match=r"^the recording of this page is damaged: "):
        recording_of(page.replace('{"facts": ', '{"fact": ', 1))
