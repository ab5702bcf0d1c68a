"""Nothing is silently ignored: an empty value, a number without end, one file for two purposes."""

import inspect
from pathlib import Path
from typing import get_args

import pytest

from compare.cli.app import EXAMPLES, command
from compare.cli.values import READ, WRITTEN, check_files, check_numbers, check_values
from compare.errors import InputError

COMMANDS = {name: command(name) for name in EXAMPLES}
TYPES = {
    made.callback.__name__: {
        name: {parameter.annotation, *get_args(parameter.annotation), *get_args(get_args(parameter.annotation)[0])}
        for name, parameter in inspect.signature(made.callback, eval_str=True).parameters.items()
        if get_args(parameter.annotation)
    }
    for made in COMMANDS.values()
}


def options_of(kind: type) -> list[tuple[str, str]]:
    """Every option of every command that is given a value of this kind."""
    return [
        (command, parameter.opts[0])
        for command, made in COMMANDS.items()
        for parameter in made.params
        if parameter.opts[0].startswith("--") and kind in TYPES[command].get(parameter.name, ())
    ]


def test_all_options_are_here():
    assert {command for command, _ in options_of(Path)} == {*COMMANDS}
    assert ("train", "--save") in options_of(Path)
    assert ("prove", "--bug") in options_of(str)
    assert [name for command, name in options_of(int) if command == "train"] == [
        "--epochs", "--batch-size", "--seed", "--train-subset", "--log-epochs", "--log-every"
    ]  # fmt: skip


@pytest.mark.parametrize(("command", "name"), [*options_of(Path), *options_of(str), *options_of(int)])
def test_no_option_takes_an_empty_value(command: str, name: str):
    for args in ([name, ""], [f"{name}="]):
        with pytest.raises(InputError, match=f"^{name} is empty; give it a value, or omit it$"):
            COMMANDS[command].make_context(command, args)


@pytest.mark.parametrize(("command", "name"), options_of(int))
def test_no_number_is_too_long_to_be_refused(command: str, name: str):
    made = COMMANDS[command]
    needed = ["model" for parameter in made.params if parameter.required and parameter.opts[0] != name]
    for digits in (40, 300, 4300, 5000):
        with pytest.raises(InputError, match=f"^{name} has {digits:,} digits; a number has 39 at most$"):
            made.make_context(command, [name, "9" * digits, *needed])


REFUSED = {
    "an option": (["--bug", ""], "--bug is empty"),
    "an option of a command": (["train", "--run="], "--run is empty"),
    "an argument": (["evaluate", ""], "an argument is empty"),
    "a number": (["--epochs", "9" * 4300], "--epochs has 4,300 digits"),
    "a negative number": (["--seed", "-" + "9" * 4301], "--seed has 4,301 digits"),
    "a number with =": (["train", f"--log-every={'9' * 5000}"], "--log-every has 5,000 digits"),
    "a rate beyond floats": (["--lr", "1e999"], "lr must be above 0 and below 3.4e+38, not inf"),
    "a rate of many digits": (["--lr", "9" * 5000], "--lr has 5,000 digits"),
    "a rate that is none": (["train", "--lr", "nan"], "lr must be above 0 and below 3.4e+38, not nan"),
    "a NUL": (["train", "--save", "a\0b"], "--save has a NUL in it"),
    "one file for two": (["train", "--save", "x", "--json", "./x"], "--save x: is the file of --json too"),
    "a checkpoint on stdout": (["train", "--save", "-"], "--save -: only --json goes to stdout"),
    "a long name of a run": (["--run", "a" * 300], "File name too long"),
    "a long name of a file": (["train", "--save", "a" * 300], "cannot be written: File name too long"),
    "a long name of a folder": (["--pictures", "new/" + "a" * 300], "no folder can be there: File name too long"),
    "a run with slashes": (["--run", "a/b"], "a name has letters, digits"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_one_line_before_the_work(refused, case: str):
    args, words = REFUSED[case]
    assert words in refused(*args)


def test_resume_takes_no_epochs_of_0(cli, tmp_path: Path):
    path = tmp_path / "model"
    cli("train", "--data", "digits", "--epochs", 1, "--quiet", "--save", path)
    before = path.read_bytes()
    code, out, err = cli("train", "--resume", path, "--epochs", 0, "--save", path)
    assert (code, out, err) == (2, "", "error: epochs must lie in 1 ... 1,000,000, not 0\n")
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"json": "mine.py", "path": "./mine.py"}, "--json mine.py: is the file of FILE too"),
        ({"json": "m", "checkpoint": "m"}, "--json m: is the file of CHECKPOINT too"),
        ({"picture": "a.png", "image": "b/../a.png"}, "--picture a.png: is the file of --image too"),
        ({"json": "mine.py", "backend_name": "mine.py"}, "--json mine.py: is the file of --backend too"),
        ({"json": "m", "resume": "m", "save": "m"}, "--save m: is the file of --json too"),
        ({"save": "m", "resume": "m"}, None),
        ({"save": "scratch", "backend": "scratch"}, None),
        ({"save": "/dev/null", "json": "/dev/null"}, None),
        ({"json": "-", "path": "-"}, None),
        ({"json": None, "save": None, "checkpoint": "m", "picture": "m.png"}, None),
    ],
)
def test_no_file_is_written_that_is_used_otherwise(
    given: dict, words: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(tmp_path)
    if words:
        with pytest.raises(InputError, match=words):
            check_files(given)
    else:
        check_files(given)


@pytest.mark.parametrize(
    "args",
    [
        ["--json", "12345678901234567890123456789012345678901234567890"],
        ["--seed", str(2**128 - 1)],
        ["--quiet", "--data=digits"],
        ["a=", "--json", "b="],
        ["--lr", "1e-3"],
    ],
)
def test_what_has_a_meaning_is_taken(args: list[str]):
    check_values(args)
    check_numbers({"seed": 2**128 - 1, "quiet": True, "json": "9" * 50})


def test_what_names_a_file_is_compared_with_the_others():
    paths = {parameter for types in TYPES.values() for parameter, kinds in types.items() if Path in kinds}
    folders, never_overwritten = {"data_root", "runs_root", "pictures"}, {"new"}
    assert paths - folders - never_overwritten == {*WRITTEN, *READ} - {"backend", "backend_name", "against"}
