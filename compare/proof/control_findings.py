"""What is asked of a check in a control: it must see what was added, and find no difference where there is none."""

from typing import Any

from compare.errors import InputError
from compare.proof.checks import CHECKS
from compare.proof.run import Run


class ControlError(InputError):
    """A check does not see what it must see, or the reference is not the same twice: nothing can be compared."""


def seen(check: str, what: str, dtype: str, **found: Any) -> str:
    """What was seen, with the check. Raises ControlError unless these findings make the two differ."""
    run = _run(dtype, found)
    if run.checks[check] or run.verdict == "match":
        raise blind(check, what, dtype)
    return f"{CHECKS[check].name}: {what}"


def blind(check: str, what: str, dtype: str) -> ControlError:
    """The error of a check that does not see this."""
    told = f"the check {CHECKS[check].name!r} does not see {what}, {dtype}; install the program anew"
    return ControlError(f"could not compare: {told}")


def equal(check: str, differences: list[float], dtype: str, **found: Any) -> None:
    """Raise ControlError unless the check passes, and finds no difference between the reference and itself."""
    if any(difference != 0 for difference in differences) or not _run(dtype, found).checks[check]:
        what = f"the check {CHECKS[check].name!r} finds the reference unlike itself"
        raise ControlError(f"could not compare: {what}, {dtype}")


def _run(dtype: str, found: dict[str, Any]) -> Run:
    """A run in which nothing was found but this."""
    return Run(dtype, ("", ""), **({"worst": {}} | found))
