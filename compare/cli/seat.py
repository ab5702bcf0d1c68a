"""`exercise --check`: a learner's own test, held against right functions and known mistakes."""

import re
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from compare.cli.options import check_output
from compare.cli.program import program
from compare.cli.progress import announce, progress
from compare.errors import InputError
from compare.exercise.opened import TEST_TIME_LIMIT
from compare.exercise.seat.cases import CLASSIC, GENERATED, MISTAKES, ORIGINAL, count_variants, variant_code
from compare.exercise.seat.new_check import new_check
from compare.exercise.seat.score import Missed, Score, Scoring
from compare.files import short_path
from compare.report import as_json
from compare.report.tables import table, wide_console, wrapped
from compare.words import counted

# What one screen of 40 lines has: lines for the mistakes of each set, and for accused functions.
SHOWN = {CLASSIC: 8, GENERATED: 2}
MOST_ACCUSED = 12
# Names of bars, and the longest bar.
NAME, BAR = 12, 48
YOURS = "your test"
WHO = (
    "accuracy: looks at the accuracy only. CS336 and CS231n (Stanford), CMU 10-714: checks written after the homework "
    "of these courses. ours: that of prove."
)
# What to do if a test says that right functions are wrong, and if it cannot be run on them.
TOLERANCE = (
    "Right functions may add in another order, so last digits differ, and a 0 may become 1e-17: compare with a "
    "tolerance of both kinds, as np.testing.assert_allclose(f.logits(X, W, b), right, rtol=1e-5, atol=1e-6) does."
)
EXPECTED = "The original functions themselves fail, so the value that your test expects is wrong: compute it again."
EITHER = f"{EXPECTED} If only its last digits are off, it needs a tolerance. {TOLERANCE}"
SHAPES = (
    "The original functions themselves fail: the array that your test expects, or one that it hands over, has not the "
    "shape that stands at the top of a first test; exercise --check --new FILE writes one."
)
# Larger differences are more than rounding, and NumPy's word for them.
ROUNDING, DIFFERENCE = 1e-6, re.compile(r"Max absolute difference among violations: ([-+.\de]+)")
REPAIR = "Every error counts as the word that functions are wrong: repair the test first."


def score_test(
    path: Path | None, new: Path | None, hint: bool, seconds: float | None, details: bool, json: Path | None
) -> int:
    """The command. Raises InputError if the test cannot be used."""
    if hint:
        raise InputError("--hint goes without --check: a score names what to try for each mistake that got away")
    if new:
        if path or json:
            raise InputError("--check --new only writes a first test: omit the other FILE and --json")
        return _begin(wide_console(), new)
    if not path:
        raise InputError("FILE is missing; exercise --check --new FILE writes a first test")
    check_output(json)
    return _score(wide_console(), path, seconds or TEST_TIME_LIMIT, details, json)


def _begin(console: Console, path: Path) -> int:
    command = new_check(path, program())
    text = f"{path} has a first test. Let it catch more; this shows what it does not catch:\n\n    {command}"
    # a command is copied: it must not be broken into lines
    console.print(text, soft_wrap=True)
    return 0


def _score(console: Console, path: Path, seconds: float, details: bool, json: Path | None) -> int:
    scoring = Scoring(path, seconds, everything=details)
    announce(scoring.expected_seconds, quiet=False)
    with progress(scoring.reports, False) as advance:
        score = scoring.score(advance)
    if json:
        as_json.write_json(json, {"check": _as_dict(path, score), **as_json.versions()})
    if score.accused:
        _print_accused(console, path, score.accused, details)
    else:
        _print_score(console, path, score, details)
    return 0 if score.passed else 1


