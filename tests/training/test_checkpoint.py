"""Checkpoints: what one backend writes the other reads, and a file that is not whole does nothing but say so."""

import json
import pickle
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors import safe_open
from safetensors.numpy import save_file

import torch_impl
from compare.backends.protocol import State
from compare.errors import InputError
from compare.problem import Problem
from compare.training import checkpoint as checkpoints
from compare.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from compare.training.train import train


def assert_same(a: Checkpoint, b: Checkpoint) -> None:
    tensors = ((c.state.W, c.state.b, *c.state.velocity) for c in (a, b))
    for ours, theirs in zip(*tensors, strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)
    names = "data", "chosen", "checksums", "backend", "progress"
    assert [getattr(a, name) for name in names] == [getattr(b, name) for name in names]


@pytest.mark.parametrize(("writer", "reader"), [("scratch", "torch"), ("torch", "scratch")])
def test_trained_by_one_side_evaluated_by_the_other(with_momentum: Problem, tmp_path: Path, writer, reader, dtype: str):
    training = train(with_momentum, writer, dtype)
    save_checkpoint(tmp_path / "file", training)
    checkpoint = load_checkpoint(str(tmp_path / "file"))
    assert_same(
        checkpoint,
        Checkpoint(
            training.side.state(), "small", with_momentum.chosen, with_momentum.checksums, writer, training.progress
        ),
    )
    assert checkpoint.dtype == dtype
    other = train(with_momentum, reader, checkpoint=checkpoint).side
    ours, theirs = (side.evaluate(*with_momentum.test) for side in (training.side, other))
    assert ours.loss == pytest.approx(theirs.loss, rel=16 * float(np.finfo(dtype).eps))
    assert ours.accuracy == theirs.accuracy


def test_pytorch_reads_the_file_without_us(saved: Path):
    with safe_open(saved, framework="pt") as file:
        model = torch.nn.Linear(12, 4)
        model.load_state_dict({name: file.get_tensor(f"linear.{name}") for name in ("weight", "bias")})
    np.testing.assert_array_equal(model.weight.detach().numpy(), load_checkpoint(saved).state.W)


@pytest.mark.parametrize("length", [0x80 + 0x100, 0x4B50], ids=["begins like a pickle", "begins like a zip"])
def test_a_header_of_any_length_is_safetensors(tmp_path: Path, length: int):
    path = tmp_path / "file"

    def write(padding: int) -> int:
        save_file(GOOD, path, {"note": "x" * padding})
        return int.from_bytes(path.read_bytes()[:8], "little")

    # lengths are rounded up to 8, so that one of the next paddings gives the one wanted
    assert length in map(write, range(max(0, length - write(0)), length))
    assert path.read_bytes().startswith((b"\x80", b"PK"))
    np.testing.assert_array_equal(load_checkpoint(path).state.W, GOOD["linear.weight"])


@pytest.mark.parametrize("legacy", [False, True])
def test_a_file_of_torch_save_is_read(saved: Path, tmp_path: Path, legacy: bool):
    checkpoint = load_checkpoint(saved)
    model = torch_impl.SoftmaxRegression(*checkpoint.state[:2])
    torch.save(model.state_dict(), tmp_path / "model.pt", _use_new_zipfile_serialization=not legacy)
    again = load_checkpoint(tmp_path / "model.pt")
    for ours, theirs in zip(again.state[:2], checkpoint.state[:2], strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)
    assert again == Checkpoint(again.state)


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
def test_another_version_is_refused_though_its_checksum_is_right(saved: Path, tmp_path: Path, version: str):
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


def loads_the_same_or_refuses(path: Path, whole) -> None:
    with suppress(InputError):
        assert_same(load_checkpoint(path), whole)


@settings(max_examples=300)
@given(data=st.data())
def test_flipped_bytes_load_the_same_or_are_refused(saved: Path, data: st.DataObject):
    content = bytearray(saved.read_bytes())
    # the header is what decides how the rest is read, so half of the flips go there
    places = st.one_of(st.integers(0, len(content) - 1), st.integers(0, 200))
    for place in data.draw(st.lists(places, min_size=1, max_size=4)):
        content[place] ^= data.draw(st.integers(1, 255))
    path = saved.with_name("flipped")
    path.write_bytes(content)
    loads_the_same_or_refuses(path, load_checkpoint(saved))


