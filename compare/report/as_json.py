"""Results as JSON, with a version; JSON.md documents the fields.

What computes the results is not imported: whoever has any has imported it.
"""

from __future__ import annotations

import json
import math
import platform
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from compare.data.regular_files import read_bytes
from compare.data.strict_json import parse_json
from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.files import whole_file
from compare.problem import Problem
from compare.proof.checks import READINGS
from compare.report.old_json import from_version_1
from compare.report.stdout import STDOUT, stdout

if TYPE_CHECKING:
    from compare.bugs.catalogue.register import Bug
    from compare.bugs.diagnosis import Diagnosis, Example
    from compare.proof.comparison import Deviation
    from compare.proof.gradient_check import GradientCheck
    from compare.proof.run import Run

# Of the names and the meaning of what is written; 1 is what had no version yet.
VERSION = 2


def verdict(runs: list[Run]) -> str:
    """`match` if every run matches, else `differ`."""
    return "match" if all(run.verdict == "match" for run in runs) else "differ"


def problem_as_dict(problem: Problem) -> dict[str, Any]:
    """The fields `data` and `problem`: what was trained on, and how."""
    return {
        "data": {
            "name": problem.name,
            "train": len(problem.train[1]),
            "validation": len(problem.validation[1]),
            "test": len(problem.test[1]) if problem.test else 0,
            "shape": list(problem.shape),
            "features": problem.features,
            "classes": problem.classes,
            "names": list(problem.names),
            "prepared": problem.prepared and asdict(problem.prepared),
            "evaluated_on": problem.evaluated_on,
        },
        "problem": {
            **asdict(problem.chosen),
            "steps": problem.steps,
            "parameters": problem.classes * (problem.features + 1),
            "checksums": problem.checksums,
        },
    }


def proof_as_dict(problem: Problem, runs: list[Run]) -> dict[str, Any]:
    """Everything the proof found."""
    return {"verdict": verdict(runs), **problem_as_dict(problem), "runs": [_run(run) for run in runs], **versions()}


def bug_as_dict(bug: Bug) -> dict[str, Any]:
    """What JSON has of a mistake."""
    fields = ("name", "tag", "function", "classic", "belief", "symptom", "lesson", "source")
    return {field: getattr(bug, field) for field in fields}


def diagnosis_as_dict(found: Diagnosis) -> dict[str, Any]:
    """What a difference looks like."""
    guesses = [{"bug": g.bug.name, "tag": g.bug.tag, "likeness": g.likeness} for g in found.guesses]
    example = found.example and _example(found.example)
    return {"facts": found.facts, "guesses": guesses, "example": example, "keeps": found.keeps}


def _example(found: Example) -> dict[str, Any]:
    fields = found._asdict()
    del fields["called"], fields["sizes"]
    names = {"quantity": fields.pop("quantity"), "tag": QUANTITIES[found.quantity].tag}
    # as in a finding, that of a scalar is null
    return {**names, "batch": fields.pop("batch"), "index": fields.pop("place") or None, **fields}


def versions() -> dict[str, dict[str, str]]:
    """The field `versions`: what the run was made with."""
    packages = {name: version(name) for name in ("numpy", "torch")}
    return {"versions": {"python": platform.python_version(), **packages}}


def write_json(path: Path, content: dict[str, Any], indent: int | None = 2) -> None:
    """Write a file whole or not at all, with the version; `-` is stdout.

    Raises InputError where it cannot be written.
    """
    text = as_text({"version": VERSION, **content}, indent)
    if path == STDOUT:
        # what stops it is known here, and not when Python ends
        print(text, end="", file=stdout(), flush=True)
        return
    try:
        with whole_file(path) as stream:
            stream.write(text.encode())
    except OSError as error:
        raise InputError(f"--json {path}: cannot be written: {error.strerror}") from None


def as_text(content: Any, indent: int | None = 2) -> str:
    """JSON as it is written."""
    return json.dumps(_plain(content), indent=indent, allow_nan=False) + "\n"


def read_json(path: str | Path) -> dict[str, Any]:
    """What any command wrote, of any version, in the names of today.

    Raises InputError if the file cannot be read, is no such JSON, or was written by a later version.
    """
    try:
        content = parse_json(read_bytes(Path(path)))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON, or damaged ({error})") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: not what --json writes: it holds no object")
    return _current(path, content)


def _current(path: str | Path, content: dict[str, Any]) -> dict[str, Any]:
    version = content.get("version", 1)
    if type(version) is not int or version not in (1, VERSION):
        raise InputError(f"{path}: JSON of version {str(version)[:40]}, and this program reads 1 to {VERSION}")
    if version == VERSION:
        return content
    try:
        return {"version": VERSION, **from_version_1(content)}
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        reason = repr(error)[:200]
        raise InputError(f"{path}: not what --json wrote before it had a version ({reason})") from None


def _run(run: Run) -> dict[str, Any]:
    def readings(name: str) -> dict[str, Any]:
        return {reading: _finding(run.worst.get((name, reading)), run, named=False) for reading in READINGS}

    return {
        "dtype": run.dtype,
        "sides": list(run.sides),
        "verdict": run.verdict,
        "steps": run.steps,
        "quantities": {name: readings(name) for name in QUANTITIES},
        "curve": [_epoch(run, epoch) for epoch in range(len(run.history[run.sides[0]]))],
        "test": run.test,
        "predictions": asdict(run.predictions),
        "first_divergence": _finding(run.first_divergence, run, named=True),
        "hard_batches": {name: _finding(found, run, named=True) for name, found in run.hard_batches.items()},
        "exact_arithmetic": {name: counts._asdict() for name, counts in run.exact_arithmetic.items()},
        "distance_from_exact": {n: dict(zip(run.sides, d, strict=True)) for n, d in run.distance_from_exact.items()},
        "gradient_checks": {side: [*map(_gradients, checks)] for side, checks in run.gradient_checks.items()},
        "checks": run.checks,
        "controls": run.controls and {"itself": run.controls.itself, "seen": list(run.controls.seen)},
        "seconds": run.seconds,
        "weights": run.weights,
        "drift": run.drift,
        "growth": run.growth,
        "loses_accuracy": run.loses_accuracy,
    }


def _epoch(run: Run, epoch: int) -> dict[str, Any]:
    records = {side: history[epoch]._asdict() for side, history in run.history.items()}
    return {
        "epoch": epoch,
        **{side: {k: v for k, v in record.items() if k != "epoch"} for side, record in records.items()},
    }


def _gradients(check: GradientCheck) -> dict[str, Any]:
    central = [{"h": h, "error": error} for h, error in check.central.items()]
    return {**asdict(check), "central": central, "passed": check.passed}


def _finding(deviation: Deviation | None, run: Run, *, named: bool) -> dict[str, Any] | None:
    if deviation is None:
        return None
    fields = asdict(deviation)
    fields |= dict(zip(run.sides, (fields.pop("ours"), fields.pop("theirs")), strict=True))
    names = {key: fields.pop(key) for key in ("quantity", "reading")}
    return {**names, "tag": QUANTITIES[deviation.quantity].tag, **fields} if named else fields


def _plain(value: Any) -> Any:
    """The same value for JSON, which has no inf and no nan: they become the strings that Python prints."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value
