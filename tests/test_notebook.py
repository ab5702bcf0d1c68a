"""The notebook: the text and what was made from it are the same, it runs, and it prints what is stored.

Pictures are not compared: their bytes depend on the version of matplotlib and on the fonts.
"""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import jupytext
import nbformat
import pytest
from nbformat import NotebookNode

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "notebooks" / "softmax_regression.md"
STORED = SOURCE.with_suffix(".ipynb")

STEPS = ["look", "split", "model", "softmax", "loss", "accuracy", "fit", "curve", "predict", "mistakes", "save", "load"]

# What another processor does: sums in another order, exp by another algorithm. Each of them changes bits of the trained
# weights on x86; a name that is unknown elsewhere changes nothing.
OTHER_KERNELS = {
    "ATEN_CPU_CAPABILITY": "default",
    "NPY_DISABLE_CPU_FEATURES": "X86_V3 X86_V4 AVX2 FMA3 AVX512F AVX512_SKX AVX512_ICL AVX512_SPR",
    "OPENBLAS_CORETYPE": "Nehalem",
    "MKL_CBWR": "COMPATIBLE",
}


@pytest.fixture(scope="module")
def source() -> NotebookNode:
    return jupytext.read(SOURCE)


@pytest.fixture(scope="module")
def stored() -> NotebookNode:
    return nbformat.read(STORED, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook: NotebookNode) -> str:
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def printed(cell: NotebookNode) -> str:
    """All text of the outputs of a cell, without warnings on stderr."""
    outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    return "".join(output.get("text") or output["data"]["text/plain"] for output in outputs)


def test_the_text_and_the_notebook_have_the_same_cells(source: NotebookNode, stored: NotebookNode):
    cells = [[(cell.cell_type, cell.source) for cell in notebook.cells] for notebook in (source, stored)]
    assert cells[0] == cells[1]
    assert source.metadata.kernelspec == stored.metadata.kernelspec


def test_all_cells_were_executed_in_order_and_without_an_error(stored: NotebookNode):
    cells = code_cells(stored)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert {output.get("name", output.output_type) for output in outputs} == {"stdout", "display_data"}
    assert sum("image/png" in output.get("data", {}) for output in outputs) == 4


def test_it_is_small_and_names_no_computer(stored: NotebookNode):
    assert STORED.stat().st_size < 300_000
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    assert stored.metadata == {"kernelspec": kernel, "language_info": {"name": "python"}}
    assert all(cell.metadata == {} for cell in stored.cells)
    assert [cell.id for cell in stored.cells] == [f"cell-{n}" for n in range(len(stored.cells))]
    assert not re.search(r"/(home|root|tmp|usr|work)/", "".join(map(printed, code_cells(stored))))


def test_it_has_the_steps_of_the_tutorials_in_their_order(stored: NotebookNode):
    titles = re.findall(r"^## \d+\. (.*)$", prose(stored), re.MULTILINE)
    assert [title.lower() for title in titles] == [*STEPS, "experiments", "the proof", "three open tasks"]
    errors = re.findall(r"^(?:### |\*\*)Where (?:a|the) tutorials? errs?[:.*]*", prose(stored), re.MULTILINE)
    assert len(errors) == 4


def test_its_formulas_are_those_of_the_maths_page(stored: NotebookNode):
    maths, blocks = ROOT.joinpath("MATHS.md").read_text(), prose(stored).split("$$")[1::2]
    assert len(blocks) == 6
    assert [block for block in blocks if f"$${block}$$" not in maths] == []


def test_every_number_in_its_text_is_printed_or_chosen(stored: NotebookNode):
    said = set(re.findall(r"\d+\.\d+", prose(stored)))
    shown = {number for cell in code_cells(stored) for number in re.findall(r"\d+\.\d+", cell.source + printed(cell))}
    assert said - shown == set()


def test_its_links_lead_somewhere(stored: NotebookNode):
    targets = re.findall(r"\]\(([^)#]+)\)", prose(stored))
    assert targets
    assert [target for target in targets if not SOURCE.parent.joinpath(target).exists()] == []


def test_the_readme_has_a_line_that_opens_it():
    page, path = ROOT.joinpath("README.md").read_text(), STORED.relative_to(ROOT).as_posix()
    assert f"]({path})" in page
    install, start = re.search(r"^(pip install .*) && (jupyter lab .*?) #", page, re.MULTILINE).groups()
    # its links lead out of its folder
    assert start == f"jupyter lab --notebook-dir . {path}"
    extra = re.fullmatch(r'pip install -e "\.\[(\w+)\]"', install)[1]
    extras = tomllib.loads(ROOT.joinpath("pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert [re.match(r"[\w-]+", wanted)[0] for wanted in extras[extra]] == ["jupyterlab"]


@pytest.mark.notebook
@pytest.mark.parametrize("kernels", [{}, OTHER_KERNELS], ids=["usual", "other"])
def test_it_runs_and_prints_what_is_stored(
    source: NotebookNode, stored: NotebookNode, tmp_path: Path, kernels: dict[str, str]
):
    """All numbers are written with so few digits that rounding does not reach them."""
    copy = tmp_path / STORED.name
    nbformat.write(source, copy)
    command = [sys.executable, "-m", "pytest", "--nbmake", "--overwrite", "--nbmake-timeout=600", copy]
    environment = os.environ | {"PYTHONPATH": str(ROOT)} | kernels
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    fresh = nbformat.read(copy, as_version=4)
    assert list(map(printed, code_cells(fresh))) == list(map(printed, code_cells(stored)))
