"""The mistakes, each in one function of the step: what people believe, what it looks like, what to learn.

BUGS has them by name, in the order of the derivation. 48 of them are classic.
"""

from difflib import get_close_matches

from compare.bugs.catalogue import (
    batch,
    learning_rate,
    log_softmax,
    logits,
    logits_gradient,
    nll_loss,
    parameter_gradients,
    ranks,
    sgd_step,
)
from compare.bugs.catalogue.register import REGISTER, Bug
from compare.equations import FUNCTIONS
from compare.errors import InputError

_ORDER = ("batch", *FUNCTIONS)
BUGS = dict(sorted(REGISTER.items(), key=lambda item: _ORDER.index(item[1].function)))


def find_bug(name: str) -> Bug:
    """A bug by its name. Raises InputError, with the nearest name, if there is none."""
    if name in BUGS:
        return BUGS[name]
    near = f"; the nearest is {nearest}" if (nearest := _nearest(name)) else ""
    raise InputError(f"unknown bug {name!r}{near}; bugs --list lists all {len(BUGS)}")


def _nearest(name: str) -> str | None:
    """The name that has this one in it, else the most similar one, if any is similar."""
    asked = "-".join(name.lower().replace("_", " ").split())
    containing = [known for known in BUGS if asked and asked in known]
    return next(iter(containing or get_close_matches(asked, BUGS, n=1)), None)
