"""What is written as JSON, and that JSON.md documents it."""

import json
import math
import re
from pathlib import Path

import pytest

from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import Diagnosis, Example, Guess
from compare.equations import QUANTITIES
from compare.errors import InputError
from compare.problem import Problem
from compare.proof.checks import CHECKS
from compare.proof.run import Run
from compare.report import stdout
from compare.report.as_json import as_text, diagnosis_as_dict, proof_as_dict, read_json, verdict, write_json

ROOT = Path(__file__).parents[2]

SHAPE = {
    "verdict": str,
    "data": {"name": str, "evaluated_on": str, "shape": list, "names": list, "prepared": (dict, type(None))}
    | dict.fromkeys(("train", "validation", "test", "features", "classes"), int),
    "problem": {
        **dict.fromkeys(("epochs", "batch_size", "seed", "steps", "parameters"), int),
        **dict.fromkeys(("lr", "val_fraction", "momentum", "dampening", "weight_decay"), float),
        "nesterov": bool,
        "train_subset": (int, type(None)),
        "checksums": dict.fromkeys(("images", "labels", "weight", "bias", "split", "order"), str),
    },
    "versions": {"python": str, "numpy": str, "torch": str},
}
FINDING = {
    **dict.fromkeys(("max_abs_error", "scaled_error", "budget", "used", "scratch", "torch"), float),
    **dict.fromkeys(("epoch", "step"), int),
    "index": (list, type(None)),
    "ceiling": (float, type(None)),
}
SIDE = dict.fromkeys(("train_loss", "train_accuracy", "val_loss", "val_accuracy"), float)
RUN = {
    **dict.fromkeys(("dtype", "verdict"), str),
    **dict.fromkeys(("test", "first_divergence", "growth"), type(None)),
    "steps": int,
    "loses_accuracy": bool,
    "quantities": {name: {"one_step": FINDING, "whole_run": FINDING} for name in QUANTITIES},
    "predictions": {
        **dict.fromkeys(("compared", "differ", "near_ties", "certified"), int),
        **dict.fromkeys(("largest", "evaluation"), float),
    },
    "sides": list,
    "exact_arithmetic": {name: {"values": int, "differ": int} for name in QUANTITIES},
    "distance_from_exact": {name: {"scratch": float, "torch": float} for name in QUANTITIES},
    "gradient_checks": {"scratch": list, "torch": list},
    "controls": {"itself": float, "seen": list},
    "checks": dict.fromkeys((name for name in CHECKS if name not in ("identities", "accuracy")), bool),
    "seconds": {"scratch": float, "torch": float},
    "weights": {"scratch": str, "torch": str},
    "drift": {"W": float, "b": float},
}


def check_shape(value: object, shape: object, where: str = "") -> None:
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        assert set(value) == set(shape), where
        for key in shape:
            check_shape(value[key], shape[key], f"{where}.{key}")
    else:
        assert isinstance(value, shape), where


@pytest.fixture(scope="module")
def proof(digits: Problem, matching: list[Run]) -> dict:
    """What is written, as it is read again."""
    return json.loads(as_text(proof_as_dict(digits, matching)))


def test_json_has_the_documented_fields(proof: dict):
    check_shape({key: value for key, value in proof.items() if key != "runs"}, SHAPE)
    assert [run["dtype"] for run in proof["runs"]] == ["float32", "float64"]
    for run in proof["runs"]:
        check_shape({key: value for key, value in run.items() if key not in ("curve", "hard_batches")}, RUN)
        for found in run["hard_batches"].values():
            check_shape(found, {**FINDING, **dict.fromkeys(("quantity", "reading", "tag"), str)})
        assert [record["epoch"] for record in run["curve"]] == [0, 1, 2, 3]
        for record in run["curve"]:
            check_shape(record, {"epoch": int, "scratch": SIDE, "torch": SIDE})
    assert (proof["verdict"], proof["problem"]["parameters"], proof["problem"]["steps"]) == ("match", 650, 45)
    sizes = {"train": 1438, "validation": 359, "test": 0, "shape": [8, 8], "features": 64, "classes": 10}
    others = {"names": list("0123456789"), "prepared": None, "evaluated_on": "validation"}
    assert proof["data"] == {"name": "digits"} | sizes | others


def test_values_are_those_of_the_run(proof: dict, digits: Problem, matching: list[Run]):
    for run, written in zip(matching, proof["runs"], strict=True):
        for (name, reading), found in run.worst.items():
            values = written["quantities"][name][reading]
            assert (values["scratch"], values["torch"]) == (found.ours, found.theirs)
            assert (values["epoch"], values["step"], values["index"]) == (found.epoch, found.step, found.index)
            assert (values["used"], values["budget"], values["ceiling"]) == (found.used, found.budget, found.ceiling)
        for side, history in run.history.items():
            assert [record[side] for record in written["curve"]] == [
                {key: value for key, value in record._asdict().items() if key != "epoch"} for record in history
            ]
        for name, found in run.hard_batches.items():
            assert written["hard_batches"][name]["tag"] == QUANTITIES[found.quantity].tag
        for name, (ours, theirs) in run.distance_from_exact.items():
            assert written["distance_from_exact"][name] == {"scratch": ours, "torch": theirs}
        for side, checks in run.gradient_checks.items():
            for check, values in zip(checks, written["gradient_checks"][side], strict=True):
                assert values["central"] == [{"h": h, "error": error} for h, error in check.central.items()]
                assert values["passed"] is True
        assert (written["steps"], written["seconds"], written["drift"]) == (run.steps, run.seconds, run.drift)
    assert proof["problem"]["checksums"] == digits.checksums


