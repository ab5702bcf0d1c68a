"""Options that would change nothing beside others: none is silently ignored."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from typing import Any

from compare.backends.by_name import is_path
from compare.cli.problem_options import ProblemOptions
from compare.data.registry import SOURCES
from compare.data.registry import is_path as is_own
from compare.errors import InputError

# The values of a command by parameter.
Values = dict[str, Any]

PROBLEM = tuple(field.name for field in fields(ProblemOptions))


@dataclass(frozen=True)
class Rule:
    """Where `when` is true of the values of a command, the parameters `ignored` change nothing; `why` says so."""

    when: Callable[[Values], Any]
    why: str
    ignored: tuple[str, ...]


NO_FILE = Rule(
    lambda values: not any(is_path(values.get(name) or "") for name in ("backend", "backend_name", "against")),
    "--time-limit is for a Python file of your own, and none is named",
    ("seconds",),
)
NO_RUN = Rule(
    lambda values: not values["run_name"], "--runs-root is for --run NAME, which is not given", ("runs_root",)
)
NO_MOMENTUM = Rule(
    # a resumed training has those of its checkpoint, and says so itself
    lambda values: values["dampening"] and not (values["momentum"] or values.get("resume")),
    "--dampening is for --momentum, which is off",
    ("dampening",),
)
OWN_PICTURE = Rule(
    lambda values: values["image"],
    "--image FILE is a picture of your own, in no part of a data set",
    ("split",),
)


def _in_package(name: str | None) -> bool:
    return name in SOURCES and not SOURCES[name].files


IN_PACKAGE = Rule(
    # a resumed training has a data set of its own
    lambda values: _in_package(values.get("data") or values.get("name")) and not values.get("resume"),
    "--data-root is for files of data, and this data set is in the package",
    ("data_root",),
)


def _own(values: Values) -> bool:
    """True if data are given by a path; a resumed training has its own."""
    return is_own(values.get("data") or values.get("name") or "mnist5k") and not values.get("resume")


OWN_DATA = Rule(_own, "--data-root is for data sets that have a name, and yours has a path", ("data_root",))
DATA_RULES = IN_PACKAGE, OWN_DATA


def _quiet(*ignored: str, unless: tuple[str, ...] = ()) -> Rule:
    return Rule(
        lambda values: values["quiet"] and not any(values[name] for name in unless),
        "--quiet prints the result only",
        ignored,
    )


# By command. What an option needs in every use is checked where it is used.
RULES = {
    "prove": (NO_FILE, NO_RUN, NO_MOMENTUM, *DATA_RULES, _quiet("details"), _quiet("why", unless=("json", "run_name"))),
    "train": (NO_FILE, NO_RUN, NO_MOMENTUM, *DATA_RULES, _quiet("log_epochs", "log_every")),
    "data": DATA_RULES,
    "evaluate": (NO_FILE, *DATA_RULES),
    "predict": (OWN_PICTURE, NO_FILE, *DATA_RULES),
    "explain": (
        OWN_PICTURE,
        Rule(
            lambda values: not values["image"],
            "an image of a data set has its label, and is shown as it is",
            ("label", "raw"),
        ),
        NO_FILE,
        *DATA_RULES,
    ),
    "experiment": (
        Rule(
            lambda values: values["name"] != "dataset" and not values["data"],
            "--data-root is for the question dataset and for --data; the others take data of the package",
            ("data_root",),
        ),
        Rule(
            lambda values: not values["data"],
            "--size and --grey are for pictures of your own, and --data names none",
            ("size", "grey"),
        ),
        Rule(
            lambda values: values["name"] != "dataset" and (_in_package(values.get("data")) or _own(values)),
            "--data-root is for files of data sets that have a name, and of these there are none",
            ("data_root",),
        ),
    ),
    "page": (
        Rule(lambda values: values["again"], "--recording PAGE has a run already", PROBLEM),
        NO_MOMENTUM,
        *DATA_RULES,
    ),
    "bugs": (
        Rule(
            lambda values: values["name"] and not values["only_list"],
            "bugs NAME only explains a mistake",
            (*PROBLEM, "details", "quiet"),
        ),
        Rule(lambda values: not values["name"], "--solution is for bugs NAME", ("solution",)),
        Rule(lambda values: values["only_list"], "--list only lists the mistakes", (*PROBLEM, "details", "quiet")),
        NO_MOMENTUM,
        *DATA_RULES,
        _quiet("details"),
    ),
    "exercise": (
        Rule(
            lambda values: values["new"],
            "--new only writes a new file",
            (*PROBLEM, "seconds", "hint", "answers", "start_again", "pictures", "details"),
        ),
        Rule(lambda values: not values["new"], "--paper-seed is for --new, and stands in the file", ("paper_seed",)),
        Rule(
            lambda values: values["check"],
            "--check runs a test of yours, which makes its own steps",
            (*PROBLEM, "answers", "start_again", "pictures", "paper_seed"),
        ),
        NO_MOMENTUM,
        *DATA_RULES,
    ),
    "runs": (),
}


def typed(context: Any, names: Iterable[str]) -> list[str]:
    """Which of these parameters were typed on the command line; a variable of the environment is for every command.

    context: that of Typer, which has no public type.
    """
    # None for a name that is no option
    sources = {name: context.get_parameter_source(name) for name in names}
    return [name for name, source in sources.items() if source and source.name == "COMMANDLINE"]


def check_ignored(context: Any) -> None:
    """Raise InputError if an option was typed that changes nothing beside the others of its command."""
    options = {parameter.name: parameter.opts[0] for parameter in context.command.params}
    for rule in RULES[context.command.name]:
        given = [options[name] for name in typed(context, rule.ignored)]
        if given and rule.when(context.params):
            raise InputError(f"{rule.why}: omit {listed(given)}")


def check_data_root(context: Any, name: str | None) -> None:
    """Raise InputError if --data-root was typed, and the data set that a checkpoint names has no files.

    name: None if no data set is read at all. context: see `typed`.
    """
    if typed(context, IN_PACKAGE.ignored) and (name is None or _in_package(name)):
        raise InputError(f"{IN_PACKAGE.why if name else 'no data set is read'}: omit --data-root")


def listed(names: list[str]) -> str:
    """At least one name, as one reads them.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last
