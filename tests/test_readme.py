"""What the README tells a reader to type works, and CI types the same."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from compare.report.tables import WHY_LOWER

ROOT = Path(__file__).parents[1]
README = Path(ROOT, "README.md").read_text()
BLOCKS = re.findall(r"```(\w*)\n(.*?)```", README, re.DOTALL)


def test_it_opens_with_the_two_lines_and_ci_runs_the_second():
    language, block = BLOCKS[0]
    prove, test = block.strip().splitlines()
    assert language == "sh"
    for line in (prove, test):
        assert line.startswith("python3 -m venv .venv && .venv/bin/pip install -e ")
    assert prove.endswith("&& .venv/bin/python -m compare")
    script = Path(ROOT, ".ci", "run").read_text()
    pattern = re.search(r'grep -m 1 -- "(.*)" README.md', script)[1]
    assert next(line for line in README.splitlines() if re.search(pattern, line)) == test
    assert 'eval "$test_line"' in script


def test_the_page_is_shown_before_them_and_linked():
    picture, page = re.search(r"^\[!\[.+\]\((\S+)\)\]\((\S+)\)$", README.partition("```")[0], re.MULTILINE).groups()
    assert (picture, page) == ("docs/page.png", "docs/index.html")
    assert Path(ROOT, picture).stat().st_size < 300_000


def test_its_commands_are_understood(cli):
    commands = [line for language, block in BLOCKS[1:] if language == "sh" for line in block.splitlines()]
    ours = [shlex.split(line, comments=True) for line in commands if line.startswith("python -m compare")]
    assert len(ours) == 17
    for command in ours:
        assert cli(*command[3:], "--help")[0] == 0


@pytest.mark.parametrize("package", ["scratch", pytest.param("torch_impl", marks=pytest.mark.heavy)])
def test_its_python_runs_with_either_backend(package: str):
    code = next(block for language, block in BLOCKS if language == "python")
    assert "from scratch import" in code
    code = code.replace("from scratch import", f"from {package} import")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Record(epoch=5, " in done.stdout
    accuracy = float(re.search(r"accuracy=(0\.\d+)", done.stdout)[1])
    assert accuracy > 0.85


def test_its_python_names_the_training_accuracy_and_says_why_it_is_lower():
    code = next(block for language, block in BLOCKS if language == "python")
    assert f"\n# {WHY_LOWER}\n" in code


def test_links_lead_somewhere():
    for page in (*(file.name for file in ROOT.glob("*.md")), *(f"docs/{file.name}" for file in ROOT.glob("docs/*.md"))):
        targets = re.findall(r"\]\(([^)#]+)\)", Path(ROOT, page).read_text())
        for target in (target for target in targets if not target.startswith("https://")):
            assert Path(ROOT, page).parent.joinpath(target).exists(), (page, target)


def test_it_is_under_two_screens():
    assert len(README.splitlines()) <= 125
    assert max(map(len, README.splitlines())) <= 130
