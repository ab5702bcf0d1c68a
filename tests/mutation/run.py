"""Change one line of the code, run the tests, and see whether any goes red.

    python tests/mutation/run.py table              every change of table.py against the test that it names
    python tests/mutation/run.py sample 60          60 random changes of compare/ and torch_impl/ against all tests

Each change is made in a copy of the checkout; the checkout itself is never touched. A test that runs into the time
limit counts as red. Survivors are printed, and written in the form of table.py with --out FILE. By hand, not in CI.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(Path(__file__).parent))

from generate import Mutant, mutants  # noqa: E402
from table import CHANGES  # noqa: E402

PACKAGES = "compare", "torch_impl"
# Wrong on purpose, to be filled in, or only text.
OMITTED = "compare/bugs/catalogue/", "compare/exercise/template.py", "compare/exercise/hints.py"
LIMIT = 900


def main() -> None:
    """Run what is asked for; exit code 1 if a change of the table survives."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("table", "sample"))
    parser.add_argument("number", nargs="?", default=60, type=int, help="how many random changes")
    parser.add_argument("--seed", default=0, type=int)
    parser.add_argument("--only", default="", help="only files whose path contains this")
    parser.add_argument("--jobs", default=os.cpu_count() or 1, type=int)
    parser.add_argument("--out", type=Path, help="write the survivors here")
    options = parser.parse_args()
    jobs = _table(options.only) if options.what == "table" else _sample(options)
    survivors = _run(jobs, options.jobs)
    print(f"{len(jobs) - len(survivors)} of {len(jobs)} changes were noticed")
    if options.out:
        options.out.write_text("".join(f"{survivor}\n" for survivor in survivors))
    sys.exit(bool(survivors) and options.what == "table")


Job = tuple[str, str, str, list[list[str]]]


def _table(only: str) -> list[Job]:
    """Path, what it is called, the changed source, and the tests to run."""
    jobs = []
    for path, old, new, test in CHANGES:
        if only in path:
            source = (ROOT / path).read_text(encoding="utf-8")
            assert source.count(old) == 1, f"{path}: {old!r} occurs {source.count(old)} times"
            jobs.append((path, f"{path}: {old!r} -> {new!r}", source.replace(old, new), [[test]]))
    return jobs


def _sample(options: argparse.Namespace) -> list[Job]:
    files = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    names = [path.relative_to(ROOT).as_posix() for path in files]
    names = [name for name in names if options.only in name and not name.startswith(OMITTED)]
    every = [mutant for name in names for mutant in mutants(ROOT / name, name)]
    chosen = random.Random(options.seed).sample(every, min(options.number, len(every)))
    return [(m.path, str(m), m.apply((ROOT / m.path).read_text(encoding="utf-8")), _tests(m)) for m in chosen]


def _tests(mutant: Mutant) -> list[list[str]]:
    """The mirrored test first, then its room, then everything: most changes are noticed at once."""
    path = Path(mutant.path)
    folder = Path("tests", *path.parts[1:-1]) if path.parts[0] == "compare" else Path("tests", *path.parts[:-1])
    near = [folder / f"test_{path.stem}.py", folder]
    return [[near_path.as_posix()] for near_path in near if (ROOT / near_path).exists()] + [[]]


def _run(jobs: list[Job], workers: int) -> list[str]:
    free: SimpleQueue[Path] = SimpleQueue()
    survivors = []
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder, ThreadPoolExecutor(workers) as pool:
        for n in range(workers):
            free.put(_copy(Path(folder, str(n))))

        def one(job: Job) -> tuple[str, str]:
            copy = free.get()
            try:
                return job[1], _red(copy, job)
            finally:
                free.put(copy)

        for number, (name, test) in enumerate(pool.map(one, jobs), 1):
            print(f"{number}/{len(jobs)} {'SURVIVES' if not test else 'noticed'} {name}  {test}", flush=True)
            if not test:
                survivors.append(name)
    return survivors


def _copy(folder: Path) -> Path:
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    for name in listed.stdout.decode().splitlines():
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    return folder


def _red(copy: Path, job: Job) -> str:
    """The first test that goes red with the change made, or nothing."""
    path, _, source, stages = job
    before = (copy / path).read_text(encoding="utf-8")
    (copy / path).write_text(source, encoding="utf-8")
    try:
        for tests in stages:
            if red := _failure(copy, tests):
                return red
        return ""
    finally:
        (copy / path).write_text(before, encoding="utf-8")


def _failure(copy: Path, tests: list[str]) -> str:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return f"(no end after {LIMIT} s)"
    if done.returncode == 0:
        return ""
    lines = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return (lines or [f"(exit code {done.returncode})"])[0][:120]


if __name__ == "__main__":
    main()
