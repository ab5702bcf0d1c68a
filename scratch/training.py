"""The loop: the six equations in a row, for every batch of every epoch."""

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scratch.cross_entropy import logits_gradient, nll_loss
from scratch.model import SoftmaxRegression, logits, parameter_gradients
from scratch.sgd import SGD, sgd_step
from scratch.softmax import log_softmax

Data = tuple[NDArray, NDArray]

# Images per piece in evaluation: large enough to be fast, small enough never to copy a whole data set.
CHUNK = 1000


def pixels(images: NDArray, dtype: np.dtype) -> NDArray:
    """Images as the model sees them: uint8 (N, D) -> X (N, D) in 0 ... 1; floats keep their values.

    A division, because a product with 1/255 rounds differently from torchvision's ToTensor.
    """
    return images / dtype.type(255) if images.dtype == np.uint8 else images.astype(dtype)


def batch(images: NDArray, labels: NDArray, index: NDArray, dtype: np.dtype) -> tuple[NDArray, NDArray]:
    """The images at `index` (N,) as X (N, D), and their labels y (N,)."""
    return pixels(images[index], dtype), labels[index]


class Equations(NamedTuple):
    """The functions a step is made of, the batch and then E1 to E6; replace one to see what it does."""

    batch: Callable = batch
    logits: Callable = logits
    log_softmax: Callable = log_softmax
    nll_loss: Callable = nll_loss
    logits_gradient: Callable = logits_gradient
    parameter_gradients: Callable = parameter_gradients
    sgd_step: Callable = sgd_step


EQUATIONS = Equations()


class Step(NamedTuple):
    """Everything one step computes, in the order of the derivation; W and b are the updated ones."""

    Z: NDArray
    logP: NDArray
    L: np.floating
    dZ: NDArray
    dW: NDArray
    db: NDArray
    W: NDArray
    b: NDArray


class Evaluation(NamedTuple):
    """Mean loss in nats, and the share of images whose largest logit is at their label."""

    loss: float
    accuracy: float


def step(model: SoftmaxRegression, optimizer: SGD, X: NDArray, y: NDArray, f: Equations = EQUATIONS) -> Step:
    """One step of training on one batch: E1 to E6, each quantity computed once; the model gets the new W and b.

    X (N, D), y (N,) integers. Raises what the equations raise.
    """
    W, b = model.weight, model.bias
    Z = f.logits(X, W, b)
    logP = f.log_softmax(Z)
    L = f.nll_loss(logP, y)
    dZ = f.logits_gradient(logP, y)
    dW, db = f.parameter_gradients(X, dZ)
    model.weight, model.bias = f.sgd_step(W, b, *optimizer.directions([W, b], [dW, db]), optimizer.lr)
    return Step(Z, logP, L, dZ, dW, db, model.weight, model.bias)


