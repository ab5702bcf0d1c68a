"""JSON that was written before it had a version, in the names of today; JSON.md documents these."""

from typing import Any

OLD_READINGS = {"resynchronised": "one_step", "free_running": "whole_run"}
OLD_CHECKS = {
    **OLD_READINGS,
    "adversarial": "hard_batches",
    "exact": "exact_arithmetic",
    "gradients": "gradient_checks",
    "invariants": "identities",
    "truth": "distance_from_exact",
    "witnesses": "checks",
    "remark": "advice",
    "heard": "detections",
    "said": "reason",
}


def from_version_1(content: dict[str, Any]) -> dict[str, Any]:
    """What any command wrote then, as it would write it now."""
    if _is_list_of_data(content):
        return {"data_sets": content}
    new = _renamed(content)
    if isinstance(new.get("proof"), dict):
        new["proof"] = from_version_1(new["proof"])
    if isinstance(new.get("runs"), list):
        new["runs"] = [_run(run) if "quantities" in run else run for run in new["runs"]]
    if isinstance(new.get("functions"), list):
        new["functions"] = [_renamed(function) for function in new["functions"]]
    if isinstance(new.get("bugs"), list):
        new["bugs"] = [_bug(bug) for bug in new["bugs"]]
    return new


def _is_list_of_data(content: dict[str, Any]) -> bool:
    """True for `data --list`, which had nothing but the data sets by name."""
    return bool(content) and all(isinstance(value, dict) and "here" in value for value in content.values())


def _run(run: dict[str, Any]) -> dict[str, Any]:
    new = _renamed(run)
    new["quantities"] = {name: _renamed(readings) for name, readings in run["quantities"].items()}
    new["first_divergence"] = _finding(run["first_divergence"])
    new["hard_batches"] = {name: _finding(found) for name, found in new["hard_batches"].items()}
    new["gradient_checks"] = {
        side: [{"passed" if key == "right" else key: value for key, value in check.items()} for check in checks]
        for side, checks in new["gradient_checks"].items()
    }
    checks = _renamed(new["checks"])
    trained = {reading: _within_budget(new["quantities"], reading) for reading in OLD_READINGS.values()}
    if not checks.pop("training") and all(trained.values()):
        # a share that is no number was written as a string, and a run could end before the reading was complete
        trained[new["first_divergence"]["reading"]] = False
    new["checks"] = trained | checks
    return new


def _within_budget(quantities: dict[str, Any], reading: str) -> bool:
    shares = [found[reading]["used"] for found in quantities.values() if found[reading]]
    return all(isinstance(used, float | int) and used <= 1 for used in shares)


def _finding(found: dict[str, Any] | None) -> dict[str, Any] | None:
    return found and {**found, "reading": OLD_READINGS.get(found["reading"], found["reading"])}


def _bug(bug: dict[str, Any]) -> dict[str, Any]:
    new = _renamed(bug)
    found = new.get("detections", {})
    new["detections"] = {dtype: _detection(detection) for dtype, detection in found.items()}
    return new


def _detection(found: dict[str, Any]) -> dict[str, Any]:
    reasons = _renamed(found["said"])
    return {"reasons": reasons, "accuracy": found["accuracy"], "detected": found["caught"]}


def _renamed(content: dict[str, Any]) -> dict[str, Any]:
    """The same values under the names of today; only of this object, because a side may have any name."""
    return {OLD_CHECKS.get(key, key): value for key, value in content.items()}
