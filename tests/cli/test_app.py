"""The manners of the command line: help, streams, Ctrl-C, errors, exit codes."""

import json
import os
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from compare.cli import app as app_module
from compare.cli import prove as prove_command

ROOT = Path(__file__).parents[2]


SHORT = "--data", "digits", "--epochs", "3"


LEARNING = [
    "prove",
    "train",
    "data",
    "evaluate",
    "predict",
    "explain",
    "experiment",
    "page",
    "bugs",
    "exercise",
    "runs",
]


@pytest.mark.parametrize("command", [(), *[(name,) for name in LEARNING]])
def test_help_has_an_example_and_groups_in_80_columns(cli, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]):
    monkeypatch.setenv("COLUMNS", "80")
    code, out, _ = cli(*command, "--help")
    assert code == 0
    assert "Example" in out
    assert "python -m compare" in out
    assert "<bool>" not in out
    assert max(map(len, out.splitlines())) <= 80
    if command:
        groups = re.findall(r"╭─ (.*?) ─", out)
        order = ["Arguments", "Exercise", "What is compared", "Model", "Training", "Data", "Output"]
        assert [group for group in groups if group not in order] == []
        assert groups[-1] == "Output"
        assert "--help" in out[out.index("─ Output ─") :]


@pytest.mark.parametrize("name", LEARNING)
def test_help_shows_every_text_as_it_is(cli, monkeypatch: pytest.MonkeyPatch, name: str):
    """Typer would take brackets for markup."""
    monkeypatch.setenv("COLUMNS", "300")
    shown = "".join(cli(name, "--help")[1].replace("│", "").split())
    command = app_module.command(name)
    for text in (command.help, *(parameter.help for parameter in command.params if parameter.help)):
        assert "".join(text.split()) in shown


def test_commands_stand_in_the_order_of_learning(cli):
    _, out, _ = cli("--help")
    assert re.findall(r"^│ (\w+) ", out[out.index("─ Commands ─") :], re.MULTILINE) == LEARNING


TELL_MODULES = """
import ast, sys
parse = ast.parse
ast.parse = lambda *args: print("parsed", file=sys.stderr) or parse(*args)
from compare.cli import app
try:
    app.main()
except SystemExit:
    print(*sys.modules, file=sys.stderr)
"""


def test_a_list_of_commands_imports_none():
    """So that --help is instant."""
    shown = subprocess.run([sys.executable, "-c", TELL_MODULES, "--help"], capture_output=True, text=True, check=True)
    assert "Commands" in shown.stdout
    assert not {"numpy", "scratch", "compare.cli.prove", "compare.cli.options"} & set(shown.stderr.split())


@pytest.mark.parametrize(
    ("args", "heavy"),
    [
        (("bugs", "--list"), {"torch", "matplotlib", "compare.bugs.survey", "compare.bugs.generated.survey"}),
        (("data", "--list"), {"torch", "matplotlib", "compare.bugs.catalogue", "compare.proof.run"}),
        (("prove", "--help"), {"torch", "matplotlib", "pydantic"}),
        (("runs", "--help"), {"torch", "matplotlib", "pydantic", "compare.proof.run"}),
        (("exercise", "--help"), {"torch", "matplotlib", "pydantic", "compare.exercise.ladder", "compare.proof.run"}),
    ],
)
def test_what_computes_is_not_imported_for_a_list(args: tuple[str, ...], heavy: set[str]):
    run = subprocess.run([sys.executable, "-c", TELL_MODULES, *args], capture_output=True, text=True, check=True)
    assert not (heavy | {"parsed"}) & set(run.stderr.split()), "only the list of commands reads what the others do"


def test_help_has_the_default_epochs_in_numbers(cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    _, out, _ = cli("prove", "--help")
    assert "Default: 240 for mnist5k, 640 for digits, 20 for mnist; of your own data as many as" in out
    assert "0 = off, 0.9 is usual" in out


@pytest.mark.parametrize("args", [("--version",), ("--no-color", "--version")])
def test_the_version(cli, args: tuple[str, ...]):
    assert cli(*args) == (0, f"softmax-regression-twice {version('softmax-regression-twice')}\n", "")


@pytest.fixture
def colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal that shows colours."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")


GREEN = "\x1b[32m"


SCREEN = "--data", "digits", "--epochs", 1, "--dtype", "float32"


@pytest.mark.usefixtures("colours", "proven_once")
@pytest.mark.parametrize("args", [("--no-color", *SCREEN), ("prove", *SCREEN, "--no-color")])
def test_colours_can_be_switched_off(cli, args: tuple[object, ...]):
    assert GREEN in cli(*SCREEN)[1]
    code, out, _ = cli(*args)
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*3\d", out)


