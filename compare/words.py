"""Numbers and names as they are written everywhere: terminal, messages, pictures."""

import math
from collections.abc import Sequence


def per_cent(share: float, places: int | None = 0) -> str:
    """A share in per cent with so many decimals, None: as many as it needs; from 100 times on, how many times.

    >>> per_cent(0.784), per_cent(0.1049, 1), per_cent(0.025, None), per_cent(426000.0), per_cent(float("nan"))
    ('78 %', '10.5 %', '2.5 %', '4e+05 x', 'nan')
    """
    if not math.isfinite(share):
        return str(share)
    if places is None:
        return f"{100 * share:.4g} %"
    return f"{100 * share:.{places}f} %" if share < 100 else f"{share:.0e} x"


def of_budget(used: float) -> str:
    """How much of its budget a quantity used; more than all of it as a number of times.

    >>> of_budget(0.784), of_budget(1.004), of_budget(426000.0), of_budget(float("nan"))
    ('78 % of the budget', '1.004 times the budget', '4.26e+05 times the budget', 'not finite')
    """
    if not math.isfinite(used):
        return "not finite"
    if used <= 1:
        return f"{per_cent(used)} of the budget"
    # so near to 1, three digits would say 1
    return f"{used:.{3 if used >= 1.005 else 6}g} times the budget"


def counted(number: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "epoch"), counted(9600, "step"), counted(2, "batch")
    ('1 epoch', '9,600 steps', '2 batches')
    """
    plural = what + ("es" if what.endswith("ch") and what != "epoch" else "s")
    return f"{number:,} {what if number == 1 else plural}"


def some(names: Sequence[str], most: int = 3) -> str:
    """The first few of some names.

    >>> some(["a", "b"]), some(["a", "b", "c", "d"])
    ('a, b', 'a, b, c ...')
    """
    return ", ".join(names[:most]) + " ..." * (len(names) > most)


def points(difference: float) -> str:
    """A difference of two shares: 74 % is 10 percentage points above 64 %, but not 10 % above it.

    >>> points(0.255), points(-0.01)
    ('25.5 percentage points', '-1.0 percentage points')
    """
    return f"{100 * difference:.1f} percentage points"


def printable(text: str) -> str:
    r"""The text without what a terminal would obey.

    >>> print(printable("größe \x1b[2J"))
    größe \x1b[2J
    """
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def capital(text: str) -> str:
    """A text that begins a sentence.

    >>> capital("in a batch dW is 0")
    'In a batch dW is 0'
    """
    return f"{text[:1].upper()}{text[1:]}"
