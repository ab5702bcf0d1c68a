"""The page by keyboard alone: Tab reaches every control, and each answers to its keys."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

# Remembers what had the focus; a canvas for drawing is a control too.
REMEMBER = "window.reached = new Set(); addEventListener('focusin', ({ target }) => window.reached.add(target))"
CONTROLS = "a[href], button, input, select, textarea, summary, [role=button], [tabindex='0']"
NOT_REACHED = f"""() => [...document.querySelectorAll("{CONTROLS}")]
  .filter((one) => one.checkVisibility() && !one.disabled && !window.reached.has(one))
  .map((one) => one.outerHTML.slice(0, 100))"""

# Frames are drawn when the test says so.
HOLD_FRAMES = "window.held = []; window.requestAnimationFrame = (draw) => window.held.push(draw)"
DRAW = "window.held.splice(0).forEach((draw) => draw())"


def until(page: Page, condition: str) -> None:
    """Wait; Playwright's own wait needs frames, and an `eval` that the policy of the page refuses."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    raise AssertionError(condition)


def walk(page: Page, key: str) -> list[str]:
    """Press the key until every control could have been reached -> those that were not."""
    for _ in range(page.locator(CONTROLS).count() + 10):
        page.keyboard.press(key)
    return page.evaluate(NOT_REACHED)


@pytest.mark.parametrize("key", ["Tab", "Shift+Tab"])
def test_every_control_is_reached(open_page: Callable[..., Page], key: str):
    page = open_page(script=REMEMBER)
    for box in page.locator("summary").all():
        box.press("Enter")
    page.locator("#draw").press("Enter")
    assert page.locator("details:not([open])").count() == 0
    page.evaluate("document.activeElement.blur(); window.reached.clear()")
    assert page.evaluate(NOT_REACHED) != []
    assert walk(page, key) == []


def test_every_control_has_a_name_and_a_role(open_page: Callable[..., Page]):
    page = open_page()
    for control in page.locator(CONTROLS).all():
        if control.is_visible():
            line = control.aria_snapshot().splitlines()[0]
            assert re.match(r"- '?(text: \w|\w+ \")", line), (line, control.evaluate("one => one.outerHTML"))


def test_the_focus_is_seen(open_page: Callable[..., Page]):
    page = open_page()
    page.keyboard.press("Tab")
    style = "getComputedStyle(document.activeElement)"
    assert page.evaluate(f"{style}.outlineStyle") == "solid"
    assert float(page.evaluate(f"{style}.outlineWidth").removesuffix("px")) >= 2


def test_a_training_is_run_paused_and_looked_through_by_keys(open_page: Callable[..., Page]):
    page = open_page()
    # steps that take so long that it can be paused before the end
    page.locator("#batch").fill("256")
    page.locator("#step").press("Enter")
    expect(page.locator("#at")).to_have_text("1")
    page.locator("#run").press(" ")
    page.locator("#pause").press("Enter")
    expect(page.locator("#run")).to_be_enabled()
    reached = int(page.inner_text("#at"))
    assert reached > 1
    page.locator("#scrub").press("ArrowLeft")
    expect(page.locator("#at")).to_have_text(str(reached - 1))
    page.locator("#restart").press("Enter")
    expect(page.locator("#at")).to_have_text("0")


def test_the_buttons_wait_for_what_is_drawn(open_page: Callable[..., Page]):
    page = open_page(script=HOLD_FRAMES)
    page.locator("#step").press("Enter")
    until(page, "window.held.length > 0")
    expect(page.locator("#at")).to_have_text("0")
    expect(page.locator("#run")).to_be_disabled()
    page.evaluate(DRAW)
    expect(page.locator("#at")).to_have_text("1")
    expect(page.locator("#run")).to_be_enabled()


def test_a_frame_that_was_waiting_leaves_one_where_one_looks(open_page: Callable[..., Page]):
    page = open_page(script=HOLD_FRAMES)
    page.locator("#run").press("Enter")
    until(page, f"({DRAW}, document.getElementById('at').value > 0)")
    until(page, "window.held.length > 0")
    page.locator("#scrub").press("Home")
    expect(page.locator("#at")).to_have_text("0")
    until(page, f"({DRAW}, !document.getElementById('run').disabled)")
    expect(page.locator("#at")).to_have_text("0")


def test_one_step_after_the_other_without_looking_for_the_button(open_page: Callable[..., Page]):
    page = open_page()
    page.locator("#step").focus()
    for number in ("1", "2", "3"):
        page.keyboard.press("Enter")
        expect(page.locator("#at")).to_have_text(number)
        expect(page.locator("#step")).to_be_enabled()