@pytest.mark.usefixtures("colours", "proven_once")
def test_the_variable_switches_colours_off(cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("NO_COLOR", "1")
    assert GREEN not in cli(*SCREEN)[1]


def test_every_command_knows_how_to_print_without_colours(cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "200")
    for name in LEARNING:
        assert "Print without colors" in cli(name, "--help")[1], name


def test_a_completion_is_shown_for_the_script(cli, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    monkeypatch.setattr("typer.completion._get_shell_name", lambda: "bash")
    code, out, err = cli("--show-completion")
    if "requires an argument" in err:  # by the version of Typer, when no shell was found at its start
        code, out, err = cli("--show-completion", "bash")
    assert (code, err) == (0, "")
    assert "_SOFTMAX_TWICE_COMPLETE=complete_bash" in out


@pytest.mark.parametrize(
    ("typed", "offered", "not_offered"),
    [
        ("softmax-twice ", {"prove", "train", "runs"}, {"--lr"}),
        ("softmax-twice tr", {"train"}, {"prove"}),
        ("softmax-twice --", {"--version", "--lr", "--details"}, {"prove"}),
        ("softmax-twice train --r", {"--resume", "--run", "--runs-root"}, {"--lr"}),
        ("softmax-twice --lr 0.1 --mo", {"--momentum"}, {"--lr"}),
    ],
)
def test_a_shell_completes(cli, monkeypatch: pytest.MonkeyPatch, typed: str, offered: set[str], not_offered: set[str]):
    monkeypatch.setattr(app_module, "_program", lambda: "softmax-twice")
    monkeypatch.setenv("_SOFTMAX_TWICE_COMPLETE", "complete_bash")
    monkeypatch.setenv("COMP_WORDS", typed)
    monkeypatch.setenv("COMP_CWORD", str(len(typed.split(" ")) - 1))
    code, out, _ = cli()
    assert code == 0
    assert offered <= set(out.split())
    assert not not_offered & set(out.split())


@pytest.mark.parametrize(
    ("argv", "name"),
    [
        (["/usr/bin/softmax-twice", "train"], "softmax-twice"),
        (["C:\\softmax-twice.exe"], "softmax-twice"),
        (["compare/__main__.py", "--show-completion"], "softmax-twice"),
        (["compare/__main__.py", "train"], "python -m compare"),
    ],
)
def test_the_program_is_called_as_it_was_called(monkeypatch: pytest.MonkeyPatch, argv: list[str], name: str):
    monkeypatch.setattr("sys.argv", argv)
    if "\\" not in argv[0] or os.name == "nt":
        assert app_module._program() == name


def test_a_crash_is_not_taken_for_a_difference(cli, monkeypatch: pytest.MonkeyPatch):
    def crash(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(prove_command, "prove_each", crash)
    code, _, err = cli(*SHORT)
    assert code == 2
    assert "ZeroDivisionError" in err


@pytest.mark.usefixtures("proven_once")
def test_json_goes_to_stdout(cli):
    code, out, _ = cli(*SHORT, "--quiet", "--json", "-")
    assert code == 0
    assert json.JSONDecoder().raw_decode(out)[0]["verdict"] == "match"


COMMANDS = {
    "prove": ("prove", *SHORT, "--dtype", "float32"),
    "train": ("train", *SHORT),
    "data": ("data", "digits"),
    "list": ("data", "--list"),
    "evaluate": ("evaluate", "MODEL"),
    "predict": ("predict", "MODEL", "--index", 3),
    "explain": ("explain", "MODEL", "--index", 3),
    "runs": ("runs",),
    "experiment": ("experiment", "dataset", "--data-root", "."),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_json_on_stdout_is_alone_there(cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str):
    monkeypatch.chdir(tmp_path)
    assert cli("train", *SHORT, "--quiet", "--save", "MODEL")[0] == 0
    code, out, err = cli(*COMMANDS[name], "--json", "-")
    assert code == 0
    assert json.loads(out)
    assert err, "what the command says to people goes to stderr"
    assert cli("data", "digits")[1].startswith("digits: "), "and the next one has its stdout back"


@pytest.mark.parametrize("name", ["two  spaces.py", "[bold].py", ":smile:.py", "a\nb.py"])
def test_the_name_of_a_file_is_told_as_it_is_in_one_line(cli, tmp_path: Path, name: str):
    code, out, err = cli("predict", tmp_path / name, "--index", 0)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert name.replace("\n", " ") in err
