"""The operations of PyTorch, one by one, on NumPy arrays; `scratch` has its own as functions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray


def _tensor(array: NDArray) -> torch.Tensor:
    return torch.from_numpy(np.array(array))


def _logits(X: NDArray, W: NDArray, b: NDArray) -> NDArray:
    return F.linear(_tensor(X), _tensor(W), _tensor(b)).numpy()


def _logits_gradient(logP: NDArray, y: NDArray) -> NDArray:
    """What autograd makes of E2 and E3 from the same logP; log_softmax of logP is logP but for rounding."""
    saved, labels = _tensor(logP), _tensor(y)
    by_logp = torch.zeros_like(saved)
    by_logp[torch.arange(len(labels)), labels] = -1 / len(labels)
    return torch.ops.aten._log_softmax_backward_data(by_logp, saved, 1, saved.dtype).numpy()


def _parameter_gradients(X: NDArray, dZ: NDArray) -> tuple[NDArray, NDArray]:
    X_, dZ_ = _tensor(X), _tensor(dZ)
    layer = torch.nn.Linear(X.shape[1], dZ.shape[1], dtype=X_.dtype)
    dW, db = torch.autograd.grad(layer(X_), (layer.weight, layer.bias), dZ_)
    return dW.numpy(), db.numpy()


def _sgd_step(W: NDArray, dW: NDArray, lr: float) -> NDArray:
    parameter, gradient = _tensor(W), _tensor(dW)
    parameter.requires_grad_()
    parameter.grad = gradient
    torch.optim.SGD([parameter], lr=lr).step()
    return parameter.detach().numpy()


OPERATIONS: dict[str, Callable[..., Any]] = {
    "logits": _logits,
    "log_softmax": lambda Z: F.log_softmax(_tensor(Z), dim=1).numpy(),
    "nll_loss": lambda logP, y: F.nll_loss(_tensor(logP), _tensor(y)).numpy(),
    "logits_gradient": _logits_gradient,
    "dW": lambda X, dZ: _parameter_gradients(X, dZ)[0],
    "db": lambda X, dZ: _parameter_gradients(X, dZ)[1],
    "sgd_step": _sgd_step,
    "exp": lambda values: torch.exp(_tensor(values)).numpy(),
}
