"""The loop: zero_grad, forward, backward, step."""

import math
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer

from torch_impl.data import Array, Images, Rows, as_images, as_labels, loader, pixels
from torch_impl.model import SoftmaxRegression

Data = tuple[Array | Rows, Array]

# Images per piece in evaluation: large enough to be fast, small enough never to copy a whole data set.
CHUNK = 1000


class Step(NamedTuple):
    """One step: its batch X (N, D), y (N,), the logits Z (N, K) and the loss, a scalar; gradients are in `.grad`."""

    X: Tensor
    y: Tensor
    Z: Tensor
    L: Tensor


class Evaluation(NamedTuple):
    """Mean loss in nats, and the share of images whose largest logit is at their label."""

    loss: float
    accuracy: float


class Record(NamedTuple):
    """One epoch, 0 being the time before training; all numbers mean what they mean in `scratch.Record`."""

    epoch: int
    train_loss: float
    train_accuracy: float
    val_loss: float
    val_accuracy: float

    def __repr__(self) -> str:
        values = ", ".join(f"{name}={value:.4f}" for name, value in zip(self._fields[1:], self[1:], strict=True))
        return f"Record(epoch={self.epoch}, {values})"


def step(model: nn.Module, optimizer: Optimizer, X: Tensor, y: Tensor) -> Step:
    """One step of training on one batch, X (N, D) and integer labels y (N,); the model or its `data_parallel`."""
    optimizer.zero_grad()
    Z = model(X)
    L = F.cross_entropy(Z, y)
    L.backward()
    optimizer.step()
    return Step(X, y, Z, L)


def epoch(model: nn.Module, optimizer: Optimizer, train: Images, batches: Iterable[Array]) -> Iterator[Step]:
    """Nothing is trained until one iterates: each step is taken when it is asked for, and yielded after its update.

    Model and optimizer are read anew at each step, and no batch is fetched ahead.
    batches: arrays of indices into the training images.
    """
    for X, y in loader(train, batches):
        yield step(model, optimizer, X, y)


def fit(
    model: SoftmaxRegression,
    train: Data,
    validation: Data,
    batches: Iterable[Iterable[Array]],
    lr: float,
    *,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
) -> list[Record]:
    """Train the model in place by minibatch SGD; arguments and records are those of `scratch.fit`.

    Raises FloatingPointError and ValueError as `scratch.fit` does; what does not fit the model is told by PyTorch.
    """
    dataset = Images(*train, model.dtype, model.device)
    optimizer = sgd(model, lr, momentum, dampening, weight_decay, nesterov)

    def record(number: int, training: Evaluation) -> Record:
        return Record(number, *training, *evaluate(model, *validation))

    history = [record(0, evaluate(model, *train))]
    for number, order in enumerate(batches, 1):
        steps = epoch(model, optimizer, dataset, order)
        # nothing waits for a device on the way: loss and hits stay there until the epoch ends
        history.append(record(number, _running(number, [(L.detach(), hits(Z, y), len(y)) for _, y, Z, L in steps])))
        if not math.isfinite(history[-1].val_loss):
            raise FloatingPointError(f"the validation loss is {history[-1].val_loss} after epoch {number}")
    return history


def _running(epoch: int, steps: list[tuple[Tensor, Tensor, int]]) -> Evaluation:
    """Loss, hits and images of each step -> their means over the images of the epoch."""
    if not steps:
        raise ValueError(f"epoch {epoch} has no batches")
    losses, right, images = zip(*steps, strict=True)
    total = 0.0
    for count, (L, N) in enumerate(zip(torch.stack(losses).tolist(), images, strict=True), 1):
        if not math.isfinite(L):
            raise FloatingPointError(f"the loss is {L} at epoch {epoch}, step {count}")
        total += L * N
    return Evaluation(total / sum(images), int(torch.stack(right).sum()) / sum(images))


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


def velocity(model: SoftmaxRegression, optimizer: Optimizer) -> tuple[Tensor, Tensor] | None:
    """Momentum buffers of W (K, D) and b (K,), live; None before the first step and without momentum."""
    W, b = (optimizer.state[parameter].get("momentum_buffer") for parameter in model.parameters())
    return None if W is None else (W, b)


