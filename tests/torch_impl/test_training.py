"""What the loops of both packages promise, and that they promise the same."""

import numpy as np
import pytest
import torch

import scratch
import torch_impl
from compare.backends.threads import threads
from compare.problem import Problem


@pytest.fixture
def fit(package):
    """Train a new model of a package on a problem by its `fit`: -> the model and its records."""

    def run(problem: Problem, dtype: str = "float64", **other: object):
        model = package.SoftmaxRegression(*problem.start(dtype))
        options = problem.chosen.descent | other
        with threads(1):
            history = package.fit(model, problem.train, problem.validation, problem.batches, **options)
        return model, history

    return run


@pytest.fixture
def start(package, small: Problem):
    """The beginning of an epoch of the small problem: model, optimizer and training images, as `epoch` takes them."""

    def make(**options: object):
        model = package.SoftmaxRegression(*small.start("float64"))
        if package is scratch:
            return model, scratch.SGD(**options), small.train
        return model, torch_impl.sgd(model, **options), torch_impl.Images(*small.train, model.dtype)

    return make


def weight(model: object) -> np.ndarray:
    return np.asarray(model.weight).copy()


def test_nothing_is_trained_until_one_iterates(package, start, small: Problem):
    model, optimizer, train = start(lr=0.1)
    steps = package.epoch(model, optimizer, train, small.epoch_batches(1))
    np.testing.assert_array_equal(weight(model), small.start("float64")[0])
    next(steps)
    assert (weight(model) != small.start("float64")[0]).all()


def test_each_step_is_yielded_after_its_update_and_nothing_is_fetched_ahead(package, start, small: Problem):
    fetched = []

    def batches():
        for index in small.epoch_batches(1):
            fetched.append(index)
            yield index

    model, optimizer, train = start(lr=0.1)
    by_hand, other_optimizer, _ = start(lr=0.1)
    for number, done in enumerate(package.epoch(model, optimizer, train, batches()), 1):
        assert len(fetched) == number
        assert len(done.y) == len(fetched[-1])
        package.step(by_hand, other_optimizer, done.X, done.y)
        np.testing.assert_array_equal(weight(model), weight(by_hand))
    assert len(fetched) == 5


def test_model_and_optimizer_are_read_anew_at_each_step(package, start, small: Problem):
    model, optimizer, train = start(lr=0.1)
    steps = package.epoch(model, optimizer, train, small.epoch_batches(1))
    next(steps)
    if package is scratch:
        model.weight, model.bias, optimizer.lr = 0 * model.weight, 0 * model.bias, 0.0
    else:
        optimizer.param_groups[0]["lr"] = 0.0
        with torch.no_grad():
            model.linear.weight.zero_()
            model.linear.bias.zero_()
    done = next(steps)
    assert done.L.item() == pytest.approx(np.log(4)), "equal logits, as weights of 0 give them"
    assert not weight(model).any(), "a learning rate of 0 changes nothing"
    if package is scratch:
        optimizer.lr = 0.1
    else:
        optimizer.param_groups[0]["lr"] = 0.1
    next(steps)
    assert weight(model).any()


def test_records_of_fit_are_of_each_epoch_and_the_first_of_no_training(package, fit, small: Problem, dtype: str):
    untrained = package.SoftmaxRegression(*small.start(dtype))
    model, history = fit(small, dtype)
    assert all(type(record) is package.Record for record in history)
    assert [record.epoch for record in history] == list(range(8))
    before = *package.evaluate(untrained, *small.train), *package.evaluate(untrained, *small.validation)
    assert history[0] == (0, *before)
    assert history[-1][3:] == package.evaluate(model, *small.validation)
    assert history[-1].train_loss < history[0].train_loss


def test_training_loss_and_accuracy_are_of_each_image_as_it_was_seen(package, fit, start, small: Problem):
    # 99 images: four batches of 20 and one of 19, each counted by its size
    _, history = fit(small)
    seen = list(package.epoch(*start(lr=0.1), small.epoch_batches(1)))
    losses, sizes = [done.L.item() for done in seen], [len(done.y) for done in seen]
    assert sizes == [20, 20, 20, 20, 19]
    assert history[1].train_loss == pytest.approx(np.average(losses, weights=sizes), rel=1e-15)
    right = sum(int((done.Z.argmax(1) == done.y).sum()) for done in seen)
    assert history[1].train_accuracy == right / 99


def test_with_one_batch_an_epoch_the_images_are_seen_by_the_weights_of_the_epoch_before(package, make_small):
    problem = make_small(batch_size=99, lr=0.5)
    model = package.SoftmaxRegression(*problem.start("float64"))
    batches, seen = list(problem.batches), [package.evaluate(model, *problem.train)]
    history = package.fit(model, problem.train, problem.validation, batches, 0.5)
    again = package.SoftmaxRegression(*problem.start("float64"))
    for index in batches[:-1]:
        package.fit(again, problem.train, problem.validation, [index], 0.5)
        seen.append(package.evaluate(again, *problem.train))
    assert [record.train_accuracy for record in history] == [accuracy for _, accuracy in (seen[0], *seen)]
    assert len({accuracy for _, accuracy in seen}) > 2


