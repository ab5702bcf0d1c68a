"""Training on the page: its steps are those of NumPy and PyTorch, and what was not recorded is never called equal."""

import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from compare.backends.by_name import backend
from compare.problem import Problem
from compare.proof.comparison import Comparison
from compare.proof.lockstep import StepPair
from compare.proof.tolerance import Start
from scratch import Step

pytestmark = pytest.mark.browser

# The worker keeps all quantities of every step, and the page remembers what the worker has sent.
KEEP_ALL = """
const Native = Worker
window.Worker = class extends Native {
  postMessage(message) {
    if (message.kind === 'start') {
      window.taken = []
      this.addEventListener('message', ({ data }) => window.taken.push(...data.steps))
      message = { ...message, keep: Array.from({ length: message.total }, (_, i) => i + 1) }
    }
    super.postMessage(message)
  }
}
"""
AS_JSON = "(n) => JSON.stringify(window.taken[n].kept, (_, value) => (ArrayBuffer.isView(value) ? [...value] : value))"


def run_to_the_end(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    steps = page.get_attribute("#scrub", "max")
    expect(page.locator("#badge")).to_contain_text(re.compile(rf"\b{steps} steps|not recorded"), timeout=30_000)
    expect(page.locator("#at")).to_have_text(str(steps), timeout=30_000)


def test_the_badge_says_match_at_the_end_of_the_run(open_page: Callable[..., Page]):
    page = open_page()
    run_to_the_end(page)
    expect(page.locator("#badge")).to_have_class("match")
    share = float(re.search(r"at most ([\d.]+) % of a budget", page.inner_text("#badge"))[1])
    assert 0 < share <= 100


@pytest.mark.parametrize("reference", ["scratch", "torch"])
def test_the_trace_passes_the_comparison_of_the_project(
    open_page: Callable[..., Page], published: Problem, reference: str
):
    page = open_page(script=KEEP_ALL)
    run_to_the_end(page)
    assert page.evaluate("window.taken.length") == published.steps
    side, comparison = backend(reference).side(published, "float64"), Comparison(("page", reference))
    batches = [(epoch, index) for epoch, all_ in enumerate(published.batches, 1) for index in all_]
    for n, (epoch, index) in enumerate(batches):
        before = side.state()
        theirs = side.step(index)
        ours = step_of(json.loads(page.evaluate(AS_JSON, n)), theirs)
        start = Start.of(before, published.start("float64"), published.chosen)
        comparison.add(epoch, StepPair(n + 1, start, theirs, {"whole_run": ours}))
    assert comparison.first_divergence is None
    worst = max(comparison.worst.values(), key=lambda deviation: deviation.used)
    print(f"{reference}: at most {worst.used:.1%} of a budget, {worst.quantity}")


def step_of(kept: dict[str, Any], like: Step) -> Step:
    return like._replace(**{field: np.asarray(value, np.float64) for field, value in kept.items()})
