"""What the tests of the page share: functions of a JavaScript module, called in Node, and the page in a browser."""

import json
import math
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from compare.cli.page import PageOptions
from compare.equations import FUNCTIONS
from compare.page.build import recording_of, render
from compare.page.content import Content, content
from compare.page.recording import Recording, record
from compare.problem import Problem
from scratch import Equations

HERE = Path(__file__).parent
# It is run as a script, and imports this file.
collect_ignore = ["screenshots.py"]
# With this variable a missing program is a failure.
REQUIRED = "COMPARE_PAGE_TOOLS_REQUIRED"
BROWSERS = "chromium", "chromium-browser", "google-chrome"
expect.set_options(timeout=10_000)


@pytest.fixture(scope="session")
def recording(small: Problem) -> Recording:
    """A short run of both sides."""
    return record(small)


@pytest.fixture(scope="session")
def held(recording: Recording) -> Content:
    """What a page holds of that run."""
    return content(recording)


@pytest.fixture(scope="session")
def missing() -> Callable[[str], NoReturn]:
    """Skip the test that asked, and say what it needs; fail where all programs must be there."""

    def end(what: str) -> NoReturn:
        (pytest.fail if os.environ.get(REQUIRED) else pytest.skip)(f"needs {what}")

    return end


@pytest.fixture(scope="session")
def node(missing: Callable[[str], NoReturn]) -> str:
    """The program Node."""
    return shutil.which("node") or missing("Node (https://nodejs.org), which runs JavaScript")


@pytest.fixture(scope="session")
def module(node: str) -> Iterator[Callable[[Path], Callable[..., Any]]]:
    """Load a JavaScript module -> a function that calls one of its functions: name, arrays and numbers."""
    running: list[subprocess.Popen] = []

    def load(path: Path) -> Callable[..., Any]:
        command = [node, str(HERE / "functions.mjs"), path.as_uri()]
        running.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
        return partial(_call, running[-1])

    yield load
    for process in running:
        process.communicate()


def _call(process: subprocess.Popen, name: str, *arguments: Any) -> Any:
    arrays = [np.asarray(argument, np.float64) for argument in arguments]
    request = json.dumps([name, [array.shape for array in arrays]]).encode() + b"\n"
    process.stdin.write(request + b"".join(array.tobytes() for array in arrays))
    process.stdin.flush()
    results = [_array(process, shape) for shape in json.loads(process.stdout.readline())]
    return results[0] if len(results) == 1 else tuple(results)


def _array(process: subprocess.Popen, shape: list[int]) -> NDArray:
    return np.frombuffer(process.stdout.read(8 * math.prod(shape))).reshape(shape)[()]


@pytest.fixture(scope="session")
def engine(module: Callable, root: Path) -> Equations:
    """The six functions of engine.js."""
    call = module(root / "compare" / "page" / "engine.js")
    return Equations(**{name: partial(call, name) for name in FUNCTIONS})


@pytest.fixture(scope="session")
def browser(missing: Callable[[str], NoReturn]) -> Iterator[Browser]:
    """Chromium, without a window."""
    with sync_playwright() as playwright:
        running = launched(playwright) or missing(f"a browser: {' or '.join(BROWSERS)}")
        yield running
        running.close()


def launched(playwright: Playwright) -> Browser | None:
    """Chromium, without a window; None if this machine has none."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    # its sandbox refuses to start for root, as whom CI runs
    sandbox = getattr(os, "geteuid", lambda: 1)() != 0
    return program and playwright.chromium.launch(executable_path=program, chromium_sandbox=sandbox)


def past_the_tour(page: Page) -> None:
    """Wait until the page is ready, and end the tour if it has begun."""
    page.wait_for_selector("html[data-ready]", state="attached")
    if page.locator("#tour").is_visible():
        # not with the mouse, which would point at something from then on
        page.press("#tour-end", "Enter")


@pytest.fixture(scope="session")
def published() -> Problem:
    """The problem of the page that is committed."""
    return PageOptions().problem()


@pytest.fixture(scope="session")
def page_file(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the committed recording, made by the present code."""
    path = tmp_path_factory.mktemp("page") / "index.html"
    committed = (root / "docs" / "index.html").read_text(encoding="utf-8")
    path.write_bytes(render(*recording_of(committed)).encode())
    return path


@pytest.fixture
def open_page(browser: Browser, page_file: Path) -> Iterator[Callable[..., Page]]:
    """Open the page in a browser of its own without a network, past the tour: hash, script -> page.

    script: runs before those of the page; further options are those of Playwright's `new_context`. At the end the page
    must have asked for nothing, and have written nothing to the console.
    """
    address, contexts, seen = page_file.as_uri(), [], []

    def open_it(hash_: str = "", *, script: str = "", **options: Any) -> Page:
        chosen = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"} | options
        contexts.append(browser.new_context(offline=True, **chosen))
        contexts[-1].set_default_timeout(10_000)
        page = contexts[-1].new_page()
        page.on("request", lambda request: seen.append(request.url))
        page.on("console", lambda message: seen.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: seen.append(f"error: {error}"))
        if script:
            page.add_init_script(script)
        page.goto(address + hash_)
        if options.get("java_script_enabled", True):
            past_the_tour(page)
        return page

    yield open_it
    for context in contexts:
        context.close()
    others = [one for one in seen if one.partition("#")[0] != address and not one.startswith("blob:")]
    assert others == [], "requests and messages on the console"


@pytest.fixture(scope="session")
def run_mistake() -> Callable[..., None]:
    """Predict, and run the mistake that is chosen: page, what the accuracy does, the first quantity."""
    return _run_mistake


def _run_mistake(page: Page, notices: str = "no", first: str = "W") -> None:
    page.get_by_role("combobox", name="accuracy notice").select_option(notices)
    page.get_by_role("combobox", name="goes wrong first").select_option(first)
    page.click("#run-mistake")
