"""Who imports whom: arrows point one way, from the command line down to the maths."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = "scratch", "torch_impl", "compare"

# From the top down: a room may import those below it, and no other. The last ones import nothing of ours but each
# other in this order.
ROOMS = ("cli", "report", "exercise", "page", "bugs", "proof", "training", "backends", "problem", "data")
BOTTOM = ("equations", "batches", "child", "files", "rank", "signals", "words", "errors")
# Rooms side by side: neither imports the other.
BESIDE = {"report": "exercise"}


def name_of(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(file): file for package in PACKAGES for file in sorted(Path(ROOT, package).rglob("*.py"))}


def imports(name: str) -> set[str]:
    """Everything that a module imports, at its top or in a function, by the full names of modules."""
    found = set()
    for node in ast.walk(ast.parse(MODULES[name].read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name} imports by dots"
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found.add(whole if whole in MODULES else node.module)
    return found


OURS = {name: {imported for imported in imports(name) if imported in MODULES} for name in MODULES}


def room(name: str) -> str:
    """`compare.proof.prove` -> proof; compare/__init__.py and __main__.py are above all rooms."""
    parts = name.split(".")
    if parts[0] != "compare":
        return parts[0]
    return parts[1] if len(parts) > 1 and parts[1] != "__main__" else "compare"


def test_every_room_has_its_place():
    assert {room(name) for name in MODULES} == {*PACKAGES, *ROOMS, *BOTTOM}


@pytest.mark.parametrize("package", ["scratch", "torch_impl"])
def test_the_implementations_import_neither_each_other_nor_the_comparison(package: str):
    ours = [name for name in MODULES if room(name) == package]
    assert len(ours) >= 4
    assert {room(imported) for name in ours for imported in OURS[name]} == {package}


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_imports_only_what_is_below_it(name: str):
    below = {*ROOMS[ROOMS.index(name) + 1 :], *BOTTOM, name, "scratch", "torch_impl"} - {BESIDE.get(name)}
    assert [
        f"{module} imports {imported}"
        for module in MODULES
        if room(module) == name
        for imported in OURS[module]
        if room(imported) not in below
    ] == []


@pytest.mark.parametrize("name", BOTTOM)
def test_what_is_at_the_bottom_imports_nothing_of_ours(name: str):
    assert OURS[f"compare.{name}"] == set()


def test_no_module_imports_itself_by_a_circle():
    def reached(name: str, seen: set[str]) -> set[str]:
        for imported in OURS[name] - seen:
            seen.add(imported)
            reached(imported, seen)
        return seen

    # a package's __init__ imports what is in it, which is no circle as long as nothing in it imports the __init__
    assert [name for name in MODULES if name in reached(name, set())] == []


def modules_after(code: str) -> set[str]:
    """Top-level modules of a fresh interpreter that has run `code`."""
    shown = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{shown}"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_scratch_brings_in_numpy_and_the_standard_library_only():
    new = modules_after("import scratch") - modules_after("")
    assert "numpy" in new
    assert new - set(sys.stdlib_module_names) == {"scratch", "numpy"}


def test_training_by_hand_never_imports_torch():
    code = """
import sys
from compare.cli.app import main
sys.argv = ["compare", "train", "--backend", "scratch", "--data", "digits", "--epochs", "1"]
try:
    main()
except SystemExit as stopped:
    assert not stopped.code
"""
    loaded = modules_after(code)
    assert "scratch" in loaded
    assert not loaded & {"torch", "torchvision", "torch_impl"}
