"""Checkpoints: what one backend writes the other reads, and a training goes on only as it began."""

import copy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

import torch_impl
from compare.backends.protocol import State
from compare.errors import InputError
from compare.problem import Problem
from compare.training import checkpoint as checkpoints
from compare.training.checkpoint import Checkpoint, check_suffix, load_checkpoint, save_checkpoint
from compare.training.loop import Progress
from compare.training.train import start, train
from scratch import Record


@pytest.mark.parametrize(("writer", "reader"), [("scratch", "torch"), ("torch", "scratch")])
def test_trained_by_one_side_evaluated_by_the_other(
    with_momentum: Problem, assert_same: Callable, tmp_path: Path, writer, reader, dtype: str
):
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


def test_equal_trainings_have_files_of_equal_bytes(with_momentum: Problem, tmp_path: Path, dtype: str):
    for n in range(6):
        save_checkpoint(tmp_path / f"{n}", train(with_momentum, "scratch", dtype))
    assert len({path.read_bytes() for path in tmp_path.iterdir()}) == 1


def test_names_are_read_without_what_a_terminal_would_obey(with_momentum: Problem, tmp_path: Path):
    training = start(with_momentum, "scratch", "float32")
    training.problem = copy.copy(with_momentum)
    training.problem.names = ("a\x1b[31m", "b", "c", "d")
    save_checkpoint(tmp_path / "file", training)
    assert load_checkpoint(tmp_path / "file").names == (r"a\x1b[31m", "b", "c", "d")


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


def test_what_the_format_does_not_take_is_one_line(
    with_momentum: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(checkpoints, "_metadata", lambda *_: {"format": "x" * 101_000_000})
    with pytest.raises(InputError, match=r"file: the checkpoint cannot be written: .*header too large$"):
        save_checkpoint(tmp_path / "file", start(with_momentum, "scratch", "float32"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["m.pth", "m.pt", "m.PT", "m.bin", "m.npz", "m.json", "m.safetensors.gz", "v1.2.pkl"])
def test_a_name_that_says_another_kind_is_refused(with_momentum: Problem, tmp_path: Path, name: str):
    right = Path(name).with_suffix(".safetensors").name
    words = f"{tmp_path / name}: a checkpoint is a safetensors file; name it {right}, or without an ending"
    for act in (check_suffix, lambda path: save_checkpoint(path, start(with_momentum, "scratch", "float32"))):
        with pytest.raises(InputError) as refused:
            act(tmp_path / name)
        assert str(refused.value) == words
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["m", "m.safetensors", "M.SafeTensors", ".m"])
def test_names_of_a_checkpoint(name: str):
    check_suffix(Path(name))


def test_weights_alone_have_a_state_without_velocity(saved: Path, tmp_path: Path):
    model = torch_impl.SoftmaxRegression(*load_checkpoint(saved).state[:2])
    torch.save(model.state_dict(), tmp_path / "model.pt")
    checkpoint = load_checkpoint(tmp_path / "model.pt")
    for ours, theirs in zip(checkpoint.state[:2], load_checkpoint(saved).state[:2], strict=True):
        np.testing.assert_array_equal(ours, theirs, strict=True)
    assert checkpoint == Checkpoint(State(*checkpoint.state[:2]))


OTHERS = {
    "another rate": ({"lr": 0.2}, "the checkpoint has lr 0.1, not 0.2"),
    "another batch size": ({"batch_size": 10}, "the checkpoint has batch_size 20, not 10"),
    "no momentum": ({"momentum": 0.0}, "the checkpoint has momentum 0.5, not 0.0"),
    "another split": ({"seed": 2}, "the checkpoint has seed 1, not 2"),
    "fewer epochs": ({"epochs": 2}, "the checkpoint has 3 epochs behind it already; --epochs cannot be 2"),
}


@pytest.mark.parametrize("case", OTHERS)
def test_a_training_goes_on_only_as_it_began(make_small, saved: Path, case: str):
    options, words = OTHERS[case]
    with pytest.raises(InputError, match=words):
        train(make_small(**({"epochs": 3, "momentum": 0.5} | options)), checkpoint=load_checkpoint(saved))


@pytest.mark.parametrize("what", ["images", "labels", "split", "order"])
@pytest.mark.parametrize("epochs", [3, 5])
def test_a_training_goes_on_only_with_what_it_began(make_small, saved: Path, what: str, epochs: int):
    problem = make_small(epochs=epochs, momentum=0.5)
    kept = load_checkpoint(saved)
    other = replace(kept, checksums=kept.checksums | {what: "0" * 64})
    with pytest.raises(InputError, match=f"the checkpoint was trained on other {what} than those of small here"):
        train(problem, checkpoint=other)
    assert len(train(problem, checkpoint=load_checkpoint(saved)).history) == epochs + 1


def test_a_training_goes_on_only_with_as_many_images(make_small, saved: Path):
    other = replace(load_checkpoint(saved), images=1_234)
    with pytest.raises(InputError, match="the checkpoint was trained on 1,234 images, not 99"):
        train(make_small(epochs=3, momentum=0.5), checkpoint=other)


def test_initial_weights_have_no_part_in_what_follows(make_small, saved: Path):
    kept = load_checkpoint(saved)
    other = replace(kept, checksums=kept.checksums | {"weight": "0" * 64, "bias": "0" * 64})
    assert len(train(make_small(epochs=4, momentum=0.5), checkpoint=other).history) == 5


def test_weights_of_another_shape_are_refused(small: Problem):
    for K, D in ((4, 13), (5, 12)):
        words = f"the checkpoint takes {D} pixels to {K} classes; small has 12 and 4"
        with pytest.raises(InputError, match=words):
            train(small, checkpoint=Checkpoint(State(np.zeros((K, D)), np.zeros(K))))


def test_a_checkpoint_fits_a_line():
    state = State(np.ones((3, 4)), np.ones(3))
    assert repr(Checkpoint(state)) == "<Checkpoint: 4 pixels to 3 classes, float64>"
    progress = Progress([Record(n, 1.0, 0.5, 1.0, 0.5) for n in range(3)])
    trained = Checkpoint(state, data="digits", progress=progress)
    assert repr(trained) == "<Checkpoint of digits, 2 epochs: 4 pixels to 3 classes, float64>"


@pytest.mark.parametrize("callbacks", range(1, 13))
@pytest.mark.parametrize("momentum", [0.0, 0.5])
def test_every_place_to_stop_can_be_read(make_small, interrupted, tmp_path: Path, callbacks: int, momentum: float):
    """The first record, each step of an epoch, the record after it, and on."""
    problem: Problem = make_small(momentum=momentum)
    save_checkpoint(tmp_path / "file", interrupted(problem, "scratch", "float32", callbacks))
    load_checkpoint(tmp_path / "file").check_resumable(problem)
