"""IDX files: what comes in is what was written, and a damaged file is told by name."""

import gzip
import os
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from compare.data.idx import read_idx
from compare.errors import InputError

DTYPES = "uint8", "int8", "int16", "int32", "float32", "float64"


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_type_comes_back_as_written(idx_bytes, tmp_path: Path, dtype: str, compressed: bool):
    array = (np.arange(24).reshape(2, 3, 4) - (0 if dtype == "uint8" else 12)).astype(dtype)
    path = tmp_path / ("file.gz" if compressed else "file")
    path.write_bytes(gzip.compress(idx_bytes(array)) if compressed else idx_bytes(array))
    np.testing.assert_array_equal(read_idx(path), array, strict=True)


def test_the_format_is_that_of_its_description(tmp_path: Path):
    # by hand, not by the helper: two dimensions of int16, 1 x 2, most significant byte first
    (tmp_path / "file").write_bytes(bytes.fromhex("00000b02 00000001 00000002 0102 fffe"))
    np.testing.assert_array_equal(read_idx(tmp_path / "file"), np.array([[258, -2]], np.int16), strict=True)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (5,), (1, 1, 1, 1)])
def test_unusual_sizes(idx_bytes, tmp_path: Path, shape: tuple[int, ...]):
    (tmp_path / "file").write_bytes(idx_bytes(np.full(shape, 7, np.uint8)))
    assert read_idx(tmp_path / "file").shape == shape


