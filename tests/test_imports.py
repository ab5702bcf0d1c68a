"""Who imports whom."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


def modules_after(code: str) -> set[str]:
    """Top-level modules of a fresh interpreter that has run `code`."""
    shown = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{shown}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_scratch_brings_in_numpy_and_the_standard_library_only():
    new = modules_after("import scratch") - modules_after("")
    assert "numpy" in new
    assert new - set(sys.stdlib_module_names) == {"scratch", "numpy"}


def test_training_by_hand_never_imports_torch():
    code = """
import sys
from compare.cli import main
sys.argv = ["compare", "train", "--backend", "scratch", "--data", "digits", "--epochs", "1"]
try:
    main()
except SystemExit as stopped:
    assert not stopped.code
"""
    loaded = modules_after(code)
    assert "scratch" in loaded
    assert not loaded & {"torch", "torchvision", "torch_impl"}


@pytest.mark.parametrize(
    ("package", "forbidden"),
    [("scratch", {"torch", "torch_impl", "compare"}), ("torch_impl", {"scratch", "compare"})],
)
def test_arrows_point_one_way(package: str, forbidden: set[str]):
    files = list(Path(ROOT, package).glob("*.py"))
    assert files
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            assert not {name.partition(".")[0] for name in names} & forbidden, file
