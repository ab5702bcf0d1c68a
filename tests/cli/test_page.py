"""`page`: one file, from a new run or from the recording of another page."""

import os
import re
from pathlib import Path

import numpy as np
import pytest

from compare.data.registry import load
from compare.page.build import build, recording_of
from compare.page.content import content
from compare.page.recording import record
from compare.problem import Hyperparameters, Problem

SHORT = "--data", "digits", "--epochs", 1


def test_a_page_is_written_and_made_again(cli, tmp_path: Path):
    out = tmp_path / "page.html"
    code, said, err = cli("page", *SHORT, "--out", out)
    assert (code, said, err) == (0, f"page: {out}\n", "")
    facts, _ = recording_of(out.read_text())
    assert (facts["name"], facts["lr"], facts["epochs"]) == ("digits", 0.1, 1)
    before = out.read_bytes()
    for again in (tmp_path / "again.html", out):
        assert cli("page", "--recording", out, "--out", again, "--quiet") == (0, "", "")
        assert again.read_bytes() == before


def test_it_is_opened_if_that_is_asked_for(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    opened = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    cli("page", *SHORT, "--out", tmp_path / "page.html", "--open")
    assert opened == [(tmp_path / "page.html").as_uri()]


def test_no_option_is_shown_that_is_refused(cli):
    shown = cli("page", "--help")[1]
    assert "--batch-size" in shown
    for option in ("--momentum", "--nesterov", "--weight-decay", "--dampening"):
        assert option not in shown


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("--momentum", 0.5), "error: the page records plain SGD: omit --momentum and --weight-decay"),
        (("--weight-decay", 0.5), "error: the page records plain SGD: omit --momentum and --weight-decay"),
        (("--recording", "missing.html"), "error: missing.html: cannot be read: No such file or directory"),
        (("--recording", Path(__file__)), f"error: {__file__}: this is no page of `page`: it has no recording"),
        (("--recording", "x", "--lr", 0.1), "error: --recording PAGE has a run already: omit --lr"),
        (("--out", "nowhere/page.html"), "error: "),
    ],
)
def test_what_cannot_be_is_one_line(refused, args: tuple[object, ...], says: str):
    assert refused("page", *args).startswith(says)


@pytest.mark.parametrize(
    ("dtype", "classes", "says"),
    [
        (np.float32, 2, "the page holds pixels as bytes, and those of a.npz are float32"),
        (np.uint8, 300, "the page shows at most 256 classes, and a.npz has 300"),
    ],
)
def test_data_that_the_page_cannot_hold_are_told(refused, tmp_path: Path, dtype: type, classes: int, says: str):
    path = tmp_path / "a.npz"
    np.savez(path, images=np.full((900, 2, 2), 0.5).astype(dtype), labels=np.arange(900) % classes)
    assert refused("page", "--data", path, "--epochs", 1) == f"error: {says.replace('a.npz', str(path))}"


def test_a_run_in_which_both_sides_part_is_not_written(refused, tmp_path: Path):
    """Rounding grows at a rate that is far too high: the engine of the page could not match both."""
    out = tmp_path / "page.html"
    said = refused("page", *SHORT, "--lr", 30, "--out", out)
    words = r"error: with --lr 30 NumPy and PyTorch differ by more than the budget, first in \w+ at step \d+: "
    assert re.match(words, said)
    assert not out.exists()


def test_an_older_page_of_such_a_run_is_not_written_again(refused, tmp_path: Path):
    old, out = tmp_path / "old.html", tmp_path / "new.html"
    old.write_text(build(content(record(Problem(load("digits"), Hyperparameters(epochs=1, lr=30))))))
    words = "with --lr 30 NumPy and PyTorch differ by more than the budget, first in "
    assert refused("page", "--recording", old, "--out", out).startswith(f"error: {old}: {words}")
    assert not out.exists()


def test_a_page_that_lost_something_is_not_written_again(cli, refused, tmp_path: Path):
    out = tmp_path / "page.html"
    cli("page", *SHORT, "--out", out)
    head, mark, rest = out.read_text().rpartition('id="recording">')
    out.write_text(head + mark + rest[100:])
    assert refused("page", "--recording", out, "--out", out).startswith(f"error: {out}: the recording is damaged: ")


def test_a_pipe_is_not_waited_for(refused, tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    assert refused("page", "--recording", tmp_path / "pipe").endswith("pipe: cannot be read: it is a pipe, not a file")
