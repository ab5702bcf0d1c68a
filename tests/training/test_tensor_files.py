"""Tensors of safetensors and `torch.save`: what is not plain weights is refused in one line, and nothing is run."""

import os
import pickle
import tracemalloc
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from compare.errors import InputError
from compare.training.tensor_files import find_weights, read_tensors

GOOD = {"linear.weight": np.arange(6, dtype=np.float32).reshape(3, 2), "linear.bias": np.ones(3, np.float32)}


def assert_good(path: Path) -> None:
    for found, expected in zip(find_weights(path, read_tensors(path)[0]), GOOD.values(), strict=True):
        np.testing.assert_array_equal(found, expected, strict=True)


@pytest.mark.parametrize("length", [0x80 + 0x100, 0x4B50], ids=["begins like a pickle", "begins like a zip"])
def test_a_header_of_any_length_is_safetensors(tmp_path: Path, length: int):
    path = tmp_path / "file"

    def write(padding: int) -> int:
        save_file(GOOD, path, {"note": "x" * padding})
        return int.from_bytes(path.read_bytes()[:8], "little")

    # lengths are rounded up to 8, so that one of the next paddings gives the one wanted
    assert length in map(write, range(max(0, length - write(0)), length))
    assert path.read_bytes().startswith((b"\x80", b"PK"))
    assert_good(path)


@pytest.mark.parametrize("legacy", [False, True])
def test_a_file_of_torch_save_is_read(tmp_path: Path, legacy: bool):
    path = tmp_path / "model.pt"
    tensors = {name: torch.from_numpy(array) for name, array in GOOD.items()}
    torch.save(tensors, path, _use_new_zipfile_serialization=not legacy)
    assert_good(path)
    assert read_tensors(path)[1] == {}


def test_metadata_of_safetensors_are_read(tmp_path: Path):
    save_file(GOOD, tmp_path / "file", {"note": "mine"})
    assert read_tensors(tmp_path / "file")[1] == {"note": "mine"}
    save_file(GOOD, tmp_path / "file")
    assert read_tensors(tmp_path / "file")[1] == {}


@settings(max_examples=100, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), min_size=1, max_size=4))
def test_damaged_files_of_torch_save_raise_nothing_else(tmp_path_factory, flips: list[tuple[int, int]]):
    path = tmp_path_factory.getbasetemp() / "damaged.pt"
    torch.save({name: torch.from_numpy(array) for name, array in GOOD.items()}, path)
    content = bytearray(path.read_bytes())
    for place, flip in flips:
        content[place % len(content)] ^= flip
    path.write_bytes(content)
    with suppress(InputError):
        weight, bias = find_weights(path, read_tensors(path)[0])
        assert weight.shape[0] == len(bias)


def of_both(dtype: str) -> dict[str, np.ndarray]:
    return {name: array.astype(dtype) for name, array in GOOD.items()}


FOREIGN = {
    "nothing": ({}, "this file holds nothing"),
    "other names": ({"weight": GOOD["linear.weight"]}, "this file holds weight"),
    "no bias": ({"linear.weight": GOOD["linear.weight"]}, "a checkpoint holds linear.weight and linear.bias"),
    "weight a vector": (GOOD | {"linear.weight": np.ones(3, np.float32)}, "not (3,) and (3,)"),
    "bias too long": (GOOD | {"linear.bias": np.ones(4, np.float32)}, "not (3, 2) and (4,)"),
    "bias a column": (GOOD | {"linear.bias": np.ones((3, 1), np.float32)}, "not (3, 2) and (3, 1)"),
    "no pixels": (GOOD | {"linear.weight": np.ones((3, 0), np.float32)}, "not (3, 0) and (3,)"),
    "integers": (of_both("int64"), "not int64 and int64"),
    "half precision": (of_both("float16"), "not float16 and float16"),
    "two dtypes": (GOOD | {"linear.bias": np.ones(3)}, "not float32 and float64"),
    "nan in b": (GOOD | {"linear.bias": np.full(3, np.nan, np.float32)}, "not all finite"),
    "logits beyond float32": (
        GOOD | {"linear.weight": np.full((3, 2), 6e37, np.float32)},
        "so large that logits would",
    ),
    "a bias beyond float64": (of_both("float64") | {"linear.bias": np.full(3, 1e308)}, "so large that logits would"),
    "sums beyond float64": (of_both("float64") | {"linear.weight": np.full((3, 2), 1.5e308)}, "so large that logits"),
    "infinity in W": (GOOD | {"linear.weight": np.full((3, 2), np.inf, np.float32)}, "not all finite"),
}


def test_large_weights_are_read_as_long_as_logits_are_finite(tmp_path: Path):
    """A logit may be a quarter of the largest number of float32, and no more."""
    weight, bias = np.zeros((3, 2), np.float32), np.zeros(3, np.float32)
    weight[0, 1] = 2.0**126 - 2.0**102
    assert find_weights(tmp_path, {"linear.weight": weight, "linear.bias": bias})[0].max() == 2.0**126 - 2.0**102
    bias[0] = 2.0**102
    with pytest.raises(InputError, match="so large that logits would be infinite"):
        find_weights(tmp_path, {"linear.weight": weight, "linear.bias": bias})


@pytest.mark.parametrize("case", FOREIGN)
def test_foreign_tensors_are_refused(tmp_path: Path, case: str):
    tensors, words = FOREIGN[case]
    path = tmp_path / "file"
    save_file(tensors, path)
    with pytest.raises(InputError) as refused:
        find_weights(path, read_tensors(path)[0])
    assert words in str(refused.value)
    assert str(refused.value).startswith(f"{path}: ")


