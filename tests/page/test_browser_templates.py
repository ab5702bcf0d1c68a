"""Templates: what the next step is said to add to W is what it adds, and a pixel is read where it is chosen."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# The page remembers W before the run and after each step, as the worker takes and sends it.
REMEMBER = """
const Native = Worker
window.Worker = class extends Native {
  postMessage(message) {
    if ('keep' in message) {
      window.weights = [message.W]
      this.addEventListener('message', ({ data }) => data.steps.length && window.weights.push(data.W))
    }
    super.postMessage(message)
  }
}
"""
# Class, line and column: each in the middle of an image, where there is ink.
PLACES = (0, 14, 14), (3, 10, 15), (8, 19, 12)


def shown_next(page: Page) -> list[float]:
    """What is read at these places in the images of the next step."""
    return [read_pixel(page, *place) for place in PLACES]


def read_pixel(page: Page, k: int, line: int, column: int) -> float:
    canvas = page.get_by_role("img", name=f"next step, {k}")
    box = canvas.bounding_box()
    canvas.hover(position={"x": (column + 0.5) * box["width"] / 28, "y": (line + 0.5) * box["height"] / 28})
    words = f"next step, class {k}, line {line}, column {column}: "
    expect(page.locator("#pixel")).to_contain_text(words)
    return float(page.inner_text("#pixel").removeprefix(words).replace("\N{MINUS SIGN}", "-"))


def added(page: Page, step: int) -> list[float]:
    """W after the step after this one minus W before it, at these places."""
    places = [[k, 28 * line + column] for k, line, column in PLACES]
    change = "([n, all]) => all.map(([k, d]) => window.weights[n + 1][k][d] - window.weights[n][k][d])"
    return page.evaluate(change, [step, places])


@pytest.mark.parametrize("setting", ["", "sum=sum", "momentum=0.9", "momentum=0.9&sum=sum&batch=32", "batch=256"])
def test_what_the_next_step_is_said_to_add_is_what_it_adds(open_page: Callable[..., Page], setting: str):
    page = open_page(f"#image=0&step=3&rate=0.01&{setting}", script=REMEMBER)
    expect(page.locator("#at")).to_have_text("3")
    shown = {3: shown_next(page)}
    page.click("#step")
    expect(page.locator("#at")).to_have_text("4")
    for step, key in ((0, "Home"), (1, "ArrowRight"), (2, "ArrowRight")):
        page.locator("#scrub").press(key)
        shown[step] = shown_next(page)
    for step, values in shown.items():
        # four digits after the point, or three digits of a small number
        assert values == pytest.approx(added(page, step), rel=6e-3, abs=6e-5), f"step {step}"
        assert any(values)
    caption = page.locator("#template-images figcaption span").nth(1)
    expect(caption).to_have_text("0: −η v" if "momentum" in setting else "0: −η dW")


def test_a_pixel_that_a_finger_chooses_is_read_and_said_to_be_chosen(open_page: Callable[..., Page]):
    page = open_page(has_touch=True, is_mobile=True, viewport={"width": 360, "height": 740})
    number = r"line \d+, column \d+: [−\d.e]*\d"
    for k in (0, 1):
        page.get_by_role("img", name=f"template, {k}").tap()
        words = rf"^template, class {k}, {number}\. Chosen in “Nudge one weight” above\.$"
        expect(page.locator("#pixel")).to_have_text(re.compile(words))
        expect(page.locator("#class")).to_have_value(str(k))
