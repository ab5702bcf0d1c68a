"""Changes that the tests must notice: file, what stands there (once in the file), what to put there, which test.

The rows stand in changes/, a file for each room. Some are mistakes that the tests once did not notice; the others are
random ones.
"""

import runpy
from pathlib import Path

Row = tuple[str, str, str, str]

FILES = sorted(Path(__file__).with_name("changes").glob("*.py"))
CHANGES: list[Row] = [row for file in FILES for row in runpy.run_path(str(file))["CHANGES"]]
