"""The run.json of a kept run, as far as `runs` shows it."""

import sys
from pathlib import Path
from typing import Any

from compare.data.strict_json import need
from compare.errors import InputError
from compare.report.as_json import read_json


def read_run(path: Path) -> dict[str, Any]:
    """name, ended, command, data, problem and summary of a run. Raises InputError, naming the file, if it is none."""
    try:
        run = read_json(path)
        kept = {key: run[key] for key in ("name", "ended", "command", "data", "problem", "summary")}
        _check(kept)
    except (InputError, KeyError, ValueError) as error:
        reason = f"it has no {error}" if isinstance(error, KeyError) else str(error).removeprefix(f"{path}: ")
        raise InputError(f"{path}: cannot be read as a run ({reason}); mend or remove its folder") from None
    return kept


def _check(run: dict[str, Any]) -> None:
    """Raise KeyError or ValueError for what cannot be a line of a table."""
    for key in ("data", "problem", "summary"):
        need(type(run[key]) is dict, f"its {key} is no object")
    data, problem, summary = run["data"], run["problem"], run["summary"]
    texts = {key: run[key] for key in ("name", "ended", "command")} | {"data": data["name"]}
    for key, text in texts.items():
        need(type(text) is str, f"its {key} is no text")
    for key in ("batch_size", "steps"):
        need(type(problem[key]) is int and 0 <= problem[key] < 2**63, f"its {key} is no number")
    for key, value in {"lr": problem["lr"], "momentum": problem["momentum"]}.items():
        need(_is_number(value), f"its {key} is no number")
    for key in ("val_loss", "val_accuracy"):
        # what is not finite is written as a string
        need(_is_number(summary[key]) or summary[key] in ("inf", "-inf", "nan"), f"its {key} is no number")
    need(summary["verdict"] in (None, "match", "differ"), "its verdict is none")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) <= sys.float_info.max
