"""Before the ranks are connected: each waits for all, and what is told where one of them does not come."""

import importlib
import signal
from collections.abc import Callable, Iterator

import pytest
import torch.distributed as dist

from compare.backends import launched
from compare.backends.launched import RankError, find_store, is_first_to_tell, told_to_end, wait_for_all
from compare.signals import Stopped, signals_raised


@pytest.fixture
def be(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Be a new process: this rank of so many on one machine, as torchrun says it."""

    def become(rank: int, ranks: int = 2) -> None:
        for name, value in {"RANK": rank, "WORLD_SIZE": ranks, "LOCAL_RANK": rank, "TORCHELASTIC_RUN_ID": 0}.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.setattr(launched, "_store", None)
        is_first_to_tell.cache_clear()

    return become


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[dist.HashStore]:
    """What torchrun has; and no rank waits for rank 0 to tell."""
    made = dist.HashStore()
    monkeypatch.setattr(
        importlib.import_module("torch.distributed.rendezvous"), "rendezvous", lambda _: iter([(made,)])
    )
    monkeypatch.setattr(launched, "WAITS_FOR_RANK_0", 0.0)
    monkeypatch.setattr(launched, "_is_noticed", False)
    yield made
    is_first_to_tell.cache_clear()


def come(store: dist.HashStore, *ranks: int) -> None:
    for rank in ranks:
        store.set(f"rank {rank} is here", "")


def test_a_process_alone_has_no_store_and_waits_for_nobody(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(launched, "_store", None)
    find_store()
    assert launched._store is None
    wait_for_all(0.0)


def test_a_rank_waits_until_the_last_one_is_there(store: dist.HashStore, be: Callable, monkeypatch: pytest.MonkeyPatch):
    be(1, 3)
    find_store()
    coming = iter([0, 2])
    monkeypatch.setattr("time.sleep", lambda _: come(store, next(coming)))
    wait_for_all(60.0)
    assert (list(coming), store.check(["rank 1 is here"])) == ([], True)


@pytest.mark.parametrize(
    ("there", "told_by_another", "told"),
    [
        ((), False, "rank 1 has not found rank 0 and rank 2 within 0 seconds"),
        ((0,), False, "rank 1 has not found rank 2 within 0 seconds"),
        ((0,), True, None),
    ],
)
def test_one_that_does_not_come_ends_the_others_and_one_of_them_tells(
    store: dist.HashStore,
    be: Callable,
    monkeypatch: pytest.MonkeyPatch,
    there: tuple,
    told_by_another: bool,
    told: str | None,
):
    be(1, 3)
    find_store()
    come(store, *there)
    if told_by_another:
        store.add(launched.TOLD, 1)
    # where it is told already, nobody waits to the end of the time
    monkeypatch.setattr("time.sleep", lambda _: pytest.fail("waits"))
    with pytest.raises(RankError) as error:
        wait_for_all(600.0 if told_by_another else 0.0)
    assert (None if error.value.told else str(error.value)) == told


def test_a_signal_waits_until_the_store_is_found(store: dist.HashStore, be: Callable, monkeypatch: pytest.MonkeyPatch):
    def interrupted(_where: str) -> Iterator[tuple]:
        signal.raise_signal(signal.SIGTERM)
        return iter([(store,)])

    be(0)
    monkeypatch.setattr(importlib.import_module("torch.distributed.rendezvous"), "rendezvous", interrupted)
    with signals_raised(), pytest.raises(Stopped):
        find_store()
    assert launched._store is store


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(
    ("there", "missing"),
    [((), " before it had found {other} and rank 2"), ((2,), " before it had found {other}"), ((0, 1, 2), "")],
)
def test_the_first_that_is_told_to_end_tells_whom_it_had_not_found(
    store: dist.HashStore, be: Callable, first: int, there: tuple, missing: str
):
    come(store, *there)
    told = {}
    for rank in (first, 1 - first):
        be(rank, 3)
        find_store()
        told[rank] = told_to_end(signal.SIGTERM)
    reason = f"rank {first} was told to end (SIGTERM){missing.format(other=f'rank {1 - first}')}"
    assert told == {first: f"{reason}, and with it the training", 1 - first: None}