def test_a_logit_is_set_by_a_hundredth(open_page: Callable[..., Page]):
    page = open_page()
    box = page.get_by_role("textbox", name="move the logit of 3")
    box.fill("2.5")
    page.keyboard.press("Tab")
    slider = page.get_by_role("slider", name="move the logit of 3")
    slider.press("ArrowRight")
    assert float(box.input_value()) == pytest.approx(2.51)
    expect(page.locator("#E1 .numbers .worked")).to_contain_text("2.5100")
    box.fill("50")
    page.keyboard.press("Tab")
    assert float(box.input_value()) == float(slider.input_value()) == 20


def test_a_logit_is_moved_by_keys_and_given_back(open_page: Callable[..., Page]):
    page = open_page()
    numbers = page.locator("#E2 .numbers")
    before = numbers.inner_text()
    page.get_by_role("slider", name="move the logit of 3").press("End")
    expect(numbers).not_to_have_text(before, use_inner_text=True)
    expect(numbers.get_by_role("row", name=re.compile("^(→ )?3 "))).to_contain_text(re.compile(r"1\.0000|0\.99"))
    page.get_by_role("button", name=re.compile("Back to the logits")).press("Enter")
    assert numbers.inner_text() == before


def test_questions_are_asked_first_and_answered_by_keys(open_page: Callable[..., Page]):
    page, numbers = open_page(), "#E4 .numbers"
    page.locator("#ask").press(" ")
    expect(page.locator(numbers)).to_be_hidden()
    question = page.locator("#E4 .question")
    for answer, says, hidden in (("1", "✗", True), ("0", "✓", False)):
        question.get_by_role("textbox").fill(answer)
        question.get_by_role("textbox").press("Enter")
        expect(question).to_contain_text(says)
        assert page.locator(numbers).is_hidden() == hidden


def test_a_usual_wrong_answer_has_its_own_hint(open_page: Callable[..., Page]):
    page = open_page()
    question, said = page.locator("#E5 .question"), []
    for answer in ("2", "0.5", "77"):
        question.get_by_role("textbox").fill(answer)
        question.get_by_role("textbox").press("Enter")
        said.append(question.locator("output").inner_text())
    assert [text.startswith("✗ Not yet. ") for text in said] == [True] * 3
    assert len({*said}) == 3
    assert "what happened to N?" in said[0]


def test_escape_empties_the_line_about_symbols(open_page: Callable[..., Page]):
    page = open_page()
    before = page.inner_text("#about")
    page.locator('#E1 .code > :first-child [data-symbol="Z"]').first.press("Enter")
    expect(page.locator("#about")).to_contain_text("the logits")
    page.keyboard.press("Escape")
    assert page.inner_text("#about") == before


def test_the_end_of_the_tour_leaves_one_there(open_page: Callable[..., Page]):
    page = open_page()
    page.locator("#tour-start").press("Enter")
    for _ in range(7):
        page.keyboard.press("Enter")
    expect(page.locator("#tour-next")).to_have_text("Finish")
    before = page.evaluate("scrollY")
    assert before > 1000
    page.keyboard.press("Enter")
    expect(page.locator("#tour")).to_be_hidden()
    assert page.evaluate("scrollY") == before
    page.keyboard.press("Tab")
    expect(page.locator("#step")).to_be_focused()


def test_the_tour_has_eight_stops(open_page: Callable[..., Page]):
    page = open_page()
    page.locator("#tour-start").press("Enter")
    texts = []
    while page.locator("#tour").is_visible():
        texts.append(page.inner_text("#tour-text"))
        # which a screen reader says with the button that gets the focus
        expect(page.locator("#tour-next")).to_have_accessible_description(texts[-1])
        page.locator("#tour-next").press("Enter")
    assert len({*texts}) == len(texts) == 8


def test_the_tour_goes_back_and_ends_from_anywhere(open_page: Callable[..., Page]):
    page = open_page()
    page.locator("#tour-start").press("Enter")
    page.locator("#tour-next").press("Enter")
    expect(page.locator("#tour-text")).to_contain_text("2 of 8")
    page.locator("#tour-previous").press("Enter")
    expect(page.locator("#tour-text")).to_contain_text("1 of 8")
    expect(page.locator("#tour-previous")).to_be_disabled()
    page.locator("#next").focus()
    page.keyboard.press("Escape")
    expect(page.locator("#tour")).to_be_hidden()
