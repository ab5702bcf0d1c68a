"""The curves of the training: they show no more than has run, and a prediction is made before that."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_a_prediction_is_drawn_and_answered(open_page: Callable[..., Page]):
    page = open_page()
    chart = page.locator("#accuracy")
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    page.mouse.move(box["x"] + 0.2 * box["width"], box["y"] + 0.6 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 2, box["y"] + 0.25 * box["height"], steps=8)
    page.mouse.up()
    expect(page.locator("#prediction")).to_have_value(re.compile(r"^[78]\d$"))
    drawn = page.input_value("#prediction")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#at")).to_have_text("120", timeout=30_000)
    expect(page.locator("#prediction-text")).to_contain_text(re.compile(rf"ended at \d+\.\d %.* You said {drawn} %"))


def curve_points(page: Page) -> list[int]:
    """Of NumPy's curve in each of the first two charts the number of points; none is drawn of nothing."""
    paths = page.locator("#curves svg .numpy").evaluate_all("(all) => all.map((one) => one.getAttribute('d'))")
    return [path.count("L") + 1 for path in paths if "," in path][:2]


def test_the_recorded_curves_do_not_tell_the_answer(open_page: Callable[..., Page]):
    page = open_page()
    assert curve_points(page) == []
    for number in (1, 2):
        page.click("#step")
        expect(page.locator("#at")).to_have_text(str(number))
        assert curve_points(page) == [number, number]


def test_a_prediction_stays_once_it_runs(open_page: Callable[..., Page]):
    """Neither a click nor the box changes it then; before, a click keeps the rest of what is drawn."""
    page = open_page()
    drawn = page.locator("#accuracy .guess").last
    page.fill("#prediction", "87,5")
    page.keyboard.press("Tab")
    before = drawn.get_attribute("d")
    page.locator("#accuracy").click(position={"x": 200, "y": 60})
    assert drawn.get_attribute("d").count("L") == before.count("L") == 119
    after = drawn.get_attribute("d")
    assert after != before
    page.click("#step")
    expect(page.locator("#at")).to_have_text("1")
    page.locator("#accuracy").click(position={"x": 250, "y": 90})
    assert drawn.get_attribute("d") == after
    expect(page.locator("#prediction")).not_to_be_editable()


def test_other_settings_say_what_is_lost_and_whose_curves_are_shown(open_page: Callable[..., Page]):
    page = open_page()
    expect(page.locator("#curves")).not_to_contain_text("recorded run")
    page.click("#step")
    expect(page.locator("#at")).to_have_text("1")
    page.fill("#momentum", "0.5")
    page.keyboard.press("Tab")
    expect(page.locator("#told")).to_have_text("The training began again, with what is set now.")
    expect(page.locator("#curves")).to_contain_text("those of the recorded run: rate 0.1000, batch 100")
