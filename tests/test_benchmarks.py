"""What the benchmark writes, reads and compares; how long anything takes is not tested."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
MACHINE = {"cores": 2, "numpy": "2.0"}


def imported(name: str) -> ModuleType:
    """A file of benchmarks/, which is no part of a package."""
    specification = importlib.util.spec_from_file_location(name, BENCHMARKS / f"{name}.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    specification.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def measured() -> ModuleType:
    return imported("measured")


@pytest.fixture
def speed(measured: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., ModuleType]:
    """Run speed.py with these arguments, and a folder of MNIST; each candidate takes a second."""
    assert measured
    module = imported("speed")
    (tmp_path / "MNIST" / "raw").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)

    def products() -> float:
        """A loop."""
        return 1.0

    def scratch() -> float:
        """Another."""
        return 1.0

    def run(*args: object, candidates: object = lambda _root: SimpleNamespace(all=lambda: [products, scratch])) -> None:
        monkeypatch.setitem(sys.modules, "candidates", SimpleNamespace(Candidates=candidates))
        monkeypatch.setattr(module, "processes", lambda _root: {"import torch": (1.0, 1.0)})
        monkeypatch.setattr("sys.argv", ["speed.py", "--data-root", str(tmp_path), *map(str, args)])
        monkeypatch.setattr(measured, "RATIOS", measured.RATIOS[1:2])
        module.main()

    return run


def rounds(scratch: float) -> list[dict[str, float]]:
    """Three rounds in which the whole machine becomes slower, and scratch takes `scratch` times its products."""
    base = {"torch_impl": 3.0, "bare": 2.5, "tutorial": 80.0, "products": 1.0, "scratch": scratch}
    return [{name: seconds * slower for name, seconds in base.items()} for slower in (1, 2, 4)]


def run(measured: ModuleType, scratch: float, prove: float, unit: float = 2.0):
    return measured.Measured(MACHINE, rounds(scratch), {"import torch": (unit, 300.0), "prove": (prove, 500.0)})


def test_a_ratio_is_of_two_times_from_the_same_round(measured: ModuleType):
    assert run(measured, 1.5, 20).ratio("scratch", "products") == 1.5
    assert run(measured, 1.5, 20).seconds("scratch") == 3.0


def test_what_is_written_is_read_again(measured: ModuleType, tmp_path: Path):
    now = run(measured, 1.5, 20)
    measured.save(now, tmp_path / "now.json")
    then = measured.read(tmp_path / "now.json")
    assert (
        then.shares()
        == now.shares()
        == pytest.approx({"torch_impl": 3.0, "bare": 2.5, "tutorial": 80.0, "scratch": 1.5, "prove": 10.0})
    )
    assert then.machine == MACHINE


UNIT, NO_TIME = {"import torch": [1, 2]}, {"import torch": [0, 2]}
BAD = {
    "no JSON": "now",
    "a list": "[]",
    "another format": json.dumps({"format": 2, "machine": {}, "rounds": [], "processes": {}}),
    "no rounds": json.dumps({"format": 1, "machine": {}, "rounds": [], "processes": {"import torch": [1, 2]}}),
    "no unit": json.dumps({"format": 1, "machine": {}, "rounds": [{"products": 1}], "processes": {}}),
    "a time of zero": json.dumps({"format": 1, "machine": {}, "rounds": [{"products": 0}], "processes": UNIT}),
    "a process of zero": json.dumps({"format": 1, "machine": {}, "rounds": [{"products": 1}], "processes": NO_TIME}),
    "no number": '{"format": 1, "machine": {}, "rounds": [{"products": NaN}], "processes": {"import torch": [1, 2]}}',
    "a huge number": json.dumps({"format": 1, "machine": {}, "rounds": [{"products": 10**400}], "processes": UNIT}),
    "true": json.dumps({"format": 1, "machine": {}, "rounds": [{"products": True}], "processes": UNIT}),
    "unlike rounds": json.dumps(
        {"format": 1, "machine": {}, "rounds": [{"products": 1}, {"scratch": 1}], "processes": UNIT}
    ),
    "deep": '{"machine":' * 100_000,
    "deep but whole": "[" * 100 + "]" * 100,
    "something more": json.dumps({"format": 1, "machine": {}, "rounds": [], "processes": {}, "more": 1}),
}


@pytest.mark.parametrize("case", BAD)
def test_another_file_is_refused_by_name(measured: ModuleType, tmp_path: Path, case: str):
    (tmp_path / "old.json").write_text(BAD[case], encoding="utf-8")
    with pytest.raises(ValueError, match=r"old\.json: not written by speed\.py --json"):
        measured.read(tmp_path / "old.json")


def test_an_earlier_run_is_compared_in_units_of_each_machine(measured: ModuleType, capsys: pytest.CaptureFixture):
    """The earlier computer was three times as slow, and its scratch and its proof took twice their share."""
    measured.print_against(run(measured, 1.5, 20), run(measured, 3.0, 120, unit=6.0))
    printed = capsys.readouterr().out
    assert "scratch                                  0.50   (3.00 -> 1.50)" in printed
    assert "prove                                    0.50   (20.00 -> 10.00)" in printed
    assert "tutorial                                 1.00   (80.00 -> 80.00)" in printed
    assert not any("products" in line for line in printed.splitlines()[1:])
    explained = "(then -> now: an epoch / that of products, a process / that of import torch, of the same run)"
    assert printed.splitlines()[0] == f"now / then, below 1 is faster {explained}"


def test_the_table_has_each_ratio_with_its_limit(measured: ModuleType, capsys: pytest.CaptureFixture):
    now = run(measured, 1.5, 20)
    measured.print_table(now, dict.fromkeys(now.rounds[0], "a loop"))
    printed = capsys.readouterr().out
    assert "scratch / products        1.50   (at most 1.45)" in printed
    assert "tutorial / torch_impl    26.67   (at least 10)" in printed
    assert "jax" not in printed
    assert "prove                                   20.00 s    500 MB" in printed


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_a_picture_is_drawn(measured: ModuleType, tmp_path: Path, suffix: str):
    measured.draw(run(measured, 1.5, 20), run(measured, 3.0, 120), tmp_path / f"now{suffix}")
    assert (tmp_path / f"now{suffix}").stat().st_size > 5_000


@pytest.mark.parametrize(("now", "then", "left"), [(1.5, 3.0, 1.0), (0.7, 3.0, 0.49), (1.5, 0.7, 0.49)])
def test_the_axis_begins_left_of_all(
    measured: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: float, then: float, left: float
):
    """In units of the products, of which jax may take less than one."""
    drawn = []
    monkeypatch.setattr(measured, "save_picture", lambda figure, _: drawn.append(figure))
    measured.draw(run(measured, now, 20), run(measured, then, 120), tmp_path / "now.png")
    (axes,) = drawn[0].axes
    assert axes.get_xlim()[0] == pytest.approx(left)
    assert axes.get_xlim()[1] > 100


REFUSED = {
    "--picture a.gif": "a.gif: a picture is named *.png or *.svg",
    "--picture no/a.png": "--picture no/a.png: cannot be written: No such file or directory",
    "--json no/a.json": "--json no/a.json: cannot be written: No such file or directory",
    "--against no.json": "--against no.json: cannot be read: No such file or directory",
    "--against bad.json": "bad.json: not written by speed.py --json ('format')",
    "--data-root no": "--data-root no: no folder MNIST/raw in it",
    "--rounds 0": "--rounds 0: at least 1 is needed",
    "--rounds few": "argument --rounds: invalid int value: 'few'",
    "--loops 3": "unrecognized arguments: --loops 3",
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_one_line_before_anything_is_measured(
    speed: Callable, case: str, capsys: pytest.CaptureFixture
):
    Path("bad.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SystemExit) as stopped:
        speed(*case.split(), candidates=None)
    assert stopped.value.code == 2
    assert capsys.readouterr().err == f"speed.py: error: {REFUSED[case]}\n"


def test_data_that_cannot_be_read_are_one_line_too(speed: Callable, capsys: pytest.CaptureFixture):
    def missing(_root: Path) -> None:
        raise RuntimeError("Dataset not found.\n Download it")

    with pytest.raises(SystemExit):
        speed(candidates=missing)
    assert capsys.readouterr().err == "speed.py: error: Dataset not found. Download it\n"


def test_what_was_measured_is_kept_whatever_fails_after_it(
    speed: Callable, measured: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    def fails(*_: object) -> None:
        raise ZeroDivisionError

    speed("--json", "then.json")
    sys.modules["speed"].print_against = fails
    with pytest.raises(ZeroDivisionError):
        speed("--json", "now.json", "--against", "then.json", "--rounds", 2)
    assert len(measured.read(Path("now.json")).rounds) == 2
    monkeypatch.setattr(sys.modules["speed"], "save", fails)
    capsys.readouterr()
    with pytest.raises(ZeroDivisionError):
        speed("--json", "now.json")
    assert "medians of 5 rounds" in capsys.readouterr().out


def test_help_needs_no_pytorch():
    check = f"import runpy, sys; sys.argv = ['speed.py', '--help']; sys.path.insert(0, {str(BENCHMARKS)!r})\n"
    check += f"try: runpy.run_path({str(BENCHMARKS / 'speed.py')!r}, run_name='__main__')\n"
    check += "except SystemExit: assert not {'torch', 'torchvision', 'matplotlib'} & set(sys.modules)"
    done = subprocess.run([sys.executable, "-c", check], cwd=BENCHMARKS.parent, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
