"""How this program was called, for commands that one copies."""

import sys
from pathlib import Path

SCRIPT, MODULE = "softmax-twice", "python -m compare"


def program() -> str:
    """The script, where that was called; else the module, which a folder without this package may not find."""
    return SCRIPT if Path(sys.argv[0]).stem == SCRIPT else MODULE
