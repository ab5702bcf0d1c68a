"""`experiment`: each question is answered from numbers measured on the spot."""

import json
import re
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from compare.backends.by_name import MODULES
from compare.cli.experiment import Which, WhichSides, _table
from compare.report.tables import wide_console
from compare.training import experiments
from compare.training.experiments import EXPERIMENTS, Experiment, Row

pytestmark = pytest.mark.heavy


def test_every_question_and_every_backend_can_be_named():
    assert list(Which) == list(EXPERIMENTS)
    assert list(WhichSides) == [*MODULES, "both"]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same questions on shorter trainings."""

    def shorter(asked: Experiment) -> Experiment:
        def grid(root: Path | None) -> dict:
            settings = asked.grid(root).items()
            return {
                name: (value, data, replace(chosen, epochs=min(2, chosen.epochs)))
                for name, (value, data, chosen) in settings
            }

        return replace(asked, grid=grid)

    monkeypatch.setattr(experiments, "EXPERIMENTS", EXPERIMENTS)
    for name, asked in list(EXPERIMENTS.items()):
        monkeypatch.setitem(EXPERIMENTS, name, shorter(asked))


@pytest.mark.parametrize("name", list(EXPERIMENTS))
@pytest.mark.usefixtures("short")
def test_each_asks_and_shows_what_was_measured(cli, tmp_path: Path, name: str):
    picture, path = tmp_path / "picture.png", tmp_path / "json"
    code, out, _ = cli("experiment", name, "--picture", picture, "--json", path)
    assert code == 0
    result = json.loads(path.read_text())
    assert out.startswith(EXPERIMENTS[name].question)
    assert len(result["rows"]) == len(EXPERIMENTS[name].grid(None)) >= 2
    assert " ".join(result["seen"].split()) in " ".join(out.split())
    assert len(re.findall(r"[.:] [A-Z]", result["seen"])) <= 1, "two sentences"
    figures = re.findall(r"\d+\.\d %|\d\.\d{3}", result["seen"])
    measured = {f"{100 * row[key]:.1f} %" for row in result["rows"] for key in ("train_accuracy", "val_accuracy")}
    measured |= {f"{row[key]:.3f}" for row in result["rows"] for key in ("train_loss", "val_loss")}
    assert len([figure for figure in figures if figure in measured]) >= 2
    with Image.open(picture) as image:
        assert image.size[0] > 500
    assert max(map(len, out.splitlines())) <= max(80, len(f"picture: {picture}"))


@pytest.mark.usefixtures("short")
def test_a_long_one_says_first_how_long_it_takes(cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(experiments, "expected_seconds", lambda *_: 120)
    assert cli("experiment", "val-size")[2] == "this takes about 2 minutes\n"
    assert not cli("experiment", "val-size", "--quiet")[2]


@pytest.mark.heavy
def test_the_learning_rate_of_the_tutorial_is_too_low(cli, tmp_path: Path):
    code, out, _ = cli("experiment", "lr", "--json", tmp_path / "json", "--quiet")
    assert code == 0
    result = json.loads((tmp_path / "json").read_text())
    accuracy = {row["value"]: row["val_accuracy"] for row in result["rows"]}
    assert accuracy[0.1] > accuracy[0.001] + 0.1
    # all start at a training loss of 2.32; where the largest rate ends depends on the last bits, but not near that
    assert [row["diverged"] for row in result["rows"]] == [row["train_loss"] > 2.32 for row in result["rows"]]
    # at lr 10 the validation loss rises to 1.9, and the training loss falls all the same
    assert not any(row["diverged"] for row in result["rows"][:-1])
    said = " ".join(out.split())
    assert f"lr 0.1 ({100 * accuracy[0.1]:.1f} %) beats lr 0.001 ({100 * accuracy[0.001]:.1f} %)" in said
    diverges = result["rows"][-1]["diverged"]
    assert ("training diverges at 100 (scratch)." if diverges else "none diverges: no training loss ends") in said


@pytest.mark.usefixtures("short")
def test_both_backends_reach_the_same(cli, tmp_path: Path):
    assert cli("experiment", "batch-size", "--backend", "both", "--json", tmp_path / "json")[0] == 0
    rows = json.loads((tmp_path / "json").read_text())["rows"]
    assert [row["backend"] for row in rows] == ["scratch", "torch"] * 5
    for ours, theirs in zip(rows[::2], rows[1::2], strict=True):
        assert ours["val_accuracy"] == theirs["val_accuracy"]
        assert ours["val_loss"] == pytest.approx(theirs["val_loss"], rel=1e-5)


def test_an_unknown_question_is_one_line(cli):
    code, _, err = cli("experiment", "momentum")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "momentum" in err


ROWS = [
    Row("0.1", 0.1, "scratch", 960, 0.2826, 0.927, 0.3402, 0.914, 1000, False),
    Row("100", 100.0, "torch", 9600, 1.331, 0.971, 15158.0, 0.889, 1000, True),
]


def test_the_table_shows_losses_accuracies_and_a_bar():
    console = wide_console()
    with console.capture() as captured:
        console.print(_table("lr", ROWS))
    lines = captured.get().splitlines()
    assert lines[2].index("960") + 3 == lines[3].index("9,600") + 5, "numbers stand at the right of their column"
    assert lines[0].split() == ["lr", "side", "steps", "train", "loss", "val", "loss", "train", "val", "validation"]
    assert lines[2].split() == ["0.1", "scratch", "960", "0.2826", "0.3402", "92.7", "%", "91.4", "%", "█" * 13 + "░"]
    assert lines[3].split() == ["100", "torch", "9,600", "1.3310", "1.516e+04", "97.1", "%", "88.9", "%", "diverged"]
    legend = "train, val: with the final weights, on all training and all validation images"
    assert lines[-3:] == [legend, "diverged: the training loss is not finite, or ends above its start", ""]
    with console.capture() as captured:
        console.print(_table("lr", ROWS[:1]))
    assert captured.get().splitlines()[-2:] == [legend, ""]


@pytest.mark.usefixtures("short")
def test_quiet_is_the_answer_alone(cli, tmp_path: Path):
    code, out, err = cli("experiment", "val-size", "--quiet", "--picture", tmp_path / "x.png")
    assert (code, err) == (0, "")
    assert " ".join(out.split()).startswith("With ")
    assert "picture" not in out
    assert (tmp_path / "x.png").exists()
    _, out, _ = cli("experiment", "val-size", "--picture", tmp_path / "x.png")
    assert out.splitlines()[-1] == f"picture: {tmp_path / 'x.png'}"


@pytest.mark.parametrize("quiet", [False, True])
def test_every_training_is_a_step_of_the_progress(cli, monkeypatch: pytest.MonkeyPatch, quiet: bool):
    asked = []

    @contextmanager
    def progress(steps: int, be_quiet: bool, plain: bool):
        asked.append((steps, be_quiet, plain))
        yield lambda _: None

    monkeypatch.setattr("compare.cli.experiment.progress", progress)
    monkeypatch.setattr("compare.cli.experiment.experiments.run", lambda *_: 1 / 0)
    cli("experiment", "lr", "--backend", "both", *(["--quiet"] if quiet else []))
    assert asked == [(14, quiet, False)]


@pytest.mark.usefixtures("short")
def test_the_answer_is_printed_and_drawn_where_json_cannot_be_written(cli, tmp_path: Path):
    code, out, err = cli("experiment", "lr", "--json", "/dev/full", "--picture", tmp_path / "lr.png")
    assert (code, err) == (2, "error: --json /dev/full: cannot be written: No space left on device\n")
    assert out
    assert (tmp_path / "lr.png").exists()
