"""Which rank this process is, and which of them tells of an error."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from compare.backends import launched
from compare.backends.launched import (
    RankError,
    check_alone,
    is_first_to_tell,
    note_saved,
    tells,
    told_to_end,
    why_all_end,
)
from compare.errors import InputError
from compare.signals import SIGNALS


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be rank 3 of 4, the second on its machine, as torchrun says it."""
    given = {"TORCHELASTIC_RUN_ID": "none", "RANK": "3", "WORLD_SIZE": "4", "LOCAL_RANK": "1"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)


def test_one_process_tells_and_may_do_anything():
    assert tells(InputError("wrong"))
    check_alone("prove")


@pytest.mark.usefixtures("second")
def test_a_rank_only_trains():
    check_alone("train")
    with pytest.raises(InputError, match="prove is one process: call it without"):
        check_alone("prove")


@pytest.mark.usefixtures("second")
def test_the_second_on_a_machine_tells_only_what_the_first_did_not(monkeypatch: pytest.MonkeyPatch):
    waited = []
    monkeypatch.setattr("time.sleep", waited.append)
    assert tells(InputError("wrong"))
    assert waited == [launched.WAITS_FOR_THE_FIRST]
    monkeypatch.setenv("LOCAL_RANK", "0")
    assert tells(InputError("wrong"))
    assert len(waited) == 1


@pytest.mark.usefixtures("second")
@pytest.mark.parametrize(
    ("local", "error", "handler"),
    [("0", InputError, signal.SIG_IGN), ("1", RankError, signal.SIG_IGN), ("1", InputError, signal.SIG_DFL)],
)
def test_a_signal_does_not_change_what_is_told_but_ends_a_rank_that_waits(
    monkeypatch: pytest.MonkeyPatch, local: str, error: type[InputError], handler: signal.Handlers
):
    monkeypatch.setenv("LOCAL_RANK", local)
    monkeypatch.setattr("time.sleep", lambda _: None)
    assert tells(error("wrong"))
    assert [signal.getsignal(number) for number in SIGNALS] == [handler] * len(SIGNALS)


class Store:
    """A store of PyTorch; it may have ended."""

    def __init__(self, ended: bool = False):
        self.ended, self.held = ended, dict[str, str]()

    def _check_here(self) -> None:
        if self.ended:
            raise RuntimeError("Broken pipe")

    def add(self, key: str, amount: int) -> int:
        """As PyTorch's, and so are the others."""
        self._check_here()
        assert key == launched.TOLD
        self.held[key] = str(int(self.held.get(key, "0")) + amount)
        return int(self.held[key])

    def set(self, key: str, value: str) -> None:
        """Keep it."""
        self._check_here()
        self.held[key] = value

    def compare_set(self, key: str, expected: str, value: str) -> None:
        """Keep it, if the other is kept."""
        self._check_here()
        if self.held.get(key, "") == expected:
            self.held[key] = value

    def check(self, keys: list[str]) -> bool:
        """Whether it is there."""
        self._check_here()
        return set(keys) <= set(self.held)

    def get(self, key: str) -> bytes:
        """What is kept."""
        return self.held[key].encode()


def asked_in_a_new_process() -> bool:
    is_first_to_tell.cache_clear()
    return is_first_to_tell()


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """The ranks have found each other here, and are connected."""
    made = Store()
    monkeypatch.setattr(launched, "_store", made)
    monkeypatch.setattr(launched, "_is_noticed", True)
    is_first_to_tell.cache_clear()
    yield made
    is_first_to_tell.cache_clear()


def be(rank: int, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"TORCHELASTIC_RUN_ID": "none", "RANK": rank, "WORLD_SIZE": 2, "LOCAL_RANK": rank}.items():
        monkeypatch.setenv(name, str(value))
    is_first_to_tell.cache_clear()


def test_the_first_to_ask_tells_and_each_where_nobody_can_be_asked(store: Store):
    assert [asked_in_a_new_process() for _ in range(3)] == [True, False, False]
    store.ended = True
    assert [asked_in_a_new_process() for _ in range(2)] == [True, True]


@pytest.mark.parametrize("rank", [0, 1])
def test_others_know_that_a_rank_has_told_of_its_error(store: Store, monkeypatch: pytest.MonkeyPatch, rank: int):
    be(rank, monkeypatch)
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setattr(launched, "WAITS_FOR_RANK_0", 0.0)
    assert tells(InputError("wrong"))
    assert launched.TOLD in store.held


@pytest.mark.usefixtures("store")
def test_one_that_tells_is_the_one_when_it_is_asked_again():
    assert is_first_to_tell()
    assert is_first_to_tell()


def test_rank_0_which_saves_tells_before_another_and_where_it_does_not_the_other(
    store: Store, monkeypatch: pytest.MonkeyPatch
):
    be(1, monkeypatch)
    waited = []

    def meanwhile(seconds: float) -> None:
        waited.append(seconds)
        store.add(launched.TOLD, 1)

    monkeypatch.setattr("time.sleep", meanwhile)
    assert not is_first_to_tell()
    assert len(waited) == 1
    store.held.clear()
    is_first_to_tell.cache_clear()
    monkeypatch.setattr(launched, "WAITS_FOR_RANK_0", 0.0)
    assert is_first_to_tell()


@pytest.mark.usefixtures("store")
def test_a_rank_that_was_told_to_end_is_the_reason_which_rank_0_tells(monkeypatch: pytest.MonkeyPatch):
    note_saved("what is saved ends after epoch 4")
    be(1, monkeypatch)
    assert told_to_end(signal.SIGTERM) is None
    be(0, monkeypatch)
    reason = "rank 1 was told to end (SIGTERM), and with it the training"
    assert why_all_end() == f"{reason}; what is saved ends after epoch 4"
    # the signal by which torchrun ends the others is not the reason
    assert told_to_end(signal.SIGTERM) == f"{reason}; what is saved ends after epoch 4"
    assert told_to_end(signal.SIGTERM), "it is the one that tells"
    is_first_to_tell.cache_clear()
    assert told_to_end(signal.SIGTERM) is None


def test_where_there_is_no_store_rank_0_tells(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(launched, "_store", None)
    be(1, monkeypatch)
    assert told_to_end(signal.SIGINT) is None
    be(0, monkeypatch)
    assert told_to_end(signal.SIGINT) == "rank 0 was told to end (SIGINT), and with it the training"


def test_what_nobody_has_noted_and_a_store_that_has_ended(store: Store):
    assert why_all_end() == "another rank has ended, and with it the training"
    store.ended = True
    note_saved("nothing is saved")
    assert why_all_end() == "another rank has ended, and with it the training"


@pytest.mark.parametrize(("store", "code", "tidied"), [(None, 2, True), ("object()", 2, False), ("object()", 0, True)])
def test_a_rank_that_has_failed_ends_before_python_tidies_up(root: Path, store: str | None, code: int, tidied: bool):
    program = f"import atexit; from compare.backends import launched as l; l._store = {store}; "
    program += f"atexit.register(print, 'tidied'); l.end({code})"
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, timeout=60)
    assert (done.returncode, "tidied" in done.stdout) == (code, tidied)


@pytest.mark.usefixtures("second")
def test_that_a_rank_has_ended_is_told_by_any_but_once():
    lost = RankError("another rank has ended")
    assert tells(lost)
    lost.told = True
    assert not tells(lost)
