"""Rules of CONTRIBUTING.md that a program can check."""

import re
from pathlib import Path

import pytest

MOST = 250


@pytest.mark.parametrize("folder", ["scratch", "torch_impl", "compare", "tests", "benchmarks", "notebooks"])
def test_no_file_is_too_long(root: Path, folder: str):
    files = sorted(file for kind in ("*.py", "*.toml") for file in Path(root, folder).rglob(kind))
    assert files
    lines = {str(file.relative_to(root)): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {name: count for name, count in lines.items() if count > MOST} == {}


def test_the_map_names_every_file_and_folder_of_compare(root: Path):
    named = re.findall(r"^  (\w+(?:\.py|/)) ", (root / "CONTRIBUTING.md").read_text(encoding="utf-8"), re.MULTILINE)
    files = {file.name for file in (root / "compare").glob("*.py")} - {"__main__.py"}
    folders = {f"{file.parent.name}/" for file in (root / "compare").glob("*/__init__.py")}
    assert sorted(named) == sorted(files | folders)
