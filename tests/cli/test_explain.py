"""`explain`: one image through the six equations."""

import functools
import json
import re
from pathlib import Path

import numpy as np
import pytest

from compare.cli import explain as explain_command
from compare.proof.explanation import STAGES


def test_explain_shows_every_equation_and_small_differences(cli, checkpoint: Path, tmp_path: Path):
    code, out, _ = cli("explain", checkpoint, "--index", 7, "--json", tmp_path / "json")
    assert code == 0
    result = json.loads((tmp_path / "json").read_text())
    assert list(result["quantities"]) == list(STAGES)
    assert re.findall(r"^(E\d) ", out, re.MULTILINE) == [tag for tag, _ in STAGES.values()]
    for name, row in result["quantities"].items():
        ours, theirs = np.array(row["scratch"]), np.array(row["torch"])
        assert np.abs(ours).max() > 0, name
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6 * np.abs(theirs).max())
    values = {name: np.array(row["scratch"]) for name, row in result["quantities"].items()}
    np.testing.assert_allclose(values["exponentials"] / values["sum"], values["probabilities"], rtol=1e-6)
    assert values["loss"] == pytest.approx(-np.log(values["probabilities"][result["label"]]), rel=1e-5)
    assert values["dZ"].sum() == pytest.approx(0, abs=1e-6)


def test_every_number_is_printed_with_its_difference(cli, checkpoint: Path, tmp_path: Path):
    _, out, _ = cli("explain", checkpoint, "--index", 7, "--json", tmp_path / "json")
    result = json.loads((tmp_path / "json").read_text())
    assert out.splitlines()[0] == f"mnist5k, validation: image 7 of 1,000, label {result['label']}"
    answer = int(np.argmax(result["quantities"]["probabilities"]["torch"]))
    assert result["prediction"] == {"scratch": answer, "torch": answer}
    told = f"predicted class: {answer} on both sides; learning rate of the step (E6): 0.001"
    assert out.splitlines()[1:3] == [told, ""]
    assert max(map(len, out.splitlines())) <= 80
    rule = next(line for line in out.splitlines() if line.startswith("─"))
    first = next(line for line in out.splitlines() if line.startswith("E1 "))
    assert len(rule.rstrip()) == len(first.rstrip()), "the rule ends where the numbers end"
    rows = [" ".join(line.split()) for line in out.splitlines()]
    heads = [n for n, row in enumerate(rows) if re.match(r"E\d ", row)]
    assert [rows[n - 1] for n in heads[1:]] == [""] * (len(STAGES) - 1), "a line between two stages"
    for name, (tag, meaning) in STAGES.items():
        ours, theirs = (np.atleast_1d(result["quantities"][name][side]) for side in ("scratch", "torch"))
        for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
            heading = f"{tag} {meaning} " if k == 0 else ""
            which = f"{k} " if len(ours) > 1 else ""
            assert f"{heading}{which}{a:.9g} {b:.9g} {abs(a - b):.1e}" in rows


def test_the_rate_of_the_step_can_be_chosen(cli, checkpoint: Path, refused, tmp_path: Path):
    def norms(*options: object) -> list[float]:
        code, out, _ = cli("explain", checkpoint, "--index", 7, "--json", tmp_path / "json", *options)
        found = json.loads((tmp_path / "json").read_text())
        assert (code, found["lr"]) == (0, options[1] if options else 1e-3)
        assert f"learning rate of the step (E6): {found['lr']:g}\n" in out
        return found["quantities"]["W_norm"]["scratch"]

    assert norms() == norms("--lr", 1e-3) != norms("--lr", 1.0)
    assert "lr must be above 0 and below 3.4e+38" in refused("explain", checkpoint, "--index", 7, "--lr", -1)


def test_the_sides_may_answer_differently_and_classes_have_names():
    answer = functools.partial(explain_command._answer, names=("0", "Ankle boot"))
    assert answer({"scratch": 0, "torch": 0}) == "0 on both sides"
    assert answer({"scratch": 1, "torch": 1}) == "1 (Ankle boot) on both sides"
    assert answer({"scratch": 0, "torch": 1}) == "0 by scratch, 1 (Ankle boot) by torch"


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
