"""The loop: the six equations in a row, for every batch of every epoch."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scratch import public
from scratch.arrays import Floats, Integers, Rows, check_images
from scratch.checks import check_accuracy, check_training
from scratch.cross_entropy import logits_gradient, nll_loss
from scratch.images import Stored, batch, pixels
from scratch.model import SoftmaxRegression, logits, parameter_gradients
from scratch.sgd import SGD, sgd_step
from scratch.softmax import log_softmax

Data = tuple[Stored, Integers]

# Images per piece in evaluation: large enough to be fast, small enough never to copy a whole data set.
CHUNK = 1000


class Equations(NamedTuple):
    """The functions a step is made of, the batch and then E1 to E6; replace one to see what it does."""

    batch: Callable[[Stored, Integers, Integers, np.dtype], tuple[Floats, Integers]] = public.batch
    logits: Callable[[Floats, Floats, Floats], Floats] = public.logits
    log_softmax: Callable[[Floats], Floats] = public.log_softmax
    nll_loss: Callable[[Floats, Integers], np.floating] = public.nll_loss
    logits_gradient: Callable[[Floats, Integers], Floats] = public.logits_gradient
    parameter_gradients: Callable[[Floats, Floats], tuple[Floats, Floats]] = public.parameter_gradients
    sgd_step: Callable[[Floats, Floats, Floats, Floats, float], tuple[Floats, Floats]] = public.sgd_step


EQUATIONS = Equations()
# The same without checks, for a loop that has looked at all labels once.
UNCHECKED = Equations(batch, logits, log_softmax, nll_loss, logits_gradient, parameter_gradients, sgd_step)


class Step(NamedTuple):
    """One step: its batch X (N, D), y (N,), and what it computed, in the order of the derivation; W, b are the new."""

    X: Floats
    y: Integers
    Z: Floats
    logP: Floats
    L: np.floating
    dZ: Floats
    dW: Floats
    db: Floats
    W: Floats
    b: Floats


class Evaluation(NamedTuple):
    """Mean loss in nats, and the share of images whose largest logit is at their label."""

    loss: float
    accuracy: float


class Record(NamedTuple):
    """One epoch, 0 being the time before training.

    train_loss and train_accuracy are running means over the epoch: each image counts before the update that it takes
    part in, with weights that are still being trained, so the accuracy is usually lower than `evaluate` gives after
    the epoch. In record 0 they are those of the initial weights on all training images.
    """

    epoch: int
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value:.4f}" for name, value in zip(self._fields[1:], self[1:], strict=True))
        return f"Record(epoch={self.epoch}, {values})"


def step(model: SoftmaxRegression, optimizer: SGD, X: Floats, y: Integers, f: Equations = EQUATIONS) -> Step:
    """One step of training on one batch: E1 to E6, each quantity computed once; the model gets the new W and b.

    X (N, D), y (N,) integers. Raises what the equations raise.
    """
    W, b = model.weight, model.bias
    Z = f.logits(X, W, b)
    logP = f.log_softmax(Z)
    L = f.nll_loss(logP, y)
    dZ = f.logits_gradient(logP, y)
    dW, db = f.parameter_gradients(X, dZ)
    W_direction, b_direction = optimizer.directions([W, b], [dW, db])
    model.weight, model.bias = f.sgd_step(W, b, W_direction, b_direction, optimizer.lr)
    return Step(X, y, Z, logP, L, dZ, dW, db, model.weight, model.bias)


def epoch(
    model: SoftmaxRegression, optimizer: SGD, train: Data, batches: Iterable[Integers], f: Equations = EQUATIONS
) -> Iterator[Step]:
    """Nothing is trained until one iterates: each step is taken when it is asked for, and yielded after its update.

    Model and optimizer are read anew at each step, and no batch is fetched ahead.
    train: images (N, D) and integer labels (N,), which are checked when the first step is asked for.
    batches: arrays of indices into them. Raises what the equations raise.
    """
    check_training(model.weight, model.bias, *train)
    yield from _steps(model, optimizer, train, batches, _looped(f))


def _looped(f: Equations) -> Equations:
    # equations of one's own may return anything: the right ones among them keep their checks
    return UNCHECKED if f == EQUATIONS else f


def _steps(
    model: SoftmaxRegression, optimizer: SGD, train: Data, batches: Iterable[Integers], f: Equations
) -> Iterator[Step]:
    """`epoch` on images and labels that are checked."""
    for index in batches:
        X, y = f.batch(*train, index, model.dtype)
        yield step(model, optimizer, X, y, f)


# A run that diverges ends in one clear error, not in NumPy's warnings before it.
@np.errstate(over="ignore", invalid="ignore")
def fit(
    model: SoftmaxRegression,
    train: Data,
    validation: Data,
    batches: Iterable[Iterable[Integers]],
    lr: float,
    *,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
    equations: Equations = EQUATIONS,
) -> list[Record]:
    """Train the model in place by minibatch SGD, and return a record for each epoch, the first from before training.

    train, validation: pairs of images (N, D), which may be `Rows`, and integer labels (N,). batches: for each epoch its
    batches, each an array of indices into the training images. lr and the options after it mean what they mean in
    `torch.optim.SGD`.
    Raises FloatingPointError, naming epoch and step, when a loss is no longer finite, ValueError of no batches.
    """
    optimizer = SGD(lr, momentum, dampening, weight_decay, nesterov)
    for part in (train, validation):
        check_training(model.weight, model.bias, *part)

    def record(number: int, training: Evaluation) -> Record:
        return Record(number, *training, *_evaluated(model, *validation, equations))

    history = [record(0, _evaluated(model, *train, equations))]
    for number, order in enumerate(batches, 1):
        loss, right, images = 0.0, 0, 0
        for count, done in enumerate(_steps(model, optimizer, train, order, _looped(equations)), 1):
            if not math.isfinite(done.L):
                raise FloatingPointError(f"the loss is {done.L} at epoch {number}, step {count}")
            loss += float(done.L) * len(done.y)
            right += hits(done.Z, done.y)
            images += len(done.y)
        if not images:
            raise ValueError(f"epoch {number} has no batches")
        history.append(record(number, Evaluation(loss / images, right / images)))
        if not math.isfinite(history[-1].val_loss):
            raise FloatingPointError(f"the validation loss is {history[-1].val_loss} after epoch {number}")
    return history


def evaluate(
    model: SoftmaxRegression, images: Stored, labels: Integers, *, equations: Equations = EQUATIONS
) -> Evaluation:
    """Mean loss and accuracy on images (N, D) with integer labels (N,); nan of no images.

    Added up piece by piece in float64, so that memory does not grow with N. Raises what the equations raise.
    """
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} images, but {len(labels)} labels")
    check_training(model.weight, model.bias, images, labels)
    return _evaluated(model, images, labels, equations)


def _evaluated(model: SoftmaxRegression, images: Stored, labels: Integers, equations: Equations) -> Evaluation:
    """`evaluate` on images and labels that are checked."""
    f, N, loss, right = _looped(equations), len(labels), 0.0, 0
    for Z, y in zip(_pieces(model, images, f), _cut(labels), strict=True):
        loss += float(f.nll_loss(f.log_softmax(Z), y)) * len(y)
        right += hits(Z, y)
    return Evaluation(loss / N, right / N) if N else Evaluation(math.nan, math.nan)


def predict(model: SoftmaxRegression, images: Stored, *, equations: Equations = EQUATIONS) -> Integers:
    """Images (N, D) -> predicted labels (N,): the class of the largest logit, the first of equals."""
    return np.concatenate([Z.argmax(axis=1) for Z in _pieces(model, images, equations)])


def probabilities(model: SoftmaxRegression, images: Stored, *, equations: Equations = EQUATIONS) -> Floats:
    """Images (N, D) -> probabilities P (N, K) of each class, in the dtype of the model."""
    return np.concatenate([np.exp(equations.log_softmax(Z)) for Z in _pieces(model, images, equations)])


def accuracy(Z: Floats, y: Integers) -> float:
    """Share of rows of Z (N, K) whose largest logit, the first of equals, is at the label y (N,).

    Raises what `correct` raises.
    """
    right = correct(Z, y)
    return right / len(y) if len(y) else math.nan


def correct(Z: Floats, y: Integers) -> int:
    """Rows of Z (N, K) whose largest logit, the first of equals, is at the label y (N,).

    Raises TypeError if these are no arrays of floats and of integers, ValueError if their shapes do not fit.
    """
    check_accuracy(Z, y)
    return hits(Z, y)


def hits(Z: Floats, y: Integers) -> int:
    """What `correct` counts, without a look at its arguments."""
    # where there is no class there is no largest
    return int(np.count_nonzero(Z.argmax(axis=1) == y)) if Z.size else 0


def all_logits(model: SoftmaxRegression, images: Stored, f: Equations = EQUATIONS) -> Floats:
    """Images (N, D) -> logits Z (N, K), piece by piece, so that a whole data set is never held as floats."""
    return np.concatenate(list(_pieces(model, images, f)))


def _pieces(model: SoftmaxRegression, images: Stored, f: Equations) -> Iterator[Floats]:
    """Logits Z of CHUNK images after CHUNK images; one piece without rows if there are none."""
    check_images(images)
    return (f.logits(pixels(piece, model.dtype), model.weight, model.bias) for piece in _cut(images))


def _cut(array: NDArray[Any] | Rows) -> Iterator[NDArray[Any]]:
    return (array[n : n + CHUNK] for n in range(0, max(1, len(array)), CHUNK))
