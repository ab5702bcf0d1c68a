"""The address: all that one sees is kept in it, and what it asks for is shown, or told."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser


def test_the_address_brings_back_what_was_seen(open_page: Callable[..., Page]):
    first = open_page()
    first.fill("#index", "7")
    first.press("#index", "Enter")
    first.select_option("#label", "4")
    first.locator("#rate").press("ArrowRight")
    for box, value in (("#momentum", "0.5"), ("#batch", "50")):
        first.fill(box, value)
        first.press(box, "Tab")
    first.select_option("#sum", "sum")
    for _ in range(3):
        first.locator("#step").click()
        expect(first.locator("#step")).to_be_enabled()
    first.select_option("#mistake", "wrong-sign")
    first.wait_for_url(re.compile("step=3.*mistake=wrong-sign"))
    hash_ = "#" + first.url.partition("#")[2]
    assert {"image", "label", "step", "rate", "momentum", "batch", "sum", "mistake"} <= parse_qs(hash_[1:]).keys()
    again = open_page(hash_)
    expect(again.locator("#at")).to_have_text("3", timeout=30_000)
    # the rate as one reads it
    assert parse_qs(hash_[1:])["rate"] == [str(float(first.inner_text("#rate-text")))]
    assert again.inner_text("#rate-text") == first.inner_text("#rate-text") != "0.1000"
    for control in ("#index", "#label", "#momentum", "#batch", "#sum", "#mistake"):
        assert again.input_value(control) == first.input_value(control), control
    assert again.input_value("#index") == "7"
    assert again.inner_text("#E6 .numbers") == first.inner_text("#E6 .numbers")
    for page in (first, again):
        expect(page.locator("#badge")).to_contain_text("not recorded")
    # before and after the click, each longer than the page waits before it keeps its state in the address
    again.wait_for_timeout(600)
    again.get_by_role("link", name="Touch").click()
    again.wait_for_timeout(600)
    assert re.search("image=7.*step=3.*mistake=wrong-sign", again.evaluate("location.hash"))


@pytest.mark.parametrize(
    ("hash_", "not_so"),
    [
        ("#image=99999999&label=77&step=1e9", "image=99999999&label=77&step=1e9"),
        ("#image=-3&label=x&rate=99&mistake=nothing", "image=-3&label=x&rate=99&mistake=nothing"),
        ("#%", ""),
        ("#image=1&rate=-1&batch=0&rat=2", "rate=-1&batch=0&rat=2"),
        ("#image=1&rate=Infinity&label=length", "rate=Infinity&label=length"),
        ("#label=__proto__&mistake=constructor", "label=__proto__&mistake=constructor"),
        ("#image=07&step=1.0&rate=0.10&momentum=0.50&sum=sum&mistake=wrong-sign", ""),
    ],
)
def test_what_the_address_asks_for_in_vain_is_told(open_page: Callable[..., Page], hash_: str, not_so: str):
    page = open_page(hash_)
    expect(page.locator("#image-note")).to_contain_text("Labelled")
    words = f"The address asks for {not_so}, which cannot be here: what is nearest to it is shown, or the usual."
    expect(page.locator("#told")).to_have_text(words if not_so else "")
    if "Infinity" in not_so:
        expect(page.locator("#rate-text")).to_have_text("0.1000")


def test_an_address_of_an_open_page_is_used_unless_it_is_a_place(open_page: Callable[..., Page]):
    page = open_page("#image=7")
    page.evaluate("location.hash = '#step=5&momentum=0.5'")
    expect(page.locator("#at")).to_have_text("5")
    expect(page.locator("#momentum")).to_have_value("0.5")
    page.evaluate("location.hash = '#touch'")
    page.wait_for_timeout(400)
    expect(page.locator("#at")).to_have_text("5")


def test_an_address_is_read_before_the_page_writes_its_own(open_page: Callable[..., Page]):
    # the page's timer ends after the address is there, and before the browser tells of it
    script = "const later = window.setTimeout; window.setTimeout = (call, ms) => later(window.last = call, ms)"
    page = open_page(script=script)
    page.fill("#momentum", "0.25")
    page.press("#momentum", "Tab")
    page.evaluate("location.hash = '#step=5&momentum=0.5'; last()")
    expect(page.locator("#at")).to_have_text("5")
    expect(page.locator("#momentum")).to_have_value("0.5")
