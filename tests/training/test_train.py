"""What is proven is what trains, and a training goes on from any step to the same bits."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from compare.backends.by_name import MODULES
from compare.backends.protocol import State
from compare.backends.threads import threads
from compare.data.registry import load
from compare.errors import InputError
from compare.problem import Problem, checksum
from compare.proof.prove import prove
from compare.training.checkpoint import Checkpoint, load_checkpoint, save_checkpoint
from compare.training.train import go_on, start, train
from scratch import Record

DTYPES = "float32", "float64"
SIDES = "scratch", "torch"
OPTIONS = {"plain": {}, "momentum": {"momentum": 0.9}, "all": {"momentum": 0.5, "nesterov": True, "weight_decay": 0.1}}

# What a training ends in: a checksum of W and b, and the records.
End = tuple[str, list[Record]]


def end(training) -> End:
    return checksum(*training.side.state()[:2]), training.history


@pytest.fixture(scope="module")
def proven(make_small) -> dict[tuple[str, str, str], End]:
    """How both sides of a proof end, by options, dtype and side."""
    ends = {}
    for options, chosen in OPTIONS.items():
        for dtype in DTYPES:
            run = prove(make_small(epochs=3, **chosen), dtype)
            ends |= {(options, dtype, name): (run.weights[name], run.history[name]) for name in SIDES}
    return ends


def fit(problem: Problem, name: str, dtype: str) -> End:
    package = importlib.import_module(MODULES[name])
    model = package.SoftmaxRegression(*problem.start(dtype))
    with threads(1):
        history = package.fit(model, problem.train, problem.validation, problem.batches, **problem.chosen.descent)
    return checksum(np.asarray(model.weight), np.asarray(model.bias)), [Record(*record) for record in history]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SIDES)
@pytest.mark.parametrize("options", OPTIONS)
def test_fit_and_train_end_in_the_bits_and_records_of_the_proof(
    proven, make_small, options: str, name: str, dtype: str
):
    problem = make_small(epochs=3, **OPTIONS[options])
    assert fit(problem, name, dtype) == proven[options, dtype, name]
    assert end(train(problem, name, dtype)) == proven[options, dtype, name]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", SIDES)
@pytest.mark.parametrize("options", OPTIONS)
def test_a_resume_from_any_step_ends_in_the_bits_and_records_of_the_proof(
    proven, make_small, interrupted, tmp_path: Path, options: str, name: str, dtype: str
):
    problem = make_small(epochs=3, **OPTIONS[options])
    # the untrained model, then five steps and a record an epoch
    for callbacks in range(1, 20):
        save_checkpoint(tmp_path / "file", interrupted(problem, name, dtype, callbacks))
        resumed = train(problem, name, checkpoint=load_checkpoint(tmp_path / "file"))
        assert end(resumed) == proven[options, dtype, name], callbacks


def test_no_two_of_them_end_in_the_same_bits(proven):
    """Else the comparisons above would say nothing."""
    assert len({weights for weights, _ in proven.values()}) == len(proven) == 12


@pytest.mark.parametrize(("first", "second"), [SIDES, SIDES[::-1]])
def test_one_side_goes_on_where_the_other_stopped(
    proven, make_small, interrupted, tmp_path: Path, first: str, second: str
):
    problem = make_small(epochs=3, **OPTIONS["momentum"])
    whole = train(problem, second, "float64").side.state()
    for callbacks in (4, 9, 12):
        save_checkpoint(tmp_path / "file", interrupted(problem, first, "float64", callbacks))
        resumed = train(problem, second, checkpoint=load_checkpoint(tmp_path / "file"))
        ours = resumed.side.state()
        for a, b in zip((ours.W, ours.b, *ours.velocity), (whole.W, whole.b, *whole.velocity), strict=True):
            np.testing.assert_allclose(a, b, rtol=0, atol=1e-14)
        np.testing.assert_allclose(resumed.history, proven["momentum", "float64", second][1], rtol=0, atol=1e-13)


def test_a_resume_may_go_further_than_it_was_meant_to(make_small, tmp_path: Path):
    save_checkpoint(tmp_path / "file", train(make_small(epochs=2, momentum=0.5)))
    longer = make_small(epochs=4, momentum=0.5)
    assert end(train(longer, checkpoint=load_checkpoint(tmp_path / "file"))) == end(train(longer))


def test_a_finished_training_trains_no_more(make_small, tmp_path: Path):
    problem = make_small(epochs=2)
    done = train(problem)
    save_checkpoint(tmp_path / "file", done)
    steps = []
    again = train(problem, checkpoint=load_checkpoint(tmp_path / "file"), on_step=lambda *at: steps.append(at))
    assert (end(again), steps) == (end(done), [])


def test_training_that_diverges_is_bad_input(make_small):
    with pytest.raises(InputError, match=r"the loss is \w+ at epoch 1, step 2; training diverges, try a smaller --lr$"):
        train(make_small(lr=1e38))


def test_nan_of_a_user_file_is_an_error_in_training(small: Problem, user_file, one_function):
    path = user_file(one_function("log_softmax", "return Z * np.nan"))
    with pytest.raises(InputError, match=r"\(E2\) returns nan for finite inputs, before training$"):
        train(small, path)


def test_a_user_file_trains_under_its_name(small: Problem, user_file, right_functions):
    mine, ours = train(small, user_file(right_functions)), train(small)
    assert mine.name == "mine"
    # they add in another order, in each of 35 steps
    limit = 35 * np.finfo("float32").eps
    for a, b in zip(mine.side.state()[:2], ours.side.state()[:2], strict=True):
        np.testing.assert_allclose(a, b, rtol=0, atol=limit, strict=True)
    np.testing.assert_allclose(mine.history, ours.history, rtol=0, atol=limit)


def test_checkpoints_may_be_named_by_a_string(make_small, tmp_path: Path):
    name = str(tmp_path / "file")
    half = train(make_small(epochs=1), save=name)
    assert load_checkpoint(name).progress == half.progress
    assert end(train(make_small(epochs=2), checkpoint=name)) == end(train(make_small(epochs=2)))
    assert end(train(make_small(epochs=2), checkpoint=Path(name))) == end(train(make_small(epochs=2)))
    save_checkpoint(name, half)
    assert load_checkpoint(Path(name)).progress == half.progress


def test_a_callback_may_save_at_any_step(proven, make_small, tmp_path: Path):
    problem, files = make_small(epochs=3, **OPTIONS["momentum"]), []
    training = start(problem, "torch", "float32")

    def keep(*_: object) -> None:
        files.append(tmp_path / str(len(files)))
        save_checkpoint(files[-1], training)

    go_on(training, keep, keep)
    assert len(files) == 4 + 15
    for path in files:
        resumed = train(problem, "torch", checkpoint=load_checkpoint(path))
        assert end(resumed) == proven["momentum", "float32", "torch"], path.name


def test_a_checkpoint_stays_what_was_read(proven, make_small, interrupted, tmp_path: Path):
    problem = make_small(epochs=3)
    save_checkpoint(tmp_path / "file", interrupted(problem, "scratch", "float32", 9))
    checkpoint = load_checkpoint(tmp_path / "file")
    for _ in range(2):
        assert end(train(problem, checkpoint=checkpoint)) == proven["plain", "float32", "scratch"]


def test_weights_alone_are_a_start(make_small):
    problem = make_small(epochs=2)
    W, b = problem.start("float64")
    larger = train(problem, checkpoint=Checkpoint(State(2 * W, b)))
    assert larger.side.state().W.dtype == "float64"
    assert len(larger.history) == 3
    before = larger.history[0].val_loss
    assert before != train(problem, dtype="float64").history[0].val_loss


@pytest.mark.parametrize("name", SIDES)
def test_a_checkpoint_of_the_first_version_goes_on(name: str):
    """It was written by the version that had this format first, by scratch at epoch 2, step 7, with all options."""
    checkpoint = load_checkpoint(Path(__file__).parent / "data" / "digits-format-1.safetensors")
    kept = checkpoint.progress
    assert (checkpoint.data, checkpoint.backend, checkpoint.dtype) == ("digits", "scratch", "float64")
    assert (len(kept.history), kept.step, kept.hits) == (2, 7, 590)
    problem = Problem(load("digits"), checkpoint.chosen)
    assert problem.checksums == checkpoint.checksums
    resumed, whole = train(problem, name, checkpoint=checkpoint), train(problem, name, "float64")
    # not to the bit: another machine adds in another order
    np.testing.assert_allclose(resumed.history, whole.history, rtol=0, atol=1e-12)
    for ours, theirs in zip(resumed.side.state()[:2], whole.side.state()[:2], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-12)
