"""`evaluate`: a checkpoint on a data set."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

import scratch
from compare.training.loop import Training


@pytest.mark.parametrize("backend", ["scratch", "torch"])
def test_evaluate(cli, checkpoint: Path, trained: Training, tmp_path: Path, backend: str):
    code, out, _ = cli("evaluate", checkpoint, "--backend", backend, "--json", tmp_path / "json")
    assert code == 0
    result = json.loads((tmp_path / "json").read_text())
    model = scratch.SoftmaxRegression(*trained.side.state()[:2])
    loss, accuracy = scratch.evaluate(model, *trained.problem.validation)
    assert (result["data"], result["split"], result["images"]) == ("mnist5k", "validation", 1000)
    assert result["loss"] == pytest.approx(loss, rel=1e-6)
    assert result["accuracy"] == accuracy > 0.9
    assert np.trace(result["confusion"]) == round(1000 * accuracy)
    assert len(re.findall(r"^ +\d( +[\d.]+){12}$", out, re.MULTILINE)) == 10
    assert out.splitlines()[-1] == f"mnist5k, validation: loss {loss:.4f}, accuracy {accuracy:.4f}"


REFUSED = {
    "other data": (["--data", "digits"], "takes 784 pixels to 10 classes; digits has 64 and 10"),
    "no test images": (["--split", "test"], "mnist5k has no test images; take --split validation"),
    "no such split": (["--split", "tset"], "tset"),
    "unknown backend": (["--backend", "jax"], "unknown backend 'jax'"),
    "unknown data": (["--data", "mnits"], "unknown data set 'mnits'"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_one_line(refused, checkpoint: Path, case: str):
    options, words = REFUSED[case]
    assert words in refused("evaluate", checkpoint, *options)


def test_a_damaged_checkpoint_is_told(refused, checkpoint: Path, tmp_path: Path):
    (tmp_path / "cut").write_bytes(checkpoint.read_bytes()[:-5])
    for command in (["evaluate"], ["predict", "--index", 1], ["explain", "--index", 1]):
        assert "cut" in refused(command[0], tmp_path / "cut", *command[1:])
