"""One image through the six equations: every intermediate number, as each backend computes it."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.backends.protocol import Backend, State
from compare.equations import FUNCTIONS
from compare.problem import Hyperparameters
from compare.proof.single_steps import Case, SingleSteps
from scratch import Step

# name: (tag of its equation, what it is); each has a value for every class, except sum, loss and the entries
STAGES = {
    name: (FUNCTIONS[function].tag, meaning)
    for name, function, meaning in (
        ("logits", "logits", "logits Z"),
        ("shifted", "log_softmax", "shifted, Z - max Z"),
        ("exponentials", "log_softmax", "exp(shifted)"),
        ("sum", "log_softmax", "their sum"),
        ("probabilities", "log_softmax", "probabilities P"),
        ("log_probabilities", "log_softmax", "log P"),
        ("loss", "nll_loss", "loss L"),
        ("dZ", "logits_gradient", "gradient dZ"),
        ("dW_norm", "parameter_gradients", "norm of dW"),
        ("dW_entry", "parameter_gradients", "an entry of dW"),
        ("db", "parameter_gradients", "gradient db"),
        ("W_norm", "sgd_step", "norm of W, after"),
        ("W_entry", "sgd_step", "the entry of W, after"),
        ("b", "sgd_step", "b, after"),
        ("logits_after", "logits", "logits Z, after"),
        ("loss_after", "nll_loss", "loss L, after"),
    )
}


class Library(NamedTuple):
    """Functions for what is not a quantity of a step, from the library that computed the step."""

    exp: Callable[[NDArray], NDArray]
    softmax: Callable[[Step], NDArray]
    total: Callable[[NDArray], NDArray]
    norm: Callable[[NDArray], NDArray]


def entry(images: NDArray, labels: NDArray) -> tuple[int, int]:
    """Class and pixel of the entry of W that is worked out: the label, and the brightest pixel of the one image."""
    return int(labels[0]), int(images[0].argmax())


def explain(backend: Backend, state: State, images: NDArray, labels: NDArray, lr: float) -> dict[str, NDArray]:
    """The values of STAGES in one step of a backend from `state` on one image (1, D) with its label (1,)."""
    case = Case("explained", state._replace(velocity=None), np.array([0]))
    steps = SingleSteps((images, labels), Hyperparameters(epochs=1, lr=lr), (case,))
    side = backend.side(steps, state.W.dtype.name)
    side.start_from(case.start)
    done = Step._make(map(np.array, side.step(case.index)))
    logits_after = side.logits(images)
    _, loss_after = side.loss(logits_after, labels)
    at = entry(images, labels)
    library = _torch() if backend.name == "torch" else NUMPY
    shifted = done.Z - done.Z.max(axis=1, keepdims=True)
    exponentials = library.exp(shifted)
    return {
        "logits": done.Z[0],
        "shifted": shifted[0],
        "exponentials": exponentials[0],
        "sum": library.total(exponentials),
        "probabilities": library.softmax(done)[0],
        "log_probabilities": done.logP[0],
        "loss": done.L,
        "dZ": done.dZ[0],
        "dW_norm": library.norm(done.dW),
        "dW_entry": done.dW[at],
        "db": done.db,
        "W_norm": library.norm(done.W),
        "W_entry": done.W[at],
        "b": done.b,
        "logits_after": np.array(logits_after)[0],
        "loss_after": state.W.dtype.type(loss_after),
    }


NUMPY = Library(np.exp, lambda done: np.exp(done.logP), np.sum, lambda array: np.sqrt((array**2).sum(axis=1)))


def _torch() -> Library:
    import torch

    def by(function: Callable) -> Callable[[NDArray], NDArray]:
        return lambda array: function(torch.from_numpy(array)).numpy()

    softmax = by(lambda Z: torch.softmax(Z, dim=1))
    return Library(by(torch.exp), lambda done: softmax(done.Z), by(torch.sum), by(lambda array: array.norm(dim=1)))
