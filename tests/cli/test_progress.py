"""How long a command takes, said before and while it works."""

import io
import sys

import pytest

from compare.cli import progress as module
from compare.cli.progress import announce, duration, progress


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "1 second"),
        (1.4, "1 second"),
        (4.4, "4 seconds"),
        (20, "20 seconds"),
        (24.9, "20 seconds"),
        (89, "90 seconds"),
        (90, "2 minutes"),
        (400, "7 minutes"),
        (5399, "90 minutes"),
        (5400, "1.5 hours"),
    ],
)
def test_a_time_is_said_as_people_say_it(seconds: float, text: str):
    assert duration(seconds) == text


def test_only_what_is_long_is_announced(capsys: pytest.CaptureFixture):
    announce(9.9, quiet=False)
    announce(50, quiet=True)
    assert capsys.readouterr() == ("", "")
    announce(10, quiet=False)
    assert capsys.readouterr() == ("", "this takes about 10 seconds\n")


def steps(count: int, **options) -> None:
    with progress(count, **options) as advance:
        for n in range(count):
            advance(f"step {n + 1}")


def test_where_there_is_no_terminal_three_lines_say_how_far_it_is(capsys, monkeypatch: pytest.MonkeyPatch):
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    steps(10, quiet=False)
    out, err = capsys.readouterr()
    # the clock is asked at the beginning and for each line
    assert err.splitlines() == [
        "25 %: step 3, about 30 seconds left",
        "50 %: step 5, about 20 seconds left",
        "75 %: step 8, about 10 seconds left",
    ]
    assert out == ""


def test_what_takes_a_moment_only_says_nothing(capsys, monkeypatch: pytest.MonkeyPatch):
    clock = iter(range(0, 1000, 10))
    monkeypatch.setattr(module.time, "perf_counter", lambda: next(clock))
    steps(10, quiet=False, after=15)
    assert [line[:4] for line in capsys.readouterr().err.splitlines()] == ["50 %", "75 %"]


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 7, 100])
def test_no_quarter_is_told_twice(capsys: pytest.CaptureFixture, count: int):
    steps(count, quiet=False)
    quarters = [line.split(" ")[0] for line in capsys.readouterr().err.splitlines()]
    assert quarters == sorted(set(quarters))
    assert set(quarters) <= {"25", "50", "75"}
    assert count < 4 or quarters == ["25", "50", "75"]


@pytest.mark.parametrize("options", [{"quiet": True}, {"quiet": False, "plain": False}])
def test_nothing_is_said_where_nothing_is_wanted(capsys: pytest.CaptureFixture, options: dict):
    steps(10, **options)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("quiet", "shown"), [(False, True), (True, False)])
def test_a_terminal_has_a_bar(monkeypatch: pytest.MonkeyPatch, quiet: bool, shown: bool):
    terminal = io.StringIO()
    terminal.isatty = lambda: True
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    steps(50, quiet=quiet, plain=False)
    assert ("100 %" in terminal.getvalue()) is shown
    assert ("step 50" in terminal.getvalue()) is shown