def _print_accused(console: Console, path: Path, accused: dict[str, str], details: bool) -> None:
    console.print(Text(f"{short_path(path)}: score 0, for it says that right functions are wrong", style="bold red"))
    shown = list(accused.items())[: None if details else MOST_ACCUSED]
    for number, (name, reason) in enumerate(shown):
        console.print(f"  {name}\n{textwrap.indent(wrapped(reason, 4), '    ')}")
        # the names are ours: one code on a screen shows what is meant by them
        if (code := variant_code(name)) and (details or not number):
            console.print(f"    Its code, which is right:\n\n{textwrap.indent(code, 8 * ' ')}")
    _print_rest(console, len(accused) - len(shown))
    console.print(f"\n{wrapped(_advice(accused))}")


def _advice(accused: dict[str, str]) -> str:
    """What to do with a test that accuses these right functions for these reasons."""
    if not any(word in reason for reason in accused.values() for word in ("AssertionError", "returns False")):
        return REPAIR
    reason = accused.get(ORIGINAL)
    if reason is None:
        return TOLERANCE
    if "shapes" in reason and "mismatch" in reason:
        return SHAPES
    found = DIFFERENCE.search(reason)
    if not found:
        return EITHER
    return EXPECTED if float(found[1]) > ROUNDING else TOLERANCE


def _print_score(console: Console, path: Path, score: Score, details: bool) -> None:
    console.print(f"{short_path(path)}: the right functions and {count_variants()} right variants pass\n")
    for kind in MISTAKES:
        _print_bars(console, kind, score)
    console.print(f"{wrapped(WHO)}\n")
    for kind in MISTAKES:
        missed = [one for one in score.missed if one.kind == kind]
        if missed:
            _print_missed(console, missed, None if details else SHOWN[kind])
    _print_last(console, score)


def _print_bars(console: Console, kind: str, score: Score) -> None:
    """How many of a set the test catches, and each bar that was measured on it."""
    mistakes = score.mistakes[kind]
    console.print(Text(f"caught, of the {mistakes} {kind} mistakes", style="bold"))
    bars = {name: caught[kind] for name, caught in score.bars.items() if kind in caught}
    for name, caught in {YOURS: score.caught(kind), **bars}.items():
        style = "bold green" if name == YOURS else ""
        console.print(Text(f"{name:{NAME}}{'█' * round(BAR * caught / mistakes):{BAR}}{caught:5}", style=style))
    console.print()


def _print_missed(console: Console, missed: list[Missed], most: int | None) -> None:
    """Those that got away, by equation and by what to try; `most`: how many lines, None: all, and all names."""
    alike: dict[tuple[str, str], list[str]] = {}
    for one in missed:
        alike.setdefault((one.tag, one.nudge), []).append(one.name)
    rows = [(tag, nudge, _names(names, most)) for (tag, nudge), names in list(alike.items())[:most]]
    title = f"{counted(len(missed), f'{missed[0].kind} mistake')} got away"
    console.print(table(title, ("", "try", "to catch"), rows, 3, below=None))
    _print_rest(console, len(missed) - sum(map(len, list(alike.values())[:most])))
    console.print()


def _names(names: list[str], most: int | None) -> str:
    """All of them; for one screen one."""
    if most is None:
        return "\n".join(names)
    return names[0] + (f" and {len(names) - 1} more" if len(names) > 1 else "")


def _print_rest(console: Console, rest: int) -> None:
    if rest:
        console.print(f"and {rest} more: --details has all")


def _print_last(console: Console, score: Score) -> None:
    caught = " and ".join(f"{score.caught(kind)} of {score.mistakes[kind]} {kind}" for kind in MISTAKES)
    console.print(Text(f"score: {caught} mistakes", style="bold green" if score.passed else "bold"))
    first = next((one.name for one in score.missed if one.kind == CLASSIC), None)
    if first:
        console.print(f"next: {program()} bugs {first}  explains one that got away")


def _as_dict(path: Path, score: Score) -> dict[str, Any]:
    caught = {kind: score.caught(kind) for kind in MISTAKES} if score.mistakes else {}
    rest = {"accused": score.accused, "caught": caught, "mistakes": score.mistakes, "bars": score.bars}
    return {"file": str(path), **rest, "missed": [asdict(one) for one in score.missed]}
