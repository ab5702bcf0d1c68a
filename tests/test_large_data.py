"""More images than fit into the memory that a process is allowed: they are mapped, and trained on all the same."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from compare.data.idx import idx_header

IMAGES = 400_000
# Bytes of memory of its own that the process may have; the images alone have 314 million.
LIMIT = 200_000_000

# The limit is one of anonymous memory: pages of a file that is mapped do not count. Torch must not be there.
CODE = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_DATA, ({LIMIT}, {LIMIT}))
from compare.cli.app import main
try:
    main()
except SystemExit as stopped:
    assert not stopped.code
assert "torch" not in sys.modules
anonymous = next(line for line in open("/proc/self/status") if line.startswith("RssAnon"))
print("anonymous", 1024 * int(anonymous.split()[1]))
"""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 400,000 images of 28 x 28 pixels, 314 MB, most of it a hole that no disk holds; and their labels."""
    folder = tmp_path_factory.mktemp("large")
    path = folder / "train-images-idx3-ubyte"
    path.write_bytes(idx_header((IMAGES, 28, 28)) + np.arange(784 * 1000, dtype=np.uint32).astype(np.uint8).tobytes())
    os.truncate(path, 16 + 784 * IMAGES)
    labels = (np.arange(IMAGES) % 3).astype(np.uint8)
    (folder / "train-labels-idx1-ubyte").write_bytes(idx_header((IMAGES,)) + labels.tobytes())
    return folder


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts anonymous memory")
def test_training_by_hand_stays_within_a_limit_of_its_own_memory(large: Path, tmp_path: Path, root: Path):
    checkpoint = tmp_path / "model.safetensors"
    for command in (
        ["train", "--epochs", "1", "--batch-size", "1000", "--save", str(checkpoint)],
        ["evaluate", str(checkpoint)],
    ):
        line = [sys.executable, "-c", CODE, *command, "--data", str(large), "--quiet"]
        done = subprocess.run(line, cwd=root, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert int(done.stdout.split()[-1]) < 100_000_000
