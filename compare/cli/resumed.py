"""`train --resume`: the checkpoint decides on what is trained, and how."""

from dataclasses import asdict, replace
from enum import Enum
from pathlib import Path
from typing import Any

import typer

from compare.cli.ignored import check_data_root, typed
from compare.cli.problem_options import ProblemOptions
from compare.data.prepared import Prepared
from compare.errors import InputError
from compare.files import short_path
from compare.training.checkpoint import Checkpoint
from compare.training.checkpoint_images import check_data_is_here, same_data


def resumed(path: Path, checkpoint: Checkpoint, chosen: ProblemOptions, context: typer.Context) -> ProblemOptions:
    """The problem that the checkpoint was trained on, for more epochs if that is asked for.

    Raises InputError if that is not known, or an option was typed that asks for another problem.
    """
    if checkpoint.chosen is None or checkpoint.data is None:
        raise InputError(f"{short_path(path)}: has weights only; --resume needs a file of train --save")
    check_data_is_here(checkpoint)
    own = asdict(checkpoint.chosen) | {"data": checkpoint.data, **asdict(checkpoint.prepared or Prepared())}
    _check_free(path, own | {"dtype": checkpoint.dtype}, context)
    check_data_root(context, checkpoint.data)
    return replace(chosen, **own | ({} if chosen.epochs is None else {"epochs": chosen.epochs}))


def _check_free(path: Path, own: dict[str, Any], context: typer.Context) -> None:
    """Raise InputError if an option was given that is not as the checkpoint has it: all of its `own` but the epochs."""
    other = [name for name in typed(context, own.keys() - {"epochs"}) if not _same(context.params[name], own[name])]
    given = {f"--{name.replace('_', '-')}": own[name] for name in sorted(other)}
    if given:
        used = ", ".join(_typed(*one) for one in given.items())
        raise InputError(
            f"{short_path(path)} was trained with {used}; a resumed training keeps that: omit {', '.join(given)}"
        )


def _same(given: Any, own: Any) -> bool:
    """Whether an option has the value that a checkpoint has; data of one's own may be named by another path."""
    given = given.value if isinstance(given, Enum) else given
    return given == own or (isinstance(given, str) and same_data(given, own))


def _typed(option: str, value: Any) -> str:
    """A choice as one types it; where it is off, nothing is typed."""
    if value is None or value is False:
        return f"no {option}"
    return option if value is True else f"{option} {value}"
