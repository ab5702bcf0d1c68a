"""Options that several commands share, each written once."""

import functools
import inspect
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from compare.backends.by_name import MODULES
from compare.cli.color import NO_COLOR, without_color
from compare.data.registry import DATA_ROOT_VARIABLE, SOURCES
from compare.data.splits import Split
from compare.errors import InputError
from compare.files import check_writable, folder_fault
from compare.report.stdout import STDOUT, claim_stdout

# The groups of options in --help.
COMPARED, MODEL, TRAINING, DATA, OUTPUT = "What is compared", "Model", "Training", "Data", "Output"


class Dtype(StrEnum):
    """The precisions of one training run."""

    float32 = "float32"
    float64 = "float64"


def option(panel: str, *names: str, help: str, metavar: str | None = None, envvar: str | None = None) -> Any:  # noqa: A002
    """An option in a group of --help; without names it is called as its parameter."""
    return typer.Option(*names, help=help, metavar=metavar, envvar=envvar, rich_help_panel=panel)


def flag(panel: str, name: str, what: str) -> Any:
    """An option without a value."""
    # Typer would name its type
    return option(panel, name, help=what, metavar=" ")


OWN_DATA = (
    "a path: a folder of class folders with pictures, an .npz, a CSV (label first, or in a column `label`), or the "
    "images of a pair of IDX or .npy files"
)
DataName = Annotated[str, option(DATA, "--data", help=f"Data set: {', '.join(SOURCES)}; or {OWN_DATA}.")]
Size = Annotated[
    int | None,
    option(
        DATA, "--size", metavar="N", help="Scale your own pictures to N x N pixels; if not square, they are stretched."
    ),
]
Grey = Annotated[bool, flag(DATA, "--grey", "Make pictures of your own grey.")]
DataRoot = Annotated[
    Path | None,
    option(
        DATA, "--data-root", metavar="FOLDER", envvar=DATA_ROOT_VARIABLE, help="Where MNIST/raw or other downloads are."
    ),
]
OptionalData = Annotated[
    str | None, option(DATA, "--data", help="Data set; unless given, that of the checkpoint, or mnist5k.")
]
WhichSplit = Annotated[
    Split | None,
    option(DATA, "--split", help="Which part; unless given test, else validation, or all of other data of your own."),
]
INDEX = option(
    DATA, "--index", metavar="N", help="An image of the part that --split names, counted from 0 in this part alone."
)
OwnPicture = Annotated[
    Path | None, option(DATA, "--image", metavar="FILE", help="An image of your own: PNG or JPEG, of any size.")
]
RawPicture = Annotated[bool, flag(DATA, "--raw", "Only scale --image; do not invert, crop or centre it.")]
SIDES = f"{', '.join(MODULES)}, or a Python file of your own"
SIDES_AND_RANKS = f"{', '.join(MODULES)}, torch:N (N processes that share each batch), or a Python file of your own"
WHERE = "Where torch works; cuda-graph is the same as cuda, with its kernels started by step, not one by one."


def _positive(seconds: float | None) -> float | None:
    if seconds is not None and not 0 < seconds < float("inf"):
        raise InputError(f"--time-limit must be a number of seconds above 0, not {seconds}")
    return seconds


def time_limit(panel: str, default: bool | str = True) -> Any:
    """The option --time-limit, in a group of --help; default: in words, where it is more than one number."""
    what = (
        "Seconds that loading your file, or one call into it, may take. It runs in a process of its own, which "
        "protects the result, not your computer."
    )
    return typer.Option(
        "--time-limit", metavar="SECONDS", help=what, callback=_positive, rich_help_panel=panel, show_default=default
    )


WhichBackend = Annotated[str, option(MODEL, "--backend", help=f"Which side computes: {SIDES}.")]
CheckpointFile = Annotated[Path, typer.Argument(metavar="CHECKPOINT", help="A file of train --save, or of PyTorch.")]
Json = Annotated[
    Path | None, option(OUTPUT, "--json", metavar="FILE", help="Write all numbers to this file; - is stdout.")
]
Picture = Annotated[Path | None, option(OUTPUT, "--picture", metavar="FILE", help="Draw a picture: *.png or *.svg.")]
Pictures = Annotated[
    Path | None, option(OUTPUT, "--pictures", metavar="FOLDER", help="Draw all pictures into this folder.")
]
RunName = Annotated[
    str | None, option(OUTPUT, "--run", metavar="NAME", help="Keep all results in a folder; see the command runs.")
]
RunsRoot = Annotated[Path, option(OUTPUT, "--runs-root", metavar="FOLDER", help="Where the folders of runs are.")]
Details = Annotated[bool, flag(OUTPUT, "--details", "Print every table, not one screen.")]
Quiet = Annotated[bool, flag(OUTPUT, "--quiet", "Print the result only.")]


NoColor = Annotated[
    bool,
    typer.Option(
        "--no-color",
        help=NO_COLOR,
        metavar=" ",
        callback=without_color,
        is_eager=True,
        rich_help_panel=OUTPUT,
    ),
]


def takes_no_color(command: Callable[..., int]) -> Callable[..., int]:
    """Give a command the option --no-color, as its last."""
    signature = inspect.signature(command, eval_str=True)
    parameter = inspect.Parameter("no_color", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=NoColor)

    def with_option(**values: Any) -> int:
        values.pop("no_color", None)
        return command(**values)

    return called_as(command, [*signature.parameters.values(), parameter], with_option)


def called_as(command: Callable[..., int], parameters: list[inspect.Parameter], wrapper: Any) -> Callable[..., int]:
    """The wrapper under the name of the command, with other parameters; Typer reads them from these places."""
    functools.update_wrapper(wrapper, command)
    wrapper.__signature__ = inspect.Signature(parameters)
    wrapper.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return wrapper


def check_output(path: Path | None, option: str = "--json") -> None:
    """Raise InputError now, before the work, if the file could not be written after it.

    For JSON on stdout: what else a command says goes to stderr from here on.
    """
    if path == STDOUT and option == "--json":
        claim_stdout()
        return
    try:
        if path == STDOUT:
            raise InputError(f"{option} -: only --json goes to stdout; name a file")
        if path:
            check_writable(path)
    except OSError as error:
        raise InputError(f"{option} {path}: cannot be written: {error.strerror}") from None


def check_folder(path: Path | None) -> None:
    """Raise InputError now, before the work, if the folder could not be made or written to after it."""
    if path == STDOUT:
        raise InputError("--pictures -: only --json goes to stdout; name a folder")
    if path and (fault := folder_fault(path)):
        raise InputError(f"--pictures {path}: {fault}")


def check_outputs(json: Path | None, pictures: Path | None, runs_root: Path, run_name: str | None) -> None:
    """Raise InputError now, before the work, if any of these could not be written after it."""
    check_output(json)
    check_folder(pictures)
    if run_name:
        from compare.report import saved_runs

        saved_runs.check_name(runs_root, run_name)


def check_picture(path: Path | None) -> None:
    """Raise InputError now if the name is of no kind of picture, or the file could not be written after the work."""
    if path:
        from compare.report import pictures

        pictures.check_picture(path)
        check_output(path, "--picture")
