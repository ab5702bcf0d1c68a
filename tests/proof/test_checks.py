"""The checks have one name each."""

from compare.bugs import detection
from compare.proof.checks import CHECKS, READINGS
from compare.proof.run import Run

NAMES = (
    "one step", "whole run", "hard batches", "exact arithmetic", "gradient checks", "identities", "accuracy",
    "evaluation", "predictions",
)  # fmt: skip


def test_the_key_is_the_name_with_underscores():
    assert tuple(check.name for check in CHECKS.values()) == NAMES
    assert [key.replace("_", " ") for key in CHECKS] == [check.name for check in CHECKS.values()]


def test_each_check_is_one_sentence():
    for check in CHECKS.values():
        assert check.what.endswith(".")
        assert check.what.count(".") == 1


def test_all_who_name_checks_take_the_names_from_here():
    assert set(READINGS) == {"one_step", "whole_run"}
    assert all(READINGS[key] == CHECKS[key].what for key in READINGS)
    assert set(Run("float32", ("a", "b"), {}).checks) == set(CHECKS) - {"identities", "accuracy"}
    assert set(detection.DETECTION_CHECKS) == set(CHECKS) - {"evaluation", "predictions"}
