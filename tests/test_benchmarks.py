"""What the benchmark writes, reads and compares; how long anything takes is not tested."""

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"
MACHINE = {"cores": 2, "numpy": "2.0"}


@pytest.fixture(scope="module")
def measured() -> ModuleType:
    """benchmarks/measured.py, which is no part of a package."""
    specification = importlib.util.spec_from_file_location("measured", BENCHMARKS / "measured.py")
    assert specification
    assert specification.loader
    module = importlib.util.module_from_spec(specification)
    sys.modules["measured"] = module
    specification.loader.exec_module(module)
    return module


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


BAD = {
    "no JSON": "now",
    "a list": "[]",
    "another format": json.dumps({"format": 2, "machine": {}, "rounds": [], "processes": {}}),
    "no rounds": json.dumps({"format": 1, "machine": {}, "rounds": [], "processes": {"import torch": [1, 2]}}),
    "no unit": json.dumps({"format": 1, "machine": {}, "rounds": [{"products": 1}], "processes": {}}),
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
    assert "products" not in printed.splitlines()[1:]


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
