"""The image: drawn with mouse or keys, chosen, and labelled."""

import re
from base64 import b64decode
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Page, expect

from compare.problem import Problem

pytestmark = pytest.mark.browser

# Chromium warns of a canvas whose pixels are read by getImageData.
PNG = "(canvas) => canvas.toDataURL().split(',')[1]"


def stroke(page: Page, *points: tuple[float, float]) -> None:
    """Draw through these points, given as shares of the width and height."""
    canvas = page.locator("#image")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    at = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*at[0])
    page.mouse.down()
    for point in at[1:]:
        page.mouse.move(*point, steps=8)
    page.mouse.up()


def pixels(page: Page, canvas: str) -> NDArray:
    """What stands on a canvas of 28 x 28 pixels, 0 white and 255 black: (28, 28)."""
    with Image.open(BytesIO(b64decode(page.locator(canvas).evaluate(PNG)))) as image:
        return 255 - np.asarray(image.convert("L"))


def check_prepared(page: Page) -> None:
    """As MNIST was: 20 pixels in the larger direction, the centre of mass in the middle."""
    ink = pixels(page, "#seen").astype(float)
    lines, columns = (np.flatnonzero(ink.max(axis=axis)) for axis in (1, 0))
    assert max(np.ptp(lines), np.ptp(columns)) + 1 == pytest.approx(20, abs=1)
    for axis in (0, 1):
        centre = (ink.sum(axis=1 - axis) * np.arange(28)).sum() / ink.sum()
        assert centre == pytest.approx(13.5, abs=0.6)
    expect(page.locator("#prepared li")).to_have_count(3)


def test_a_digit_is_drawn_with_the_mouse(open_page: Callable[..., Page]):
    page = open_page("#image=0&step=120&rate=0.1")
    expect(page.locator("#at")).to_have_text("120", timeout=30_000)
    page.click("#draw")
    expect(page.locator("#image-note")).to_contain_text("Nothing is drawn")
    before = page.locator("#E1 .numbers").inner_text()
    stroke(page, (0.3, 0.2), (0.33, 0.75))
    expect(page.locator("#E1 .numbers")).not_to_have_text(before, use_inner_text=True)
    expect(page.locator("#image-note")).to_contain_text("predicted 1. The label is set to that")
    assert page.input_value("#label") == "1"
    page.select_option("#label", "4")
    expect(page.locator("#image-note")).to_have_text("Labelled 4 by you, predicted 1.")
    check_prepared(page)
    page.click("#clear")
    expect(page.locator("#image-note")).to_contain_text("Nothing is drawn")
    assert np.count_nonzero(pixels(page, "#image")) <= 1, "the pen alone"
    expect(page.locator("#E5 .numbers .worked")).to_contain_text("no pixel is above 0")
    page.click("#draw")
    expect(page.locator("#image-note")).to_contain_text("Labelled")


def test_a_pen_that_is_down_says_so_and_the_drawing_is_kept(open_page: Callable[..., Page]):
    page = open_page()
    page.locator("#draw").press("Enter")
    for key in (" ", *["ArrowDown"] * 6):
        page.keyboard.press(key)
    expect(page.locator("#image-note")).to_contain_text("The pen is down")
    assert (pixels(page, "#image") == 128).any(), "the place of the pen"
    page.keyboard.press(" ")
    expect(page.locator("#image-note")).to_contain_text("Drawn, predicted")
    drawn = pixels(page, "#seen")
    for _ in range(2):
        page.locator("#draw").press("Enter")
    np.testing.assert_array_equal(pixels(page, "#seen"), drawn)


def test_a_digit_is_drawn_with_the_keys(open_page: Callable[..., Page]):
    page = open_page()
    page.locator("#draw").press("Enter")
    expect(page.locator("#image")).to_be_focused()
    for key in (" ", *["ArrowDown"] * 8, " "):
        page.keyboard.press(key)
    check_prepared(page)


def test_a_digit_is_drawn_with_a_finger(open_page: Callable[..., Page]):
    page = open_page(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
    page.locator("#draw").tap()
    canvas = page.locator("#image")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    touch = page.context.new_cdp_session(page)
    for kind, y in (("Start", 0.2), ("Move", 0.4), ("Move", 0.6), ("Move", 0.75)):
        point = {"x": box["x"] + box["width"] / 2, "y": box["y"] + y * box["height"]}
        touch.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    check_prepared(page)


def test_images_are_those_of_the_data_set(open_page: Callable[..., Page], published: Problem):
    page = open_page()
    count = len(published.train[1])
    for n, (images, labels), i in ((0, published.train, 0), (7, published.train, 7), (count, published.validation, 0)):
        page.fill("#index", str(n))
        page.press("#index", "Enter")
        np.testing.assert_array_equal(pixels(page, "#image").ravel(), images[i])
        expect(page.locator("#image-note")).to_contain_text(f"Labelled {labels[i]}")


def test_the_next_mistake_is_one(open_page: Callable[..., Page]):
    page = open_page()
    page.click("#next-mistake")
    label, predicted = re.search(r"Labelled (\w+), predicted (\w+)", page.inner_text("#image-note")).groups()
    assert label != predicted


def test_a_label_that_is_changed_changes_the_loss(open_page: Callable[..., Page]):
    page = open_page()
    before = page.locator("#E3 .numbers").inner_text()
    page.select_option("#label", "9")
    expect(page.locator("#image-note")).to_contain_text("Labelled 9 by you")
    expect(page.locator("#E3 .numbers")).not_to_have_text(before, use_inner_text=True)
    expect(page.locator("#E4 .numbers tr.label th")).to_have_text("9")


def test_the_prediction_follows_the_logits_that_are_shown(open_page: Callable[..., Page]):
    page = open_page()
    before = page.inner_text("#image-note")
    assert "predicted 5" not in before
    page.get_by_role("slider", name="move the logit of 5").press("End")
    expect(page.locator("#image-note")).to_contain_text("predicted 5. The logits are those that you moved.")
    page.get_by_role("button", name=re.compile("Back to the logits")).click()
    expect(page.get_by_role("slider", name="move the logit of 0")).to_be_focused()
    expect(page.locator("#image-note")).to_have_text(before)


@pytest.mark.parametrize(
    ("box", "typed", "used"),
    [
        ("Image, 0 to 4,999", "5000", "4999"),
        ("Image, 0 to 4,999", "-1", "0"),
        ("Batch, 1 to 256", "0", "1"),
        ("Batch, 1 to 256", "", "100"),
        ("Momentum, 0 to 0.99", "2", "0.99"),
        ("class 0 to 9", "12", "9"),
        ("line 0 to 27", "40", "27"),
        ("My prediction, in %", "120", "100"),
    ],
)
def test_a_box_shows_the_number_that_is_used(open_page: Callable[..., Page], box: str, typed: str, used: str):
    page = open_page()
    place = page.get_by_role("textbox", name=box)
    place.fill(typed)
    place.press("Tab")
    expect(place).to_have_value(used)


def test_only_a_logit_that_was_moved_is_called_moved(open_page: Callable[..., Page]):
    page = open_page()
    worked = page.locator("#E1 .numbers .worked")
    label, before = page.input_value("#label"), worked.inner_text()
    page.get_by_role("slider", name=f"move the logit of {(int(label) + 1) % 10}").press("End")
    assert worked.inner_text() == before
    page.get_by_role("slider", name=f"move the logit of {label}").press("End")
    expect(worked).to_contain_text(f"Z at {label} was moved to 20")
