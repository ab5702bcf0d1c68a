"""JSON as this program writes it, and nothing else that Python's reader takes."""

import json
import math
from typing import Any

# Levels of objects and lists in each other; what is written here has less than ten.
DEEPEST = 32
# Of a whole number: of more Python says what a programmer should do.
MOST_DIGITS = 4300


def parse_json(content: str | bytes) -> Any:
    """The value of a JSON text in UTF-8.

    Raises ValueError if it is none, has a name twice in one object, a number that is not finite, or more than
    DEEPEST levels.
    """
    text = content if isinstance(content, str) else content.decode()
    try:
        value = json.loads(
            text, object_pairs_hook=_object, parse_int=_whole, parse_float=_finite, parse_constant=_finite
        )
    except RecursionError:
        raise ValueError(f"more than {DEEPEST} levels") from None
    _check_depth(value)
    return value


def need(condition: bool, words: str) -> None:
    """Raise ValueError in these words unless the condition holds."""
    if not condition:
        raise ValueError(words)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(f"a name twice in one object, which has {', '.join(map(ascii, found))[:60]}")
    return found


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise ValueError(f"a number of {len(text):,} digits")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is not a finite number")
    return value


def _check_depth(value: Any) -> None:
    level = [value]
    for _ in range(DEEPEST + 1):
        inner = [outer.values() if isinstance(outer, dict) else outer for outer in level if _is_nested(outer)]
        level = [value for values in inner for value in values]
        if not inner:
            return
    raise ValueError(f"more than {DEEPEST} levels")


def _is_nested(value: Any) -> bool:
    return isinstance(value, dict | list)
