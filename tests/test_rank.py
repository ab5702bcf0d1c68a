"""Which rank this process is, as torchrun says it; the first says what is to be said once."""

import pytest

from compare.data.own_data import tell
from compare.rank import Place, is_first, place


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be rank 3 of 4, the second on its machine."""
    given = {"TORCHELASTIC_RUN_ID": "none", "RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)


def test_one_process_is_no_rank(monkeypatch: pytest.MonkeyPatch):
    # other programs have variables of these names too
    monkeypatch.setenv("RANK", "1")
    assert place() is None
    assert is_first()


@pytest.mark.usefixtures("started")
def test_a_rank_knows_its_place():
    assert place() == Place(3, 4, 1)
    assert not is_first()


@pytest.mark.usefixtures("started")
def test_notes_are_those_of_the_first_rank(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture):
    tell("something that is said nowhere else")
    assert capsys.readouterr().err == ""
    monkeypatch.setenv("RANK", "0")
    tell.cache_clear()
    tell("something that is said nowhere else")
    assert capsys.readouterr().err == "note: something that is said nowhere else\n"
