"""Images and labels as a Dataset that hands out whole batches."""

import warnings
from collections.abc import Iterable
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

Array = NDArray[Any]


class Rows(Protocol):
    """Rows of an array (M, D), at index (N,); NumPy copies them when they are asked for."""

    array: Array
    index: Array

    def __len__(self) -> int: ...

    def __getitem__(self, n: Any) -> Array: ...


class Images(Dataset[tuple[Tensor, Tensor]]):
    """Images (N, D), uint8 or float, and integer labels (N,) on a device; on the CPU without a copy of either.

    The images may be rows of a larger array, which stays as it is on the CPU. Raises what `as_images` and `as_labels`
    raise.

    Indexed by an array of indices it returns the whole batch, X (N, D) in `dtype` and y (N,): pixels as
    torchvision's ToTensor gives them, but for all images of the batch at once.
    """

    def __init__(self, images: Array | Rows, labels: Array, dtype: torch.dtype, device: torch.device | str = "cpu"):
        self.index: Tensor | None = None
        if not isinstance(images, np.ndarray) and hasattr(images, "array"):
            on_cpu = torch.device(device).type == "cpu"
            # another device is given the rows alone
            images, self.index = (images.array, _looked_at(images.index)) if on_cpu else (images[:], None)
        self.images = as_images(images, device)
        self.labels = as_labels(labels, device)
        self.dtype = dtype

    def __repr__(self) -> str:
        return f"<Images: {len(self):,} of {self.images.shape[1]} pixels, as {self.dtype}>"

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: Array | Tensor) -> tuple[Tensor, Tensor]:
        where = torch.as_tensor(index, device=self.images.device)
        rows = where if self.index is None else self.index.index_select(0, where)
        # index_select copies whole rows, several times as fast as images[rows]
        return pixels(self.images.index_select(0, rows), self.dtype), self.labels.index_select(0, where)


def as_images(images: Any, device: torch.device | str = "cpu") -> Tensor:
    """Images (N, D) as a tensor; only an array that PyTorch cannot look at (order of bytes, strides) is copied.

    Raises TypeError unless they are an array of uint8 or floats.
    """
    if not isinstance(images, np.ndarray):
        raise TypeError(f"images must be a NumPy array, not {type(images).__name__}")
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise TypeError(f"images must be uint8 or floats, not {images.dtype}")
    return _looked_at(np.require(images, images.dtype.newbyteorder("="), ["C"])).to(device)


def as_labels(labels: Array, device: torch.device | str = "cpu") -> Tensor:
    """Labels (N,) as int64. Raises TypeError if they are not integers, ValueError if one is negative.

    PyTorch itself would ignore a label of -100, and the image with it.
    """
    array = np.asarray(labels)
    if array.dtype.kind not in "iu":
        raise TypeError(f"labels must be integers, not {array.dtype}")
    if array.size and array.min() < 0:
        raise ValueError(f"labels must be 0 or more, not {array.min()}")
    return _looked_at(np.require(array, np.int64, ["C"])).to(device)


def _looked_at(array: Array) -> Tensor:
    """The array as a tensor, without a copy."""
    with warnings.catch_warnings():
        # PyTorch warns that it could write to an array that is read-only, as those in files are; nothing here does
        warnings.simplefilter("ignore")
        return torch.as_tensor(array)


def loader(dataset: Images, batches: Iterable[Array]) -> DataLoader[tuple[Tensor, Tensor]]:
    """A DataLoader over ready batches of indices: batch_size=None leaves the batching to the dataset."""
    return DataLoader(dataset, sampler=batches, batch_size=None)


def pixels(images: Tensor, dtype: torch.dtype) -> Tensor:
    """Images as the model sees them: uint8 (N, D) -> X (N, D) in 0 ... 1; floats keep their values."""
    X = images.to(dtype)
    return X.div_(255) if images.dtype == torch.uint8 else X
