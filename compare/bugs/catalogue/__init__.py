"""The classic mistakes, each one function of the step replaced: what people believe, what it looks like, what to learn.

BUGS has them by name, in the order of the derivation.
"""

from difflib import get_close_matches

from compare.bugs.catalogue import batch, log_softmax, logits, logits_gradient, nll_loss, parameter_gradients, sgd_step
from compare.bugs.catalogue.register import REGISTER, Bug
from compare.equations import FUNCTIONS
from compare.errors import InputError

_ORDER = ("batch", *FUNCTIONS)
BUGS = dict(sorted(REGISTER.items(), key=lambda item: _ORDER.index(item[1].function)))


def find_bug(name: str) -> Bug:
    """A bug by its name. Raises InputError if there is none."""
    if name not in BUGS:
        near = get_close_matches(name, BUGS)
        raise InputError(f"unknown bug {name!r}; {f'perhaps {near[0]}? ' if near else ''}`bugs` lists all of them")
    return BUGS[name]
