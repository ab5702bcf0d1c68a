"""The loop: zero_grad, forward, backward, step."""

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor
from torch.optim import Optimizer

from torch_impl.data import Images, as_images, as_labels, loader, pixels
from torch_impl.model import SoftmaxRegression

Data = tuple[NDArray, NDArray]

# Images per piece in evaluation: large enough to be fast, small enough never to copy a whole data set.
CHUNK = 1000


class Evaluation(NamedTuple):
    """Mean loss in nats, and the share of images whose largest logit is at their label."""

    loss: float
    accuracy: float


def step(model: SoftmaxRegression, optimizer: Optimizer, X: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """One step of training on one batch: X (N, D), y (N,) integers -> the logits Z (N, K) and the loss, a scalar."""
    optimizer.zero_grad()
    Z = model(X)
    loss = F.cross_entropy(Z, y)
    loss.backward()
    optimizer.step()
    return Z, loss


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
) -> list[dict[str, Any]]:
    """Train the model in place by minibatch SGD; arguments, records and errors are those of `scratch.fit`."""
    state = {} if state is None else state
    state.update({"history": [], "step": 0, "total": 0.0, "hits": 0, "velocity": None} | state)

    def record(epoch: int, training: Evaluation) -> None:
        val_loss, val_accuracy = evaluate(model, *validation)
        if not math.isfinite(val_loss):
            raise FloatingPointError(f"the validation loss is {val_loss} after epoch {epoch}")
        kept = {"train_loss": training.loss, "train_accuracy": training.accuracy}
        new = {"epoch": epoch, **kept, "val_loss": val_loss, "val_accuracy": val_accuracy}
        # all at once, so that an interruption falls before or after it
        state.update(history=[*state["history"], new], step=0, total=0.0, hits=0)
        if on_epoch:
            on_epoch(new)

    dataset = Images(*train, model.dtype, model.device)
    optimizer = sgd(model, lr, momentum, dampening, weight_decay, nesterov)
    set_velocity(model, optimizer, state["velocity"])
    if not state["history"]:
        record(0, evaluate(model, *train))
    for epoch, order in enumerate(batches, 1):
        if epoch < len(state["history"]):
            continue
        order = list(order)
        for number, (X, y) in enumerate(loader(dataset, order[state["step"] :]), state["step"] + 1):
            Z, L = step(model, optimizer, X, y)
            loss = L.item()
            if not math.isfinite(loss):
                raise FloatingPointError(f"the loss is {loss} at epoch {epoch}, step {number}")
            total, hits = state["total"] + loss * len(y), state["hits"] + correct(Z, y)
            state.update(step=number, total=total, hits=hits, velocity=velocity(model, optimizer))
            if on_step:
                on_step(epoch, number, loss)
        images_seen = sum(map(len, order))
        record(epoch, Evaluation(state["total"] / images_seen, state["hits"] / images_seen))
    return state["history"]


def sgd(
    model: SoftmaxRegression,
    lr: float,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
) -> torch.optim.SGD:
    """The optimizer of the model's parameters: `scratch.SGD` with its velocity inside."""
    return torch.optim.SGD(model.parameters(), lr, momentum, dampening, weight_decay, nesterov)


def velocity(model: SoftmaxRegression, optimizer: Optimizer) -> list[Tensor] | None:
    """Momentum buffers of W (K, D) and b (K,), live; None before the first step and without momentum."""
    buffers = [optimizer.state[parameter].get("momentum_buffer") for parameter in model.parameters()]
    return None if buffers[0] is None else buffers


def set_velocity(model: SoftmaxRegression, optimizer: Optimizer, buffers: list[NDArray | Tensor] | None) -> None:
    """Go on from these momentum buffers, copied; None leaves the optimizer as it is."""
    for parameter, buffer in zip(model.parameters(), buffers or [], strict=False):
        optimizer.state[parameter]["momentum_buffer"] = torch.as_tensor(buffer).clone().to(parameter)


@torch.inference_mode()
def evaluate(model: SoftmaxRegression, images: NDArray, labels: NDArray) -> Evaluation:
    """Mean loss and accuracy on images (N, D) with integer labels (N,)."""
    Z, y = all_logits(model, images), as_labels(labels, model.device)
    return Evaluation(F.cross_entropy(Z, y).item(), accuracy(Z, y))


@torch.inference_mode()
def predict(model: SoftmaxRegression, images: NDArray) -> NDArray:
    """Images (N, D) -> predicted labels (N,): the class of the largest logit, the first of equals."""
    return all_logits(model, images).argmax(dim=1).cpu().numpy()


@torch.inference_mode()
def probabilities(model: SoftmaxRegression, images: NDArray) -> NDArray:
    """Images (N, D) -> probabilities P (N, K) of each class, in the dtype of the model."""
    return F.softmax(all_logits(model, images), dim=1).cpu().numpy()


def accuracy(Z: Tensor | NDArray, y: Tensor | NDArray) -> float:
    """Share of rows of Z (N, K) whose largest logit, the first of equals, is at the label y (N,)."""
    return correct(torch.as_tensor(Z), torch.as_tensor(y)) / len(y)


def correct(Z: Tensor, y: Tensor) -> int:
    """Rows of Z (N, K) whose largest logit, the first of equals, is at the label y (N,)."""
    return int(torch.count_nonzero(Z.argmax(dim=1) == y))


@torch.inference_mode()
def all_logits(model: SoftmaxRegression, images: NDArray) -> Tensor:
    """Images (N, D) -> logits Z (N, K), piece by piece, so that a whole data set is never held as floats."""
    pieces = as_images(images).split(CHUNK)
    return torch.cat([model(pixels(piece.to(model.device), model.dtype)) for piece in pieces])
