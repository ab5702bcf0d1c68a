"""A run.json that is no line of a table is told by its file and its reason."""

import json
import os
from pathlib import Path

import pytest

from compare.errors import InputError
from compare.report.run_json import read_run

RUN = {
    "version": 2,
    "name": "first",
    "ended": "2026-12-01 12:00:00",
    "command": "prove",
    "data": {"name": "digits", "train": 1438},
    "problem": {"lr": 0.1, "momentum": 0.0, "batch_size": 100, "steps": 9600, "seed": 10**30},
    "summary": {"verdict": "match", "val_loss": 0.5, "val_accuracy": 0.9},
    "runs": [],
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.json"


def test_what_is_shown_is_kept(path: Path):
    path.write_text(json.dumps(RUN))
    assert read_run(path) == {key: value for key, value in RUN.items() if key not in ("version", "runs")}


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", 3, -0.5])
def test_a_loss_may_be_a_whole_number_or_one_that_is_not_finite(path: Path, value: object):
    path.write_text(json.dumps(RUN | {"summary": RUN["summary"] | {"val_loss": value}}))
    assert read_run(path)["summary"]["val_loss"] == value


NESTED = "[" * 40 + "]" * 40
TEXTS = {
    "nothing": ("", "not JSON, or damaged"),
    "half an object": ("{", "not JSON, or damaged"),
    "a list": ("[]", "it holds no object"),
    "no text": (b"\xff\xfe", "not JSON, or damaged"),
    "a later version": ('{"version": 9}', "JSON of version 9"),
    "true is no version": ('{"version": true}', "JSON of version True"),
    "a version of many digits": (f'{{"version": {"9" * 3000}}}', "JSON of version 999"),
    "a number of too many digits": (f'{{"version": {"9" * 5000}}}', "not JSON, or damaged"),
    "nothing of a run": ('{"version": 2, "name": "bad"}', "it has no 'ended'"),
    "deep": ("[" * 100_000, "more than 32 levels"),
    "deep in an object": (f'{{"version": 2, "x": {NESTED}}}', "more than 32 levels"),
    "nan": ('{"version": NaN}', "NaN is not a finite number"),
    "a number beyond float64": ('{"version": 1e999}', "1e999 is not a finite number"),
    "a name twice": ('{"version": 2, "version": 2}', "a name twice in one object, which has 'version'"),
    "version 1 of odd kinds": ('{"runs": [{"quantities": 5}]}', "not what --json wrote before it had a version"),
    "version 1 of odd lists": ('{"bugs": [7]}', "not what --json wrote before it had a version"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_what_is_no_run_is_told(path: Path, case: str):
    content, words = TEXTS[case]
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError) as refused:
        read_run(path)
    message = str(refused.value)
    assert message.startswith(f"{path}: cannot be read as a run (")
    assert words in message
    assert message.endswith("; mend or remove its folder")
    assert message.count("run.json") == 1
    assert len(message) < 500


ODD = {
    "a name that is none": {"name": 7},
    "a time that is none": {"ended": None},
    "a command that is none": {"command": ["prove"]},
    "data that are a list": {"data": ["name"]},
    "data of no name": {"data": {"name": {}}},
    "a problem that is a list": {"problem": []},
    "a rate that is text": {"problem": RUN["problem"] | {"lr": "0.1"}},
    "a rate beyond float64": {"problem": RUN["problem"] | {"lr": 10**400}},
    "a momentum that is true": {"problem": RUN["problem"] | {"momentum": True}},
    "half a batch": {"problem": RUN["problem"] | {"batch_size": 0.5}},
    "steps that are true": {"problem": RUN["problem"] | {"steps": True}},
    "steps of many digits": {"problem": RUN["problem"] | {"steps": 10**400}},
    "steps beyond 64 bits": {"problem": RUN["problem"] | {"steps": 2**63}},
    "negative steps": {"problem": RUN["problem"] | {"steps": -1}},
    "no steps": {"problem": {"lr": 0.1, "momentum": 0.0, "batch_size": 100}},
    "a summary of null": {"summary": None},
    "a loss of null": {"summary": RUN["summary"] | {"val_loss": None}},
    "an accuracy that is a list": {"summary": RUN["summary"] | {"val_accuracy": [1]}},
    "another verdict": {"summary": RUN["summary"] | {"verdict": "perhaps"}},
    "a verdict that is an object": {"summary": RUN["summary"] | {"verdict": {}}},
}


def test_the_largest_numbers_are_read(path: Path):
    numbers = {"lr": 1.7976931348623157e308, "momentum": 0, "steps": 2**63 - 1, "batch_size": 0}
    path.write_text(json.dumps(RUN | {"problem": RUN["problem"] | numbers}))
    assert read_run(path)["problem"] == RUN["problem"] | numbers


@pytest.mark.parametrize("case", ODD)
def test_a_field_of_another_kind_is_told(path: Path, case: str):
    path.write_text(json.dumps(RUN | ODD[case]))
    with pytest.raises(InputError, match=r"cannot be read as a run \(it"):
        read_run(path)


def test_a_pipe_is_not_waited_for(path: Path):
    os.mkfifo(path)
    with pytest.raises(InputError, match=r"\(cannot be read: it is a pipe, not a file\)"):
        read_run(path)
