"""Nothing is written where something else of the command goes to, or is read from."""

import inspect
from pathlib import Path
from typing import Any, get_args

import pytest

from compare.cli.app import EXAMPLES, command
from compare.cli.paths import READ, WRITTEN, check_paths
from compare.errors import InputError

COMMANDS = {name: command(name) for name in EXAMPLES}


def options(given: dict[str, Any]) -> dict[str, str]:
    known = {"path": "FILE", "checkpoint": "CHECKPOINT", "backend_name": "--backend", "run_name": "--run"}
    return {name: known.get(name, f"--{name.replace('_', '-')}") for name in given}


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        (tmp_path / "kept" / name).mkdir(parents=True)
        (tmp_path / "kept" / name / "run.json").touch()
    (tmp_path / "link").symlink_to("kept")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"json": "mine.py", "path": "./mine.py"}, "--json mine.py: is the file of FILE too"),
        ({"json": "m", "checkpoint": "m"}, "--json m: is the file of CHECKPOINT too"),
        ({"picture": "a.png", "image": "b/../a.png"}, "--picture a.png: is the file of --image too"),
        ({"json": "mine.py", "backend_name": "mine.py"}, "--json mine.py: is the file of --backend too"),
        ({"json": "m", "resume": "m", "save": "m"}, "--save m: is the file of --json too"),
        ({"json": "p", "pictures": "./p"}, "--json p: is the folder of --pictures too"),
        ({"save": "z", "run_name": "z", "runs_root": "."}, "--save z: is the folder of --run too"),
        ({"pictures": "r/z", "run_name": "z", "runs_root": "r"}, "--pictures r/z: is the folder of --run too"),
        ({"json": "r", "run_name": "y", "runs_root": "r"}, "--run y: would lie in the file of --json"),
        ({"json": "r", "pictures": "r/p"}, "--pictures r/p: would lie in the file of --json"),
        (
            {"save": "r/z/model", "run_name": "z", "runs_root": "r"},
            "--save r/z/model: would lie in the folder of --run",
        ),
        (
            {"pictures": "r/z/p", "run_name": "z", "runs_root": "r"},
            "--pictures r/z/p: would lie in the folder of --run",
        ),
        ({"json": "p/overview.json", "pictures": "p"}, "--json p/overview.json: would lie in the folder of --pictures"),
        ({"save": "p/a.png", "pictures": "p"}, "--save p/a.png: would lie in the folder of --pictures"),
        (
            {"pictures": "p", "run_name": "errors.svg", "runs_root": "p"},
            "--run errors.svg: would lie in the folder of --pictures",
        ),
        (
            {"json": "kept/one/run.json", "runs_root": "kept"},
            "--json kept/one/run.json: is the file of --runs-root too",
        ),
        (
            {"json": "link/two/run.json", "runs_root": "kept"},
            "--json link/two/run.json: is the file of --runs-root too",
        ),
        ({"json": "new", "runs_root": "new"}, "--json new: is the folder of --runs-root too"),
    ],
)
def test_what_collides_is_refused(given: dict[str, Any], words: str):
    values = given | ({"runs_root": Path(given["runs_root"])} if "runs_root" in given else {})
    with pytest.raises(InputError, match=f"^{words}; choose another name$"):
        check_paths(values, options(given), {})


@pytest.mark.parametrize(
    "given",
    [
        {"save": "m", "resume": "m"},
        {"out": "page.html", "again": "page.html"},
        {"save": "scratch", "backend": "scratch"},
        {"save": "/dev/null", "json": "/dev/null"},
        {"json": "-", "path": "-"},
        {"json": None, "save": None, "checkpoint": "m", "picture": "m.png"},
        {"json": "p/numbers.json", "save": "p/model", "pictures": "p"},
        {"pictures": "p", "run_name": "y", "runs_root": Path("p")},
        {"json": "r/y.json", "run_name": "y", "runs_root": Path("r")},
        {"json": "kept/list.json", "runs_root": Path("kept")},
        {"backend": "p/mine.py", "against": "p/mine.py", "pictures": "p"},
    ],
)
def test_what_does_not_collide_is_taken(given: dict[str, Any]):
    check_paths(given, options(given), {})


@pytest.mark.parametrize(
    "line", ["--json p --pictures p", "--json runs --run y", "train --save z --run z --runs-root ."]
)
def test_the_command_line_refuses_it_before_the_work(refused, line: str):
    assert refused(*line.split()).endswith("; choose another name")


def test_an_option_is_called_as_it_is_typed(refused):
    assert refused("predict", "a", "--index", "0", "--json", "a") == (
        "error: --json a: is the file of CHECKPOINT too; choose another name"
    )
    assert refused("exercise", "a.py", "--json", "a.py").startswith("error: --json a.py: is the file of FILE too")


def test_every_option_that_takes_a_path_is_compared():
    paths = set()
    for made in COMMANDS.values():
        for name, parameter in inspect.signature(made.callback, eval_str=True).parameters.items():
            kind = parameter.annotation
            if Path in (*get_args(kind), *get_args((get_args(kind) or (None,))[0])):
                paths.add(name)
    folders, never_overwritten = {"data_root", "runs_root", "pictures"}, {"new"}
    assert paths - folders - never_overwritten == {*WRITTEN, *READ} - {
        *("backend", "backend_name", "against", "data", "name")
    }
