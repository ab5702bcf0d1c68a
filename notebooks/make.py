"""Makes softmax_regression.ipynb of the softmax_regression.md beside it: the same cells, executed.

python notebooks/make.py        (needs the dev extra; under a minute)

The same text makes the same file, but for its pictures, whose bytes depend on the version of matplotlib.
"""

from pathlib import Path

import jupytext
import nbformat
from nbclient import NotebookClient

SOURCE = Path(__file__).with_name("softmax_regression.md")
# of the kernel nothing that depends on the computer
LANGUAGE = {"name": "python"}


def main() -> None:
    """Execute the cells and write the notebook. Raises CellExecutionError if one fails, and writes nothing then."""
    notebook = jupytext.read(SOURCE)
    NotebookClient(notebook, timeout=600, coalesce_streams=True, record_timing=False).execute()
    notebook.metadata = {"kernelspec": notebook.metadata["kernelspec"], "language_info": LANGUAGE}
    for number, cell in enumerate(notebook.cells):
        # they are random otherwise
        cell["id"] = f"cell-{number}"
    nbformat.write(notebook, SOURCE.with_suffix(".ipynb"))


if __name__ == "__main__":
    main()
