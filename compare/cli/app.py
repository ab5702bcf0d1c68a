"""The command line: the commands in the order in which one learns them, and what happens on errors."""

import ast
import errno
import functools
import os
import sys
import traceback
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from compare.backends.launched import end, find_store, tells, told_to_end
from compare.cli.color import NO_COLOR, without_color
from compare.cli.program import SCRIPT, program
from compare.errors import InputError
from compare.rank import is_first, place
from compare.report.stdout import release_stdout
from compare.signals import ignore_signals, signals_raised
from compare.words import printable

CANNOT = 2
# Before the number of a signal.
SIGNAL = 128
INTERRUPTED = 130
# As of a program that the signal of a broken pipe ends: 128 + 13.
BROKEN_PIPE = 141
PACKAGE = "softmax-regression-twice"
# What stands for itself before any command; all else that begins with a dash is for `prove`.
FOR_ALL = "--help", "--version", "--install-completion", "--show-completion"


class Commands(TyperGroup):
    """`python -m compare --lr 0.1` is `python -m compare prove --lr 0.1`; a command is imported when it is used."""

    _lists = _command_follows = False

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `prove` in front of arguments that begin with an option, or of none."""
        first = next((arg for arg in args if arg != "--no-color"), None)
        # what is typed so far may still become a command
        unfinished = first is None and ctx.resilient_parsing
        for_all = first is not None and first.partition("=")[0] in FOR_ALL
        if not unfinished and (first is None or (first.startswith("-") and not for_all)):
            args = ["prove", *args]
        self._command_follows = not (for_all or ctx.resilient_parsing)
        return super().parse_args(ctx, args)

    def get_params(self, ctx: Any) -> list[Any]:
        """As in Typer, but flags show no type; and where a command follows, --no-color alone: no other can stand there.

        To see that an option was not given, Typer may import pydantic, which the --help of a command does not need.
        """
        found = [option for option in super().get_params(ctx) if not self._command_follows or option.name == "no_color"]
        for option in found:
            option.metavar = " "
        return found

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """As in Typer; it is imported when it is about to be used, which takes a while."""
        if cmd_name in EXAMPLES and not self._lists:
            return command(cmd_name)
        found = super().get_command(ctx, cmd_name)
        if found:
            found.help = _first_line(cmd_name)
        return found

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """As in Typer."""
        self._lists = True
        super().format_help(ctx, formatter)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Commands, or options: those of `prove` too, because it is the default."""
        self._lists = True
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            default = command("prove")
            found += default.shell_complete(default.make_context("prove", [], ctx, resilient_parsing=True), incomplete)
        return found


# In the order in which one learns them.
EXAMPLES = {
    "prove": "prove --data digits --lr 0.1 --details",
    "train": "train --data digits --lr 0.1 --save digits.safetensors",
    "data": "data digits --picture samples.png",
    "evaluate": "evaluate digits.safetensors --split validation",
    "predict": "predict digits.safetensors --index 7",
    "explain": "explain digits.safetensors --index 7",
    "experiment": "experiment lr --backend both --picture lr.png",
    "page": "page --out page.html --open",
    "bugs": "bugs no-maximum-shift",
    "exercise": "exercise --new mine.py",
    "runs": "runs",
}


@functools.cache
def command(name: str) -> Any:
    """A command by its name, of Typer's type; its module is imported now."""
    from compare.cli.command import imported

    after = " (after the example of train)" if "digits.safetensors" in EXAMPLES[name] and name != "train" else ""
    return imported(name, f"Example{after}: python -m compare {EXAMPLES[name]}")


def _first_line(name: str) -> str:
    """What a command does, read from its source: that costs a hundredth of importing it."""
    tree = ast.parse(Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8"))
    (function,) = (node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    return (ast.get_docstring(function) or "").partition("\n")[0]


def _not_imported() -> None:
    """Stands for a command in a list of all of them."""


app = typer.Typer(
    cls=Commands,
    help="One softmax regression, written in NumPy by hand and in PyTorch, and the proof that they are the same. "
    "Without a command: prove.",
    epilog="Example: python -m compare --data digits --lr 0.1",
    pretty_exceptions_enable=False,
)
for name in EXAMPLES:
    app.command(name)(_not_imported)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib import metadata

        try:
            print(f"{PACKAGE} {metadata.version(PACKAGE)}")
        except metadata.PackageNotFoundError:
            print(f"{PACKAGE}, not installed")
        raise typer.Exit


@app.callback()
def _for_all(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
    no_color: Annotated[bool, typer.Option("--no-color", callback=without_color, is_eager=True, help=NO_COLOR)] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2, a signal is 128 + its number."""
    _prepare_streams()
    with signals_raised() as signals:
        try:
            code = _run()
        finally:
            release_stdout()
        # Typer takes every signal for Ctrl-C, which it turns into this code or into Abort, depending on its version
        if code == INTERRUPTED and signals.code:
            code = signals.code
        _tell_of_signal(code, signals.code)
        _abandon_broken_streams()
        end(code)


def _tell_of_signal(code: int, by_signal: int | None) -> None:
    if place() and code == by_signal:
        # a second one would break off what is told
        ignore_signals()
        if line := told_to_end(code - SIGNAL):
            _tell(f"error: {line}")
    elif code == INTERRUPTED and is_first():
        _tell("interrupted")


def _run() -> int:
    try:
        find_store()
        code = app(prog_name=_program(), standalone_mode=False)
        sys.stdout.flush()
        return code or 0
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except SystemExit as stopped:
        # a completion was shown or installed; else it is Typer's way to end when nobody reads the output any more
        return BROKEN_PIPE if stopped.code else 0
    except InputError as error:
        return _refuse(str(error)) if tells(error) else CANNOT
    except Exception as error:
        return _broken(error)


def _broken(error: Exception) -> int:
    # what Typer raises for a bad command line has no public base class, but it has this method
    if hasattr(error, "format_message"):
        return _refuse(_brief(error.format_message())) if tells(error) else CANNOT
    if isinstance(error, OSError):
        # Windows says so of a pipe that nobody reads
        broken = error.errno in (errno.EPIPE, errno.EINVAL if os.name == "nt" else errno.EPIPE)
        # of a stream there is no name
        where = error.filename or "output cannot be written"
        return BROKEN_PIPE if broken else _refuse(f"{where}: {error.strerror}")
    # our mistake, not the user's; but 1 would say that the two sides differ
    traceback.print_exc()
    return CANNOT


def _brief(message: str) -> str:
    """Typer's message without the words of the library that found the fault."""
    return message.replace("Value error, ", "").partition(", unable to parse")[0]


def _program() -> str:
    """How this was called; completion is for the script, because shells complete no `python -m`."""
    return SCRIPT if any("-completion" in arg for arg in sys.argv) else program()


def _prepare_streams() -> None:
    for name in ("stdout", "stderr"):
        # a stream that was closed is None, and no file that is opened from here on must get its number
        if getattr(sys, name) is None or (name == "stdout" and not is_first()):
            setattr(sys, name, Path(os.devnull).open("w"))  # noqa: SIM115
        getattr(sys, name).reconfigure(errors="replace")


def _abandon_broken_streams() -> None:
    # what could not be written must not be tried again, and reported, when Python exits
    # (Typer puts something before them that is silent about it)
    for stream in filter(None, (sys.__stdout__, sys.__stderr__)):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _refuse(message: str) -> int:
    _tell("error: " + printable(" ".join(map(str.strip, message.splitlines()))))
    return CANNOT


def _tell(message: str) -> None:
    # what prints is imported when there is something to say
    from compare.cli.progress import tell

    tell(message)