# A run that diverges ends in one clear error, not in NumPy's warnings before it.
@np.errstate(over="ignore", invalid="ignore")
def fit(
    model: SoftmaxRegression,
    train: Data,
    validation: Data,
    batches: Iterable[Iterable[NDArray]],
    lr: float,
    *,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
    on_step: Callable[[int, int, float], None] | None = None,
    on_epoch: Callable[[dict[str, Any]], None] | None = None,
    state: dict[str, Any] | None = None,
    equations: Equations = EQUATIONS,
) -> list[dict[str, Any]]:
    """Train the model in place by minibatch SGD; momentum and the rest mean what they mean in `torch.optim.SGD`.

    train, validation: pairs of images (N, D) and integer labels (N,).
    batches: for each epoch its batches, each an array of indices into the training images.
    on_step(epoch, step, loss) is called after every step, on_epoch(record) after every epoch.
    state: a dict that is kept up to date after every step, and gone on from unless empty. With the model's weights
    it is all that a later call, of either backend, needs to end as if there had been no interruption.

    Returns one record per epoch, the first from before training: `epoch`, `train_loss`, `train_accuracy`,
    `val_loss`, `val_accuracy`. The two of training are means over the epoch's images, each seen before the update
    that it takes part in; in record 0 they are those of the initial weights on all training images.

    Raises FloatingPointError, naming epoch and step, when a loss is no longer finite.
    """
    state = {} if state is None else state
    state.update({"history": [], "step": 0, "total": 0.0, "hits": 0, "velocity": None} | state)

    def record(epoch: int, training: Evaluation) -> None:
        val_loss, val_accuracy = evaluate(model, *validation, equations=equations)
        if not math.isfinite(val_loss):
            raise FloatingPointError(f"the validation loss is {val_loss} after epoch {epoch}")
        kept = {"train_loss": training.loss, "train_accuracy": training.accuracy}
        new = {"epoch": epoch, **kept, "val_loss": val_loss, "val_accuracy": val_accuracy}
        # all at once, so that an interruption falls before or after it
        state.update(history=[*state["history"], new], step=0, total=0.0, hits=0)
        if on_epoch:
            on_epoch(new)

    images, labels = train
    optimizer = SGD(lr, momentum, dampening, weight_decay, nesterov)
    if state["velocity"] is not None:
        optimizer.velocity = [np.asarray(v) for v in state["velocity"]]
    if not state["history"]:
        record(0, evaluate(model, *train, equations=equations))
    for epoch, order in enumerate(batches, 1):
        if epoch < len(state["history"]):
            continue
        order = list(order)
        for number, index in enumerate(order[state["step"] :], state["step"] + 1):
            X, y = equations.batch(images, labels, index, model.dtype)
            done = step(model, optimizer, X, y, equations)
            loss = float(done.L)
            if not math.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} at epoch {epoch}, step {number}")
            total, hits = state["total"] + loss * len(y), state["hits"] + correct(done.Z, y)
            state.update(step=number, total=total, hits=hits, velocity=optimizer.velocity)
            if on_step:
                on_step(epoch, number, loss)
        images_seen = sum(map(len, order))
        record(epoch, Evaluation(state["total"] / images_seen, state["hits"] / images_seen))
    return state["history"]


def evaluate(
    model: SoftmaxRegression, images: NDArray, labels: NDArray, *, equations: Equations = EQUATIONS
) -> Evaluation:
    """Mean loss and accuracy on images (N, D) with integer labels (N,). Raises what the equations raise."""
    Z = all_logits(model, images, equations)
    return Evaluation(float(equations.nll_loss(equations.log_softmax(Z), labels)), accuracy(Z, labels))


def predict(model: SoftmaxRegression, images: NDArray, *, equations: Equations = EQUATIONS) -> NDArray:
    """Images (N, D) -> predicted labels (N,): the class of the largest logit, the first of equals."""
    return all_logits(model, images, equations).argmax(axis=1)


def probabilities(model: SoftmaxRegression, images: NDArray, *, equations: Equations = EQUATIONS) -> NDArray:
    """Images (N, D) -> probabilities P (N, K) of each class, in the dtype of the model."""
    return np.exp(equations.log_softmax(all_logits(model, images, equations)))


def accuracy(Z: NDArray, y: NDArray) -> float:
    """Share of rows of Z (N, K) whose largest logit, the first of equals, is at the label y (N,)."""
    return correct(Z, y) / len(y)


def correct(Z: NDArray, y: NDArray) -> int:
    """Rows of Z (N, K) whose largest logit, the first of equals, is at the label y (N,)."""
    return int(np.count_nonzero(Z.argmax(axis=1) == y))


def all_logits(model: SoftmaxRegression, images: NDArray, f: Equations = EQUATIONS) -> NDArray:
    """Images (N, D) -> logits Z (N, K), piece by piece, so that a whole data set is never held as floats."""
    pieces = range(0, max(1, len(images)), CHUNK)
    X = (pixels(images[n : n + CHUNK], model.dtype) for n in pieces)
    return np.concatenate([f.logits(x, model.weight, model.bias) for x in X])
