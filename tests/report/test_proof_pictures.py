"""The pictures of a proof, by what is in them."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.gradient_check import CENTRAL, GradientCheck
from compare.proof.run import Run
from compare.report import proof_pictures
from compare.report.proof_pictures import errors, gradients
from scratch import Record


def test_what_is_the_same_in_each_precision_is_drawn_once(digits: Problem, matching: list[Run]):
    figures = proof_pictures.proof_pictures(digits, matching)
    assert list(figures) == [
        "overview",
        "templates",
        "gradients",
        "curves",
        "errors-float32",
        "errors-float64",
    ]
    assert figures["curves"].get_suptitle() == "digits, float32 and float64: loss and accuracy"
    line = figures["curves"].axes[0].lines[0]
    assert line.get_ydata().tolist() == [record.val_loss for record in matching[0].history["scratch"]]
    after = figures["templates"].axes[10].images[0]
    np.testing.assert_array_equal(np.ravel(after.get_array()), matching[0].templates[0])
    line = figures["errors-float32"].axes[0].lines[0]
    assert line.get_ydata().tolist() == matching[0].trace["logits", "one_step"]
    assert figures["errors-float32"].get_suptitle().startswith("float32: ")


def drawn(figure: Figure) -> list[list[float]]:
    """Every line and image of a picture, as finely as one sees it."""
    lines = [line.get_ydata() for axes in figure.axes for line in axes.lines]
    images = [np.ravel(image.get_array()) for axes in figure.axes for image in axes.images]
    return [np.round(np.asarray(values, float), 3).tolist() for values in [*lines, *images]]


def test_no_two_pictures_show_the_same(digits: Problem, matching: list[Run]):
    pictures = [drawn(figure) for figure in proof_pictures.proof_pictures(digits, matching).values()]
    assert all(pictures)
    assert all(pictures.count(one) == 1 for one in pictures)


def test_curves_that_do_not_lie_on_each_other_are_drawn_for_each_precision(digits, matching: list[Run], changed):
    narrow, wide = matching
    other = {side: [r._replace(val_loss=r.val_loss + 0.01) for r in records] for side, records in wide.history.items()}
    for runs in ([narrow, changed(wide, history=other)], [narrow, changed(wide, history=cut_short(wide))]):
        figures = proof_pictures.proof_pictures(digits, runs)
        assert [name for name in figures if name.startswith("curves")] == ["curves-float32", "curves-float64"]
        assert figures["curves-float64"].get_suptitle() == "digits, float64: loss and accuracy"


def cut_short(run: Run) -> dict[str, list[Record]]:
    """The history of a run that stopped before its last epoch."""
    return {side: records[:-1] for side, records in run.history.items()}


def test_a_run_that_ended_before_everything_was_compared_has_no_errors(digits, matching: list[Run], changed):
    trace = {key: shares for key, shares in matching[0].trace.items() if key != ("b", "whole_run")}
    figures = proof_pictures.proof_pictures(digits, [changed(matching[0], trace=trace)])
    assert "errors-float32" not in figures
    assert "curves-float32" in figures


def test_the_published_curve_is_drawn_where_it_applies(digits, matching: list[Run], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(proof_pictures.published, "applies", lambda _: True)
    figure = proof_pictures.proof_pictures(digits, matching[:1])["curves-float32"]
    assert figure.axes[1].lines[-1].get_label() == "published, validation"


def test_errors_are_on_a_log_scale_under_the_line_of_the_whole_budget():
    shares = {reading: {name: [0.1, 0.0] for name in "abcdefgh"} for reading in ("one_step", "whole_run")}
    shares["whole_run"]["c"] = [0.25, 0.5]
    figure = errors(shares, "float32")
    assert [axes.get_yscale() for axes in figure.axes] == ["log", "log"]
    assert [axes.get_title() for axes in figure.axes] == ["one step", "whole run"]
    assert figure.axes[0].lines[0].get_ydata()[0] == 0.1
    assert figure.axes[0].lines[0].get_xdata().tolist() == [1, 2]
    assert np.isnan(figure.axes[0].lines[0].get_ydata()[1])
    assert list(figure.axes[0].lines[8].get_ydata()) == [1, 1]
    assert [figure.axes[0].yaxis.get_major_formatter()(share, 0) for share in (1, 0.001)] == ["100 %", "0.1 %"]
    assert len({(line.get_color(), line.get_linestyle()) for line in figure.axes[0].lines[:8]}) == 8
    assert "Nearest is c with 50 % of the budget. An error of exactly 0 has" in figure.get_supxlabel()
    width, height = figure.get_size_inches()
    assert 1.5 * height < width < 3 * height


@pytest.mark.parametrize(
    ("worst", "words"),
    [
        (1.0, "Nearest is c with 100 % of the budget."),
        (2.5, "Farthest over it is c with 2.5 times the budget."),
        (6e6, "Farthest over it is c with 6e+06 times the budget."),
        (float("inf"), "Farthest over it is c, which is not finite."),
        (float("nan"), "Farthest over it is c, which is not finite."),
    ],
)
def test_what_is_over_its_budget_is_called_so(worst: float, words: str):
    shares = {reading: {name: [0.1, 0.5] for name in "abcdefgh"} for reading in ("one_step", "whole_run")}
    shares["one_step"]["c"] = [0.25, worst]
    assert errors(shares, "float32").get_supxlabel().endswith(f"above it, the sides differ. {words}")


def test_each_quantity_of_a_proof_has_its_line(matching: list[Run]):
    figure = errors(proof_pictures._shares(matching[0]), "float32")
    assert [line.get_label() for line in figure.axes[0].lines[:8]] == [q.symbol for q in QUANTITIES.values()]


def test_gradients_are_a_u_with_its_limit():
    def check(problem: str, lowest: float) -> GradientCheck:
        return GradientCheck(problem, 12, 650, {1e-1: 1e-2, 1e-5: lowest, 1e-10: 1e-4}, 1e-16, 2.0)

    sides = {side: [check("small", 1e-10), check("real", 3e-9)] for side in ("scratch", "torch")}
    figure = gradients(sides)
    (axes,) = figure.axes
    assert [line.get_label() for line in axes.lines[:4]] == [
        f"{problem}, {side}" for side in ("scratch", "torch") for problem in ("small problem", "first batch")
    ]
    assert axes.lines[1].get_xdata().tolist() == [1e-1, 1e-5, 1e-10]
    assert axes.lines[1].get_ydata().tolist() == [1e-2, 3e-9, 1e-4]
    assert list(axes.lines[4].get_ydata()) == [CENTRAL, CENTRAL]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert "(here to 3e-09)" in figure.get_supxlabel()
    assert [line.get_linestyle() for line in axes.lines[:4]] == ["-", "-", "--", "--"]


def test_one_epoch_is_drawn_as_points_and_zeros_are_told():
    shares = {reading: {name: [0.5] for name in "abcdefgh"} for reading in ("one_step", "whole_run")}
    figure = errors(shares, "float32")
    assert {line.get_marker() for line in figure.axes[0].lines[:8]} == {"o"}
    assert "exactly 0" not in figure.get_supxlabel()
    shares["whole_run"]["c"] = [0.0]
    assert "An error of exactly 0 has no logarithm, and no place here." in " ".join(
        errors(shares, "float32").get_supxlabel().split()
    )


def test_the_words_below_gradients_say_if_one_is_wrong(matching: list[Run]):
    checks = matching[0].gradient_checks
    assert "Right gradients come below the line (here to " in gradients(checks).get_supxlabel()
    side, (first, *rest) = next(iter(checks.items()))
    wrong = checks | {side: [replace(first, central=dict.fromkeys(first.central, 0.5)), *rest]}
    words = " ".join(gradients(wrong).get_supxlabel().split())
    assert "Right gradients come below the line (here one stays above it, and is wrong)." in words
