"""What Typer lets pass: an empty value, a number of any length or in other signs, an option that is given twice."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from compare.errors import InputError

# A seed may have 128 bits, which are 39 digits; nothing else comes near.
MOST_DIGITS = 39


def check_values(args: Iterable[str]) -> None:
    """Raise InputError for what is typed, and cannot be meant, whatever it is for."""
    for name, value in _pairs(args):
        if "\0" in value:
            raise InputError(f"{name or 'an argument'} has a NUL in it, which no name has")
        if not value:
            raise InputError(f"{name or 'an argument'} is empty; give it a value, or omit it")
        digits = value.strip().lstrip("+-").replace("_", "")
        # a file may have such a name, but not of so many letters
        if digits.isdigit() and len(digits) > 255:
            raise InputError(f"{name or 'an argument'} has {len(digits):,} digits; a number has {MOST_DIGITS} at most")


def check_numbers(given: dict[str, Any], typed: dict[str, Any], options: dict[str, str]) -> None:
    """Raise InputError for a whole number that is too long to compute with, and for other signs than those of numbers.

    given, typed, options: by parameter its value, what was typed, and what its option is called.
    """
    for name, value in given.items():
        text = typed.get(name)
        # Python takes 1_0 for 10, spaces, and the digits of every script
        if isinstance(value, int | float) and isinstance(text, str) and not re.fullmatch(r"[-+.0-9A-Za-z]+", text):
            raise InputError(f"{options[name]} {text!a}: a number is written in the digits 0 to 9, as in 10 or 1e-3")
        if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
            raise InputError(f"{options[name]} has {len(str(abs(value))):,} digits; a number has {MOST_DIGITS} at most")


def check_options(context: Any, args: list[str]) -> dict[str, Any]:
    """By parameter what is typed. Raises InputError for an option that is given twice: the last would win silently.

    context: that of Typer, which has no public type.
    """
    typed, _, given = context.command.make_parser(context).parse_args(args=[*args])
    for parameter in given:
        if parameter.param_type_name == "option" and (times := given.count(parameter)) > 1:
            raise InputError(f"{parameter.opts[0]} is given {times} times; give it once")
    return dict(typed)


def _pairs(args: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each value, and the option before it."""
    before = ""
    for arg in args:
        name, equals, value = arg.partition("=")
        if arg.startswith("--"):
            if equals:
                yield name, value
            before = "" if equals else arg
        else:
            yield before, arg
            before = ""
