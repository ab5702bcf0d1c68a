"""Which rank this process is, and which of them tells of an error."""

import signal

import pytest

from compare.backends import launched
from compare.backends.launched import Place, RankError, check_alone, is_first, is_first_to_tell, place, tells
from compare.errors import InputError


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be rank 3 of 4, the second on its machine, as torchrun says it."""
    given = {"TORCHELASTIC_RUN_ID": "none", "RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)


def test_one_process_is_no_rank(monkeypatch: pytest.MonkeyPatch):
    # other programs have variables of these names too
    monkeypatch.setenv("RANK", "1")
    assert place() is None
    assert is_first()
    assert tells(InputError("wrong"))
    check_alone("prove")


@pytest.mark.usefixtures("second")
def test_a_rank_knows_its_place():
    assert place() == Place(3, 4, 1)
    assert not is_first()
    check_alone("train")
    with pytest.raises(InputError, match="prove is one process: call it without"):
        check_alone("prove")


@pytest.mark.usefixtures("second")
def test_the_second_on_a_machine_tells_only_what_the_first_did_not(monkeypatch: pytest.MonkeyPatch):
    waited, before = [], signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr("time.sleep", waited.append)
    try:
        assert tells(InputError("wrong"))
    finally:
        signal.signal(signal.SIGTERM, before)
    assert waited == [launched.WAITS_FOR_THE_FIRST]
    monkeypatch.setenv("LOCAL_RANK", "0")
    assert tells(InputError("wrong"))
    assert len(waited) == 1


class Store:
    """A store of PyTorch; it may have ended."""

    def __init__(self, ended: bool = False):
        self.ended, self.count = ended, 0

    def add(self, key: str, amount: int) -> int:
        """As PyTorch's."""
        if self.ended:
            raise RuntimeError("Broken pipe")
        assert key == "told"
        self.count += amount
        return self.count


def test_the_first_to_ask_tells_and_each_where_nobody_can_be_asked(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(launched, "_store", Store())
    assert [is_first_to_tell() for _ in range(3)] == [True, False, False]
    monkeypatch.setattr(launched, "_store", Store(ended=True))
    assert [is_first_to_tell() for _ in range(2)] == [True, True]


@pytest.mark.usefixtures("second")
def test_that_a_rank_has_ended_is_told_by_any_but_once():
    lost = RankError("another rank has ended")
    assert tells(lost)
    lost.told = True
    assert not tells(lost)
