"""What was written before JSON had a version, in the names of today."""

import copy
import json
from pathlib import Path

import pytest

from compare.errors import InputError
from compare.proof.checks import CHECKS
from compare.report.as_json import VERSION, read_json
from compare.report.old_json import from_version_1


def test_what_bugs_wrote():
    heard = {
        "name": "wrong-sign", "said": {"resynchronised": "dZ 1/1", "invariants": "rows"},
        "accuracy": 0.1, "caught": True,
    }  # fmt: skip
    clean = {"name": "(no mistake)", "heard": {"float32": heard | {"said": {"exact": ""}, "caught": False}}}
    found = from_version_1({"bugs": [clean, {"name": "wrong-sign", "tag": "E4", "heard": {"float64": heard}}]})
    assert found == {
        "bugs": [
            {
                "name": "(no mistake)",
                "detections": {
                    "float32": {"reasons": {"exact_arithmetic": ""}, "accuracy": 0.1, "detected": False}
                },
            },
            {
                "name": "wrong-sign", "tag": "E4",
                "detections": {
                    "float64": {
                        "reasons": {"one_step": "dZ 1/1", "identities": "rows"}, "accuracy": 0.1, "detected": True
                    }
                },
            },
        ]
    }  # fmt: skip


def test_what_exercise_wrote():
    old = {
        "functions": [{"name": "logits", "state": "wrong", "said": "no", "diagnosis": None, "tag": "E1"}],
        "hints": [],
    }
    new = {"name": "logits", "state": "wrong", "reason": "no", "diagnosis": None, "tag": "E1"}
    assert from_version_1(old) == {"functions": [new], "hints": []}


OLD = Path(__file__).with_name("old")


@pytest.fixture
def old() -> dict:
    return json.loads((OLD / "proof.json").read_text())


def test_a_proof_has_todays_names_and_the_same_values(old: dict):
    new, (was,) = read_json(OLD / "proof.json"), old["runs"]
    (run,) = new["runs"]
    assert new["version"] == VERSION
    assert {key: new[key] for key in ("verdict", "data", "problem", "versions")} == {
        key: old[key] for key in ("verdict", "data", "problem", "versions")
    }
    for name, readings in was["quantities"].items():
        expected = {"one_step": readings["resynchronised"], "whole_run": readings["free_running"]}
        assert run["quantities"][name] == expected
    for name, found in was["adversarial"].items():
        assert run["hard_batches"][name] == found | {"reading": "one_step"}
    assert run["exact_arithmetic"] == was["exact"]
    assert run["distance_from_exact"] == was["truth"]
    for side, checks in was["gradients"].items():
        for check, before in zip(run["gradient_checks"][side], checks, strict=True):
            assert check.pop("passed") is before.pop("right")
            assert check == before
    same = set(was) - {"quantities", "adversarial", "exact", "truth", "gradients", "witnesses", "first_divergence"}
    assert {key: run[key] for key in same} == {key: was[key] for key in same}
    assert set(run) == same | {
        "quantities", "hard_batches", "exact_arithmetic", "distance_from_exact", "gradient_checks", "checks",
        "first_divergence",
    }  # fmt: skip


def test_checks_are_those_of_today(old: dict):
    (run,) = from_version_1(old)["runs"]
    assert run["checks"] == dict.fromkeys((name for name in CHECKS if name not in ("identities", "accuracy")), True)


@pytest.mark.parametrize(
    ("reading", "used", "one_step", "whole_run"),
    [
        ("resynchronised", 2.0, False, True),
        ("free_running", 2.0, True, False),
        ("free_running", "nan", True, False),
        ("resynchronised", "inf", False, True),
    ],
)
def test_which_reading_was_over_budget_is_found(old: dict, reading: str, used, one_step: bool, whole_run: bool):
    (run,) = old["runs"]
    run["witnesses"] |= {"training": False, "adversarial": False}
    run["quantities"]["W"][reading]["used"] = used
    run["first_divergence"] = run["quantities"]["W"][reading] | {"quantity": "W", "reading": reading, "tag": "E6"}
    (new,) = from_version_1(old)["runs"]
    assert (new["checks"]["one_step"], new["checks"]["whole_run"]) == (one_step, whole_run)
    assert new["checks"]["hard_batches"] is False
    assert new["checks"]["predictions"] is True
    assert new["first_divergence"]["reading"] == {"resynchronised": "one_step", "free_running": "whole_run"}[reading]


