"""The command line: the commands in the order in which one learns them, and what happens on errors."""

import errno
import os
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from compare.cli.bugs import bugs
from compare.cli.data import data
from compare.cli.evaluate import evaluate
from compare.cli.exercise import exercise
from compare.cli.experiment import experiment
from compare.cli.explain import explain
from compare.cli.ignored import check_ignored
from compare.cli.options import NO_COLOR, OUTPUT, takes_no_color, without_color
from compare.cli.page import page
from compare.cli.paths import check_paths
from compare.cli.predict import predict
from compare.cli.progress import tell
from compare.cli.prove import prove
from compare.cli.runs import runs
from compare.cli.train import train
from compare.cli.values import check_numbers, check_options, check_values
from compare.errors import InputError
from compare.report.as_json import release_stdout
from compare.signals import signals_raised
from compare.words import printable

CANNOT = 2
INTERRUPTED = 130
# As of a program that the signal of a broken pipe ends: 128 + 13.
BROKEN_PIPE = 141
SCRIPT = "softmax-twice"
PACKAGE = "softmax-regression-twice"
# What stands for itself before any command; all else that begins with a dash is for `prove`.
FOR_ALL = "--help", "--version", "--install-completion", "--show-completion"


class Command(TyperCommand):
    """A command that refuses what has no meaning, or changes nothing, and whose --help stands with what is printed."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """As in Typer, which takes an empty name for the folder one is in."""
        if ctx.resilient_parsing:
            return super().parse_args(ctx, args)
        check_values(args)
        typed = check_options(ctx, args)
        rest = super().parse_args(ctx, args)
        options = {
            str(made.name): made.opts[0] if made.opts[0][0] == "-" else str(made.metavar) for made in self.params
        }
        check_numbers(ctx.params, typed, options)
        check_paths(ctx.params, options, typed)
        check_ignored(ctx)
        return rest

    def get_help_option(self, ctx: Any) -> Any:
        """As in Typer."""
        option = super().get_help_option(ctx)
        if option:
            option.rich_help_panel = OUTPUT
        return option


class ProveByDefault(TyperGroup):
    """`python -m compare --lr 0.1` is `python -m compare prove --lr 0.1`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `prove` in front of arguments that begin with an option, or of none."""
        first = next((arg for arg in args if arg != "--no-color"), None)
        # what is typed so far may still become a command
        unfinished = first is None and ctx.resilient_parsing
        if not unfinished and (first is None or (first.startswith("-") and first.partition("=")[0] not in FOR_ALL)):
            args = ["prove", *args]
        return super().parse_args(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """Commands, or options: those of `prove` too, because it is the default."""
        found = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            default = self.commands["prove"]
            found += default.shell_complete(default.make_context("prove", [], ctx, resilient_parsing=True), incomplete)
        return found


app = typer.Typer(
    cls=ProveByDefault,
    help="One softmax regression, written in NumPy by hand and in PyTorch, and the proof that they are the same. "
    "Without a command: prove.",
    epilog="Example: python -m compare --data digits --lr 0.1",
    pretty_exceptions_enable=False,
)
# In the order in which one learns them.
EXAMPLES: dict[Callable[..., int], str] = {
    prove: "prove --data digits --lr 0.1 --details",
    train: "train --data digits --lr 0.1 --save digits.safetensors",
    data: "data digits --picture samples.png",
    evaluate: "evaluate digits.safetensors --split validation",
    predict: "predict digits.safetensors --index 7",
    explain: "explain digits.safetensors --index 7",
    experiment: "experiment lr --backend both --picture lr.png",
    page: "page --out page.html --open",
    bugs: "bugs no-maximum-shift",
    exercise: "exercise --new mine.py",
    runs: "runs",
}
for command, example in EXAMPLES.items():
    after = " (after the example of train)" if "digits.safetensors" in example and command is not train else ""
    app.command(cls=Command, epilog=f"Example{after}: python -m compare {example}")(takes_no_color(command))


def _show_version(asked: bool) -> None:
    if asked:
        try:
            print(f"{PACKAGE} {metadata.version(PACKAGE)}")
        except metadata.PackageNotFoundError:
            print(f"{PACKAGE}, not installed")
        raise typer.Exit


@app.callback()
def _for_all(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.", metavar=" ")
    ] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", callback=without_color, is_eager=True, help=NO_COLOR, metavar=" ")
    ] = False,
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
        if code == INTERRUPTED:
            tell("interrupted")
        _abandon_broken_streams()
        sys.exit(code)


def _run() -> int:
    try:
        code = app(prog_name=_program(), standalone_mode=False)
        sys.stdout.flush()
        return code or 0
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except SystemExit as stopped:
        # a completion was shown or installed; else it is Typer's way to end when nobody reads the output any more
        return BROKEN_PIPE if stopped.code else 0
    except InputError as error:
        return _refuse(str(error))
    except Exception as error:
        return _broken(error)


def _broken(error: Exception) -> int:
    # what Typer raises for a bad command line has no public base class, but it has this method
    if hasattr(error, "format_message"):
        return _refuse(_brief(error.format_message()))
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
    script = Path(sys.argv[0]).stem == SCRIPT or any("-completion" in arg for arg in sys.argv)
    return SCRIPT if script else "python -m compare"


def _prepare_streams() -> None:
    for name in ("stdout", "stderr"):
        # a stream that was closed is None, and no file that is opened from here on must get its number
        if getattr(sys, name) is None:
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
    tell("error: " + printable(" ".join(map(str.strip, message.splitlines()))))
    return CANNOT
