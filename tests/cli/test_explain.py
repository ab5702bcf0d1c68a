"""`explain`: one image through the six equations."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from compare.proof.explanation import SHOWN


def test_explain_shows_every_equation_and_small_differences(cli, checkpoint: Path, tmp_path: Path):
    code, out, _ = cli("explain", checkpoint, "--index", 7, "--json", tmp_path / "json")
    assert code == 0
    result = json.loads((tmp_path / "json").read_text())
    assert list(result["quantities"]) == list(SHOWN)
    assert re.findall(r"^(E\d) ", out, re.MULTILINE) == [tag for tag, _ in SHOWN.values()]
    for name, row in result["quantities"].items():
        ours, theirs = np.array(row["scratch"]), np.array(row["torch"])
        assert np.abs(ours).max() > 0, name
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=2e-6 * np.abs(theirs).max())
    values = {name: np.array(row["scratch"]) for name, row in result["quantities"].items()}
    np.testing.assert_allclose(values["exponentials"] / values["sum"], values["probabilities"], rtol=1e-6)
    assert values["loss"] == pytest.approx(-np.log(values["probabilities"][result["label"]]), rel=1e-5)
    assert values["dZ"].sum() == pytest.approx(0, abs=1e-6)


def test_an_index_that_is_not_there_is_refused(refused, checkpoint: Path):
    assert "index -1: mnist5k, validation has the images 0 ... 999" in refused("explain", checkpoint, "--index", -1)
