"""Curves, templates and the answers of experiments, by what is in them."""

import math

import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from compare.problem import Problem
from compare.report import training_pictures
from compare.report.tables import RUNNING
from compare.report.training_pictures import curves, draw_legend, experiment, take_away_of_curves, templates
from compare.training.experiments import EXPERIMENTS, Row
from compare.training.train import train
from scratch import Record

HISTORY = [Record(n, 2.0 - n, n / 2, 2.1 - n, 0.1 + n / 2) for n in range(2)]


def lines(axes) -> dict[str, list[float]]:
    return {line.get_label(): line.get_ydata().tolist() for line in axes.lines}


def test_no_curve_is_covered_by_a_legend():
    history = [Record(0, 2.3, 0.1, 2.3, 0.1), Record(1, 1.3, 0.6, 1.2, 0.65)]
    for other in ("torch", "my_first_softmax_regression_of_all"):
        figure = curves("digits", {"scratch": history, other: history}, (0.1, 0.6))
        assert [axes.get_legend() for axes in figure.axes] == [None, None]
        (legend,) = (legend for part in figure.subfigs for legend in part.legends)
        assert len(legend.get_texts()) == 5
        FigureCanvasAgg(figure).draw()
        box = legend.get_window_extent()
        assert box.y1 < min(axes.get_window_extent().y0 for axes in figure.axes)
        assert box.x0 > 0
        assert box.x1 < figure.bbox.width


@pytest.mark.parametrize(("length", "columns"), [(88, 3), (89, 2)])
def test_a_legend_of_few_letters_is_one_row(length: int, columns: int):
    figure = Figure()
    axes = figure.subplots()
    for label in ("a", "b", length * "c"):
        axes.plot([1], label=label)
    draw_legend(figure, axes)
    assert figure.legends[0]._ncols == columns


def test_curves_show_training_and_validation_of_both_sides():
    losses, accuracies = curves("digits", {"scratch": HISTORY, "torch": HISTORY}).axes
    sides = "scratch", "torch"
    expected = {f"{part}, {side}": y for side in sides for part, y in (("validation", [2.1, 1.1]), (RUNNING, [2, 1]))}
    assert lines(losses) == expected
    expected = {f"{part}, {s}": y for s in sides for part, y in (("validation", [0.1, 0.6]), (RUNNING, [0, 0.5]))}
    assert lines(accuracies) == expected
    assert (losses.get_ylabel(), accuracies.get_ylabel()) == ("mean loss (nats)", "accuracy")
    assert accuracies.yaxis.get_major_formatter()(0.25, 0) == "25 %"


def test_the_second_side_lies_on_the_first_and_both_are_seen():
    losses, _ = curves("digits", {"scratch": HISTORY, "torch": HISTORY}).axes
    look = {line.get_label(): (line.get_linestyle(), line.get_linewidth(), line.get_color()) for line in losses.lines}
    assert look["validation, scratch"][0] == "-"
    assert look["validation, torch"][0] == "--"
    assert look[f"{RUNNING}, torch"][0] == ":"
    assert look["validation, scratch"][1] > 3 * look["validation, torch"][1]
    assert look["validation, scratch"][2] != look[f"{RUNNING}, scratch"][2]


def test_one_side_alone_has_plain_lines():
    losses, _ = curves("digits", {"torch": HISTORY}).axes
    assert [line.get_linestyle() for line in losses.lines] == ["-", "-"]
    assert [line.get_alpha() for line in losses.lines] == [1.0, 1.0]
    assert all(1 < line.get_linewidth() < 3 for line in losses.lines)


def test_published_dots_stop_where_the_run_stops():
    losses, accuracies = curves("mnist", {"scratch": HISTORY}, (0.1, 0.5, 0.7)).axes
    assert lines(accuracies)["published, validation"] == [0.1, 0.5]
    assert "published, validation" not in lines(losses)
    _, accuracies = curves("mnist", {"scratch": HISTORY}).axes
    assert len(accuracies.lines) == 2


def test_the_take_away_is_how_it_ended_and_how_far_apart():
    other = [HISTORY[0]._replace(val_loss=2.35), HISTORY[1]]
    text = "Validation accuracy at the end: 60.00 % (scratch)"
    lag = "Training (running): a mean over the epoch; each batch counts before its update."
    assert take_away_of_curves({"scratch": HISTORY}) == f"{text}. {lag}"
    expected = f"{text}, 60.00 % (torch). The validation losses of the two differ by 2e-01 at most. {lag}"
    assert take_away_of_curves({"scratch": HISTORY, "torch": other}) == expected


def test_templates_share_one_scale_in_each_row():
    before, after = np.eye(3, 12), np.full((3, 12), -2.0)
    figure = templates(before, after, (3, 2, 2), ("a", "b", "c"))
    images = [axes.images[0] for axes in figure.axes]
    assert [image.get_clim() for image in images] == [(-1.0, 1.0)] * 3 + [(-6.0, 6.0)] * 3
    assert "the sum over the three colours" in figure.get_supxlabel().replace("\n", " ")
    np.testing.assert_array_equal(images[3].get_array(), np.full((2, 2), -6.0))
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c", "", "", ""]
    assert [figure.axes[n].texts[0].get_text() for n in (0, 3)] == ["before\ntraining", "after\ntraining"]


