"""How another Python process of this package is started: it finds the package, and no module beside the work."""

import os
import sys


def command(module: str, *arguments: str) -> list[str]:
    """What starts it; `-P` keeps the working folder out of where it looks for modules."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment() -> dict[str, str]:
    """That of this process, and where modules are found here."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