GOOD = bytes.fromhex("00000803 00000002 00000002 00000002 0001020304050607")
REFUSED = {
    "truncated": (GOOD[:-1], "file: 23 bytes, its header asks for 24; fetch it again"),
    "too long": (GOOD + b"\0", "file: 25 bytes, its header asks for 24"),
    "header cut": (GOOD[:9], "file: 9 bytes, its header asks for 16"),
    "empty": (b"", "file: not an IDX file (it starts with nothing)"),
    "three bytes": (GOOD[:3], "file: not an IDX file (it starts with 000008)"),
    "wrong magic": (b"PNG!" + GOOD[4:], "not an IDX file (it starts with 504e4721)"),
    "second byte": (b"\0\1" + GOOD[2:], "not an IDX file (it starts with 00010803)"),
    "unknown type": (b"\0\0\x0a\x03" + GOOD[4:], "not an IDX file (it starts with 00000a03)"),
    "no dimensions": (b"\0\0\x08\0" + GOOD[4:], "not an IDX file (it starts with 00000800)"),
    "huge header": (GOOD[:4] + b"\xff" * 12 + GOOD[16:], "its header asks for 79,228,162,458,924,105,385,300,197,391"),
    "200 dimensions": (b"\0\0\x08\xc8" + b"\0\0\0\1" * 200 + b"\7", "of impossible sizes"),
    "0 of too many": (b"\0\0\x08\3" + b"\0" * 4 + b"\xff" * 8, "of impossible sizes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_bad_file_is_told_in_one_line(tmp_path: Path, case: str):
    content, words = REFUSED[case]
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError, match=re.escape(words)) as error:
        read_idx(tmp_path / "file")
    assert str(error.value).startswith(str(tmp_path / "file"))
    assert "\n" not in str(error.value)


DAMAGED = {
    "empty": b"",
    "no gzip": b"no gzip",
    "too short": gzip.compress(GOOD)[:-4],
    "other bytes": gzip.compress(GOOD)[:12] + bytes(99),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_gzip_file(tmp_path: Path, content: bytes):
    (tmp_path / "file.gz").write_bytes(content)
    with pytest.raises(InputError, match=r"file\.gz: ") as error:
        read_idx(tmp_path / "file.gz")
    assert "\n" not in str(error.value)


def test_what_cannot_be_opened(tmp_path: Path):
    with pytest.raises(InputError, match="nowhere: cannot be read: No such file or directory"):
        read_idx(tmp_path / "nowhere")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_idx(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    for name in ("file", "file.gz"):
        os.mkfifo(tmp_path / name)
        with pytest.raises(InputError, match=f"{name}: cannot be read: it is a pipe, not a file"):
            read_idx(tmp_path / name)


def zeros(*sizes: int) -> bytes:
    """The header of an IDX file of these sizes."""
    return b"\0\0\x08" + bytes([len(sizes)]) + b"".join(size.to_bytes(4, "big") for size in sizes)


# What the header asks for, how many zeros there are, and what is said of it.
PACKED = {
    "more than gzip can hold": (zeros(60_000, 28, 28), 10**6, "bytes of gzip, its header asks for 47,040,016"),
    "more than is plausible": (zeros(2**28), 10**7, "its header asks for 268,435,464 bytes, and 268,435,456 are"),
    "less than there is": (zeros(100), 10**7, "more than 108 bytes, its header asks for 108"),
    "one more than asked for": (zeros(100), 101, "more than 108 bytes, its header asks for 108"),
    "one less than asked for": (zeros(100), 99, "107 bytes, its header asks for 108"),
    "a header that is cut off": (zeros(100)[:6], 0, "bytes, its header asks for 8"),
    "no IDX at all": (b"", 10**7, "not an IDX file (it starts with 00000000)"),
}


@pytest.mark.parametrize("case", PACKED)
def test_no_more_is_unpacked_than_the_header_asks_for(tmp_path: Path, case: str):
    header, count, words = PACKED[case]
    content = gzip.compress(header + bytes(count))
    if case == "more than is plausible":
        content += os.urandom(300_000)  # so that its size alone would allow it
    path = tmp_path / "file.gz"
    path.write_bytes(content)
    tracemalloc.start()
    with pytest.raises(InputError, match=re.escape(words)):
        read_idx(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 3 * 10**6


def test_as_many_bytes_as_are_plausible_are_read(tmp_path: Path):
    path = tmp_path / "file.gz"
    path.write_bytes(gzip.compress(zeros(2**28 - 8) + os.urandom(300_000)))
    with pytest.raises(InputError, match="300,008 bytes, its header asks for 268,435,456; fetch it again"):
        read_idx(path)


def test_a_file_that_is_not_packed_is_measured_before_it_is_read(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(zeros(2**28 - 8))
    with pytest.raises(InputError, match="8 bytes, its header asks for 268,435,456"):
        read_idx(path)
    os.truncate(path, 2**28 + 1)
    with pytest.raises(InputError, match="268,435,457 bytes, its header asks for 268,435,456"):
        read_idx(path)


@pytest.mark.parametrize(("suffix", "writeable"), [("", False), (".gz", True)])
def test_what_is_mapped_cannot_be_written_to(tmp_path: Path, suffix: str, writeable: bool):
    path = tmp_path / f"file{suffix}"
    path.write_bytes(gzip.compress(GOOD) if suffix else GOOD)
    assert read_idx(path).flags.writeable == writeable


def test_a_file_of_bytes_may_have_any_size_and_is_not_read(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(zeros(2**12, 2**20))
    # a file with a hole: it has 4 GiB, and no disk holds them
    os.truncate(path, 16 - 4 + 2**32)
    with path.open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"\7")
    tracemalloc.start()
    images = read_idx(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (images.shape, images[-1, -1], images[5, 5]) == ((2**12, 2**20), 7, 0)
    assert most < 10**6


def test_numbers_of_several_bytes_are_still_read_up_to_a_limit(tmp_path: Path):
    path = tmp_path / "file"
    path.write_bytes(b"\0\0\x0d\1" + (2**27).to_bytes(4, "big"))
    os.truncate(path, 2**29 + 8)
    with pytest.raises(InputError, match="its header asks for 536,870,920 bytes, and 268,435,456 are the most"):
        read_idx(path)


def test_a_damaged_value_is_seen_by_gzip(tmp_path: Path):
    content = bytearray(gzip.compress(GOOD, 0))
    content[content.index(b"\3\4\5")] ^= 1
    (tmp_path / "file.gz").write_bytes(content)
    with pytest.raises(InputError, match=r"file\.gz: cannot be read: CRC check failed"):
        read_idx(tmp_path / "file.gz")


def test_a_byte_of_gzip_holds_at_most_1032(tmp_path: Path):
    def refusal(content: int) -> str:
        (tmp_path / "file.gz").write_bytes(gzip.compress(b"\0\0\x08\1" + content.to_bytes(4, "big"), 0))
        with pytest.raises(InputError) as error:
            read_idx(tmp_path / "file.gz")
        return str(error.value)

    refusal(1)
    size = (tmp_path / "file.gz").stat().st_size
    assert f"file.gz: 8 bytes, its header asks for {1032 * size:,};" in refusal(1032 * size - 8)
    assert f"file.gz: {size} bytes of gzip, its header asks for {1032 * size + 1:,};" in refusal(1032 * size - 7)
