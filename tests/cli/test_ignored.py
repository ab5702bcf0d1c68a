"""Options that would change nothing beside others are refused, and what changes something is taken."""

import shlex
from pathlib import Path

import pytest

from compare.cli.app import EXAMPLES, command
from compare.cli.ignored import RULES, listed
from compare.data.registry import DATA_ROOT_VARIABLE
from compare.errors import InputError

COMMANDS = {name: command(name) for name in EXAMPLES}
NO_FILE = "--time-limit is for a Python file of your own, and none is named: omit --time-limit"
NO_RUN = "--runs-root is for --run NAME, which is not given: omit --runs-root"
NO_MOMENTUM = "--dampening is for --momentum, which is off: omit --dampening"
IN_PACKAGE = "--data-root is for files of data, and this data set is in the package: omit --data-root"
QUIET = "--quiet prints the result only: omit "

REFUSED = {
    "prove --time-limit 3": NO_FILE,
    "prove --backend torch --against scratch --time-limit 3": NO_FILE,
    "prove --bug wrong-axis --time-limit 3": NO_FILE,
    "prove --runs-root kept": NO_RUN,
    "prove --dampening 0.5": NO_MOMENTUM,
    "prove --momentum 0 --dampening 0.5": NO_MOMENTUM,
    "prove --data digits --data-root .": IN_PACKAGE,
    "prove --quiet --details": QUIET + "--details",
    "prove --quiet --attribute --pictures drawn": QUIET + "--attribute",
    "train --time-limit 3": NO_FILE,
    "train --runs-root kept": NO_RUN,
    "train --dampening 0.5": NO_MOMENTUM,
    "train --data-root .": IN_PACKAGE,
    "train --quiet --log-every 2": QUIET + "--log-every",
    "train --quiet --log-epochs 2 --log-every 2": QUIET + "--log-epochs and --log-every",
    "data digits --data-root .": IN_PACKAGE,
    "evaluate m --time-limit 3": NO_FILE,
    "evaluate m --data digits --data-root .": IN_PACKAGE,
    "predict m --index 1 --time-limit 3": NO_FILE,
    "predict m --index 1 --data digits --data-root .": IN_PACKAGE,
    "predict m --image me.png --split train": (
        "--image FILE is a picture of your own, in no part of a data set: omit --split"
    ),
    "explain m --image me.png --label 1 --split train": (
        "--image FILE is a picture of your own, in no part of a data set: omit --split"
    ),
    "explain m --index 1 --label 1 --raw": (
        "an image of a data set has its label, and is shown as it is: omit --label and --raw"
    ),
    "explain m --index 1 --time-limit 3": NO_FILE,
    "explain m --index 1 --data digits --data-root .": IN_PACKAGE,
    "experiment lr --data-root .": (
        "--data-root is for the question dataset and for --data; the others take data of the package: omit --data-root"
    ),
    "bugs wrong-axis --epochs 3 --lr 0.001 --quiet": (
        "bugs NAME only explains a mistake: omit --lr, --epochs and --quiet"
    ),
    "bugs --list --epochs 3 --details": "--list only lists the mistakes: omit --epochs and --details",
    "bugs --quiet --details": QUIET + "--details",
    "bugs --generated --quiet --details": QUIET + "--details",
    "bugs --dampening 0.5": NO_MOMENTUM,
    "bugs --all --data digits --data-root .": IN_PACKAGE,
    "exercise --new m.py --time-limit 3": "--new only writes a new file: omit --time-limit",
    "exercise --new m.py --lr 0.1 --nesterov": "--new only writes a new file: omit --lr and --nesterov",
    "exercise --new m.py --hint --reset --answers": "--new only writes a new file: omit --hint, --answers and --reset",
    "exercise --new m.py --check --details": "--new only writes a new file: omit --details",
    "exercise m.py --paper-seed 3": "--paper-seed is for --new, and stands in the file: omit --paper-seed",
    "exercise m.py --check --lr 0.1": "--check runs a test of yours, which makes its own steps: omit --lr",
    "bugs --list --solution": "--solution is for bugs NAME: omit --solution",
    "exercise m.py --dampening 0.5": NO_MOMENTUM,
    "exercise m.py --data digits --data-root .": IN_PACKAGE,
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_changes_nothing_is_refused(refused, line: str):
    assert refused(*line.split()) == f"error: {REFUSED[line]}"


@pytest.mark.parametrize(
    "line",
    [
        "prove --backend mine.py --time-limit 3",
        "prove --against ./mine.py --time-limit 3",
        "prove --run one --runs-root kept",
        "prove --momentum 0.9 --dampening 0.5",
        "prove --momentum 0 --dampening 0",
        "prove --data mnist --data-root .",
        "prove --data unknown --data-root .",
        "prove --quiet --attribute --json out.json",
        "prove --quiet --attribute --run one",
        "prove --details --attribute",
        "train --backend mine.py --time-limit 3",
        "train --resume m --data-root .",
        "train --log-epochs 2 --log-every 2",
        "data --list --data-root .",
        "evaluate m --backend mine.py --time-limit 3 --data-root .",
        "predict m --image me.png --data mnist --data-root .",
        "predict m --index 1 --split train",
        "explain m --index 1 --against mine.py --time-limit 3",
        "explain m --image me.png --label 1 --raw",
        "experiment dataset --data-root .",
        "bugs wrong-axis --json out.json --no-color",
        "bugs --list --json out.json --no-color",
        "bugs --generated --epochs 3 --details",
        "exercise m.py --time-limit 3 --hint",
        "runs --runs-root kept",
    ],
)
def test_what_changes_something_is_taken(line: str):
    command, *args = shlex.split(line)
    COMMANDS[command].make_context(command, args)


@pytest.mark.parametrize(
    ("line", "used"),
    [
        ("bugs wrong-axis", {"--list", "--all", "--generated", "--solution", "--json", "--no-color"}),
        ("bugs --list", {"--list", "--all", "--generated", "--json", "--no-color"}),
        # what --new refuses besides is refused in the command itself
        ("exercise --new m.py", {"--new", "--check", "--paper-seed", "--json", "--no-color"}),
    ],
)
def test_beside_what_trains_nothing_every_option_is_refused_but_a_few(line: str, used: set[str]):
    command, *args = line.split()
    options = [made for made in COMMANDS[command].params if made.opts[0].startswith("--")]
    assert used < {made.opts[0] for made in options}
    for made in options:
        if made.opts[0] not in used:
            value = [] if made.is_flag else ["1"]
            with pytest.raises(InputError, match=f": omit {made.opts[0]}$"):
                COMMANDS[command].make_context(command, [*args, made.opts[0], *value])


@pytest.mark.parametrize(
    "line",
    ["evaluate MODEL", "explain MODEL --index 1", "predict MODEL --index 1", "train --resume MODEL --save MODEL"],
)
def test_a_checkpoint_of_data_of_the_package_needs_no_folder(refused, checkpoint: Path, line: str):
    args = [checkpoint if word == "MODEL" else word for word in line.split()]
    assert refused(*args, "--data-root", ".") == f"error: {IN_PACKAGE}"


def test_a_checkpoint_that_names_its_classes_needs_no_data_for_a_picture(refused, checkpoint: Path):
    line = refused("predict", checkpoint, "--image", "me.png", "--data-root", ".")
    assert line == "error: no data set is read: omit --data-root"


def test_a_folder_in_the_environment_is_no_mistake(cli, checkpoint: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(DATA_ROOT_VARIABLE, "nowhere")
    assert cli("evaluate", checkpoint, "--quiet")[0] == 0


def test_a_variable_of_the_environment_is_for_every_command(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(DATA_ROOT_VARIABLE, "somewhere")
    assert str(COMMANDS["train"].make_context("train", ["--data", "digits"]).params["data_root"]) == "somewhere"


def test_a_resumed_training_has_momentum_of_its_own():
    COMMANDS["train"].make_context("train", ["--resume", "m", "--dampening", "0.5"])


def test_rules_name_parameters_that_there_are():
    assert list(RULES) == list(COMMANDS)
    for name, rules in RULES.items():
        parameters = {made.name for made in COMMANDS[name].params}
        assert {name for rule in rules for name in rule.ignored} <= parameters, name


def test_options_are_listed_as_one_reads_them():
    assert [listed([*"abc"[:n]]) for n in (1, 2, 3)] == ["a", "a and b", "a, b and c"]
