"""Linking: every symbol, wherever it stands, lights up all others of its name, and nothing else."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from compare.equations import FUNCTIONS
from compare.page.symbols import SYMBOLS

pytestmark = pytest.mark.browser

TAGS = [function.tag for function in FUNCTIONS.values()]
PLACES = {
    "formula": ".formula",
    "NumPy": ".code > :first-child",
    "PyTorch": ".code > :last-child",
    "numbers": ".numbers",
}
# Of every symbol on the page: its names, and whether it is lit or held.
SEEN = """(all) => all.map(({ dataset, classList }) =>
  [dataset.symbol.split(' '), ['lit', 'held'].map((name) => classList.contains(name))])"""


def lit_wrongly(page: Page, names: list[str], *, held: bool = False) -> list[Any]:
    """Symbols that are lit and should not be, or the other way round; the same for held."""
    all_ = page.locator("[data-symbol]").evaluate_all(SEEN)
    assert len(all_) > 100
    return [one for one in all_ if one[1] != [bool({*one[0]} & {*names}), held and bool({*one[0]} & {*names})]]


def names_of(symbol: Locator) -> list[str]:
    return str(symbol.get_attribute("data-symbol")).split()


def names_in(page: Page, tag: str, place: str) -> set[str]:
    return {name for one in page.locator(f"#{tag} {PLACES[place]} [data-symbol]").all() for name in names_of(one)}


@pytest.mark.parametrize("tag", TAGS)
def test_each_symbol_of_a_formula_is_in_both_codes_and_in_the_numbers(open_page: Callable[..., Page], tag: str):
    page = open_page()
    asked = names_in(page, tag, "formula")
    assert asked
    assert [(place, asked - found) for place in PLACES if not asked <= (found := names_in(page, tag, place))] == []


def test_a_symbol_that_is_reached_lights_up_all_of_its_name(open_page: Callable[..., Page]):
    page, reached = open_page(), set()
    for place, where in PLACES.items():
        for symbol in page.locator(f"{where} [data-symbol][tabindex]:visible").all():
            names = names_of(symbol)
            symbol.focus()
            assert lit_wrongly(page, names) == [], (place, names)
            reached |= {(place, name) for name in names}
    assert reached == {(place, name) for place in PLACES for tag in TAGS for name in names_in(page, tag, place)}


def test_pointing_at_a_symbol_lights_up_all_of_its_name(open_page: Callable[..., Page]):
    """From each place to all others, of every symbol once in each place."""
    page, met = open_page(), set()
    for place, where in (PLACES | {"formula": ".formula math"}).items():
        for symbol in page.locator(f"{where} [data-symbol]:visible").all():
            names = names_of(symbol)
            if (place, *names) not in met:
                symbol.hover()
                assert lit_wrongly(page, names) == [], (place, names)
            met.add((place, *names))
    page.mouse.move(1, 1)
    assert {name for _, *names in met for name in names} == {*SYMBOLS}


@pytest.mark.parametrize(
    "press",
    [Locator.click, lambda one: one.press("Enter"), lambda one: one.press(" ")],
    ids=["click", "Enter", "Space"],
)
def test_a_click_holds_and_says_what_it_is(open_page: Callable[..., Page], press: Callable[[Locator], None]):
    page = open_page()
    press(page.locator('#E4 .code > :first-child [data-symbol="dZ"]').first)
    page.locator("h1").hover()
    page.locator("#next").focus()
    assert lit_wrongly(page, ["dZ"], held=True) == []
    expect(page.locator("#about")).to_contain_text(SYMBOLS["dZ"].meaning)
    expect(page.locator("#about")).to_contain_text("(N = 1, K = 10)")
    value = page.inner_text("#about")
    page.click("#next")
    expect(page.locator("#about")).not_to_have_text(value, use_inner_text=True)
    page.keyboard.press("Escape")
    assert lit_wrongly(page, []) == []


def test_each_symbol_is_said_with_its_value(open_page: Callable[..., Page]):
    page = open_page()
    for name, symbol in SYMBOLS.items():
        page.locator(f'.numbers [data-symbol="{name}"]').first.focus()
        said = page.inner_text("#about")
        assert said.startswith(symbol.formula), said
        assert f"{symbol.meaning}" in said
        value = re.search(r"\b[Hh]ere (.+)\.", said)
        assert value, said
        assert not re.search("undefined|NaN", said)


def test_the_line_about_symbols_follows_the_image(open_page: Callable[..., Page]):
    """What was reached last stays, with its number now; nothing is lit where nothing is reached."""
    page = open_page()
    symbol, about = page.locator('#E2 .numbers [data-symbol="P"]').first, page.locator("#about")
    symbol.focus()
    page.evaluate("document.activeElement.blur()")
    assert lit_wrongly(page, []) == []
    for _ in range(2):
        page.click("#next")
        here = page.inner_text('#E2 .numbers [data-value="P"]')
        expect(about).to_contain_text(f"here {here}")


def test_what_is_to_be_answered_first_stands_nowhere(open_page: Callable[..., Page]):
    page = open_page()
    page.check("#ask")
    symbol = page.locator('#E3 .formula [data-symbol="logP"][tabindex]').first
    symbol.focus()
    expect(page.locator("#about")).to_contain_text("here hidden until its question is answered.")
    expect(page.locator("#cards")).to_be_hidden()
    expect(page.locator("#touch .later")).to_be_visible()
    for tag, answer in zip(TAGS, ("0", "1", "2.3026", "0", "1", "0"), strict=True):
        page.locator(f"#{tag} .question").get_by_role("textbox").fill(answer)
        page.locator(f"#{tag} .question").get_by_role("textbox").press("Enter")
    expect(page.locator("#cards")).to_be_visible()
    expect(page.locator("#touch .later")).to_be_hidden()
    symbol.focus()
    expect(page.locator("#about")).to_contain_text(f"here {page.inner_text('#E3 [data-value=logP]')}")
