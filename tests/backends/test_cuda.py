"""PyTorch on a CUDA device: it needs one, and CI has none."""

import functools

import numpy as np
import pytest
import torch

import torch_impl
from compare.errors import InputError
from compare.problem import DTYPES, Problem
from compare.proof.both_precisions import named, prove_each
from compare.training.checkpoint import load_checkpoint, save_checkpoint
from compare.training.loop import run
from compare.training.train import start, train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")

DEVICES = "cuda", "cuda-graph"


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}, {"batch_size": 7}])
def test_the_proof_holds_there(make_small, options: dict, device: str):
    problem = make_small(epochs=20, **options)
    sides = functools.partial(named, "scratch", "torch", device=device)
    for proof in prove_each(problem, DTYPES, sides, lambda _: None):
        assert proof.verdict == "match", proof
        assert proof.sides == ("scratch", f"torch on {device}")


def test_training_there_is_near_that_on_the_cpu(small: Problem, dtype: str):
    here, there = (train(small, "torch", dtype, device=device).history for device in ("cpu", "cuda"))
    assert len(there) == small.chosen.epochs + 1
    np.testing.assert_allclose(there, here, rtol=1e-4 if dtype == "float32" else 1e-12)


def test_fit_has_the_records_of_train(small: Problem, dtype: str):
    model = torch_impl.SoftmaxRegression(*small.start(dtype)).to("cuda")
    history = torch_impl.fit(model, small.train, small.validation, small.batches, **small.chosen.descent)
    assert [tuple(record) for record in history] == [
        tuple(record) for record in train(small, "torch", dtype, device="cuda").history
    ]


@pytest.mark.parametrize("device", DEVICES)
def test_a_resume_ends_in_the_same_bits(make_small, tmp_path, device: str):
    small = make_small(momentum=0.9)
    path, whole = tmp_path / "half.safetensors", train(small, "torch", device=device)

    def stop_at(epoch: int, step: int, _index, _steps) -> None:
        if (epoch, step) == (2, 3):
            raise KeyboardInterrupt

    half = start(small, "torch", "float32", device=device)
    with pytest.raises(KeyboardInterrupt):
        run([half], stop_at)
    save_checkpoint(path, half)
    assert load_checkpoint(path).progress.step == 3
    resumed = train(small, "torch", device=device, checkpoint=path)
    assert resumed.history == whole.history
    np.testing.assert_array_equal(resumed.side.state().W, whole.side.state().W)


def test_a_loss_that_is_not_finite_is_told_with_its_step(make_small):
    problem = make_small(lr=1e38)
    said = []
    for device in ("cpu", *DEVICES):
        with pytest.raises(InputError) as error:
            train(problem, "torch", device=device)
        said.append(str(error.value))
    assert said[0] == said[1] == said[2]


@pytest.mark.parametrize("options", [{}, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.01}])
def test_graphs_change_no_bit(make_small, dtype: str, options: dict):
    one, other = (train(make_small(**options), "torch", dtype, device=device) for device in DEVICES)
    assert one.history == other.history
    for ours, theirs in zip(one.side.state()[:2], other.side.state()[:2], strict=True):
        np.testing.assert_array_equal(ours, theirs)
