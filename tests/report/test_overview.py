"""The picture of the README and its recording, by their numbers."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from compare.data.registry import load
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem
from compare.proof.run import Run
from compare.report import overview as module
from compare.report.as_json import write_json
from compare.report.overview import Overview, overview
from compare.training.train import train

ROOT = Path(__file__).parents[2]
RECORDING, PICTURE = ROOT / "docs" / "overview.json", ROOT / "docs" / "overview.png"


def test_an_overview_has_both_curves_and_the_templates(digits: Problem, matching: list[Run]):
    shown = Overview.of(digits, matching[0])
    assert shown.title == "digits, lr 0.1, 3 epochs, float32"
    np.testing.assert_allclose(shown.before, digits.start("float32")[0], atol=0.00051)
    np.testing.assert_allclose(shown.after, matching[0].templates, atol=0.00051)
    assert shown.histories == matching[0].history
    figure = overview(shown)
    images, (losses, accuracies) = figure.axes[:20], figure.axes[20:]
    assert all(axes.images for axes in images)
    np.testing.assert_array_equal(np.ravel(images[10].images[0].get_array()), shown.after[0])
    assert [line.get_label() for line in losses.lines] == [
        f"{part}, {side}" for side in ("scratch", "torch") for part in ("validation", "training (running)")
    ]
    # side by side
    left, right = losses.get_subplotspec(), accuracies.get_subplotspec()
    assert (left.colspan.start, right.colspan.start, left.rowspan, right.rowspan) == (0, 1, range(1), range(1))
    assert accuracies.lines[0].get_ydata().tolist() == [r.val_accuracy for r in matching[0].history["scratch"]]
    assert figure.get_suptitle() == "One model, trained by scratch and torch: digits, lr 0.1, 3 epochs, float32"
    assert figure.get_supxlabel().startswith("Validation accuracy at the end: ")
    limits = ", ".join(f"±{np.abs(rows).max():.2g}" for rows in (shown.before, shown.after))
    assert figure.subfigs[0].get_supxlabel().endswith(f"; each row has its own scale ({limits})")
    assert [axes.images[0].get_clim()[1] for axes in images[::10]] == [
        np.abs(rows).max() for rows in (shown.before, shown.after)
    ]


def test_a_recording_is_read_as_it_was_written(digits: Problem, matching: list[Run], tmp_path: Path):
    shown = Overview.of(digits, matching[0])
    write_json(tmp_path / "json", shown.as_dict())
    assert Overview.read(tmp_path / "json") == shown


def test_the_committed_recording_is_what_training_gives():
    """The numbers, not the pixels; other machines add in another order."""
    recorded = Overview.read(RECORDING)
    chosen = Hyperparameters(epochs=24, lr=0.1)
    assert recorded.title == "mnist5k, lr 0.1, 24 epochs, float32"
    assert list(recorded.histories) == ["scratch", "torch"]
    training = train(Problem(load("mnist5k"), chosen))
    before, after = training.problem.start("float32")[0], training.side.state().W
    np.testing.assert_allclose(recorded.before, before, atol=0.00051)
    np.testing.assert_allclose(recorded.after, after, atol=0.002)
    for history in recorded.histories.values():
        assert [record.epoch for record in history] == list(range(25))
        for record, again in zip(history, training.history, strict=True):
            np.testing.assert_allclose(record[1::2], again[1::2], rtol=1e-4)
            # one image of 1,000 may change its class
            np.testing.assert_allclose(record[2::2], again[2::2], atol=0.0011)


def test_the_committed_files_are_small():
    assert RECORDING.stat().st_size < 150_000
    assert PICTURE.stat().st_size < 200_000
    with Image.open(PICTURE) as image:
        assert image.width > image.height > 500


def run(monkeypatch: pytest.MonkeyPatch, *args: object) -> int:
    monkeypatch.setattr("sys.argv", ["overview", *map(str, args)])
    return module.main()


def test_the_picture_is_drawn_again_from_its_recording(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert run(monkeypatch, RECORDING, tmp_path / "again.png") == 0
    with Image.open(tmp_path / "again.png") as again, Image.open(PICTURE) as committed:
        assert again.size == committed.size


def test_what_is_no_recording_is_one_line(monkeypatch, capsys: pytest.CaptureFixture, tmp_path: Path):
    (tmp_path / "json").write_text('{"version": 2, "title": "x"}')
    assert run(monkeypatch, tmp_path / "json", tmp_path / "x.png") == 2
    assert run(monkeypatch, RECORDING, tmp_path / "x.doc") == 2
    assert run(monkeypatch, RECORDING) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"error: {tmp_path / 'json'}: not a recording of an overview (KeyError('histories'))")
    assert lines[1].endswith("x.doc: a picture is named *.png or *.svg")
    assert lines[2] == "error: two files are needed: RECORDING.json PICTURE.png"
    assert not (tmp_path / "x.png").exists()


# Weights that are no images of the classes: of different lengths, of another shape, of more classes than have names.
UNLIKE: tuple[dict, ...] = ({"before": [[1.0], [1.0, 2.0]]}, {"shape": [28, 27]}, {"names": ["0", "1"]})


def test_a_recording_of_other_things_is_refused(tmp_path: Path):
    content = json.loads(RECORDING.read_text())
    for wrong in ({"histories": [1]}, {"histories": {"scratch": [{"epoch": 1}]}}, {"shape": 3}, *UNLIKE):
        (tmp_path / "json").write_text(json.dumps(content | wrong))
        with pytest.raises(InputError, match="not a recording of an overview"):
            Overview.read(tmp_path / "json")
