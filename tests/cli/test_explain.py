"""`explain`: one image through the six equations."""

import functools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save_file

from compare.cli import explain as explain_command
from compare.data.registry import load
from compare.problem import Hyperparameters, Problem
from compare.proof.explanation import STAGES
from compare.training.checkpoint import load_checkpoint, save_checkpoint
from compare.training.loop import Training
from compare.training.train import train


def test_explain_computes_every_equation_with_small_differences(cli, checkpoint: Path, tmp_path: Path):
    assert cli("explain", checkpoint, "--index", 7, "--json", tmp_path / "json")[0] == 0
    result = json.loads((tmp_path / "json").read_text())
    assert list(result["quantities"]) == list(STAGES)
    # all that follows from the logits is off as far as these are rounded, however small it is
    logits = np.abs(result["quantities"]["logits"]["torch"]).max()
    for name, row in result["quantities"].items():
        ours, theirs = np.array(row["scratch"]), np.array(row["torch"])
        assert np.abs(ours).max() > 0, name
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6 * max(logits, np.abs(theirs).max()))
    values = {name: np.array(row["scratch"]) for name, row in result["quantities"].items()}
    np.testing.assert_allclose(values["exponentials"] / values["sum"], values["probabilities"], rtol=1e-6)
    assert values["loss"] == pytest.approx(-np.log(values["probabilities"][result["label"]]), rel=1e-5)
    assert values["dZ"].sum() == pytest.approx(0, abs=1e-6)
    assert values["db"].tolist() == values["dZ"].tolist(), "N is 1"
    assert values["loss_after"] < values["loss"]


def test_explain_is_a_walk_of_one_screen(cli, checkpoint: Path, trained: Training, tmp_path: Path):
    _, out, _ = cli("explain", checkpoint, "--index", 7, "--json", tmp_path / "json")
    result, lines = json.loads((tmp_path / "json").read_text()), out.splitlines()
    values = {name: np.array(row["scratch"]) for name, row in result["quantities"].items()}
    label, answer = result["label"], int(values["probabilities"].argmax())
    verdict = "right" if label == answer else "wrong"
    assert re.fullmatch(r"mnist5k, validation: image 7 of 1,000 \(data --index \d+\)", lines[0])
    assert lines[1:3] == [f"label {label}; predicted {answer} on both sides: {verdict}", ""]
    assert result["prediction"] == {"scratch": answer, "torch": answer}
    assert max(map(len, lines)) <= 80
    assert len(lines) <= 40
    assert re.findall(r"^(E\d)  ", out, re.MULTILINE) == ["E1", "E2", "E3", "E4", "E5", "E6"]
    words = " ".join(out.split())
    assert f"{label} up ({-values['dZ'][label]:.2g})" in words
    assert "N = 1: this image is the whole batch (in training a batch has 100)" in words
    # the entry is that of the label and the brightest pixel
    k, i = result["entry"]["class"], result["entry"]["pixel"]
    image = trained.problem.validation[0][7]
    assert (k, i) == (label, image.argmax())
    x = image[i] / 255
    assert f"dW[{k}, {i}] = dZ[{k}] X[{i}] = {values['dZ'][k]:.4g} x {x:.4g} = {values['dW_entry']:.4g}." in words
    assert f"(row {i // 28}, column {i % 28}, from 0)" in words
    state = trained.side.state()
    for name, old, new in (
        (f"W[{k}, {i}]", state.W[k, i], values["W_entry"]),
        (f"b[{k}]", state.b[k], values["b"][k]),
    ):
        before, after = re.search(rf"{re.escape(name)}: (\S+) - 0.1 x \S+ = (\S+)\. ", words).groups()
        assert float(before) == pytest.approx(old, abs=1e-4)
        assert float(after) == pytest.approx(new, abs=1e-4)
    before, after = (f"{values[name]:.4g}" for name in ("loss", "loss_after"))
    assert f"loss of this image is {before} before the step and {after} after it." in words
    before, after = (f"{values[name][k]:.4g}" for name in ("logits", "logits_after"))
    assert f"the logit of the label, Z[{k}], goes from {before} to {after}," in words
    apart = max(np.abs(np.subtract(row["scratch"], row["torch"])).max() for row in result["quantities"].values())
    assert lines[-1] == f"Computed by scratch; torch differs by {apart:.1e} at most (--details shows both)."


