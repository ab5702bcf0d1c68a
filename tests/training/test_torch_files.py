"""Files of `torch.save`: every change of an archive is seen, and only dense tensors of NumPy's types are taken."""

import io
import random
import zipfile
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch

from compare.errors import InputError
from compare.training.torch_files import read_torch

W, B = torch.arange(12.0).reshape(3, 4) + 0.5, torch.ones(3)
GOOD = {"linear.weight": W, "linear.bias": B}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "model.pt"


def refused(path: Path) -> str:
    """The reason for which a file is refused; none if PyTorch is the one who refuses."""
    with pytest.raises(InputError) as error:
        read_torch(path)
    begin, _, rest = str(error.value).partition("not a file of plain tensors, or a damaged one")
    reason, _, end = rest.rpartition("; ")
    assert (begin, end) == (f"{path}: ", "torch.save(model.state_dict(), FILE) writes one")
    assert "\n" not in reason
    return reason.strip(" ()")


TAKEN = {
    "a dict": GOOD,
    "a state dict": torch.nn.Sequential(OrderedDict(linear=torch.nn.Linear(4, 3))).state_dict(),
    "parameters": {name: torch.nn.Parameter(tensor) for name, tensor in GOOD.items()},
    "float64": {name: tensor.double() for name, tensor in GOOD.items()},
    "turned": {"linear.weight": torch.arange(12.0).reshape(4, 3).T, "linear.bias": B},
    "parts of one tensor": {
        "linear.weight": torch.arange(99.0)[5:17].view(3, 4),
        "linear.bias": torch.arange(9.0)[::3],
    },
    "a column of one": {"linear.weight": torch.ones(3)[:, None], "linear.bias": B},
    "one value with a step of 0": {"linear.bias": torch.arange(3.0).as_strided((1,), (0,))},
    "other types beside": GOOD | {"count": torch.tensor(7), "flags": torch.tensor([True]), "half": W.half()},
    "nothing": {},
    "no values": {"linear.weight": torch.ones(3, 0)},
}


@pytest.mark.parametrize("archive", [True, False])
@pytest.mark.parametrize("case", TAKEN)
def test_plain_tensors_are_read(path: Path, case: str, archive: bool):
    torch.save(TAKEN[case], path, _use_new_zipfile_serialization=archive)
    found = read_torch(path)
    assert list(found) == list(TAKEN[case])
    for name, tensor in TAKEN[case].items():
        np.testing.assert_array_equal(found[name], tensor.detach().numpy(), strict=True)


REFUSED = {
    "fp8": ({"a": W.to(torch.float8_e4m3fn)}, "it asks for 'torch.float8_e4m3fn'"),
    "bfloat16": ({"a": W.bfloat16()}, "it asks for 'torch.BFloat16Storage'"),
    "complex": ({"a": W.cfloat()}, "it asks for 'torch.ComplexFloatStorage'"),
    "sparse": ({"a": W.to_sparse()}, "it asks for 'torch._utils._rebuild_sparse_tensor'"),
    "without values": (
        {"a": torch.empty(10**6, 10**5, device="meta")},
        "it asks for 'torch._utils._rebuild_meta_tensor_no_storage'",
    ),
    "10^11 values of one": ({"a": torch.zeros(1).expand(10, 10**10)}, "it asks for 1e+10 values"),
    "many values of one": ({"a": torch.zeros(1).expand(20, 20)}, ""),
    "three values of one": ({"a": torch.zeros(1).expand(3)}, ""),
    "two values of one among many": ({"a": torch.arange(99.0)[:1].expand(2)}, ""),
    "three values of one among many": ({"a": torch.arange(99.0)[:1].expand(3)}, ""),
    "rows that are one": ({"a": torch.zeros(40).expand(3, 40)}, ""),
    "values that overlap": ({"a": torch.arange(9.0).as_strided((4, 6), (1, 1))}, ""),
    "a tensor alone": (W, ""),
    "a list": ([W, B], ""),
    "a number beside": (GOOD | {"epoch": 3}, ""),
    "a dict inside": ({"model": GOOD}, ""),
    "numbers for names": ({1: W}, ""),
    "a set": ({"a": {1}}, "it asks for '__builtin__.set'"),
    "bytes of any size": ({"a": bytearray(3)}, "it asks for '__builtin__.bytearray'"),
    "a model": (torch.nn.Linear(4, 3), "it asks for 'torch.nn.modules.linear.Linear'"),
}