class Evil:
    """Unpickled, it writes a file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


@pytest.mark.parametrize("how", ["pickle", "torch.save", "inside a dict"])
def test_a_pickle_is_refused_and_never_run(tmp_path: Path, how: str):
    path, trace = tmp_path / "evil.pt", tmp_path / "it ran"
    if how == "pickle":
        path.write_bytes(pickle.dumps(Evil(trace)))
    else:
        evil = Evil(trace) if how == "torch.save" else {"linear.weight": Evil(trace)}
        torch.save(evil, path)
    with pytest.raises(InputError, match=r"evil\.pt: not a file of plain tensors"):
        read_tensors(path)
    assert not trace.exists()


ODD_TYPES = {"F8_E4M3": 1, "F8_E5M2": 1, "F8_E8M0": 1, "F4": 0.5, "BF16": 2, "C64": 8}


def header(path: Path, text: str | bytes, size: int) -> Path:
    """A safetensors file of this header, and so many zeros."""
    content = text if isinstance(text, bytes) else text.encode()
    path.write_bytes(len(content).to_bytes(8, "little") + content + bytes(size))
    return path


@pytest.mark.parametrize("kind", ODD_TYPES)
def test_types_that_numpy_has_not_are_told(tmp_path: Path, kind: str):
    size = int(8 * ODD_TYPES[kind])
    entry = f'{{"linear.weight": {{"dtype": "{kind}", "shape": [2, 4], "data_offsets": [0, {size}]}}}}'
    with pytest.raises(InputError, match=rf"\(linear\.weight is of type {kind}, which NumPy has not\)"):
        read_tensors(header(tmp_path / "file", entry, size))


ENTRY = '"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}'
HEADERS = {
    "a name twice": f"{{{ENTRY}, {ENTRY}}}",
    "a name of the metadata twice": f'{{"__metadata__": {{"b": "1", "b": "2"}}, {ENTRY}}}',
    "10^11 values of 8 bytes": f"{{{ENTRY.replace('[2]', '[100000000000]')}}}",
    "more values than can be counted": f"{{{ENTRY.replace('[2]', str([2**62] * 3))}}}",
    "100 dimensions": f"{{{ENTRY.replace('[2]', str([1] * 99 + [2]))}}}",
    "a negative size": f"{{{ENTRY.replace('[2]', '[-2]')}}}",
    "a number for a type": f"{{{ENTRY.replace(chr(34) + 'F32' + chr(34), '7')}}}",
    "objects": f"{{{ENTRY.replace('F32', 'O')}}}",
    "a list": f"[{ENTRY}]",
    "an entry that is a list": '{"a": []}',
    "metadata that are numbers": f'{{"__metadata__": {{"b": 1}}, {ENTRY}}}',
    "metadata that are a list": f'{{"__metadata__": ["b"], {ENTRY}}}',
    "deep": '{"a": ' * 100_000,
    "deep metadata": f'{{"__metadata__": {{"b": {"[" * 90}{"]" * 90}}}, {ENTRY}}}',
    "nan": f"{{{ENTRY.replace('[2]', '[NaN]')}}}",
    "a huge integer": f"{{{ENTRY.replace('[2]', '[' + '9' * 5000 + ']')}}}",
    "no utf-8": b"\xff\xfe{}",
}


@pytest.mark.parametrize("case", HEADERS)
def test_odd_headers_are_told(tmp_path: Path, case: str):
    with pytest.raises(InputError) as refused:
        read_tensors(header(tmp_path / "file", HEADERS[case], 8))
    message = str(refused.value)
    assert message.startswith(f"{tmp_path / 'file'}: not a checkpoint, or a damaged one (")
    assert "\n" not in message
    assert len(message) < 400


def test_a_header_that_is_longer_than_its_file_takes_no_memory(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"\0\0\0\0\x10\0\0\0{}")
    tracemalloc.start()
    with pytest.raises(InputError, match="not a checkpoint, or a damaged one"):
        read_tensors(tmp_path / "file")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 10**6


@pytest.mark.parametrize(("name", "shown"), [("\x1b[31m", r"'\x1b[31m'"), ("a\nb", r"'a\nb'"), ("x" * 99, "x" * 40)])
def test_names_of_tensors_are_shown_harmlessly(tmp_path: Path, name: str, shown: str):
    save_file({name: np.ones(3, np.float32)}, tmp_path / "file")
    with pytest.raises(InputError) as refused:
        find_weights(tmp_path / "file", read_tensors(tmp_path / "file")[0])
    assert str(refused.value).endswith(f"; this file holds {shown}")


NO_FILES = {
    "missing": (None, "the checkpoint cannot be read: No such file or directory"),
    "empty": (b"", "not a checkpoint, or a damaged one"),
    "text": (b"a text that is long enough to have a header", "not a checkpoint, or a damaged one"),
}


@pytest.mark.parametrize("case", NO_FILES)
def test_other_files_are_refused(tmp_path: Path, case: str):
    content, words = NO_FILES[case]
    if content is not None:
        (tmp_path / "file").write_bytes(content)
    with pytest.raises(InputError, match=f"file: {words}"):
        read_tensors(tmp_path / "file")


def test_a_pipe_is_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "file")
    with pytest.raises(InputError, match="file: the checkpoint cannot be read: it is a pipe, not a file"):
        read_tensors(tmp_path / "file")