def test_details_print_every_number_with_its_difference(cli, checkpoint: Path, tmp_path: Path):
    _, short, _ = cli("explain", checkpoint, "--index", 7)
    _, out, _ = cli("explain", checkpoint, "--index", 7, "--details", "--json", tmp_path / "json")
    result = json.loads((tmp_path / "json").read_text())
    *walk, said = short.splitlines()
    assert out.splitlines()[: len(walk) + 1] == [*walk, said.replace("--details shows both", "below")]
    table = out.splitlines()[len(walk) + 2 :]
    assert max(map(len, table)) <= 80
    rule = next(line for line in table if line.startswith("─"))
    first = next(line for line in table if line.startswith("E1 "))
    assert len(rule.rstrip()) == len(first.rstrip()), "the rule ends where the numbers end"
    rows = [" ".join(line.split()) for line in table]
    heads = [n for n, row in enumerate(rows) if re.match(r"E\d ", row)]
    assert [rows[n - 1] for n in heads[1:]] == [""] * (len(STAGES) - 1), "a line between two stages"
    for name, (tag, meaning) in STAGES.items():
        ours, theirs = (np.atleast_1d(result["quantities"][name][side]) for side in ("scratch", "torch"))
        for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            heading = f"{tag} {meaning} " if k == 0 else ""
            which = f"{k} " if len(ours) > 1 else ""
            assert f"{heading}{which}{a:.9g} {b:.9g} {abs(a - b):.1e}" in rows


def test_the_rate_is_that_of_the_training_unless_one_is_given(cli, checkpoint: Path, refused, tmp_path: Path):
    def norms(*options: object, file: Path = checkpoint) -> tuple[list[float], str, str]:
        code, out, _ = cli("explain", file, "--index", 7, "--json", tmp_path / "json", *options)
        found = json.loads((tmp_path / "json").read_text())
        assert code == 0
        return found["quantities"]["W_norm"]["scratch"], found["lr_from"], " ".join(out.split())

    trained, where, told = norms()
    assert where == "checkpoint"
    assert "The rate is 0.1, the rate of the training, from the checkpoint. W[" in told
    asked, where, told = norms("--lr", 0.1)
    assert (asked, where) == (trained, "option")
    assert "The rate is 0.1, as --lr says. W[" in told
    assert norms("--lr", 1e-3)[0] != trained
    state = load_checkpoint(checkpoint).state
    save_file({"linear.weight": state.W, "linear.bias": state.b}, tmp_path / "weights")
    usual, where, told = norms(file=tmp_path / "weights")
    assert (usual, where) == (norms("--lr", 1e-3)[0], "default")
    assert "The rate is 0.001, the usual one, because this file names no rate. W[" in told
    assert "in training" not in told
    assert "lr must be above 0 and below 3.4e+38" in refused("explain", checkpoint, "--index", 7, "--lr", -1)


def test_what_the_step_of_the_training_had_besides_is_said(cli, tmp_path: Path):
    chosen = Hyperparameters(epochs=1, lr=0.01, momentum=0.9, weight_decay=1e-4)
    save_checkpoint(tmp_path / "model", train(Problem(load("digits"), chosen)))
    code, out, _ = cli("explain", tmp_path / "model", "--index", 7)
    assert code == 0
    told = "The rate is 0.01, the rate of the training, from the checkpoint "
    assert told + "(without its momentum 0.9 and weight decay 0.0001)." in " ".join(out.split())
    told = " ".join(cli("explain", tmp_path / "model", "--index", 7, "--lr", 0.5)[1].split())
    assert "The rate is 0.5, as --lr says. W[" in told
    assert "(row " in out
    assert len(out.splitlines()) <= 40


@pytest.fixture
def drawn_one(tmp_path: Path) -> Path:
    """A picture of one's own: a vertical line."""
    picture = Image.new("L", (50, 50), 255)
    picture.paste(0, (20, 10, 28, 40))
    picture.save(tmp_path / "me.png")
    return tmp_path / "me.png"


