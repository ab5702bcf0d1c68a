"""A run that is only unstable: the verdict says so, and nothing else is said of it."""

import pytest

import scratch
from compare.backends.by_name import backend, equations_backend
from compare.bugs.diagnosis import Diagnosis
from compare.cli import prove as prove_command


@pytest.mark.parametrize(("growth", "facts", "told"), [(50.0, [], []), (None, [], ["nothing"]), (50.0, ["x"], ["x"])])
def test_of_a_run_that_only_grows_no_diagnosis_is_told(
    cli, monkeypatch: pytest.MonkeyPatch, growth: float | None, facts: list[str], told: list[str]
):
    wrong = scratch.EQUATIONS._replace(logits_gradient=lambda logP, y: 2 * scratch.logits_gradient(logP, y))
    planted, prove_each = equations_backend("scratch", lambda: wrong), prove_command.prove_each
    monkeypatch.setattr(prove_command, "named", lambda _ours, theirs, _limit, _device: (planted, backend(theirs)))
    monkeypatch.setattr(prove_command, "diagnose", lambda *_: Diagnosis(facts, []))

    def grown(*arguments: object) -> list:
        runs = prove_each(*arguments)
        for run in runs:
            run.growth = growth
        return runs

    monkeypatch.setattr(prove_command, "prove_each", grown)
    code, out, _ = cli("prove", "--data", "digits", "--epochs", 1, "--dtype", "float32", "--details")
    words = {"nothing": "nothing differs in the first steps", "x": "seen: x"}
    assert code == 1
    assert [name for name, text in words.items() if text in out] == told
    assert ("it is unstable" in " ".join(out.split())) == (growth is not None)
