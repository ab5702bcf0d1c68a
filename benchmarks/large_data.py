"""What training, evaluation and proof cost on files of 10,000 to 4 million images, in time and in memory of their own.

    python benchmarks/large_data.py --data-root FOLDER [--folder FOLDER]     (--data-root holds MNIST/raw)

The files are IDX, made of MNIST by tiling and shifting; the largest has 3.1 GB, and all are removed at the end. Memory
is that of anonymous pages, of all processes of a command together: pages of a file, which the system can drop, are not
counted. Seconds are those of the processor, which other programs change little. Needs Linux.

Most of the memory with PyTorch is PyTorch's own. On Linux `import torch` takes 150 MB in the build for CPUs (2.13), and
290 MB in the build for CUDA that pip brings (2.14), 100 of them for cuBLASLt. The first optimizer takes 70 to 80 MB
more: it imports torch._dynamo, and neither an option nor TORCH_COMPILE_DISABLE=1 prevents that. On files of 10,000 to
a million images `train` took 45 MB by hand, 250 MB with PyTorch for CPUs, 405 MB with that for CUDA. With PyTorch for
CPUs `prove --dtype float32` took 259 to 273 MB on 400,000 and on a million images, `prove` 279 to 290 MB; with that
for CUDA they took 414 and 432 MB on 400,000.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from compare.data.folders import DATA_ROOT_VARIABLE
from compare.data.idx import idx_header
from compare.data.registry import load

SIZES = 10_000, 100_000, 1_000_000, 4_000_000
MEMORY = "RssAnon:"
POLL = 0.05
SHIFTS = [(down, right) for down in range(-3, 4) for right in range(-3, 4)]


class Cost(NamedTuple):
    """Seconds of the processor that a command took, and the most anonymous memory of all its processes, in MB."""

    seconds: float
    memory: float


def make(folder: Path, count: int, root: Path) -> Path:
    """Write `count` images and their labels, MNIST again and again, each time moved by another number of pixels."""
    images, labels = load("mnist", root).train
    images = images.reshape(-1, 28, 28)
    path = folder / "train-images-idx3-ubyte"
    with path.open("wb") as pixels, (folder / "train-labels-idx1-ubyte").open("wb") as classes:
        pixels.write(idx_header((count, 28, 28)))
        classes.write(idx_header((count,)))
        for n in range(0, count, len(images)):
            shift, length = SHIFTS[n // len(images) % len(SHIFTS)], min(len(images), count - n)
            np.roll(images[:length], shift, axis=(1, 2)).tofile(pixels)
            labels[:length].astype(np.uint8).tofile(classes)
    return path


def cost(*command: str) -> Cost:
    """Run a command of Python to its end."""
    began, most = processor_seconds(), 0
    running = subprocess.Popen([sys.executable, *command], stdout=subprocess.DEVNULL)
    while running.poll() is None:
        most = max(most, sum(map(anonymous, family(running.pid))))
        time.sleep(POLL)
    if running.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {running.returncode}")
    return Cost(processor_seconds() - began, most / 1e6)


def processor_seconds() -> float:
    """Of all processes that were started here and have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def family(pid: int) -> list[int]:
    """A process and all that it has started, and these."""
    try:
        threads = list(Path(f"/proc/{pid}/task").iterdir())
        started = [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:  # it has ended
        return []
    return [pid, *(member for child in started for member in family(child))]


def anonymous(pid: int) -> int:
    """Bytes of a process that are pages of no file."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith(MEMORY)), 0)


def commands(data: str, checkpoint: str) -> dict[str, list[str]]:
    """What is measured, by what the table calls it: an epoch of batches of 100 of 80 % of the images."""
    compare, options = ["-m", "compare"], ["--data", data, "--epochs", "1", "--quiet"]
    return {
        "train scratch": [*compare, "train", *options, "--save", checkpoint],
        "train torch": [*compare, "train", "--backend", "torch", *options],
        "evaluate": [*compare, "evaluate", checkpoint, "--data", data, "--quiet"],
        "prove float32": [*compare, "prove", "--dtype", "float32", *options],
        "prove": [*compare, "prove", *options],
    }


def main() -> None:
    """Make the files, run the commands, and print a line for each as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data-root", default=os.environ.get(DATA_ROOT_VARIABLE), type=Path)
    parser.add_argument("--folder", type=Path, help="where the files are made; 3.2 GB")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--only", nargs="+", help="these of the commands")
    options = parser.parse_args()
    for what in ("numpy", "torch"):
        print(f"import {what}: {cost('-c', f'import time, {what}; time.sleep(0.2)').memory:.0f} MB")
    print(f"{'images':>9}  {'command':<14}{'seconds':>9}{'us an image':>13}{'MB':>6}")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for count in options.sizes:
            path = make(Path(folder), count, options.data_root)
            for name, command in commands(str(path), str(Path(folder, "model.safetensors"))).items():
                if not options.only or name in options.only:
                    found = cost(*command)
                    each = 1e6 * found.seconds / count
                    print(f"{count:9,}  {name:<14}{found.seconds:9.1f}{each:13.2f}{found.memory:6.0f}", flush=True)


if __name__ == "__main__":
    main()
