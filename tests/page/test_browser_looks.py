"""What the page looks like: at every width, in light and dark, without JavaScript, printed; and for a screen reader."""

import json
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.sync_api import Page, expect

from compare.equations import FUNCTIONS

pytestmark = pytest.mark.browser

TAGS = [function.tag for function in FUNCTIONS.values()]
AXE = "axe-core@4.14.1"
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What sticks out of the window, and is in no box that scrolls by itself.
STICKS_OUT = """[...document.querySelectorAll('main *, header *, footer *')].filter((one) => one.checkVisibility()
  && one.getBoundingClientRect().right > innerWidth + 1).map((one) => one.outerHTML.slice(0, 100))"""


@pytest.fixture(scope="session")
def axe(pytestconfig: pytest.Config, missing: Callable[[str], NoReturn]) -> str:
    """The text of axe-core, which npm brings into pytest's cache once."""
    folder = pytestconfig.cache.mkdir("axe-core")
    archive = folder / f"{AXE.replace('@', '-')}.tgz"
    if not archive.exists():
        npm = shutil.which("npm") or missing(f"npm, which brings {AXE}")
        got = subprocess.run([npm, "pack", "--silent", AXE], cwd=folder, capture_output=True, text=True)
        if got.returncode:
            missing(f"{AXE}, and npm could not bring it: {got.stderr.strip()}")
    with tarfile.open(archive) as files:
        return files.extractfile("package/axe.min.js").read().decode()


def open_all(page: Page, run_mistake: Callable[..., None]) -> None:
    """Unfold what is folded, train a little, break something and hold a symbol: all kinds of text stand there then."""
    page.locator("details").evaluate_all("(all) => all.forEach((one) => (one.open = true))")
    page.click("#step")
    expect(page.locator("#badge")).to_have_class("match")
    run_mistake(page)
    page.locator("#broken [data-first]").wait_for(timeout=60_000)
    page.locator("#touch").get_by_role("slider").first.press("End")
    page.locator("#touch").get_by_role("checkbox").first.uncheck()
    page.locator('.numbers [data-symbol="P"]').first.click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1920])
def test_axe_finds_nothing(
    open_page: Callable[..., Page], run_mistake: Callable[..., None], axe: str, width: int, scheme: str
):
    page = open_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    open_all(page, run_mistake)
    # by the debugger, which the policy of the page does not hold back
    page.context.new_cdp_session(page).send("Runtime.evaluate", {"expression": axe})
    found = page.evaluate("axe.run(document).then(({ violations }) => violations)")
    assert [(one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found] == [], json.dumps(found)[:2000]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_to_be_scrolled_sideways(
    open_page: Callable[..., Page], run_mistake: Callable[..., None], scheme: str
):
    page = open_page(color_scheme=scheme)
    open_all(page, run_mistake)
    for width in (360, 480, 700, 1000, 1400, 1920):
        page.set_viewport_size({"width": width, "height": 740})
        # what is drawn by a script follows the new width in a later frame
        for _ in range(40):
            if page.evaluate(SIDEWAYS) == 0 and page.evaluate(STICKS_OUT) == []:
                break
            page.wait_for_timeout(50)
        assert page.evaluate(SIDEWAYS) == 0, width
        assert page.evaluate(STICKS_OUT) == [], width


def test_light_and_dark_are_two(open_page: Callable[..., Page]):
    colours = "['backgroundColor', 'color'].map((name) => getComputedStyle(document.body)[name])"
    light, dark = (open_page(color_scheme=scheme).evaluate(colours) for scheme in ("light", "dark"))
    assert light != dark


def test_the_first_screen_has_digit_formula_code_and_numbers(open_page: Callable[..., Page]):
    page = open_page()
    page.evaluate("document.activeElement.blur()")
    for what in ("h1", "#image", "#E1 .formula", "#E1 .code > :first-child", "#E1 .numbers dl"):
        expect(page.locator(what).first).to_be_in_viewport(ratio=0.05)


def test_the_line_about_symbols_leaves_no_gap(open_page: Callable[..., Page]):
    page = open_page()
    expect(page.locator("#about")).to_be_in_viewport(ratio=1)
    assert page.locator("#about").bounding_box()["height"] < 45


def test_each_template_and_what_a_step_does_to_it_have_a_caption(open_page: Callable[..., Page]):
    page = open_page()
    captions = page.locator("#template-images figcaption span")
    expect(captions).to_have_text([f"{k}: {symbol}" for k in range(10) for symbol in ("W", "−η dW")])
    share = "(caption) => caption.offsetWidth / caption.closest('figure').offsetWidth"
    assert captions.first.evaluate(share) == pytest.approx(0.49, abs=0.01), "each stands below its image"
    expect(page.locator("#full")).to_have_text(re.compile(r"± 0\.3 in W, ± 0\.0040 in the next step"))
    page.select_option("#shown", "W · x")
    expect(captions.first).to_have_text("0: W · x")


def test_without_javascript_there_are_a_sentence_and_the_equations(open_page: Callable[..., Page]):
    page = open_page(java_script_enabled=False)
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("noscript p")).to_contain_text("JavaScript is off")
    for tag in TAGS:
        expect(page.locator(f"#{tag} math").first).to_be_visible()
        expect(page.locator(f"#{tag} pre")).to_have_count(2)
        for code in page.locator(f"#{tag} pre").all():
            expect(code).to_be_visible()
    # what would not answer is not there
    for dead in page.locator("input, select, textarea, button, nav a, canvas").all():
        expect(dead).to_be_hidden()


