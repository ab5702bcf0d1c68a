"""Boxes for numbers: a comma is read, and what is not used as it was typed is told."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser


def type_into(page: Page, name: str, text: str) -> Locator:
    """Type as a person does, and go on to the next control."""
    box = page.get_by_role("textbox", name=name)
    box.fill("")
    box.press_sequentially(text)
    box.press("Tab")
    return box


@pytest.mark.parametrize(
    ("box", "typed", "used"),
    [
        ("move the logit of 3", "1,5", "1.5000"),
        ("move the logit of 3", "−1,5", "-1.5000"),
        ("My prediction, in %", "87,5", "87.5"),
        ("Momentum, 0 to 0.99", "0,9", "0.9"),
        ("Image, 0 to 4,999", "4,999", "4999"),
    ],
)
def test_a_comma_is_read(open_page: Callable[..., Page], box: str, typed: str, used: str):
    page = open_page()
    expect(type_into(page, box, typed)).to_have_value(used)
    expect(page.locator("#told")).to_be_empty()


@pytest.mark.parametrize(
    ("box", "typed", "told"),
    [
        ("Image, 0 to 4,999", "5000", "“5000” is not allowed here: 4999 is used"),
        ("move the logit of 3", "100", "“100” is not allowed here: 20 is used"),
        ("Batch, 1 to 256", "1/2", "“1/2” is no number: 100 is used"),
        ("Batch, 1 to 256", "4,000", "“4,000” is not allowed here: 256 is used"),
        ("Momentum, 0 to 0.99", "1", "“1” is not allowed here: 0.99 is used"),
        ("line 0 to 27", "28", "“28” is not allowed here: 27 is used"),
        ("line 0 to 27", "2,5", "“2,5” is not allowed here: 3 is used"),
    ],
)
def test_what_is_not_used_as_typed_is_told(open_page: Callable[..., Page], box: str, typed: str, told: str):
    page = open_page()
    type_into(page, box, typed)
    expect(page.get_by_role("status").filter(has_text=told)).to_be_in_viewport()
    page.keyboard.press("Shift")
    expect(page.locator("#told")).to_be_empty()


@pytest.mark.parametrize("typed", ["abc", ""])
def test_a_logit_without_a_number_stays_as_it_was(open_page: Callable[..., Page], typed: str):
    page = open_page()
    logit = page.get_by_role("textbox", name="move the logit of 3")
    before, loss = logit.input_value(), page.inner_text("#E3 .numbers")
    assert float(before)
    type_into(page, "move the logit of 3", typed)
    expect(logit).to_have_value(before)
    expect(page.locator("#told")).to_contain_text(f"“{typed}” is no number: {before} is used")
    expect(page.get_by_role("button", name="Back to the logits")).to_be_hidden()
    assert page.inner_text("#E3 .numbers") == loss


@pytest.mark.parametrize(
    ("typed", "said"), [("2,3026", "✓ Right."), ("ln(10)", "Type a number"), ("23", "Put P = 1/10")]
)
def test_an_answer_is_read_like_every_number(open_page: Callable[..., Page], typed: str, said: str):
    page = open_page()
    question = page.locator("#E3 .question")
    question.get_by_role("textbox").fill(typed)
    question.get_by_role("textbox").press("Enter")
    expect(question.locator("output")).to_contain_text(said)
    question.get_by_role("textbox").fill("")
    expect(question.locator("output")).to_be_empty()
