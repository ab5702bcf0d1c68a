"""The pen: what draws and what does not, and what scrolls the page under a finger."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

PHONE = {"has_touch": True, "is_mobile": True, "viewport": {"width": 360, "height": 740}}


def place(page: Page, x: float, y: float) -> tuple[float, float]:
    """A point of the image, as shares of its width and height."""
    canvas = page.locator("#image")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def drag(page: Page, *points: tuple[float, float], button: str = "left") -> None:
    page.mouse.move(*place(page, *points[0]))
    page.mouse.down(button=button)
    for point in points[1:]:
        page.mouse.move(*place(page, *point), steps=6)
    page.mouse.up(button=button)


def test_only_the_main_button_draws_and_only_where_it_was_pressed(open_page: Callable[..., Page]):
    page = open_page()
    page.click("#draw")
    note = page.locator("#image-note")
    drag(page, (0.3, 0.3), (0.7, 0.7), button="right")
    drag(page, (1.3, 0.5), (0.4, 0.5), (0.4, 0.9), (1.3, 0.9))
    expect(note).to_contain_text("Nothing is drawn")
    drag(page, (0.3, 0.2), (0.3, 0.8))
    expect(note).to_contain_text("Drawn, predicted")


def test_strokes_that_end_outside_are_not_joined(open_page: Callable[..., Page]):
    page = open_page()
    page.click("#draw")
    note = page.locator("#image-note")
    for x in (0.2, 0.8):
        drag(page, (x, 0.3), (x, 0.5), (x, -0.2))
        expect(note).to_contain_text("Drawn, predicted")
        # the mouse comes back with another button, or with none
        page.mouse.move(*place(page, 0.5, 0.4))
        expect(note).to_contain_text("Drawn, predicted")
    drag(page, (1.3, 0.4), (0.5, 0.4))
    drawn = "(canvas) => canvas.getContext('2d').getImageData(14, 0, 1, 28).data.some((value) => value < 255)"
    assert not page.locator("#prepared canvas").first.evaluate(drawn), "between the two strokes"


PIXELS = "(canvas) => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data]"


@pytest.mark.parametrize("label", [None, "4"])
def test_a_drawing_stands_there_again_after_a_reload(open_page: Callable[..., Page], label: str | None):
    page = open_page("#image=7&step=2")
    seen, note = page.locator("#seen"), page.locator("#image-note")
    page.click("#draw")
    drag(page, (0.3, 0.2), (0.3, 0.8), (0.6, 0.7))
    if label:
        page.select_option("#label", label)
        expect(note).to_contain_text("abelled 4")
    said, numbers, pixels = note.inner_text(), page.inner_text("#E6 .numbers"), seen.evaluate(PIXELS)
    page.wait_for_url(re.compile(f"ink=0*[1-9a-z]\\w*&label={label or ''}&"))
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    expect(page.locator("#at")).to_have_text("2")
    expect(note).to_have_text(said)
    expect(page.locator("#told")).to_be_empty()
    expect(page.locator("#index")).to_have_value("7")
    assert page.inner_text("#E6 .numbers") == numbers
    assert seen.evaluate(PIXELS) == page.locator("#image").evaluate(PIXELS) == pixels
    # what is drawn next is added to it
    page.click("#draw")
    drag(page, (0.7, 0.2), (0.7, 0.8))
    assert seen.evaluate(PIXELS) != pixels
    page.click("#clear")
    expect(note).to_contain_text("Nothing is drawn")
    page.click("#next")
    page.wait_for_url(re.compile("image=8&ink=&label=\\d&"))


def test_the_label_of_a_drawing_follows_what_is_predicted_until_it_is_chosen(open_page: Callable[..., Page]):
    page = open_page()
    note, label = page.locator("#image-note"), page.locator("#label")
    page.click("#draw")
    drag(page, (0.3, 0.2), (0.3, 0.8), (0.6, 0.7))
    first = label.input_value()
    expect(note).to_contain_text(f"Drawn, predicted {first}")
    for step in "12":
        page.click("#step")
        expect(page.locator("#at")).to_have_text(step)
    assert label.input_value() != first
    expect(note).to_contain_text(f"Drawn, predicted {label.input_value()}")


def test_ink_that_is_none_is_told(open_page: Callable[..., Page]):
    page = open_page("#image=7&ink=-+z")
    expect(page.locator("#image-note")).to_contain_text("Drawn, predicted")
    expect(page.locator("#told")).to_contain_text("The address asks for ink=-+z, which cannot be here")


def swipe(page: Page, what: Locator, x: float, y: float) -> float:
    """Move a finger over it by so much, from its middle -> by how much the page scrolled."""
    what.evaluate("(place) => place.scrollIntoView({ block: 'center', behavior: 'instant' })")
    before, box = page.evaluate("scrollY"), what.bounding_box()
    finger = page.context.new_cdp_session(page)
    for i in range(9):
        at = {"x": box["x"] + box["width"] / 2 + i * x / 8, "y": box["y"] + box["height"] / 2 + i * y / 8}
        finger.send("Input.dispatchTouchEvent", {"type": "touchMove" if i else "touchStart", "touchPoints": [at]})
        page.wait_for_timeout(30)
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(200)
    return page.evaluate("scrollY") - before


def test_a_finger_on_the_image_scrolls_unless_it_draws(open_page: Callable[..., Page]):
    page = open_page(**PHONE)
    image = page.locator("#image")
    assert swipe(page, image, 0, -60) > 20
    page.locator("#draw").tap()
    assert swipe(page, image, 0, -60) == 0
    expect(page.locator("#image-note")).to_contain_text("Drawn, predicted")


def test_a_finger_that_scrolls_over_the_chart_predicts_nothing(open_page: Callable[..., Page]):
    page = open_page(**PHONE)
    prediction, guess = page.locator("#prediction"), page.locator("#accuracy .guess")
    assert swipe(page, page.locator("#accuracy"), 0, -60) > 20
    expect(prediction).to_have_value("")
    expect(guess).to_have_count(1)
    assert swipe(page, page.locator("#accuracy"), 80, 4) == 0
    expect(prediction).not_to_have_value("")
    drawn, typed = guess.last.get_attribute("d"), prediction.input_value()
    assert swipe(page, page.locator("#accuracy"), 0, -60) > 20
    assert guess.last.get_attribute("d") == drawn
    expect(prediction).to_have_value(typed)
