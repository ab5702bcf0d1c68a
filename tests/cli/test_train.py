"""`train`: one side alone, by its output, its files and its exit codes."""

import json
import re
from pathlib import Path

import pytest

from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof.prove import prove
from compare.rank import Place
from compare.report.as_json import proof_as_dict
from compare.report.tables import WHY_LOWER
from compare.training.checkpoint import load_checkpoint

SHORT = "--data", "digits", "--epochs", "3"


EPOCH = re.compile(r"epoch +(\d+)/(\d+): training[ a-z()]* (\S+) +(\S+) %, validation (\S+) +(\S+) %")


@pytest.fixture(scope="module")
def proof() -> dict:
    """What the proof of the same problem writes."""
    problem = Problem(load("digits"), Hyperparameters(epochs=3))
    return proof_as_dict(problem, [prove(problem, dtype) for dtype in ("float32", "float64")])


def test_one_seed_is_one_problem_and_another_is_another(cli, tmp_path: Path):
    def checksums(seed: int) -> dict[str, str]:
        path = tmp_path / "run.json"
        cli("train", *SHORT, "--seed", seed, "--json", path)
        return json.loads(path.read_text())["problem"]["checksums"]

    assert checksums(5) == checksums(5)
    first, second = checksums(5), checksums(6)
    assert all(first[name] != second[name] for name in first)