@pytest.mark.parametrize("reading", ["resynchronised", "free_running"])
def test_what_uses_all_of_its_budget_is_within_it(old: dict, reading: str):
    (run,) = old["runs"]
    run["quantities"]["W"][reading]["used"] = 1.0
    (new,) = from_version_1(old)["runs"]
    assert (new["checks"]["one_step"], new["checks"]["whole_run"]) == (True, True)


def test_both_readings_may_have_been_over_budget(old: dict):
    (run,) = old["runs"]
    run["witnesses"]["training"] = False
    for reading, used in (("resynchronised", 1.5), ("free_running", 1.01)):
        run["quantities"]["W"][reading]["used"] = used
    run["first_divergence"] = run["quantities"]["W"]["resynchronised"] | {"quantity": "W", "reading": "resynchronised"}
    (new,) = from_version_1(old)["runs"]
    assert (new["checks"]["one_step"], new["checks"]["whole_run"]) == (False, False)


def test_a_run_that_ended_early_has_empty_places(old: dict):
    (run,) = old["runs"]
    run["quantities"]["W"] = {"resynchronised": None, "free_running": None}
    (new,) = from_version_1(old)["runs"]
    assert new["quantities"]["W"] == {"one_step": None, "whole_run": None}
    assert new["checks"]["whole_run"] is True


def test_a_side_may_have_any_name(old: dict):
    (run,) = old["runs"]
    run["sides"] = ["truth", "torch"]
    for values in run["truth"].values():
        values["truth"] = values.pop("scratch")
    (new,) = from_version_1(old)["runs"]
    assert set(new["distance_from_exact"]["W"]) == {"truth", "torch"}


def test_training_gives_advice():
    run = read_json(OLD / "run.json")
    was = json.loads((OLD / "run.json").read_text())
    assert run == {"version": VERSION, "advice": was.pop("remark"), **was}


def test_the_survey_has_detections_with_reasons():
    new, old = read_json(OLD / "bugs.json"), json.loads((OLD / "bugs.json").read_text())
    for bug, was in zip(new["bugs"], old["bugs"], strict=True):
        for dtype, heard in was["heard"].items():
            found = bug["detections"][dtype]
            assert (found["detected"], found["accuracy"]) == (heard["caught"], heard["accuracy"])
            assert list(found["reasons"].values()) == list(heard["said"].values())
            assert set(found["reasons"]) <= set(CHECKS)
    assert new["bugs"][1]["detections"]["float32"]["reasons"]["one_step"] == "Z 1/1"


def test_an_exercise_has_reasons_and_its_proof(old: dict):
    functions = [{"name": "logits", "said": "wrong", "state": "wrong"}]
    new = from_version_1({"functions": functions, "hints": [], "proof": copy.deepcopy(old)})
    assert new["functions"] == [{"name": "logits", "reason": "wrong", "state": "wrong"}]
    assert new["proof"] == from_version_1(old)


def test_the_list_of_data_sets_has_a_name():
    rows = {"digits": {"train": 1797, "here": True}, "mnist": {"train": 60000, "here": False}}
    assert from_version_1(rows) == {"data_sets": rows}
    assert from_version_1({}) == {}


def test_what_lacks_something_is_refused(old: dict, tmp_path: Path):
    del old["runs"][0]["witnesses"]
    (tmp_path / "json").write_text(json.dumps(old))
    with pytest.raises(InputError, match="json: not what --json wrote before it had a version"):
        read_json(tmp_path / "json")
