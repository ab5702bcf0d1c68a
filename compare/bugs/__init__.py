"""The classic mistakes, each one function of the step replaced: what people believe, what it looks like, what to learn.

BUGS has them by name, in the order of the derivation.
"""

from difflib import get_close_matches

from compare.attempt import CONTRACTS
from compare.bugs import backward, forward
from compare.bugs.registry import REGISTER, Bug
from compare.errors import InputError

_ORDER = ("batch", *CONTRACTS)
BUGS = dict(sorted(REGISTER.items(), key=lambda item: _ORDER.index(item[1].function)))


def find_bug(name: str) -> Bug:
    """A bug by its name. Raises InputError if there is none."""
    if name not in BUGS:
        near = get_close_matches(name, BUGS)
        raise InputError(f"unknown bug {name!r}; {f'perhaps {near[0]}? ' if near else ''}`bugs` lists all of them")
    return BUGS[name]