def test_long_names_stand_in_short_lines_above_their_templates():
    figure = templates(np.eye(2, 4), np.eye(2, 4), (2, 2), ("blaues Kreuz mit Rand", "green"))
    assert [axes.get_title() for axes in figure.axes[:2]] == ["blaues\nKreuz mi…", "green"]
    assert "colours" not in figure.get_supxlabel()


def test_templates_are_of_ten_classes_at_most():
    names = tuple(map(str, range(12)))
    assert len(templates(np.ones((12, 4)), np.ones((12, 4)), (2, 2), names).axes) == 20


def test_the_pictures_of_a_training(digits: Problem, monkeypatch: pytest.MonkeyPatch):
    training = train(digits, "scratch", "float32")
    figures = training_pictures.training_pictures(training)
    assert list(figures) == ["curves", "templates"]
    assert lines(figures["curves"].axes[0])[f"{RUNNING}, scratch"] == [r.train_loss for r in training.history]
    before, after = figures["templates"].axes[0].images[0], figures["templates"].axes[10].images[0]
    W, _ = digits.start("float32")
    np.testing.assert_array_equal(np.ravel(before.get_array()), W[0])
    np.testing.assert_array_equal(np.ravel(after.get_array()), training.side.state().W[0])
    assert "published, validation" not in lines(figures["curves"].axes[1])
    monkeypatch.setattr(training_pictures.published, "applies", lambda _: True)
    figures = training_pictures.training_pictures(training)
    assert len(lines(figures["curves"].axes[1])["published, validation"]) == 4


def row(setting: str, value: float, backend: str, accuracy: float, diverged: bool = False) -> Row:
    return Row(setting, value, backend, 960, 0.5, accuracy + 0.05, 0.6, accuracy, 1000, diverged)


LR = [("0.001", 0.001), ("0.1", 0.1), ("1", 1.0), ("10", 10.0)]


def test_an_experiment_shows_training_and_validation_of_each_side():
    rows = [row(*setting, side, 0.7) for setting in LR for side in ("scratch", "torch")]
    figure = experiment(EXPERIMENTS["lr"], rows)
    (axes,) = figure.axes
    assert lines(axes) == {
        f"{part}, {side}": [y] * 4
        for side in ("scratch", "torch")
        for part, y in (("validation", 0.7), ("training", 0.75))
    }
    assert axes.lines[0].get_xdata().tolist() == [value for _, value in LR]
    assert (axes.get_xscale(), axes.get_xlabel(), axes.get_ylabel()) == (
        "log",
        "learning rate",
        "accuracy with the final weights",
    )
    assert [tick.get_text() for tick in axes.get_xticklabels()] == [setting for setting, _ in LR]
    assert figure.get_suptitle() == EXPERIMENTS["lr"].question
    assert " ".join(figure.get_supxlabel().split()) == EXPERIMENTS["lr"].seen(rows)
    assert axes.yaxis.get_major_formatter()(0.5, 0) == "50 %"


def test_what_diverged_is_crossed_out():
    rows = [row(*setting, "scratch", 0.7, diverged=setting[1] == 1) for setting in LR[:-1]]
    rows.append(row(*LR[-1], "scratch", math.nan, diverged=True))
    (axes,) = experiment(EXPERIMENTS["lr"], rows).axes
    crosses = axes.lines[-1]
    assert (crosses.get_label(), crosses.get_xdata().tolist()) == ("diverged", [1.0])
    (axes,) = experiment(EXPERIMENTS["lr"], [row(*setting, "scratch", 0.7) for setting in LR]).axes
    assert "diverged" not in lines(axes)


def test_an_accuracy_of_few_images_has_a_longer_bar():
    rows = [row("0.02", 0.02, "scratch", 0.9), row("0.4", 0.4, "scratch", math.nan)]
    (axes,) = experiment(EXPERIMENTS["val-size"], rows).axes
    ((low, high),) = (bar[:, 1] for bar in axes.collections[0].get_segments())
    # 0.9 of 1,000: sqrt(0.9 * 0.1 / 1000)
    assert (low, high) == pytest.approx((0.9 - 0.0094868, 0.9 + 0.0094868))
    assert axes.get_xlabel() == "share of the images that is held out"
    (axes,) = experiment(EXPERIMENTS["lr"], [row(*setting, "scratch", 0.7) for setting in LR]).axes
    assert not axes.collections


def test_data_sets_are_not_joined_by_a_line():
    rows = [row("mnist5k", 0, "scratch", 0.9), row("digits", 1, "scratch", 0.95)]
    (axes,) = experiment(EXPERIMENTS["dataset"], rows).axes
    assert {line.get_linestyle() for line in axes.lines} == {"None"}
    assert (axes.get_xscale(), axes.get_xlabel()) == ("linear", "data set")