def set_velocity(model: SoftmaxRegression, optimizer: Optimizer, buffers: Iterable[Array | Tensor] | None) -> None:
    """Go on from these momentum buffers, copied; from none if None."""
    optimizer.state.clear()
    for parameter, buffer in zip(model.parameters(), buffers or [], strict=False):
        optimizer.state[parameter]["momentum_buffer"] = torch.as_tensor(buffer).clone().to(parameter)


def evaluate(model: SoftmaxRegression, images: Array | Rows, labels: Array) -> Evaluation:
    """Mean loss and accuracy on images (N, D) with integer labels (N,); nan of no images.

    Added up piece by piece in float64, as `scratch.evaluate` does.
    """
    return means(sums(model, images, labels, slice(0, len(labels))), len(labels))


@torch.inference_mode()
def sums(model: SoftmaxRegression, images: Array | Rows, labels: Array, part: slice) -> tuple[float, int]:
    """The losses in nats and the hits, added up, of a part of the images (N, D) and labels (N,)."""
    if len(images) != len(labels):
        raise ValueError(f"{len(images)} images, but {len(labels)} labels")
    loss, right = 0.0, 0
    for Z, y in zip(_pieces(model, images, part), as_labels(labels[part], model.device).split(CHUNK), strict=True):
        # the mean loss of no images is nan
        loss += F.cross_entropy(Z, y).item() * len(y) if len(y) else 0.0
        right += correct(Z, y)
    return loss, right


def means(added_up: Iterable[float], N: int) -> Evaluation:
    """The losses and the hits of N images, each added up, as an evaluation; nan of no images."""
    loss, right = added_up
    return Evaluation(loss / N, right / N) if N else Evaluation(math.nan, math.nan)


@torch.inference_mode()
def predict(model: SoftmaxRegression, images: Array | Rows) -> Array:
    """Images (N, D) -> predicted labels (N,): the class of the largest logit, the first of equals."""
    return torch.cat([Z.argmax(dim=1) for Z in _pieces(model, images)]).cpu().numpy()


@torch.inference_mode()
def probabilities(model: SoftmaxRegression, images: Array | Rows) -> Array:
    """Images (N, D) -> probabilities P (N, K) of each class, in the dtype of the model."""
    return torch.cat([F.softmax(Z, dim=1) for Z in _pieces(model, images)]).cpu().numpy()


def accuracy(Z: Tensor | Array, y: Tensor | Array) -> float:
    """Share of rows of Z (N, K) whose largest logit, the first of equals, is at the label y (N,)."""
    return correct(torch.as_tensor(Z), torch.as_tensor(y)) / len(y) if len(y) else math.nan


def correct(Z: Tensor, y: Tensor) -> int:
    """Rows of Z (N, K) whose largest logit, the first of equals, is at the label y (N,)."""
    return int(hits(Z, y))


def hits(Z: Tensor, y: Tensor) -> Tensor:
    """What `correct` counts, as a scalar on the device of Z. Raises ValueError if the shapes do not fit."""
    if Z.ndim != 2 or y.shape != Z.shape[:1]:
        raise ValueError(f"logits (N, K) and labels (N,) expected, not {tuple(Z.shape)} and {tuple(y.shape)}")
    return torch.count_nonzero(Z.argmax(dim=1) == y)


@torch.inference_mode()
def all_logits(model: SoftmaxRegression, images: Array | Rows) -> Tensor:
    """Images (N, D) -> logits Z (N, K), piece by piece, so that a whole data set is never held as floats."""
    return torch.cat(list(_pieces(model, images)))


def _pieces(model: SoftmaxRegression, images: Array | Rows, part: slice | None = None) -> Iterator[Tensor]:
    """Logits Z of CHUNK images after CHUNK images, of all or of a part; one piece without rows if there are none."""
    first, end, _ = (part or slice(None)).indices(len(images))
    starts = range(first, max(first + 1, end), CHUNK)
    pieces = (as_images(images[n : min(n + CHUNK, end)], model.device) for n in starts)
    return (model(pixels(piece, model.dtype)) for piece in pieces)