@pytest.mark.parametrize("archive", [True, False])
@pytest.mark.parametrize("case", REFUSED)
def test_what_is_no_plain_tensor_is_told(path: Path, case: str, archive: bool):
    content, reason = REFUSED[case]
    if case == "fp8" and not archive:
        pytest.skip("PyTorch writes it in an archive only")
    torch.save(content, path, _use_new_zipfile_serialization=archive)
    assert refused(path) == reason


def rezipped(path: Path, changed: dict[str, bytes] | None = None, method: int = zipfile.ZIP_STORED) -> None:
    """A good archive, packed anew with other content (by the end of the name) and its checksums right."""
    stream = io.BytesIO()
    torch.save(GOOD, stream)
    with zipfile.ZipFile(stream) as old, zipfile.ZipFile(path, "w", method) as new:
        for member in old.infolist():
            content = (changed or {}).get(member.filename.partition("/")[2], old.read(member))
            new.writestr(member.filename, content)


def nested() -> bytes:
    """A pickle of a key of 2^60 tuples in each other: to hash it would take for ever."""
    levels = b"".join(b"h%ch%c\x86q%c" % (n, n, n + 1) for n in range(1, 61))
    return b"\x80\x02}q\x00)q\x01" + levels + b"K\x01s."


def test_an_archive_that_is_packed_anew_is_read(path: Path):
    rezipped(path)
    np.testing.assert_array_equal(read_torch(path)["linear.weight"], W.numpy(), strict=True)


def test_archives_that_torch_does_not_write_are_told(path: Path):
    rezipped(path, method=zipfile.ZIP_DEFLATED)
    assert refused(path) == "a part of it is compressed"
    rezipped(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/more", bytes(1000))
    assert refused(path) == "a part of it is compressed"
    rezipped(path, {"data.pkl": nested()})
    assert refused(path) == "it has a tuple twice"
    for content in (b"", b"1234", W.numpy().tobytes() + b"1234"):
        rezipped(path, {"data/0": content})
        assert refused(path) == ""
    rezipped(path)
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("archive/data/0", bytes(48))
    assert refused(path) == "a part of it is there twice"


def test_one_storage_for_many_names_is_told(path: Path):
    """A zip bomb: members that share their bytes."""
    rezipped(path, {"data/0": bytes(10_000)})
    content = path.read_bytes()
    end = content.rindex(b"PK\5\6")
    start = int.from_bytes(content[end + 16 : end + 20], "little")
    listed, count = content[start:end], int.from_bytes(content[end + 10 : end + 12], "little")
    many = b"".join(listed.replace(b"archive/", b"%07d/" % n) for n in range(200))
    tail = bytearray(content[end:])
    tail[8:12] = 2 * (200 * count).to_bytes(2, "little")
    tail[12:16] = len(many).to_bytes(4, "little")
    path.write_bytes(content[:start] + many + tail)
    assert refused(path) == "its parts overlap"


def test_a_negative_size_is_told(path: Path):
    torch.save(GOOD, path, _use_new_zipfile_serialization=False)
    content = path.read_bytes()
    assert content.count(b"K\x04\x86") == 1
    path.write_bytes(content.replace(b"K\x04\x86", b"J\xff\xff\xff\xff\x86"))
    assert refused(path) == "it has a negative size"


def test_every_changed_byte_of_an_archive_is_seen(path: Path):
    torch.save(GOOD, path)
    content, chance = path.read_bytes(), random.Random(4)
    start = content.index(W.numpy().tobytes())
    # every byte of the values, and others
    places = [*range(start, start + 48), *(chance.randrange(len(content)) for _ in range(150))]
    for place in places:
        path.write_bytes(content[:place] + bytes([content[place] ^ chance.randrange(1, 256)]) + content[place + 1 :])
        with suppress(InputError):
            for name, array in read_torch(path).items():
                np.testing.assert_array_equal(array, GOOD[name].numpy(), strict=True)
            assert not start <= place < start + 48


@pytest.mark.parametrize("keep", [2, 30, 0.5, -30, -1])
def test_an_archive_that_is_cut_off_is_told(path: Path, keep: float):
    torch.save(GOOD, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    assert refused(path) != ""
