"""One image through the six equations, every intermediate number in view."""

import numpy as np
from numpy.typing import NDArray

import scratch
from compare.backends import backend_equations

# name: (tag, what it is); each has a value for every class, except the sum and the loss
QUANTITIES = {
    "logits": ("E1", "logits Z"),
    "shifted": ("E2", "shifted, Z - max Z"),
    "exponentials": ("E2", "exp(shifted)"),
    "sum": ("E2", "their sum"),
    "probabilities": ("E2", "probabilities P"),
    "loss": ("E3", "loss L"),
    "dZ": ("E4", "gradient dZ"),
    "dW_norm": ("E5", "norm of dW"),
    "W_norm": ("E6", "norm of W, after"),
}


def by_backend(spec: str, W: NDArray, b: NDArray, images: NDArray, labels: NDArray, lr: float) -> dict[str, NDArray]:
    """The values of QUANTITIES on a backend, given by name or path; the rest as in the two below."""
    if spec == "torch":
        return by_torch(W, b, images, labels, lr)
    return by_scratch(W, b, images, labels, lr, backend_equations(spec, nan=False))


def by_scratch(
    W: NDArray, b: NDArray, images: NDArray, labels: NDArray, lr: float, equations: scratch.Equations
) -> dict[str, NDArray]:
    """W (K, D), b (K,), one image (1, D) and label (1,), learning rate -> the values of QUANTITIES, in NumPy."""
    model = scratch.SoftmaxRegression(W, b)
    X, y = equations.batch(images, labels, np.array([0]), model.dtype)
    done = scratch.step(model, scratch.SGD(lr), X, y, equations)
    shifted = done.Z - done.Z.max(axis=1, keepdims=True)
    exponentials = np.exp(shifted)
    return {
        "logits": done.Z[0],
        "shifted": shifted[0],
        "exponentials": exponentials[0],
        "sum": exponentials.sum(),
        "probabilities": np.exp(done.logP[0]),
        "loss": done.L,
        "dZ": done.dZ[0],
        "dW_norm": np.sqrt((done.dW**2).sum(axis=1)),
        "W_norm": np.sqrt((done.W**2).sum(axis=1)),
    }


def by_torch(W: NDArray, b: NDArray, images: NDArray, labels: NDArray, lr: float) -> dict[str, NDArray]:
    """The same in PyTorch: gradients by autograd, the step by optim.SGD."""
    import torch
    import torch.nn.functional as F

    import torch_impl

    model = torch_impl.SoftmaxRegression(W, b)
    optimizer = torch_impl.sgd(model, lr)
    X, y = torch_impl.Images(images, labels, model.dtype)[np.array([0])]
    Z = model(X)
    Z.retain_grad()
    loss = F.cross_entropy(Z, y)
    loss.backward()
    optimizer.step()
    with torch.no_grad():
        shifted = Z - Z.amax(dim=1, keepdim=True)
        values = {
            "logits": Z[0],
            "shifted": shifted[0],
            "exponentials": shifted.exp()[0],
            "sum": shifted.exp().sum(),
            "probabilities": F.softmax(Z, dim=1)[0],
            "loss": loss,
            "dZ": Z.grad[0],
            "dW_norm": model.linear.weight.grad.norm(dim=1),
            "W_norm": model.linear.weight.norm(dim=1),
        }
        return {name: value.detach().numpy() for name, value in values.items()}
