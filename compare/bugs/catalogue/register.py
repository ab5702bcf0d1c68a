"""What a mistake of the catalogue is, and the register of them all."""

import functools
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from compare.backends.by_name import equations_backend
from compare.backends.protocol import Backend
from compare.bugs.catalogue.classic import CLASSIC
from compare.equations import FUNCTIONS
from scratch import Equations
from scratch.training import UNCHECKED


@dataclass(frozen=True)
class Bug:
    """A mistake: the name of the function that it replaces, and three sentences about it.

    make: returns the wrong function, with a state of its own if it is stateful. choices: by keyword of `make`, how else
    people write it; all floats if it has any strength between the first and the last. classic: one of the first 48.
    """

    name: str
    function: str
    belief: str
    symptom: str
    lesson: str
    make: Callable[..., Callable]
    stateful: bool
    classic: bool = False
    choices: dict[str, tuple[Any, ...]] = field(default_factory=dict)

    @property
    def tag(self) -> str:
        """The equation that it makes wrong; `batch` if it is made before the first."""
        return FUNCTIONS[self.function].tag if self.function in FUNCTIONS else "batch"

    @property
    def title(self) -> str:
        """The name in words."""
        return self.name.replace("-", " ").replace("1e ", "1e-")

    @property
    def source(self) -> str:
        """The wrong code, without the decorator."""
        lines = textwrap.dedent(inspect.getsource(self._written)).splitlines()
        return "\n".join(lines[next(n for n, line in enumerate(lines) if line.startswith("def ")) :])

    @property
    def _written(self) -> Callable:
        return self.make if self.stateful else self.make()

    def equations(self) -> Equations:
        """The equations of `scratch` with this mistake in them; none of them looks at its arguments."""
        return UNCHECKED._replace(**{self.function: self.make()})

    def backend(self) -> Backend:
        """A backend that makes the mistake, under its name."""
        return equations_backend(self.name, self.equations)


REGISTER: dict[str, Bug] = {}


def bug(
    function: str, belief: str, symptom: str, lesson: str, *, stateful: bool = False, **choices: tuple[Any, ...]
) -> Callable:
    """Register the decorated function as a mistake in `function`; a stateful one returns the function to be used.

    choices: for keywords of the decorated function that have a default, other values that people write.
    """

    def register(written: Callable) -> Callable:
        name = written.__name__.replace("_", "-")
        make = written if stateful else functools.partial(_with, written)
        REGISTER[name] = Bug(name, function, belief, symptom, lesson, make, stateful, name in CLASSIC, choices)
        return written

    return register


def _with(written: Callable, **chosen: Any) -> Callable:
    return functools.partial(written, **chosen) if chosen else written
