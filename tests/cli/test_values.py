"""Nothing is silently ignored: an empty value, a number without end or in other signs, an option given twice."""

import inspect
from pathlib import Path
from typing import Any, get_args

import pytest

from compare.cli.app import EXAMPLES, command
from compare.cli.values import check_numbers, check_values
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
        "--epochs", "--batch-size", "--seed", "--train-subset", "--size", "--log-epochs", "--log-every"
    ]  # fmt: skip


@pytest.mark.parametrize(("command", "name"), [*options_of(Path), *options_of(str), *options_of(int)])
def test_no_option_takes_an_empty_value(command: str, name: str):
    for args in ([name, ""], [f"{name}="]):
        with pytest.raises(InputError, match=f"^{name} is empty; give it a value, or omit it$"):
            COMMANDS[command].make_context(command, args)


@pytest.mark.parametrize(("command", "name"), options_of(int))
def test_no_number_is_too_long_to_be_refused(command: str, name: str):
    made = COMMANDS[command]
    word = "lr" if command == "experiment" else "model"
    needed = [word for parameter in made.params if parameter.required and parameter.opts[0] != name]
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
    "a long name of an exercise": (["exercise", "--new", "a" * 300], "cannot be written: File name too long"),
    "a file with the name of a folder": (["data", "digits", "--picture", "x.png/"], "x.png/: is the name of a folder"),
    "a checkpoint with the name of a folder": (["train", "--save", "x/"], "--save x/: is the name of a folder"),
    "an exercise with the name of a folder": (["exercise", "--new", "x/"], "--new x/: is the name of a folder"),
    "a long name of a folder of runs": (["runs", "--runs-root", "a" * 300], "a: cannot be read: File name too long"),
    "what a terminal would obey": (["train", "--json", "no/\33[2Jé"], "--json no/\\x1b[2Jé: cannot be written"),
    "an exercise on stdout": (["exercise", "--new", "-"], "--new -: only --json goes to stdout; name a file"),
    "a page on stdout": (["page", "--out", "-"], "--out -: only --json goes to stdout"),
    "a page that cannot be written": (["page", "--out", "/proc/x"], "--out /proc/x: cannot be written"),
    "pictures on stdout": (["--pictures", "-"], "--pictures -: only --json goes to stdout; name a folder"),
    "pictures that cannot be written": (["train", "--pictures", "/proc/x"], "--pictures /proc/x: /proc cannot be"),
    "a run that cannot be written": (["--run", "x", "--runs-root", "/proc"], "--run x: /proc cannot be written to"),
    "a long name of a run": (["--run", "a" * 300], "File name too long"),
    "a long name of a file": (["train", "--save", "a" * 300], "cannot be written: File name too long"),
    "a long name of a folder": (["--pictures", "new/" + "a" * 300], "no folder can be there: File name too long"),
    "a run with slashes": (["--run", "a/b"], "a name has letters, digits"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_one_line_before_the_work(refused, case: str):
    args, words = REFUSED[case]
    assert words in refused(*args)


def numbers() -> list[tuple[str, str, str]]:
    """Every option that takes a number, with what Python takes for one."""
    texts = {int: ("1_0", "\u0661", " 7", "7\n"), float: ("1_0.5", "0.\u0661", "1e-3 ")}
    return [(*option, text) for kind in texts for option in options_of(kind) for text in texts[kind]]


@pytest.mark.parametrize(("command", "name", "text"), numbers())
def test_a_number_is_written_in_plain_digits(command: str, name: str, text: str):
    made = COMMANDS[command]
    needed = {"evaluate": ["m"], "predict": ["m"], "explain": ["m"] if name == "--index" else ["m", "--index", "1"]}
    needed["experiment"] = ["lr"]
    # what Typer itself refuses has words of its own
    with pytest.raises(
        Exception, match=rf"^{name} '.*': a number is written in the digits 0 to 9|valid (integer|number)"
    ):
        made.make_context(command, [name, text, *needed.get(command, [])])


@pytest.mark.parametrize(("command", "made"), COMMANDS.items())
def test_no_option_is_given_twice(command: str, made: Any):
    for option in made.params:
        if option.opts[0].startswith("--"):
            value = [] if option.is_flag else ["7"]
            args = [option.opts[0], *value, "m", option.opts[0], *value]
            with pytest.raises(InputError, match=f"^{option.opts[0]} is given 2 times; give it once$"):
                made.make_context(command, args)


def test_resume_takes_no_epochs_of_0(cli, tmp_path: Path):
    path = tmp_path / "model"
    cli("train", "--data", "digits", "--epochs", 1, "--quiet", "--save", path)
    before = path.read_bytes()
    code, out, err = cli("train", "--resume", path, "--epochs", 0, "--save", path)
    assert (code, out, err) == (2, "", "error: epochs must lie in 1 ... 1,000,000, not 0\n")
    assert path.read_bytes() == before


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
    given = {"seed": 2**128 - 1, "quiet": True, "json": "9" * 50, "lr": 1e-3}
    check_numbers(given, {"seed": str(2**128 - 1), "quiet": True, "json": "1_0", "lr": "+1.E-3"}, {})
