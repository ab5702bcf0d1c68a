"""Training on the page: its steps are those of NumPy and PyTorch, and what was not recorded is never called equal."""

import re
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page, expect

from compare.backends.by_name import backend
from compare.backends.threads import threads
from compare.page.recording import FIELDS
from compare.problem import Problem
from compare.proof.comparison import Comparison
from compare.proof.lockstep import StepPair
from compare.proof.tolerance import Start

pytestmark = pytest.mark.browser

# The worker keeps all quantities of every step, and the page remembers what the worker has sent.
KEEP_ALL = """
const Native = Worker
window.Worker = class extends Native {
  postMessage(message) {
    if ('keep' in message) {
      window.taken = []
      this.addEventListener('message', ({ data }) => window.taken.push(...data.steps))
      message = { ...message, keep: Array.from({ length: message.total }, (_, i) => i + 1) }
    }
    super.postMessage(message)
  }
}
"""
# All quantities of all steps, one after the other, as float64 in base64.
AS_BYTES = """(fields) => new Promise((done) => {
  const reader = new FileReader()
  reader.onload = () => done(reader.result.split(',')[1])
  const values = window.taken.flatMap(({ kept }) => fields.flatMap((field) => kept[field]))
  reader.readAsDataURL(new Blob(values.map((value) => (typeof value === 'number' ? Float64Array.of(value) : value))))
})"""


def run_to_the_end(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.locator("#at")).to_have_text(str(page.get_attribute("#scrub", "max")), timeout=30_000)


def test_the_badge_says_match_at_the_end_of_the_run(open_page: Callable[..., Page]):
    page = open_page()
    run_to_the_end(page)
    expect(page.locator("#badge")).to_have_class("match")
    share = float(re.search(r"at most ([\d.]+) % of a budget", page.inner_text("#badge"))[1])
    assert 0 < share <= 100


def test_the_trace_passes_the_comparison_of_the_project(open_page: Callable[..., Page], published: Problem):
    page = open_page(script=KEEP_ALL)
    run_to_the_end(page)
    taken = np.frombuffer(b64decode(page.evaluate(AS_BYTES, FIELDS)))
    for reference in ("scratch", "torch"):
        with threads(1):
            comparison = compared(taken, published, reference)
        assert comparison.steps == published.steps
        assert comparison.first_divergence is None, reference
        worst = max(comparison.worst.values(), key=lambda deviation: deviation.used)
        print(f"{reference}: at most {worst.used:.1%} of a budget, {worst.quantity}")


def compared(taken: NDArray, problem: Problem, reference: str) -> Comparison:
    """All quantities of all steps of the page, each from weights of its own, beside those of the reference."""
    side, comparison = backend(reference).side(problem, "float64"), Comparison(("page", reference))
    number = first = 0
    for epoch, batches in enumerate(problem.batches, 1):
        for index in batches:
            start = Start.of(side.state(), problem.start("float64"), problem.chosen)
            theirs = side.step(index)
            ours = theirs
            for field in FIELDS:
                like = getattr(theirs, field)
                values, first = taken[first : first + like.size].reshape(like.shape)[()], first + like.size
                ours = ours._replace(**{field: values})
            number += 1
            comparison.add(epoch, StepPair(number, start, theirs, {"whole_run": ours}))
    assert first == len(taken)
    return comparison


def by_keys(selector: str, *keys: str) -> Callable[[Page], None]:
    return lambda page: [page.locator(selector).press(key) for key in keys]


NOT_RECORDED: dict[str, Callable[[Page], Any]] = {
    "rate": by_keys("#rate", "ArrowRight"),
    "momentum": lambda page: page.locator("#momentum").fill("0.9"),
    "batch": lambda page: page.locator("#batch").fill("32"),
    "sum": lambda page: page.locator("#sum").select_option("sum"),
    "label": lambda page: page.select_option("#label", str((int(page.input_value("#label")) + 1) % 10)),
    "image": by_keys("#draw", "Enter"),
}


