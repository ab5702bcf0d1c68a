"""The pictures of a proof, by what is in them."""

import numpy as np
import pytest

from compare.equations import QUANTITIES
from compare.problem import Problem
from compare.proof.gradient_check import CENTRAL, GradientCheck
from compare.proof.run import Run
from compare.report import proof_pictures
from compare.report.proof_pictures import errors, gradients


def test_what_is_the_same_in_each_precision_is_drawn_once(digits: Problem, matching: list[Run]):
    figures = proof_pictures.proof_pictures(digits, matching)
    assert list(figures) == [
        "overview",
        "templates",
        "gradients",
        "curves-float32",
        "errors-float32",
        "curves-float64",
        "errors-float64",
    ]
    assert figures["curves-float64"].get_suptitle() == "digits, float64: loss and accuracy"
    line = figures["curves-float32"].axes[0].lines[0]
    assert line.get_ydata().tolist() == [record.val_loss for record in matching[0].history["scratch"]]
    after = figures["templates"].axes[10].images[0]
    np.testing.assert_array_equal(np.ravel(after.get_array()), matching[0].templates[0])
    line = figures["errors-float32"].axes[0].lines[0]
    assert line.get_ydata().tolist() == matching[0].trace["logits", "one_step"]
    assert figures["errors-float32"].get_suptitle().startswith("float32: ")


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
    assert figure.get_supxlabel().endswith("Nearest is c with 50 %.")
    width, height = figure.get_size_inches()
    assert 1.5 * height < width < 3 * height


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
        f"{side}, {problem}" for side in ("scratch", "torch") for problem in ("small problem", "first batch")
    ]
    assert axes.lines[1].get_xdata().tolist() == [1e-1, 1e-5, 1e-10]
    assert axes.lines[1].get_ydata().tolist() == [1e-2, 3e-9, 1e-4]
    assert list(axes.lines[4].get_ydata()) == [CENTRAL, CENTRAL]
    assert (axes.get_xscale(), axes.get_yscale()) == ("log", "log")
    assert "(here to 3e-09)" in figure.get_supxlabel()
    assert [line.get_linestyle() for line in axes.lines[:4]] == ["-", "-", "--", "--"]
