"""`page`: formula, both codes and live numbers in one HTML file."""

import webbrowser
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from compare.cli.options import COMPARED, OUTPUT, TRAINING, Quiet, check_output, flag, option
from compare.cli.outputs import Outputs
from compare.cli.problem_options import LearningRate, ProblemOptions, takes_problem
from compare.cli.progress import announce
from compare.data.regular_files import read_bytes
from compare.errors import InputError
from compare.files import whole_file
from compare.problem import Problem

# The page of the defaults has at most 1.5 MB.
EPOCHS, LR = 3, 0.1
# Labels are bytes.
CLASSES = 256
# Of one step in float64 on both sides, and of a start, on two cores of a computer of 2024.
SECONDS_A_STEP, SECONDS_TO_START = 5e-3, 3.0


@dataclass(frozen=True)
class PageOptions(ProblemOptions):
    """The options of a problem, by default those of the page that is published."""

    lr: LearningRate = LR
    epochs: Annotated[int | None, option(TRAINING, metavar="N", help="Passes over the training images.")] = EPOCHS
    # refused, see _check
    momentum: Annotated[float, typer.Option(hidden=True)] = 0.0
    nesterov: Annotated[bool, typer.Option("--nesterov", hidden=True)] = False
    weight_decay: Annotated[float, typer.Option(hidden=True)] = 0.0
    dampening: Annotated[float, typer.Option(hidden=True)] = 0.0


@takes_problem
def page(
    *,
    again: Annotated[
        Path | None,
        option(COMPARED, "--recording", metavar="PAGE", help="Take the run from this page instead of a new one."),
    ] = None,
    chosen: PageOptions,
    out: Annotated[Path, option(OUTPUT, "--out", metavar="FILE", help="Where the page is written.")] = Path(
        "page.html"
    ),
    show: Annotated[bool, flag(OUTPUT, "--open", "Open it in the browser.")] = False,
    quiet: Quiet = False,
) -> int:
    """Write one HTML file: formula, both codes and live numbers of a recorded run.

    It opens in a browser without a network. Exit code 0: written, 2: could not be.
    """
    check_output(out, "--out")
    text = _of_page(again) if again else _of_run(chosen, quiet)
    outputs = Outputs()
    outputs.write("page", out, lambda path: _write(path, text))
    with outputs.named(quiet):
        pass
    if show:
        webbrowser.open(out.resolve().as_uri())
    return 0


def _of_page(path: Path) -> str:
    """The page again, from the recording that is in it. Raises InputError."""
    from compare.page.build import recording_of, render
    from compare.page.content import Content
    from compare.page.packing import unpack
    from compare.page.reading import check

    try:
        facts, packed = recording_of(read_bytes(path).decode())
        # a browser could not say what is wrong
        check(Content(facts, unpack(packed)))
        return render(facts, packed)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path}: cannot be read as a page: {error}") from None
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


def _of_run(chosen: PageOptions, quiet: bool) -> str:
    """The page of a new run. Raises InputError."""
    problem = chosen.problem(quiet, _check)
    from compare.page.build import build
    from compare.page.content import content
    from compare.page.reading import check
    from compare.page.recording import record

    announce(SECONDS_TO_START + problem.steps * SECONDS_A_STEP, quiet)
    found = content(record(problem))
    check(found)
    return build(found)


def _check(problem: Problem) -> None:
    """Raise InputError for what the page cannot show."""
    descent = problem.chosen
    if not descent.val_fraction:
        raise InputError("the page evaluates validation images: --val-fraction must be above 0")
    if descent.momentum or descent.weight_decay:
        raise InputError("the page records plain SGD: omit --momentum and --weight-decay")
    if len(problem.shape) > 2:
        raise InputError(f"the page draws grey images, and those of {problem.name} have colours")
    if problem.train[0].dtype != np.uint8:
        raise InputError(f"the page holds pixels as bytes, and those of {problem.name} are {problem.train[0].dtype}")
    if problem.classes > CLASSES:
        raise InputError(f"the page shows at most {CLASSES} classes, and {problem.name} has {problem.classes:,}")


def _write(path: Path, text: str) -> None:
    with whole_file(path) as stream:
        stream.write(text.encode())
