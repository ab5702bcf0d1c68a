"""Every mistake of the page turns the same quantity red first as the mistake of the catalogue that has its name."""

import re
from collections.abc import Callable
from contextlib import suppress

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from compare.backends.by_name import backend
from compare.bugs.catalogue import BUGS
from compare.equations import QUANTITIES
from compare.page.texts import for_any_run
from compare.problem import Problem
from compare.proof.comparison import Comparison, OneSideNotFiniteError
from compare.proof.lockstep import StepPair
from compare.proof.tolerance import Start

pytestmark = pytest.mark.browser


def first_by_the_catalogue(name: str, problem: Problem) -> tuple[str, int]:
    """The first quantity over its budget when `scratch` trains with this mistake, and at which step."""
    wrong, right = BUGS[name].backend().side(problem, "float64"), backend("scratch").side(problem, "float64")
    comparison, initial = Comparison(), problem.start("float64")
    for number, index in enumerate(problem.epoch_batches(1), 1):
        before = right.state()
        pair = StepPair(number, Start.of(before, initial, problem.chosen), right.step(index), {})
        with suppress(OneSideNotFiniteError), np.errstate(all="ignore"):
            comparison.add(1, pair._replace(steps={"whole_run": wrong.step(index)}))
        if first := comparison.first_divergence:
            return QUANTITIES[first.quantity].field, number
    raise AssertionError(f"{name} is not seen in one epoch")


def test_the_first_quantity_is_that_of_the_catalogue(
    open_page: Callable[..., Page], run_mistake: Callable[..., None], published: Problem
):
    page = open_page()
    options = page.locator("#mistake option").evaluate_all("all => all.map(({ value }) => value)")
    names = [name for name in options if name]
    assert len(names) >= 16
    assert {name: shown_first(page, run_mistake, name) for name in names} == {
        name: first_by_the_catalogue(name, published) for name in names
    }


def shown_first(page: Page, run_mistake: Callable[..., None], name: str) -> tuple[str, int]:
    """What the page says after it has trained with this mistake."""
    page.select_option("#mistake", name)
    run_mistake(page)
    said = page.locator("#broken [data-first]")
    said.wait_for(timeout=60_000)
    expect(page.locator("#broken")).to_contain_text(for_any_run(BUGS[name].lesson))
    return str(said.get_attribute("data-first")), int(re.search(r"step (\d+)", said.inner_text())[1])


def own_line(page: Page, old: str, new: str) -> None:
    """Change the engine in the box."""
    page.locator("#break details").evaluate("(box) => (box.open = true)")
    box = page.get_by_role("textbox", name=re.compile("engine"))
    text = box.input_value()
    assert old in text
    box.fill(text.replace(old, new))


FIRST = "#broken [data-first]"


def test_a_line_of_ones_own_is_run_and_compared(open_page: Callable[..., Page], run_mistake: Callable[..., None]):
    """It runs although a mistake of the catalogue was chosen before, and the original comes back."""
    page = open_page()
    page.select_option("#mistake", "ascent")
    own_line(page, "value - lr * dW[k][d]", "value + lr * dW[k][d]")
    assert page.input_value("#mistake") == ""
    run_mistake(page)
    expect(page.locator(FIRST)).to_have_attribute("data-first", "W", timeout=60_000)
    page.get_by_role("button", name="Restore").click()
    assert "value - lr * dW[k][d]" in page.input_value("#own")
    run_mistake(page)
    expect(page.locator(FIRST)).to_have_attribute("data-first", "none", timeout=60_000)


def test_an_engine_that_updates_in_place_is_right(open_page: Callable[..., Page], run_mistake: Callable[..., None]):
    page = open_page()
    old = "return [W.map((w, k) => w.map((value, d) => value - lr * dW[k][d])),"
    own_line(page, old, "return [(W.forEach((w, k) => w.forEach((value, d) => (w[d] -= lr * dW[k][d]))), W),")
    run_mistake(page)
    expect(page.locator(FIRST)).to_have_attribute("data-first", "none", timeout=60_000)


def test_an_engine_that_does_not_run_is_told(open_page: Callable[..., Page], run_mistake: Callable[..., None]):
    page = open_page()
    own_line(page, "return X.map((x) =>", "return X.mop((x) =>")
    run_mistake(page)
    expect(page.locator("#broken")).to_contain_text(re.compile("No result: .*in line 7 of the engine, E1: .*mop"))


ENDLESS = "const m = z.reduce((m, logit) => Math.max(m, logit))", "while (true) {}"


def test_an_endless_loop_can_be_stopped(open_page: Callable[..., Page], run_mistake: Callable[..., None]):
    page = open_page()
    own_line(page, *ENDLESS)
    run_mistake(page)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(page.locator("#broken")).to_contain_text("No result: stopped")
    expect(page.locator("#stop-mistake")).to_be_hidden()
    expect(page.locator("#run-mistake")).to_be_focused()


def test_an_error_above_the_first_equation_says_its_line_alone(
    open_page: Callable[..., Page], run_mistake: Callable[..., None]
):
    page = open_page()
    own_line(page, "// Softmax regression", "missing() // Softmax regression")
    run_mistake(page)
    expect(page.locator("#broken")).to_contain_text(re.compile(r"in line 1 of the engine: missing\(\)"))


def test_an_endless_loop_ends_after_ten_seconds(open_page: Callable[..., Page], run_mistake: Callable[..., None]):
    page = open_page(script="const native = setTimeout; window.setTimeout = (act, ms = 0) => native(act, ms / 20)")
    own_line(page, *ENDLESS)
    run_mistake(page)
    expect(page.locator("#broken")).to_contain_text("longer than 10 seconds", timeout=5_000)


