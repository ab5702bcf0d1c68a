"""A checkpoint that is not as it was saved: damaged, shortened, or of another version."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

from compare.errors import InputError
from compare.training import checkpoint as checkpoints
from compare.training.checkpoint import load_checkpoint


def rewritten(path: Path, saved: Path, *, tensors: dict | None = None, metadata: dict | None = None) -> Path:
    """The saved file with some tensors or metadata replaced, its checksum left as it was or replaced too."""
    with safe_open(saved, framework="numpy") as file:
        content = {name: file.get_tensor(name) for name in file.keys()} | (tensors or {})  # noqa: SIM118
        save_file(content, path, dict(file.metadata()) | (metadata or {}))
    return path


def checksum_of(path: Path) -> str:
    """The checksum that the file ought to have, as `save_checkpoint` computes it."""
    with safe_open(path, framework="numpy") as file:
        tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        return checkpoints._digest(tensors, {k: v for k, v in file.metadata().items() if k != "sha256"})


W = np.arange(48, dtype=np.float32).reshape(4, 12)
TAMPERED = {
    "a value of a weight": {"tensors": {"linear.weight": W}},
    "a value of the velocity": {"tensors": {"velocity.bias": np.ones(4, np.float32)}},
    "a tensor that is not ours": {"tensors": {"linear.more": np.ones(4, np.float32)}},
    "the data set": {"metadata": {"data": '"mnist"'}},
    "the progress": {"metadata": {"state": json.dumps({"history": [], "step": 0, "total": 0.0, "hits": 0})}},
    "a field that is not ours": {"metadata": {"note": "1"}},
    "the checksum": {"metadata": {"sha256": "0" * 64}},
    "the version": {"metadata": {"format": "softmax-regression-twice 2"}},
}


@pytest.mark.parametrize("case", TAMPERED)
def test_what_does_not_fit_its_checksum_is_refused(saved: Path, tmp_path: Path, case: str):
    path = rewritten(tmp_path / "file", saved, **TAMPERED[case])
    with pytest.raises(InputError, match="damaged checkpoint: its content does not fit its checksum"):
        load_checkpoint(path)


def with_checksum(path: Path, saved: Path, **replaced: dict) -> Path:
    """A file whose checksum is right, whatever is replaced."""
    rewritten(path, saved, **replaced)
    metadata = replaced.get("metadata", {}) | {"sha256": checksum_of(path)}
    return rewritten(path, saved, **(replaced | {"metadata": metadata}))


@pytest.mark.parametrize("version", ["softmax-regression-twice 2", "softmax-regression-twice", ""])
def test_another_version_is_refused_though_its_checksum_is_right(
    assert_same: Callable, saved: Path, tmp_path: Path, version: str
):
    assert_same(load_checkpoint(with_checksum(tmp_path / "file", saved)), load_checkpoint(saved))
    with pytest.raises(InputError, match="file: "):
        load_checkpoint(with_checksum(tmp_path / "file", saved, metadata={"format": version}))


def test_the_checksum_sees_dtype_and_shape_beside_the_bytes():
    """The same bytes as another tensor are another content."""
    array = np.arange(4, dtype=np.float32)
    same_bytes = array, array.reshape(2, 2), array.reshape(4, 1), array.view(np.int32), array.view(np.float64)
    assert len({checkpoints._digest({"W": array}, {}) for array in same_bytes}) == 5
    assert len({a.tobytes() for a in same_bytes}) == 1
    # and no name runs over into what stands beside it
    assert checkpoints._digest({}, {"a": "bc"}) != checkpoints._digest({}, {"ab": "c"})


UNREADABLE = {
    "no progress": ("state", "null"),
    "no JSON": ("state", "{"),
    "records of other fields": ("state", json.dumps({"history": [{"loss": 1}], "step": 0, "total": 0, "hits": 0})),
    "another field": ("more", "1"),
    "unknown options": ("chosen", '{"epochs": 1, "rate": 3}'),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_what_this_version_cannot_read_is_one_line(saved: Path, tmp_path: Path, case: str):
    name, text = UNREADABLE[case]
    with pytest.raises(InputError, match="file: not a checkpoint that this version can read"):
        load_checkpoint(with_checksum(tmp_path / "file", saved, metadata={name: text}))


@settings(max_examples=300)
@given(data=st.data())
def test_flipped_bytes_load_the_same_or_are_refused(assert_same: Callable, saved: Path, data: st.DataObject):
    content = bytearray(saved.read_bytes())
    # the header is what decides how the rest is read, so half of the flips go there
    places = st.one_of(st.integers(0, len(content) - 1), st.integers(0, 200))
    for place in data.draw(st.lists(places, min_size=1, max_size=4)):
        content[place] ^= data.draw(st.integers(1, 255))
    path = saved.with_name("flipped")
    path.write_bytes(content)
    with suppress(InputError):
        assert_same(load_checkpoint(path), load_checkpoint(saved))


@settings(max_examples=100)
@given(data=st.data())
def test_truncated_files_are_refused(saved: Path, data: st.DataObject):
    content = saved.read_bytes()
    path = saved.with_name("truncated")
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(InputError, match="truncated"):
        load_checkpoint(path)
