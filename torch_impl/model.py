"""E1: one linear layer."""

import torch
from torch import Tensor, nn

from torch_impl.data import Array


class SoftmaxRegression(nn.Module):
    """The model: one `nn.Linear`, started from the weights it is given, never from a matched seed.

    weight (K, D) and bias (K,), NumPy arrays or tensors of one floating dtype, are copied.
    Raises ValueError if shapes or dtypes do not fit each other.
    """

    def __init__(self, weight: Array | Tensor, bias: Array | Tensor):
        super().__init__()
        weight, bias = torch.as_tensor(weight), torch.as_tensor(bias)
        if weight.ndim != 2 or bias.shape != weight.shape[:1]:
            shapes = f"{tuple(weight.shape)} and {tuple(bias.shape)}"
            raise ValueError(f"weight (K, D) and bias (K,) expected, not {shapes}")
        if weight.dtype != bias.dtype or not weight.is_floating_point():
            raise ValueError(f"weight and bias must share a float dtype, not {weight.dtype}, {bias.dtype}")
        classes, features = weight.shape
        self.linear = nn.Linear(features, classes, dtype=weight.dtype)
        self.linear.load_state_dict({"weight": weight, "bias": bias})

    def __repr__(self) -> str:
        classes, features = self.linear.weight.shape
        return f"<SoftmaxRegression: {features} pixels to {classes} classes, {self.dtype}>"

    @property
    def dtype(self) -> torch.dtype:
        """The dtype of the parameters, and so of every result."""
        return self.linear.weight.dtype

    @property
    def device(self) -> torch.device:
        """Where the parameters are, and so where the work is done."""
        return self.linear.weight.device

    @property
    def weight(self) -> Tensor:
        """The weights W (K, D), detached, in the computer's own memory."""
        return self.linear.weight.detach().cpu()

    @property
    def bias(self) -> Tensor:
        """The bias b (K,), detached, in the computer's own memory."""
        return self.linear.bias.detach().cpu()

    def forward(self, X: Tensor) -> Tensor:
        """E1: X (N, D) -> Z (N, K)."""
        Z: Tensor = self.linear(X)
        return Z
