"""Bad options: one line on stderr that says what is wrong and where, exit code 2, nothing written."""

from pathlib import Path

import pytest

OPTIONS = {
    "no such precision": (["--dtype", "x"], "'--dtype': 'x' is not one of 'float32', 'float64', 'both'"),
    "no whole number": (["--seed", "x"], "Invalid value for '--seed'"),
    "unknown data set": (["--data", "mnits"], "unknown data set 'mnits'; data --list shows all"),
    "unknown option": (["--frobnicate"], "--frobnicate"),
    "unknown command": (["porve"], "porve"),
    "unknown dtype": (["--dtype", "float16"], "float16"),
    "epochs no number": (["--epochs", "many"], "--epochs"),
    "epochs 0": (["--epochs", "0"], "epochs must lie in 1 ... 1,000,000, not 0"),
    "epochs without end": (["--epochs", "1000000000000"], "epochs must lie in 1 ... 1,000,000, not 1000000000000"),
    "batch size 0": (["--batch-size", "0"], "batch size must be at least 1, not 0"),
    "batch size too large": (["--batch-size", "1439"], "batch size 1439, but only 1,438 training images"),
    "lr negative": (["--lr", "-0.1"], "lr must be above 0 and below 3.4e+38, not -0.1"),
    "lr nan": (["--lr", "nan"], "lr must be above 0 and below 3.4e+38, not nan"),
    "lr infinite": (["--lr", "inf"], "lr must be above 0 and below 3.4e+38, not inf"),
    "lr beyond float32": (["--lr", "1e300"], "lr must be above 0 and below 3.4e+38, not 1e+300"),
    "diverges at the very end": (
        ["--lr", "1e38", "--batch-size", "1438", "--epochs", "1", "--dtype", "float32"],
        "the validation loss is",
    ),
    "lr 0": (["--lr", "0"], "lr must be above 0 and below 3.4e+38, not 0.0"),
    "seed negative": (["--seed", "-1"], "seed must be 0 or more, not -1"),
    "no validation": (
        ["--val-fraction", "0"],
        "validation fraction 0 needs test images to evaluate on, and digits has none",
    ),
    "nothing to train on": (["--val-fraction", "0.9999"], ": 0 to train on"),
    "json in no folder": (["--json", "/no/such/folder/x.json"], "--json /no/such/folder/x.json: cannot be written: No"),
    "json a folder": (["--json", "."], "--json .: cannot be written: Is a directory"),
    "diverges": (["--lr", "1e38", "--epochs", "2"], "both sides diverge"),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_bad_options(refused, case: str):
    options, words = OPTIONS[case]
    data = [] if "--data" in options or options == ["porve"] else ["--data", "digits"]
    line = refused(*options, *data)
    assert words in line
    assert len(line) <= 100


def test_bad_files(refused, write_mnist, tmp_path: Path):
    root = write_mnist(tmp_path / "data", {"train-images-idx3-ubyte": b"PNG!"})
    line = refused("--data", "mnist", "--data-root", root, "--json", "proof.json")
    assert "train-images-idx3-ubyte: not an IDX file (it starts with 504e4721)" in line


def test_a_loop_of_links(refused, tmp_path: Path):
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "cannot be written: Too many levels" in refused("--data", "digits", "--json", tmp_path / "loop")