def test_one_predicts_first(open_page: Callable[..., Page], run_mistake: Callable[..., None]):
    """Both answers are needed; each counts once, over reloads, until the score is forgotten."""
    page = open_page()
    button, score = page.locator("#run-mistake"), page.locator("#score")
    page.select_option("#mistake", "wrong-sign")
    page.select_option("#guess-notices", "yes")
    expect(button).to_be_disabled()
    expect(page.locator("#run-why")).to_have_text("First answer both.")
    button.press("Enter")
    expect(page.locator("#broken")).to_be_empty()
    run_mistake(page, "yes", "W")
    said = "accuracy right (yes: 2 points lower or more), first quantity wrong (W (E6))"
    expect(page.locator("#broken")).to_contain_text(said, timeout=60_000)
    expect(score).to_have_text("1 of 2")
    expect(button).to_be_disabled()
    page.reload()
    expect(score).to_have_text("1 of 2")
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Forget the score").click()
    expect(score).to_have_text("1 of 2")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Forget the score").click()
    expect(score).to_have_text("0 of 0")


@pytest.mark.parametrize(
    ("name", "accuracy"),
    [
        ("rate-left-out", "the accuracy is higher"),
        ("hidden-momentum", "the accuracy is higher"),
        ("stale-gradient", "does not notice. It asks only which"),
        ("one-class-lost", "the accuracy notices"),
    ],
)
def test_what_is_said_fits_the_run_that_is_shown(
    open_page: Callable[..., Page], run_mistake: Callable[..., None], name: str, accuracy: str
):
    """It names its settings, which are not those chosen above, and says nothing of another run."""
    page = open_page("#image=0&rate=10")
    page.select_option("#mistake", name)
    assert not re.search(r"\bE\d", page.inner_text("#belief")), "it would give the answer away"
    run_mistake(page)
    said = page.locator("#broken")
    expect(said).to_contain_text("after 3 epochs with rate 0.1000 and batch 100: accuracy", timeout=60_000)
    expect(said).to_contain_text(accuracy)
    assert not re.search("lr 1e-3|too good|better|explodes", said.inner_text())


def test_all_that_break_with_the_first_count_as_right_and_once(
    open_page: Callable[..., Page], run_mistake: Callable[..., None]
):
    page = open_page()
    page.select_option("#mistake", "stale-gradient")
    for first, score, again in (("db", "2 of 2", False), ("dW", "2 of 2", True)):
        run_mistake(page, "no", first)
        expect(page.locator("#broken")).to_contain_text(f"first quantity right ({first} (E5))", timeout=60_000)
        expect(page.locator("#broken")).to_contain_text("in the same equation: dW, db")
        assert ("They do not count again" in page.inner_text("#broken")) == again
        expect(page.locator("#score")).to_have_text(score)


def test_the_engine_of_the_page_does_not_count(open_page: Callable[..., Page], run_mistake: Callable[..., None]):
    page = open_page()
    page.select_option("#mistake", "")
    run_mistake(page, "no", "none")
    expect(page.locator(FIRST)).to_have_attribute("data-first", "none", timeout=60_000)
    expect(page.locator("#score")).to_have_text("0 of 0")


def test_a_changed_engine_is_kept_and_says_nan(open_page: Callable[..., Page], run_mistake: Callable[..., None]):
    page = open_page()
    own_line(page, "s - log_sum", "s - log_sum * NaN")
    page.reload()
    expect(page.locator("#own")).to_have_value(re.compile(r"log_sum \* NaN"))
    page.select_option("#mistake", "")
    run_mistake(page)
    expect(page.locator(FIRST)).to_contain_text("It is NaN: not a number", timeout=60_000)


def test_another_mistake_stops_the_one_that_runs(open_page: Callable[..., Page], run_mistake: Callable[..., None]):
    """What the first would find is not shown under the belief of the second."""
    page = open_page()
    own_line(page, *ENDLESS)
    run_mistake(page)
    expect(page.locator("#stop-mistake")).to_be_visible()
    page.select_option("#mistake", "ascent")
    expect(page.locator("#stop-mistake")).to_be_hidden()
    expect(page.locator("#broken")).to_be_empty()
    run_mistake(page)
    expect(page.locator(FIRST)).to_have_attribute("data-first", "W", timeout=60_000)
    expect(page.locator("#score")).to_have_text("1 of 2")


# In one task of the page: the run cannot end between the press and the other answers.
PRESS_AND_CHOOSE_AGAIN = """(answers) => {
  for (const [notices, first] of answers) {
    document.getElementById('guess-notices').value = notices
    document.getElementById('guess-first').value = first
    document.getElementById('guess-first').dispatchEvent(new Event('change'))
    document.getElementById('run-mistake').click()
  }
}"""


def test_the_answers_of_the_press_count(open_page: Callable[..., Page]):
    """Not those that are chosen while it runs."""
    page = open_page()
    page.select_option("#mistake", "stale-gradient")
    page.evaluate(PRESS_AND_CHOOSE_AGAIN, [["no", "dW"], ["yes", "Z"]])
    expect(page.locator("#broken")).to_contain_text("first quantity right (dW (E5))", timeout=60_000)
    expect(page.locator("#score")).to_have_text("2 of 2")


def test_a_comment_and_white_space_make_no_other_engine(
    open_page: Callable[..., Page], run_mistake: Callable[..., None]
):
    page = open_page()
    own_line(page, "// Softmax regression", "\n   // My softmax regression")
    run_mistake(page, "no", "none")
    expect(page.locator(FIRST)).to_have_attribute("data-first", "none", timeout=60_000)
    expect(page.locator("#score")).to_have_text("0 of 0")
