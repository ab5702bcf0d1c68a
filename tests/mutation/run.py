"""Change one line of the code, run the tests, and see whether any goes red.

    python tests/mutation/run.py table              every change of table.py against the test that it names
    python tests/mutation/run.py sample 60          60 random changes of compare/ and torch_impl/ against all tests

Each change is made in a copy of the checkout; the checkout itself is never touched. A test that runs into the time
limit counts as red; one that is red without the change ends the run. Survivors are printed; --rows FILE writes the
others as rows of the table. By hand, not in CI.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))

from generate import Mutant, mutants  # noqa: E402
from table import CHANGES  # noqa: E402

PACKAGES = "compare", "torch_impl"
# Wrong on purpose, to be filled in, or only text.
OMITTED = (
    "compare/bugs/catalogue/",
    "compare/bugs/right/",
    "compare/exercise/mistakes/",
    "compare/exercise/hints.py",
    "compare/exercise/seat/first_check.py",
)
LIMIT = 900


def main() -> None:
    """Run what is asked for; exit code 1 if a change of the table survives."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("table", "sample"))
    parser.add_argument("number", nargs="?", default=60, type=int, help="how many random changes")
    parser.add_argument("--seed", default=0, type=int)
    parser.add_argument("--only", default="", help="only files whose path contains this")
    parser.add_argument("--jobs", default=os.cpu_count() or 1, type=int)
    parser.add_argument("--near", action="store_true", help="run the mirrored test and its room only")
    parser.add_argument("--rows", type=Path, help="write the changes that were noticed here, as rows of the table")
    options = parser.parse_args()
    jobs = _table(options.only) if options.what == "table" else _sample(options)
    results = _run(jobs, options.jobs)
    survivors = [job for job, red in results if not red]
    print(f"{len(jobs) - len(survivors)} of {len(jobs)} changes were noticed")
    for job in survivors:
        print(f"survives: {job.name}")
    if options.rows:
        options.rows.write_text("".join(f"{row},\n" for row in map(_row, results) if row), encoding="utf-8")
    sys.exit(bool(survivors) and options.what == "table")


class Job(NamedTuple):
    """A change: the file, what it is called, the changed source, and the tests to run, nearest first."""

    path: str
    name: str
    source: str
    stages: list[list[str]]


def _table(only: str) -> list[Job]:
    jobs = []
    for path, old, new, test in CHANGES:
        if only in path:
            source = (ROOT / path).read_text(encoding="utf-8")
            assert source.count(old) == 1, f"{path}: {old!r} occurs {source.count(old)} times"
            jobs.append(Job(path, f"{path}: {old!r} -> {new!r}", source.replace(old, new), [[test]]))
    return jobs


def _sample(options: argparse.Namespace) -> list[Job]:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    names = [path.relative_to(ROOT).as_posix() for path in files]
    names = [name for name in names if options.only in name and not name.startswith(OMITTED)]
    every = [mutant for name in names for mutant in mutants(ROOT / name, name)]
    chosen = random.Random(options.seed).sample(every, min(options.number, len(every)))
    return [
        Job(m.path, str(m), m.apply((ROOT / m.path).read_text(encoding="utf-8")), _tests(m, options)) for m in chosen
    ]


def _tests(mutant: Mutant, options: argparse.Namespace) -> list[list[str]]:
    """The mirrored test first, then its room, then everything: most changes are noticed at once.

    The examples in the docstrings of the file itself are run with each.
    """
    path = Path(mutant.path)
    folder = Path("tests", *path.parts[1:-1]) if path.parts[0] == "compare" else Path("tests", *path.parts[:-1])
    near = [folder / f"test_{path.stem}.py", folder]
    stages = [[place.as_posix(), mutant.path] for place in near if (ROOT / place).exists()]
    return stages if options.near else [*stages, []]


def _row(result: tuple[Job, str]) -> tuple[str, str, str, str] | None:
    """A noticed change as a row of the table, if its line is the only one of its kind."""
    job, red = result
    before = (ROOT / job.path).read_text(encoding="utf-8")
    changed = [pair for pair in zip(before.splitlines(), job.source.splitlines(), strict=True) if pair[0] != pair[1]]
    old, new = (line.strip() for line in changed[0])
    test = re.match(r"(?:FAILED|ERROR) (\S+?::\w+)", red)
    return (job.path, old, new, test[1]) if test and before.count(old) == 1 else None


def _run(jobs: list[Job], workers: int) -> list[tuple[Job, str]]:
    free: SimpleQueue[Path] = SimpleQueue()
    results = []
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder, ThreadPoolExecutor(workers) as pool:
        for n in range(workers):
            free.put(_copy(Path(folder, str(n))))

        def one(job: Job) -> str:
            copy = free.get()
            try:
                return _red(copy, job)
            finally:
                free.put(copy)

        for job, red in zip(jobs, pool.map(one, jobs), strict=True):
            results.append((job, red))
            print(f"{len(results)}/{len(jobs)} {'noticed' if red else 'SURVIVES'} {job.name}  {red}", flush=True)
    return results


def _copy(folder: Path) -> Path:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def _red(copy: Path, job: Job) -> str:
    """The first test that goes red with the change made, or nothing. It must be green without the change."""
    path = copy / job.path
    before = path.read_text(encoding="utf-8")
    path.write_text(job.source, encoding="utf-8")
    try:
        red = next(filter(None, (_failure(copy, tests) for tests in job.stages)), "")
    finally:
        path.write_text(before, encoding="utf-8")
    test = re.match(r"(?:FAILED|ERROR) (\S+?::[\w.]+)", red)
    if test and _failure(copy, [test[1]]):
        raise SystemExit(f"{test[1]} is red without any change")
    return red


# What pytest ends with where it ran none, as where all are heavy.
NO_TESTS = 5


def _failure(copy: Path, tests: list[str]) -> str:
    # one that is named is run, heavy or not
    chosen = ["-m", ""] if any("::" in test for test in tests) else []
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "-n", "0", "-p", "no:cacheprovider"]
    command += [*chosen, *tests]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"(no end after {LIMIT} s)"
    if done.returncode == 0:
        return ""
    if done.returncode == NO_TESTS:
        raise SystemExit(f"{' '.join(tests)}: no test was run")
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return (lines or [f"(exit code {done.returncode})"])[0][:200]


if __name__ == "__main__":
    main()
