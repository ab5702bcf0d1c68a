"""`import compare` is quick, and has the public names."""

import ast
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import compare

NAMES = {
    "Dataset": "compare.data.dataset",
    "Hyperparameters": "compare.problem",
    "InputError": "compare.errors",
    "Problem": "compare.problem",
    "backend": "compare.backends.by_name",
    "load": "compare.data.registry",
    "load_checkpoint": "compare.training.checkpoint",
    "maths_page": "compare.files",
    "prove": "compare.proof.prove",
    "read_json": "compare.report.as_json",
    "save_checkpoint": "compare.training.checkpoint",
    "train": "compare.training.train",
}


def test_the_public_names():
    assert sorted(compare.__all__) == sorted(NAMES)
    assert set(NAMES) <= set(dir(compare))


@pytest.mark.parametrize("name", NAMES)
def test_each_name_is_the_one_of_its_module(name: str):
    value = getattr(compare, name)
    assert value is getattr(importlib.import_module(NAMES[name]), name)
    assert value.__module__ == NAMES[name]
    assert inspect.isclass(value) or inspect.isfunction(value)


def test_train_is_the_function():
    from compare import train

    assert callable(train)


def test_type_checkers_see_the_same_names_from_the_same_modules():
    tree = ast.parse(inspect.getsource(compare))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    assert ast.unparse(block.test) == "TYPE_CHECKING"
    assert {alias.name: node.module for node in block.body for alias in node.names} == NAMES


def test_another_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'compare' has no attribute 'prooove'"):
        _ = compare.prooove
    with pytest.raises(ImportError):
        from compare import prooove  # noqa: F401


def test_importing_compare_imports_nothing_heavy(pytestconfig: pytest.Config):
    code = "import sys, compare; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=pytestconfig.rootpath, capture_output=True, text=True, check=True
    )
    third_party = set(done.stdout.split()) - set(sys.stdlib_module_names) - {"compare"}
    assert not third_party & {"torch", "torch_impl", "matplotlib", "rich", "scipy", "numpy", "typer", "PIL", "scratch"}


def test_a_proof_from_python_needs_no_pictures_and_no_terminal(pytestconfig: pytest.Config):
    code = "import sys; from compare import *; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=pytestconfig.rootpath, capture_output=True, text=True, check=True
    )
    loaded = set(done.stdout.split())
    assert {"numpy", "scratch"} <= loaded
    assert not loaded & {"torch", "matplotlib", "rich", "scipy", "typer"}


def test_the_maths_page_is_found():
    text = compare.maths_page().read_text(encoding="utf-8")
    assert all(f"E{n}" in text for n in range(1, 7))


def test_the_maths_page_inside_a_package_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "compare").mkdir()
    monkeypatch.setattr("compare.files.__file__", str(tmp_path / "compare" / "files.py"))
    assert compare.maths_page() == tmp_path / "MATHS.md"
    (tmp_path / "compare" / "MATHS.md").touch()
    assert compare.maths_page() == tmp_path / "compare" / "MATHS.md"


@pytest.mark.parametrize("package", ["compare", "scratch", "torch_impl"])
def test_types_are_for_others_too(package: str, pytestconfig: pytest.Config):
    assert (pytestconfig.rootpath / package / "py.typed").exists()