def test_training_loss_is_of_the_images_that_were_seen(package, start, small: Problem):
    """Where the batches leave images out."""
    batches = small.epoch_batches(1)[:2]
    losses = [done.L.item() for done in package.epoch(*start(lr=0.1), batches)]
    model, _, _ = start(lr=0.1)
    history = package.fit(model, small.train, small.validation, [batches], 0.1)
    assert history[1].train_loss == pytest.approx(np.mean(losses), rel=1e-15)


def test_fit_stops_where_a_loss_is_no_longer_finite(package, fit, start, small: Problem, make_small):
    with pytest.raises(FloatingPointError, match=r"^the loss is (nan|inf) at epoch 1, step 2$"):
        fit(make_small(lr=1e38), "float32")
    validation = np.full((3, 12), np.nan), np.zeros(3, int)
    with pytest.raises(FloatingPointError, match=r"^the validation loss is nan after epoch 1$"):
        package.fit(start(lr=0.1)[0], small.train, validation, small.batches, 0.1)


def test_an_epoch_without_batches_is_refused(package, start, small: Problem):
    model, _, _ = start(lr=0.1)
    with pytest.raises(ValueError, match=r"^epoch 2 has no batches$"):
        package.fit(model, small.train, small.validation, [small.epoch_batches(1), []], 0.1)


def test_fit_names_the_epoch_and_step_of_a_later_divergence(package, start, small: Problem):
    model, _, _ = start(lr=0.1)
    images = np.asarray(small.train[0]).astype(float)
    images[small.epoch_batches(2)[2][0]] = np.inf
    # the first epoch leaves this image out
    first = [index for index in small.epoch_batches(1) if np.isfinite(images[index]).all()]
    with pytest.raises(FloatingPointError, match=r"^the loss is nan at epoch 2, step 3$"):
        package.fit(model, (images, small.train[1]), small.validation, [first, small.epoch_batches(2)], 0.1)


def test_fit_with_momentum_is_the_same_in_both(small: Problem):
    ends = []
    for package in (scratch, torch_impl):
        model = package.SoftmaxRegression(*small.start("float64"))
        options = {"momentum": 0.9, "weight_decay": 0.01, "nesterov": True}
        history = package.fit(model, small.train, small.validation, small.batches, 0.1, **options)
        ends.append((weight(model), np.array(history)))
    for ours, theirs in zip(*ends, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-13)


ODD = {
    "int32 labels": (lambda images: images, lambda labels: labels.astype(np.int32)),
    "reversed": (lambda images: images[::-1], lambda labels: labels[::-1]),
    "big-endian": (lambda images: images.astype(">f8"), lambda labels: labels.astype(">i8")),
    "read-only": (lambda images: np.broadcast_to(images, images.shape), lambda labels: labels),
}


@pytest.mark.parametrize("case", ODD)
def test_both_take_arrays_of_any_make(small: Problem, case: str):
    images, labels = (make(part) for make, part in zip(ODD[case], map(np.asarray, small.train), strict=True))
    results = []
    for package in (scratch, torch_impl):
        model = package.SoftmaxRegression(*small.start("float64"))
        package.fit(model, (images, labels), (images, labels), [small.epoch_batches(1)], 0.1)
        results.append(weight(model))
    np.testing.assert_allclose(*results, rtol=0, atol=1e-14)


def test_the_velocity_that_is_set_is_a_copy(small: Problem):
    model = torch_impl.SoftmaxRegression(*small.start("float64"))
    optimizer = torch_impl.sgd(model, 0.1, momentum=0.5)
    given = torch.ones(4, 12, dtype=torch.float64), torch.ones(4, dtype=torch.float64)
    torch_impl.set_velocity(model, optimizer, given)
    assert [v.tolist() for v in torch_impl.velocity(model, optimizer)] == [v.tolist() for v in given]
    train = torch_impl.Images(*small.train, model.dtype)
    next(torch_impl.epoch(model, optimizer, train, small.epoch_batches(1)))
    assert all((part == 1).all() for part in given), "a step must not write to what it was given"
    assert all((v != 1).any() for v in torch_impl.velocity(model, optimizer))


def test_no_velocity_is_none(small: Problem):
    model = torch_impl.SoftmaxRegression(*small.start("float64"))
    optimizer = torch_impl.sgd(model, 0.1, momentum=0.5)
    assert torch_impl.velocity(model, optimizer) is None
    next(torch_impl.epoch(model, optimizer, torch_impl.Images(*small.train, model.dtype), small.epoch_batches(1)))
    assert torch_impl.velocity(model, optimizer) is not None
    torch_impl.set_velocity(model, optimizer, None)
    assert torch_impl.velocity(model, optimizer) is None
