"""The command line: the commands in the order in which one learns them, and what happens on errors."""

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
from compare.cli.options import NO_COLOR, OUTPUT, takes_no_color, without_color
from compare.cli.predict import predict
from compare.cli.prove import prove
from compare.cli.runs import runs
from compare.cli.train import train
from compare.errors import InputError
from compare.report.as_json import release_stdout

CANNOT = 2
INTERRUPTED = 130
SCRIPT = "softmax-twice"
PACKAGE = "softmax-regression-twice"
# What stands for itself before any command; all else that begins with a dash is for `prove`.
FOR_ALL = "--help", "--version", "--install-completion", "--show-completion"


class Command(TyperCommand):
    """A command whose --help stands with what is printed, not in a group of its own above all others."""

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
    """Run the command line; a user's mistake is one line on stderr and exit code 2, Ctrl-C is 130."""
    # a stream that was closed is None
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")
    try:
        code = _run()
    finally:
        release_stdout()
    # Typer turns Ctrl-C into this code or into Abort, depending on its version
    if code == INTERRUPTED:
        print("interrupted", file=sys.stderr)
    sys.exit(code)


def _run() -> int:
    try:
        code = app(prog_name=_program(), standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()
        return code or 0
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except SystemExit as stopped:
        if not stopped.code:  # a completion was shown or installed
            return 0
        # Typer's way to end when nobody reads the output any more
        _abandon_stdout()
        return CANNOT
    except InputError as error:
        return _refuse(str(error))
    except Exception as error:
        return _broken(error)


def _broken(error: Exception) -> int:
    # what Typer raises for a bad command line has no public base class, but it has this method
    if hasattr(error, "format_message"):
        return _refuse(_brief(error.format_message()))
    if isinstance(error, OSError):
        code = _refuse(f"output cannot be written: {error.strerror}")
        _abandon_stdout()
        return code
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


def _abandon_stdout() -> None:
    # what could not be written must not be tried again, and reported, when Python exits
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(message: str) -> int:
    print("error:", " ".join(map(str.strip, message.splitlines())), file=sys.stderr)
    return CANNOT
