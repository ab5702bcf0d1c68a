"""What a rank refuses, and what it makes of the end of another; real ranks are in test_ranks.py."""

import signal
from typing import Any

import pytest
import torch

from compare.backends import launched
from compare.backends.launched import RankError
from compare.backends.parallel_side import _check_alike, _together, join
from compare.errors import InputError


@pytest.mark.parametrize("device", ["mps", "cuda-graph"])
def test_devices_that_several_processes_cannot_share(device: str):
    with pytest.raises(InputError, match=f"--device {device}: several processes train on cpu or cuda"):
        join(device, "env://", 0, 2, 0)


def test_each_rank_needs_a_card(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(InputError, match="--device cuda: 1 here, and each rank needs one of its own"):
        join("cuda", "env://", 1, 2, 1)


def test_ranks_that_are_not_given_the_same(monkeypatch: pytest.MonkeyPatch):
    def gathered(everywhere: list[Any], mine: dict[str, str]) -> None:
        everywhere[:] = [{"labels": "a", "images": "b"}, mine]

    monkeypatch.setattr("torch.distributed.get_world_size", lambda: 2)
    monkeypatch.setattr("torch.distributed.all_gather_object", gathered)
    _check_alike({"labels": "a", "images": "b"})
    with pytest.raises(InputError) as told:
        _check_alike({"labels": "a", "images": "c"})
    assert str(told.value) == "rank 1 has other images than rank 0: all need the same options and files"


class Told:
    """A store in which somebody has told already."""

    def add(self, _key: str, _amount: int) -> int:
        """As PyTorch's, and so are the others."""
        return 2

    def check(self, _keys: list[str]) -> bool:
        """Nothing is noted."""
        return False


def test_the_end_of_another_rank_is_told_unless_it_is_told_already(monkeypatch: pytest.MonkeyPatch):
    said = "[../third_party/gloo/gloo/transport/tcp/pair.cc:545] Connection closed by peer"
    for store, told in ((None, False), (Told(), True)):
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        monkeypatch.setattr(launched, "_store", store)
        launched.is_first_to_tell.cache_clear()
        with (
            pytest.raises(RankError, match=r"^another rank has ended, and with it the training$") as error,
            _together(),
        ):
            raise RuntimeError(said)
        assert error.value.told is told
        # the signal by which torchrun ends the ranks that are left is not the reason
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


def test_a_mistake_of_our_own_is_not_taken_for_the_end_of_a_rank():
    with pytest.raises(RuntimeError, match="size mismatch"), _together():
        raise RuntimeError("size mismatch")
