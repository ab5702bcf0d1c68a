"""How fast both sides are, side by side in one run: ratios travel between machines, times do not.

    python benchmarks/speed.py --data-root FOLDER     (the folder that holds MNIST/raw)
    python benchmarks/speed.py --json now.json --picture now.png --against old.json

One epoch is 600 steps of batch 100 over all 60,000 training images of MNIST, in float32. Every candidate runs
once a round; a ratio is the median over rounds of two times from the same round. JAX takes part where it is installed.
"""

import argparse
import os
import platform
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, NoReturn

from measured import UNIT, Measured, draw, print_against, print_table, read, save

from compare.data.folders import DATA_ROOT_VARIABLE
from compare.errors import InputError
from compare.files import check_writable
from compare.report.pictures import check_picture

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("--help",),
    ("bugs", "--list"),
    ("data", "--list"),
    ("train", "--backend", "scratch", "--data", "mnist"),
    ("prove",),
    ("bugs",),
)


def process(*args: str) -> tuple[float, float]:
    """Seconds and peak memory in MB of `python ARGS`, run by a process too small to count itself."""
    code = (
        "import resource, subprocess, sys, time\n"
        "began = time.perf_counter()\n"
        f"subprocess.run([sys.executable, *{args!r}], check=True, capture_output=True)\n"
        "print(time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, peak = map(float, done.stdout.split())
    return seconds, peak / (1e6 if sys.platform == "darwin" else 1e6 / 1024)


def processes(root: Path) -> dict[str, tuple[float, float]]:
    """The unit, and the commands: the quicker of two runs, for the first may read from a disk."""
    found = {UNIT: min(process("-c", UNIT) for _ in range(3))}
    for command in COMMANDS:
        data_root = ("--data-root", str(root)) if "mnist" in command else ()
        runs = [process("-m", "compare", *command, *data_root) for _ in range(2)]
        found[" ".join(command)] = min(runs)
    return found


def machine() -> dict[str, Any]:
    """What the times depend on."""
    found: dict[str, Any] = {"cores": os.cpu_count(), "Python": platform.python_version()}
    for package in ("numpy", "torch", "jax"):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, without the usage before it."""

    def error(self, message: str) -> NoReturn:
        """End with exit code 2."""
        self.exit(2, f"{self.prog}: error: {message}\n")


def parser() -> Parser:
    """The options."""
    made = Parser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--data-root", default=os.environ.get(DATA_ROOT_VARIABLE), type=Path)
    made.add_argument("--rounds", default=5, type=int)
    made.add_argument("--json", type=Path, help="write what was measured")
    made.add_argument("--picture", type=Path, help="draw it, as *.png or *.svg")
    made.add_argument("--against", type=Path, help="a file written by --json: compare with it, in ratios")
    return made


def checked(options: argparse.Namespace) -> Measured | None:
    """The earlier run, if one is named. Raises ValueError or InputError for options that cannot be used."""
    if options.rounds < 1:
        raise ValueError(f"--rounds {options.rounds}: at least 1 is needed")
    if options.data_root is None:
        raise ValueError(f"full MNIST is needed: give --data-root or set {DATA_ROOT_VARIABLE}")
    if not Path(options.data_root, "MNIST", "raw").is_dir():
        raise ValueError(f"--data-root {options.data_root}: no folder MNIST/raw in it")
    if options.picture:
        check_picture(options.picture)
    for option, path in {"--json": options.json, "--picture": options.picture}.items():
        try:
            if path:
                check_writable(path)
        except OSError as error:
            raise ValueError(f"{option} {path}: cannot be written: {error.strerror}") from None
    try:
        return read(options.against) if options.against else None
    except OSError as error:
        raise ValueError(f"--against {options.against}: cannot be read: {error.strerror}") from None


def main() -> None:
    """Time them all, write what was asked for, print the table."""
    options = parser().parse_args()
    try:
        earlier = checked(options)
        # PyTorch takes seconds to import, and neither --help nor a refusal needs it
        from candidates import Candidates

        candidates = Candidates(options.data_root).all()
    except (InputError, OSError, RuntimeError, ValueError) as error:
        parser().error(" ".join(str(error).split()))
    for candidate in candidates:
        candidate()  # warm up
    rounds = [{c.__name__: c() for c in candidates} for _ in range(options.rounds)]
    measured = Measured(machine(), rounds, processes(options.data_root))
    try:
        # first of all: what follows may fail, and it took minutes
        if options.json:
            save(measured, options.json)
    finally:
        print_table(measured, {c.__name__: c.__doc__ or "" for c in candidates})
    if options.picture:
        draw(measured, earlier, options.picture)
    if earlier:
        print_against(measured, earlier)


if __name__ == "__main__":
    main()