def test_a_difference_is_written(digits: Problem, differing: list[Run]):
    written = json.loads(as_text(proof_as_dict(digits, differing)))
    found = differing[0].first_divergence
    assert written["verdict"] == "differ"
    assert (
        written["runs"][0]["first_divergence"] | {"quantity": found.quantity, "tag": "E2"}
        == (written["runs"][0]["first_divergence"])
    )
    assert written["runs"][0]["first_divergence"]["wrong-axis"] == found.ours


def test_one_run_that_differs_is_enough(matching: list[Run], differing: list[Run]):
    assert verdict(matching) == "match"
    assert verdict([matching[0], differing[1]]) == "differ"


def test_a_diagnosis_is_written():
    found = Diagnosis(["one", "two"], [Guess(BUGS["wrong-axis"], 0.5)])
    guesses = [{"bug": "wrong-axis", "tag": "E2", "likeness": 0.5}]
    known = {"facts": ["one", "two"], "guesses": guesses}
    assert diagnosis_as_dict(found) == {**known, "example": None, "keeps": False}
    example = {
        "quantity": "dW",
        "tag": "E5",
        "batch": "step 2",
        "index": [1, 3],
        "ours": 0.5,
        "theirs": -0.5,
        "dtype": "float32",
    }
    full = found._replace(example=Example("dW", "step 2", [1, 3], 0.5, -0.5, "float32", "step 2", "N 5"), keeps=True)
    assert diagnosis_as_dict(full) == {**known, "example": example, "keeps": True}
    assert set(example) | {"example", "keeps"} <= documented()


def test_the_example_of_a_scalar_has_no_index():
    found = Diagnosis(["one"], [], Example("loss", "step 1", [], math.nan, 2.5))
    written = json.loads(as_text(diagnosis_as_dict(found)))["example"]
    assert written == {
        "quantity": "loss",
        "tag": "E3",
        "batch": "step 1",
        "dtype": "float64",
        "index": None,
        "ours": "nan",
        "theirs": 2.5,
    }


def test_that_a_side_loses_accuracy_is_written(digits: Problem, differing: list[Run], changed):
    for loses in (True, False):
        runs = [changed(differing[0], loses_accuracy=loses)]
        assert proof_as_dict(digits, runs)["runs"][0]["loses_accuracy"] is loses


def test_what_is_written_is_read_again_with_its_version(tmp_path: Path):
    content = {"a": [1.5, "x"], "b": {"c": None}}
    write_json(tmp_path / "json", content)
    assert read_json(tmp_path / "json") == {"version": 2, **content}
    assert read_json(str(tmp_path / "json"))["version"] == 2
    assert (tmp_path / "json").read_text().startswith('{\n  "version": 2,\n')
    write_json(tmp_path / "json", content, indent=None)
    assert (tmp_path / "json").read_text() == '{"version": 2, "a": [1.5, "x"], "b": {"c": null}}\n'


def test_numbers_that_json_does_not_have_are_strings():
    values = {"a": [math.inf, -math.inf, math.nan, 1.0], "b": {"c": math.nan}}
    assert json.loads(as_text(values)) == {"a": ["inf", "-inf", "nan", 1.0], "b": {"c": "nan"}}


def test_json_goes_to_stdout_and_the_rest_does_not(capsys: pytest.CaptureFixture):
    stdout.claim_stdout()
    try:
        print("for people")
        write_json(stdout.STDOUT, {"a": 1})
    finally:
        stdout.release_stdout()
    print("again")
    out, err = capsys.readouterr()
    assert json.loads(out.removesuffix("again\n")) == {"version": 2, "a": 1}
    assert err == "for people\n"


BAD = {
    "no json": ("{", "not JSON, or damaged"),
    "deep": ("[" * 100_000, "not JSON, or damaged"),
    "a list": ("[1]", "not what --json writes: it holds no object"),
    "later": ('{"version": 3}', "JSON of version 3, and this program reads 1 to 2"),
    "odd": ('{"version": "two"}', "JSON of version two, and this program reads 1 to 2"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_read_is_one_line(tmp_path: Path, case: str):
    content, words = BAD[case]
    (tmp_path / "json").write_text(content)
    with pytest.raises(InputError, match=f"json: {words}"):
        read_json(tmp_path / "json")


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(InputError, match="json: cannot be read: No such file or directory"):
        read_json(tmp_path / "json")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_json(tmp_path)
    with pytest.raises(InputError, match=r"--json .*x: cannot be written: No such file or directory"):
        write_json(tmp_path / "nowhere" / "x", {})


def documented() -> set[str]:
    """The names on the page of the fields."""
    return set(re.findall(r"`(\w+)`", Path(ROOT, "JSON.md").read_text()))


def test_json_md_names_every_field():
    fields = {*SHAPE, *SHAPE["data"], *SHAPE["problem"], *SHAPE["problem"]["checksums"], *SHAPE["versions"]}
    fields |= {
        *RUN,
        *RUN["predictions"],
        *RUN["checks"],
        *RUN["quantities"],
        *FINDING,
        "version",
        "curve",
        "train_loss",
        "train_accuracy",
        "val_loss",
        "val_accuracy",
    }
    assert fields <= documented()