@pytest.mark.parametrize("backend", ["scratch", "torch"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_train_ends_in_the_weights_of_the_proof(cli, proof: dict, tmp_path: Path, backend: str, dtype: str):
    path = tmp_path / "run.json"
    code, out, err = cli("train", "--backend", backend, *SHORT, "--dtype", dtype, "--json", path)
    assert (code, err) == (0, "")
    expected = next(run for run in proof["runs"] if run["dtype"] == dtype)
    last = f"final weights {expected['weights'][backend][:8]}, the same as after `prove` in {dtype}"
    assert out.splitlines()[-1] == last
    run = json.loads(path.read_text())
    assert run["weights"] == expected["weights"][backend]
    assert run["curve"] == [{"epoch": record["epoch"], **record[backend]} for record in expected["curve"]]
    assert run["problem"] == proof["problem"]


def test_weights_of_another_device_are_not_called_the_same(cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("compare.cli.train.device", lambda *_: "cpu:0")
    out = cli("train", "--backend", "torch", *SHORT)[1]
    assert re.fullmatch(r"final weights [0-9a-f]{8}", out.splitlines()[-1])


def test_each_line_names_training_and_validation_from_the_untrained_model_on(cli, proof: dict):
    lines = cli("train", *SHORT)[1].splitlines()
    assert lines[0] == "scratch on digits, float32: 1,438 training images, 359 for validation"
    rows = [EPOCH.fullmatch(line).groups() for line in lines if line.startswith("epoch ")]
    curve = proof["runs"][0]["curve"]
    assert [int(row[0]) for row in rows] == [0, 1, 2, 3]
    for row, record in zip(rows, (epoch["scratch"] for epoch in curve), strict=True):
        losses = f"{record['train_loss']:.4f}", f"{record['val_loss']:.4f}"
        accuracies = f"{100 * record['train_accuracy']:.2f}", f"{100 * record['val_accuracy']:.2f}"
        assert row[1:] == ("3", losses[0], accuracies[0], losses[1], accuracies[1])


def test_a_long_training_prints_few_lines(cli):
    lines = cli("train", "--data", "digits", "--epochs", 100, "--batch-size", 1438)[1].splitlines()
    assert len(lines) <= 25
    assert max(map(len, lines)) <= 80
    epochs = [int(EPOCH.fullmatch(line)[1]) for line in lines if line.startswith("epoch ")]
    assert epochs[:2] == [0, 7]
    assert epochs[-2:] == [98, 100]


def test_lines_may_be_asked_for(cli):
    options = "train", "--data", "digits", "--epochs", 5
    lines = cli(*options, "--log-epochs", 2)[1].splitlines()
    assert [EPOCH.fullmatch(line)[1] for line in lines if line.startswith("epoch ")] == ["0", "2", "4", "5"]
    lines = cli(*options, "--log-epochs", 1)[1].splitlines()
    assert len([line for line in lines if line.startswith("epoch ")]) == 6


def test_each_data_set_has_its_own_epochs(cli):
    _, out, _ = cli("train", "--data", "digits", "--batch-size", 1438, "--quiet")
    assert out.startswith("epoch 640/640: ")


@pytest.mark.parametrize(("seconds", "said"), [(9, ""), (600, "this takes about 10 minutes\n")])
def test_a_long_training_says_first_how_long_it_takes(cli, monkeypatch: pytest.MonkeyPatch, seconds: float, said: str):
    monkeypatch.setattr("compare.cli.train.step_seconds", lambda *_: seconds / 45)
    assert cli("train", *SHORT)[2] == said
    assert not cli("train", *SHORT, "--quiet")[2]


def test_the_rest_of_a_training_is_counted(cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    assert cli("train", *SHORT, "--save", tmp_path / "half")[0] == 0
    given = []
    monkeypatch.setattr("compare.cli.train.step_seconds", lambda *asked: given.append(asked) or 10)
    assert cli("train", "--resume", tmp_path / "half", "--epochs", 5, "--backend", "torch")[2] == (
        "this takes about 5 minutes\n"
    )
    monkeypatch.setattr("compare.cli.train.place", lambda: Place(0, 3, 0))
    monkeypatch.setattr("compare.cli.train._check_launched", lambda _: None)
    assert cli("train", "--resume", tmp_path / "half", "--epochs", 5, "--backend", "torch")[0] == 0
    assert given == [("torch", "float32", 6400, 10, ranks) for ranks in (1, 3)]


def test_train_quietly(cli):
    code, out, err = cli("train", *SHORT, "--quiet")
    assert (code, err) == (0, "")
    result, *why = out.splitlines()
    assert EPOCH.fullmatch(result)[1] == "3"
    assert " ".join(why) == WHY_LOWER


def test_test_images_are_tested(cli, write_mnist, tmp_path: Path):
    root = write_mnist(tmp_path)
    options = "--data", "mnist", "--data-root", root, "--epochs", 1, "--batch-size", 10, "--json", tmp_path / "json"
    _, out, _ = cli("train", *options)
    accuracy = json.loads((tmp_path / "json").read_text())["test"]
    assert f"test accuracy {100 * accuracy:.2f} %\n" in out


def test_the_file_is_named_that_was_saved(cli, tmp_path: Path):
    assert f"checkpoint: {tmp_path / 'model'}\n" in cli("train", *SHORT, "--save", tmp_path / "model")[1]
    assert "checkpoint" not in cli("train", *SHORT, "--save", tmp_path / "model", "--quiet")[1]


def test_a_training_is_kept_whole(cli, tmp_path: Path):
    root = tmp_path / "runs"
    options = *SHORT, "--runs-root", root, "--json", tmp_path / "json"
    assert cli("train", "--backend", "torch", *options, "--run", "first")[0] == 0
    written, kept = (json.loads(path.read_text()) for path in (tmp_path / "json", root / "first" / "run.json"))
    assert {key: kept[key] for key in written} == written
    last = written["curve"][-1]
    summary = {"verdict": None, "val_loss": last["val_loss"], "val_accuracy": last["val_accuracy"]}
    assert (kept["name"], kept["command"], kept["summary"]) == ("first", "train torch", summary)
    assert json.loads((root / "first" / "history.json").read_text()) == {"torch": written["curve"]}
    assert {path.stem for path in (root / "first" / "pictures").iterdir()} == {"curves", "templates"}
    checkpoint = load_checkpoint(root / "first" / "model.safetensors")
    assert [record._asdict() for record in checkpoint.progress.history] == written["curve"]


def test_pictures_are_drawn(cli, tmp_path: Path):
    assert cli("train", *SHORT, "--quiet", "--pictures", tmp_path / "new")[0] == 0
    names = {f"{what}{suffix}" for what in ("curves", "templates") for suffix in (".png", ".svg")}
    assert {path.name for path in (tmp_path / "new").iterdir()} == names


def test_log_every_prints_the_second_tutorials_line(cli):
    _, out, _ = cli("train", "--data", "digits", "--epochs", 2, "--log-every", 5)
    lines = [line for line in out.splitlines() if "Step" in line]
    assert len(lines) == 6
    assert re.fullmatch(r"Epoch: \[1/2\], Step: \[5/15\], Loss: \d\.\d{4}", lines[0])


@pytest.mark.parametrize(
    ("backend", "name", "code"), [("torch", "auto", 0), ("scratch", "auto", 0), ("scratch", "cuda", 2)]
)
def test_devices(cli, backend: str, name: str, code: int):
    options = "train", "--backend", backend, "--data", "digits", "--epochs", 1, "--device", name
    ended, _, err = cli(*options)
    assert ended == code
    assert not code or "--device cuda is for --backend torch" in err


def test_training_ends_with_advice(cli):
    _, out, _ = cli("train", "--data", "digits", "--epochs", 64, "--lr", "0.1")
    assert "is normal here, 91.7 % to 97.4 % being usual. Still improving" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= 80