@pytest.mark.parametrize("name", NOT_RECORDED)
def test_what_was_not_recorded_has_a_grey_badge(open_page: Callable[..., Page], name: str):
    page = open_page()
    NOT_RECORDED[name](page)
    if name == "image":
        by_keys("#image", " ", *["ArrowDown"] * 8, " ")(page)
    page.keyboard.press("Tab")
    badge = page.locator("#badge")
    with_image = "the six equations with your label or drawing are not recorded: only their gradient is checked"
    said = with_image if name in ("label", "image") else "not recorded: only the gradient is checked"
    expect(badge).to_contain_text(said)
    page.click("#step")
    expect(page.locator("#at")).to_have_text("1")
    expect(badge).to_contain_text(said)
    run_to_the_end(page)
    expect(badge).to_contain_text(said)
    assert ("The training does not use your image" in badge.inner_text()) == (name in ("label", "image"))
    expect(badge).not_to_contain_text("match")
    expect(badge).not_to_have_class(re.compile("match|differ"))


def test_a_rate_that_was_left_can_be_compared_again(open_page: Callable[..., Page]):
    page = open_page()
    by_keys("#rate", "ArrowRight", "ArrowLeft")(page)
    run_to_the_end(page)
    expect(page.locator("#badge")).to_have_class("match")


def test_one_looks_through_the_run_and_begins_again(open_page: Callable[..., Page]):
    page, numbers = open_page(), "#E6 .numbers"
    before = page.inner_text(numbers)
    run_to_the_end(page)
    after = page.inner_text(numbers)
    assert after != before
    for key, expected in (("Home", before), ("End", after)):
        page.locator("#scrub").press(key)
        assert page.inner_text(numbers) == expected
    page.click("#restart")
    expect(page.locator("#badge")).to_contain_text("there is nothing to compare")
    assert page.inner_text(numbers) == before


def test_what_is_shown_is_said_and_one_step_goes_on_from_there(open_page: Callable[..., Page]):
    page = open_page()
    badge, step = page.locator("#badge"), page.locator("#step")
    step.click()
    expect(badge).to_contain_text("match: 1 step,")
    first = badge.inner_text()
    run_to_the_end(page)
    expect(step).to_be_disabled()
    page.locator("#scrub").press("ArrowLeft")
    page.locator("#scrub").press("ArrowLeft")
    expect(page.locator("#at")).to_have_text("118")
    expect(page.locator("#ran")).to_contain_text("of 120 that ran; the run is complete")
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_disabled()
    expect(badge).to_contain_text("match: 118 steps,")
    for number in ("119", "120"):
        step.click()
        expect(page.locator("#at")).to_have_text(number)
    expect(step).to_be_disabled()
    page.locator("#scrub").press("Home")
    step.click()
    expect(badge).to_have_text(first)


def marks(page: Page) -> list[float]:
    """The numbers at the axis of the loss."""
    texts = page.locator("#curves svg").first.locator("text[text-anchor=end]").all_text_contents()
    return [float(text) for text in texts if text[0].isdigit()]


def test_the_axis_of_the_loss_follows_it(open_page: Callable[..., Page]):
    page = open_page()
    assert max(marks(page)) == 3
    page.select_option("#sum", "sum")
    page.click("#step")
    expect(page.locator("#at")).to_have_text("1")
    # 100 images, each about log 10
    assert max(marks(page)) == 300


def test_touch_answers(open_page: Callable[..., Page]):
    """Shift all logits: P stays. Logits of 1,000 without the shift: inf. Nudge a weight: secant and gradient agree."""
    page = open_page()
    touch = page.locator("#touch")
    touch.get_by_role("slider").first.press("End")
    expect(touch).to_contain_text(re.compile(r"P changes by (0\.0000|\d\.\d\de.1[4-9])"))
    expect(touch).not_to_contain_text("Σ exp = inf")
    touch.get_by_role("checkbox", name=re.compile("shift by the maximum", re.IGNORECASE)).uncheck()
    expect(touch).to_contain_text("Σ exp = inf")
    page.locator("#template-images canvas").first.click(position={"x": 40, "y": 40})
    said = re.search(r"secant (\S+), gradient (\S+)", page.inner_text("#touch").replace("\N{MINUS SIGN}", "-"))
    secant, gradient = (float(text.rstrip(".")) for text in said.groups())
    assert secant == pytest.approx(gradient, abs=1e-3)