@settings(max_examples=100)
@given(data=st.data())
def test_truncated_files_are_refused(saved: Path, data: st.DataObject):
    content = saved.read_bytes()
    path = saved.with_name("truncated")
    path.write_bytes(content[: data.draw(st.integers(0, len(content) - 1))])
    with pytest.raises(InputError, match="truncated"):
        load_checkpoint(path)


@settings(max_examples=100, deadline=None)
@given(flips=st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 255)), min_size=1, max_size=4))
def test_damaged_files_of_torch_save_never_raise_anything_else(saved: Path, flips: list[tuple[int, int]]):
    path = saved.with_name("damaged.pt")
    model = torch_impl.SoftmaxRegression(*load_checkpoint(saved).state[:2])
    torch.save(model.state_dict(), path)
    content = bytearray(path.read_bytes())
    for place, flip in flips:
        content[place % len(content)] ^= flip
    path.write_bytes(content)
    with suppress(InputError):
        assert load_checkpoint(path).state.W.shape[0] == len(load_checkpoint(path).state.b)


class Evil:
    """Unpickled, it writes a file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return Path.touch, (self.path,)


GOOD = {"linear.weight": np.ones((3, 2), np.float32), "linear.bias": np.ones(3, np.float32)}
FOREIGN = {
    "other names": ({"weight": GOOD["linear.weight"]}, "this file holds weight"),
    "no bias": ({"linear.weight": GOOD["linear.weight"]}, "a checkpoint holds linear.weight and linear.bias"),
    "weight a vector": (GOOD | {"linear.weight": np.ones(3, np.float32)}, "not (3,) and (3,)"),
    "bias too long": (GOOD | {"linear.bias": np.ones(4, np.float32)}, "not (3, 2) and (4,)"),
    "integers": ({name: value.astype(int) for name, value in GOOD.items()}, "not int64 and int64"),
    "two dtypes": (GOOD | {"linear.bias": np.ones(3)}, "not float32 and float64"),
    "nan": (GOOD | {"linear.bias": np.full(3, np.nan, np.float32)}, "not all finite"),
}


@pytest.mark.parametrize("case", FOREIGN)
def test_foreign_tensors_are_refused(tmp_path: Path, case: str):
    tensors, words = FOREIGN[case]
    save_file(tensors, tmp_path / "file")
    with pytest.raises(InputError) as refused:
        load_checkpoint(tmp_path / "file")
    assert words in str(refused.value)


@pytest.mark.parametrize("how", ["pickle", "torch.save", "inside a dict"])
def test_a_pickle_is_refused_and_never_run(tmp_path: Path, how: str):
    path, trace = tmp_path / "evil.pt", tmp_path / "it ran"
    if how == "pickle":
        path.write_bytes(pickle.dumps(Evil(trace)))
    else:
        evil = Evil(trace) if how == "torch.save" else {"linear.weight": Evil(trace)}
        torch.save(evil, path)
    with pytest.raises(InputError, match=r"evil\.pt: not a file of plain tensors"):
        load_checkpoint(path)
    assert not trace.exists()


def test_a_crash_while_saving_leaves_the_old_checkpoint(
    with_momentum: Problem, saved: Path, monkeypatch: pytest.MonkeyPatch
):
    before, files = saved.read_bytes(), len(list(saved.parent.iterdir()))

    def crash(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(KeyboardInterrupt):
        save_checkpoint(saved, train(with_momentum, "torch"))
    assert saved.read_bytes() == before
    assert len(list(saved.parent.iterdir())) == files


def test_a_file_that_cannot_be_written_or_read_is_one_line(with_momentum: Problem, tmp_path: Path):
    with pytest.raises(InputError, match=r"no/file: the checkpoint cannot be written: No such file or directory$"):
        save_checkpoint(tmp_path / "no" / "file", train(with_momentum))
    with pytest.raises(InputError, match=r"nothing: the checkpoint cannot be read: No such file or directory$"):
        load_checkpoint(tmp_path / "nothing")


def test_weights_alone_have_a_state_without_velocity(tmp_path: Path):
    save_file(GOOD, tmp_path / "file")
    checkpoint = load_checkpoint(tmp_path / "file")
    assert checkpoint == Checkpoint(State(*checkpoint.state[:2]))
