"""Tables of mistakes that people make in each rung: what they are asked, and then told. And right code."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from compare.equations import RUNGS
from compare.exercise.check import Finding, found_or_fault, on_trials
from compare.exercise.hints import HINTS, STEPS, hints_of
from compare.exercise.mistakes import MISTAKES
from compare.exercise.named import named
from compare.exercise.right import RIGHT
from compare.exercise.trials import as_results, trials

HERE = Path(__file__).parent
MADE: dict[str, dict[str, dict[str, str]]] = {rung: {} for rung in RUNGS}
for path in sorted((HERE / "mistakes").glob("*.toml")):
    for rung, cases in tomllib.loads(path.read_text()).items():
        # a second case of one name would take the place of the first
        assert not MADE[rung].keys() & cases.keys(), path
        MADE[rung] |= cases
CASES = [(rung, what) for rung, cases in MADE.items() for what in cases]
VARIANTS = tomllib.loads((HERE / "right_variants.toml").read_text())
FEWEST = 10


@pytest.fixture
def found(written: Callable, written_trace: Callable) -> Callable[[str, str], Finding | None]:
    """What is found of a function of this name and body on the small inputs."""

    def find(name: str, body: str) -> Finding | None:
        trace = written_trace(name, body)
        with np.errstate(all="ignore"):
            return found_or_fault(name, lambda: on_trials(name, written(name, body), trace), trace)

    return find


@pytest.mark.parametrize(("rung", "what"), CASES, ids=[f"{rung}, {what}" for rung, what in CASES])
def test_a_mistake_is_asked_about_and_named_on_request(found: Callable, rung: str, what: str):
    case = MADE[rung][what]
    finding = found(rung, case["code"])
    asks = re.sub(r"^FILE(, line \d+)?: ", "", finding.asks)
    # Python 3.13 has other words for it
    unknown = "'axis' is an invalid keyword argument for sum()"
    assert asks.replace("sum() got an unexpected keyword argument 'axis'", unknown) == case["asks"]
    assert finding.says[0] == case["says"]
    hints = hints_of(rung, finding)
    assert len(hints) == STEPS
    assert hints[0] == case["says"]
    assert hints[-1] == HINTS[rung][-1]
    # a question first; neither it nor the name is the solution
    assert finding.asks.endswith("?")
    assert HINTS[rung][-1] not in (finding.asks, *hints[:-1])


def test_every_rung_has_mistakes_enough():
    assert MADE.keys() == RUNGS.keys()
    assert {rung: len(cases) for rung, cases in MADE.items() if len(cases) < FEWEST} == {}


@pytest.mark.parametrize(("rung", "name"), [(rung, name) for rung, cases in VARIANTS.items() for name in cases])
def test_right_code_is_never_accused(found: Callable, rung: str, name: str):
    assert found(rung, VARIANTS[rung][name]) is None


def test_right_code_is_there_for_every_rung():
    assert VARIANTS.keys() == RUNGS.keys()


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: f"{mistake.rung}, {mistake.name}")
def test_a_registered_mistake_is_wrong_and_has_a_name_of_its_own(mistake):
    with np.errstate(all="ignore"):
        made = [*trials(mistake.rung, mistake.function)]
        assert not all(trial.is_right() for trial in made)
        assert named(mistake.rung, made).lesson == mistake.lesson


@pytest.mark.parametrize("rung", RUNGS)
def test_what_is_right_has_no_name(rung: str):
    made = [*trials(rung, RIGHT[rung])]
    assert all(trial.is_right() for trial in made)
    assert named(rung, made) is None


def test_the_rungs_of_the_long_way_make_the_short_one(rng: np.random.Generator):
    logP = RIGHT["log_softmax"](rng.normal(size=(6, 4)))
    y = rng.integers(0, 4, 6)
    P = np.exp(logP)
    dP = RIGHT["probabilities_gradient"](P, RIGHT["log_probabilities_gradient"](logP, y))
    np.testing.assert_allclose(RIGHT["softmax_backward"](P, dP), RIGHT["logits_gradient"](logP, y), atol=1e-15)
    assert len(as_results((P, dP))) == 2
