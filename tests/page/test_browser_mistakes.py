"""Every mistake of the page turns the same quantity red first as the mistake of the catalogue that has its name."""

import re
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from compare.backends.by_name import backend
from compare.bugs.catalogue import BUGS
from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.comparison import Comparison, OneSideNotFiniteError
from compare.proof.lockstep import StepPair
from compare.proof.tolerance import Start

pytestmark = pytest.mark.browser


def first_by_the_catalogue(name: str, problem: Problem) -> tuple[str, int]:
    """The first quantity over its budget when `scratch` trains with this mistake, and at which step."""
    wrong, right = BUGS[name].backend().side(problem, "float64"), backend("scratch").side(problem, "float64")
    comparison, initial = Comparison(), problem.start("float64")
    for number, index in enumerate(problem.epoch_batches(1), 1):
        before = right.state()
        pair = StepPair(number, Start.of(before, initial, problem.chosen), right.step(index), {})
        with suppress(OneSideNotFiniteError), np.errstate(all="ignore"):
            comparison.add(1, pair._replace(steps={"whole_run": wrong.step(index)}))
        if first := comparison.first_divergence:
            return QUANTITIES[first.quantity].field, number
    raise AssertionError(f"{name} is not seen in one epoch")


def test_the_first_quantity_is_that_of_the_catalogue(open_page: Callable[..., Page], published: Problem):
    page = open_page()
    options = page.locator("#mistake option").evaluate_all("all => all.map(({ value }) => value)")
    names = [name for name in options if name]
    assert len(names) >= 16
    assert {name: shown_first(page, name) for name in names} == {
        name: first_by_the_catalogue(name, published) for name in names
    }


def shown_first(page: Page, name: str) -> tuple[str, int]:
    """What the page says after it has trained with this mistake."""
    page.select_option("#mistake", name)
    page.click("#run-mistake")
    said = page.locator("#broken [data-first]")
    said.wait_for(timeout=60_000)
    expect(page.locator("#broken")).to_contain_text(BUGS[name].lesson)
    return str(said.get_attribute("data-first")), int(re.search(r"step (\d+)", said.inner_text())[1])


def own_line(page: Page, old: str, new: str) -> None:
    """Change the engine in the box, and run it."""
    page.select_option("#mistake", "")
    box = page.get_by_role("textbox", name=re.compile("engine"))
    text = box.input_value()
    assert old in text
    box.fill(text.replace(old, new))
    page.click("#run-mistake")


def test_a_line_of_ones_own_is_run_and_compared(open_page: Callable[..., Page]):
    page, first = open_page(), "#broken [data-first]"
    own_line(page, "", "")
    expect(page.locator(first)).to_have_attribute("data-first", "none", timeout=60_000)
    own_line(page, "value - lr * dW[k][d]", "value + lr * dW[k][d]")
    expect(page.locator(first)).to_have_attribute("data-first", "W", timeout=60_000)


def test_an_engine_that_does_not_run_is_told(open_page: Callable[..., Page]):
    page = open_page()
    own_line(page, "return X.map((x, n) =>", "return X.mop((x, n) =>")
    expect(page.locator("#broken")).to_contain_text("does not run", timeout=60_000)


def test_predictions_are_counted(open_page: Callable[..., Page]):
    page = open_page()
    page.select_option("#mistake", "wrong-sign")
    page.get_by_role("combobox", name=re.compile("accuracy notice")).select_option("yes")
    page.get_by_role("combobox", name=re.compile("first")).select_option("W")
    page.click("#run-mistake")
    expect(page.locator("#broken")).to_contain_text("Score: 1 of 2", timeout=60_000)