def test_without_mathml_each_equation_is_a_line(open_page: Callable[..., Page], page_file: Path):
    text = page_file.read_text()
    assert "@supports (math-style: normal) { .plain { display: none } }" in text
    page = open_page()
    for tag in TAGS:
        expect(page.locator(f"#{tag} .plain")).to_be_hidden()
        assert " = " in page.locator(f"#{tag} .plain").text_content()


def test_print_has_the_six_equations_with_the_numbers_of_the_image(open_page: Callable[..., Page]):
    page = open_page("#image=3")
    page.check("#ask")
    page.locator("#E4 .why summary").click()
    page.emulate_media(media="print", color_scheme="light")
    for tag in TAGS:
        expect(page.locator(f"#{tag} math").first).to_be_visible()
        expect(page.locator(f"#{tag} .numbers dd").first).to_be_visible()
    expect(page.locator("#image")).to_be_visible()
    expect(page.locator("#E4 .why p").first).to_be_visible()
    expect(page.locator("#E2 .why p").first).to_be_hidden()
    for what in ("nav", "#training", "#touch", "#break", "#templates", "#tour-start", "#next"):
        expect(page.locator(what)).to_be_hidden()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_motion_is_reduced_where_that_is_asked_for(open_page: Callable[..., Page]):
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
    found = [open_page(reduced_motion=asked).evaluate(behaviour) for asked in ("reduce", "no-preference")]
    assert found == ["auto", "smooth"]
    moving = "document.getAnimations().length"
    assert open_page(reduced_motion="reduce").evaluate(moving) == 0


def test_the_column_of_the_image_fits_into_the_window(open_page: Callable[..., Page]):
    """What is higher scrolls by itself, above the line about symbols."""
    page = open_page(viewport={"width": 1366, "height": 620})
    page.click("#draw")
    page.locator("#E3").evaluate("(row) => row.scrollIntoView()")
    column, line = page.locator("#digit").bounding_box(), page.locator("#bar").bounding_box()
    assert column["y"] >= 0
    assert column["y"] + column["height"] <= line["y"]
    page.locator("#prepared").evaluate("(list) => list.scrollIntoView({ block: 'end' })")
    expect(page.locator("#prepared li").last).to_be_in_viewport()


@pytest.mark.parametrize("width", [360, 700, 1400])
def test_the_tour_covers_nothing_of_what_it_speaks_of(open_page: Callable[..., Page], width: int):
    page = open_page(viewport={"width": width, "height": 640})
    page.locator("#tour-start").press("Enter")
    for number in range(1, 9):
        expect(page.locator("#tour-text")).to_contain_text(f"{number} of 8")
        expect(page.locator("#tour")).to_be_in_viewport(ratio=1)
        expect(page.locator(".stop")).to_be_in_viewport()
        # wherever one scrolls to
        for end in ("start", "end"):
            page.locator(".stop").evaluate("(stop, block) => stop.scrollIntoView({ block })", end)
            tour, stop = page.locator("#tour").bounding_box(), page.locator(".stop").bounding_box()
            assert tour["y"] + tour["height"] <= stop["y"]
        page.locator("#tour-next").press("Enter")