def test_a_picture_of_ones_own(cli, checkpoint: Path, drawn_one: Path, tmp_path: Path):
    code, out, _ = cli("explain", checkpoint, "--image", drawn_one, "--label", 1, "--json", tmp_path / "json")
    result = json.loads((tmp_path / "json").read_text())
    assert (code, result["label"], result["data"], result["index"]) == (0, 1, None, None)
    assert out.splitlines()[0] == str(drawn_one)
    assert out.splitlines()[1].startswith("label 1; predicted ")
    assert "████" in out
    assert len(out.splitlines()) <= 40
    raw = cli("explain", checkpoint, "--image", drawn_one, "--label", 1, "--raw")[1]
    assert raw.splitlines()[0] == str(drawn_one)
    assert raw != out


REFUSED = {
    "--image me.png": "--image needs --label CLASS: the loss is of the class that the picture shows",
    "--image me.png --label ten": "--label ten: no class of the model; they are 0, 1, ... 9",
    "--image me.png --label 10": "--label 10: no class of the model; they are 0, 1, ... 9",
    "--image me.png --label 1 --index 2": "either --index N or --image FILE --label CLASS says what to explain",
    "": "either --index N or --image FILE --label CLASS says what to explain",
}


@pytest.mark.parametrize("line", REFUSED)
def test_which_image_has_to_be_said(refused, checkpoint: Path, drawn_one: Path, line: str):
    words = [drawn_one if word == "me.png" else word for word in line.split()]
    assert refused("explain", checkpoint, *words) == f"error: {REFUSED[line]}"


def test_one_side_may_be_right_alone(cli, checkpoint: Path, user_file, one_function):
    path = user_file(one_function("log_softmax", "return scratch.log_softmax(-Z)"))
    code, out, _ = cli("explain", checkpoint, "--index", 12, "--backend", path)
    assert code == 0
    assert re.match(r"label 6; predicted \d by mine, 6 by torch: one is right$", out.splitlines()[1])


def test_large_weights_are_explained_too(cli, tmp_path: Path, user_file, one_function):
    W = np.full((10, 784), 1e35, np.float32)
    W[1] *= -1
    save_file({"linear.weight": W, "linear.bias": np.zeros(10, np.float32)}, tmp_path / "weights")
    code, out, err = cli("explain", tmp_path / "weights", "--index", 7, "--details")
    assert (code, err) == (0, "")
    assert re.search(r"The largest is that of 0, \d\.\d+e\+36\.", " ".join(out.split()))
    path = user_file(one_function("logits", "return np.where(W @ X[0] < 0, -np.inf, np.inf)[None].astype(X.dtype)"))
    code, out, err = cli("explain", tmp_path / "weights", "--index", 7, "--backend", path)
    assert (code, err) == (0, "")
    assert "Not all are finite." in " ".join(out.split())


def test_the_sides_may_answer_differently_and_classes_have_names():
    answer = functools.partial(explain_command._answer, names=("0", "Ankle boot"))
    assert answer({"scratch": 0, "torch": 0}) == "0 on both sides"
    assert answer({"scratch": 1, "torch": 1}) == "Ankle boot (class 1) on both sides"
    assert answer({"scratch": 0, "torch": 1}) == "0 by scratch, Ankle boot (class 1) by torch"


def test_one_side_can_be_laid_beside_itself(cli, checkpoint: Path, tmp_path: Path):
    options = "--index", 7, "--against", "scratch", "--json", tmp_path / "json"
    assert cli("explain", checkpoint, *options)[0] == 0
    values = json.loads((tmp_path / "json").read_text())["quantities"]["logits"]
    assert values["scratch"] == values["scratch (against)"]


def test_both_sides_are_drawn(cli, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    drawn = []
    monkeypatch.setattr(explain_command, "save_picture", lambda figure, path: drawn.append((figure, path)))
    assert cli("explain", checkpoint, "--index", 7, "--picture", tmp_path / "x.svg")[0] == 0
    ((figure, path),) = drawn
    assert path == tmp_path / "x.svg"
    assert len(figure.axes[1].containers) == 2
    assert figure.get_supxlabel().startswith("scratch: ")
    assert "; it is " in figure.get_supxlabel()


def test_an_index_that_is_not_there_is_refused(refused, checkpoint: Path):
    assert "index -1: mnist5k, validation has the images 0 ... 999" in refused("explain", checkpoint, "--index", -1)
