"""The command line: every command, prove being the default, and the manners of its errors."""

import os
import sys
import traceback
from contextlib import suppress
from typing import Any

import typer
from typer.core import TyperGroup

from compare.backends import worker as isolation
from compare.cli.bugs import bugs
from compare.cli.data import data
from compare.cli.evaluate import evaluate
from compare.cli.exercise import exercise
from compare.cli.experiment import experiment
from compare.cli.explain import explain
from compare.cli.predict import predict
from compare.cli.prove import prove
from compare.cli.runs import runs
from compare.cli.train import train
from compare.errors import InputError
from compare.report import as_json as results

CANNOT = 2
INTERRUPTED = 130


class ProveByDefault(TyperGroup):
    """`python -m compare --lr 0.1` is `python -m compare prove --lr 0.1`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put `prove` in front of arguments that begin with an option, or of none."""
        if not args or (args[0].startswith("-") and args[0] != "--help"):
            args = ["prove", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=ProveByDefault,
    help="One softmax regression, in NumPy by hand and in PyTorch, and the proof that they are the same. "
    "Without a command: prove.",
    epilog="Example: python -m compare --data digits --lr 0.1",
    add_completion=False,
    pretty_exceptions_enable=False,
)
EXAMPLES = {
    prove: "prove --data digits --lr 0.1 --json proof.json",
    train: "train --backend scratch --data digits --lr 0.1 --save digits.safetensors",
    data: "data mnist5k --picture samples.png",
    evaluate: "evaluate digits.safetensors --split validation",
    predict: "predict digits.safetensors --index 7",
    runs: "runs",
    experiment: "experiment lr --backend both --picture lr.png",
    bugs: "bugs no-maximum-shift",
    exercise: "exercise compare/exercise/template.py --hint",
    explain: "explain digits.safetensors --index 7",
}
for command, example in EXAMPLES.items():
    after = " (after the example of train)" if "digits.safetensors" in example and command is not train else ""
    app.command(epilog=f"Example{after}: python -m compare {example}")(command)


def main() -> None:
    """Run the command line; a user's mistake is one line on stderr and exit code 2, Ctrl-C is 130."""
    # a stream that was closed is None
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(errors="replace")
    try:
        code = app(prog_name="python -m compare", standalone_mode=False)
        if sys.stdout:
            sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except SystemExit:
        # Typer's way to end when nobody reads the output any more
        code = CANNOT
        _abandon_stdout()
    except InputError as error:
        code = _refuse(str(error))
    except Exception as error:
        # what Typer raises for a bad command line has no public base class, but it has this method
        if hasattr(error, "format_message"):
            code = _refuse(error.format_message())
        elif isinstance(error, OSError):
            code = _refuse(f"output cannot be written: {error.strerror}")
            _abandon_stdout()
        elif isolation.receipt is not None:
            said = str(error).partition("\n")[0]
            code = _refuse(
                f"the referee itself broke off ({type(error).__name__}: {said}); a file that changes NumPy, PyTorch or "
                "the referee cannot be judged"
            )
        else:
            # our mistake, not the user's; but 1 would say that the two sides differ
            traceback.print_exc()
            code = CANNOT
    finally:
        results.release_stdout()
    # Typer turns Ctrl-C into this code or into Abort, depending on its version; a child leaves it to its parent
    if code == INTERRUPTED and isolation.receipt is None:
        print("interrupted", file=sys.stderr)
    sys.exit(code)


def _abandon_stdout() -> None:
    # what could not be written must not be tried again, and reported, when Python exits
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(message: str) -> int:
    print("error:", " ".join(message.split()), file=sys.stderr)
    return CANNOT
