"""Pictures of the page in six states, and the one of the README.

    python tests/page/screenshots.py FOLDER [STATE ...]        (all states, unless some are named)

Needs Chromium. The page is that of docs/index.html, 1,280 pixels wide; STATE.png is written for each.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from conftest import launched, past_the_tour  # noqa: E402

TRAINED = "#image=7&step=120&rate=0.1"


def desk(page: Page) -> str:
    """As it opens."""
    page.evaluate("scrollTo(0, 0)")
    return ""


def symbol(page: Page) -> str:
    """A symbol is held, after the training."""
    page.locator('#E4 .code > :first-child [data-symbol="dZ"]').first.click()
    page.mouse.move(640, 2)
    page.locator("#E4").evaluate("(row) => row.scrollIntoView({ block: 'center' })")
    return ""


def touch(page: Page) -> str:
    """Logits of 1,000 without the shift by the maximum."""
    page.locator("#touch").get_by_role("slider").first.press("End")
    page.locator("#touch").get_by_role("checkbox").first.uncheck()
    expect(page.locator("#touch")).to_contain_text("Σ exp = inf")
    return "#touch"


def templates(_page: Page) -> str:
    """The rows of W after the training."""
    return "#templates"


def training(page: Page) -> str:
    """The end of the training, with the badge."""
    expect(page.locator("#badge")).to_have_class("match")
    return "#training"


def mistake(page: Page) -> str:
    """A mistake, run, after a prediction."""
    page.select_option("#mistake", "stale-gradient")
    page.get_by_role("combobox", name="accuracy notice").select_option("no")
    page.get_by_role("combobox", name="goes wrong first").select_option("W")
    page.click("#run-mistake")
    page.locator("#broken [data-first]").wait_for(timeout=60_000)
    return "#break"


def readme(page: Page) -> str:
    """The desk after the training, with a symbol held."""
    page.locator('#E1 .code > :first-child [data-symbol="Z"]').first.click()
    page.mouse.move(640, 2)
    page.locator("#desk").evaluate("(section) => section.scrollIntoView({ block: 'start' })")
    return ""


STATES: dict[str, tuple[Callable[[Page], str], str]] = {
    "desk": (desk, ""),
    "symbol": (symbol, TRAINED),
    "touch": (touch, TRAINED),
    "templates": (templates, TRAINED),
    "training": (training, TRAINED),
    "mistake": (mistake, ""),
    "page": (readme, TRAINED),
}


def main(folder: Path, names: list[str]) -> None:
    """Write the pictures of these states."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        if not browser:
            sys.exit("error: no Chromium is here; see CONTRIBUTING.md")
        for name in names or STATES:
            prepare, hash_ = STATES[name]
            page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
            page.goto((ROOT / "docs" / "index.html").as_uri() + hash_)
            past_the_tour(page)
            if hash_:
                expect(page.locator("#at")).to_have_text("120", timeout=30_000)
            part = prepare(page)
            # the line about symbols lies over a part that is higher than the window
            hidden = "#about { visibility: hidden }" if part else ""
            (page.locator(part) if part else page).screenshot(path=folder / f"{name}.png", style=hidden)
            page.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
