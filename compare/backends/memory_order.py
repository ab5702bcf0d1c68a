"""The order of an array's elements in memory: what a function makes of the array must not depend on it."""

import math
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import DTypeLike, NDArray

# Row after row; column after column; row after row with another number behind each, as a part of a wider array has it.
Order = Literal["C", "F", "gaps"]
ORDERS: tuple[Order, ...] = get_args(Order)


def order_of(array: NDArray) -> Order:
    """The order of an array; "C" where rows and columns make no difference."""
    if array.flags.c_contiguous:
        return "C"
    return "F" if array.flags.f_contiguous else "gaps"


def laid_out(array: NDArray, order: Order) -> NDArray:
    """A copy in this order that cannot be written to, nor made writable: its memory is that of an object of bytes.

    In each gap the number before it stands once more.
    """
    order = order if array.ndim else "C"
    with_gaps = np.repeat(array, 2, axis=-1) if order == "gaps" else array
    return view(with_gaps.tobytes("F" if order == "F" else "C"), array.dtype, array.shape, order)


def view(memory: Any, dtype: DTypeLike, shape: tuple[int, ...], order: Order, first: int = 0) -> NDArray:
    """The array of this shape and order that begins at byte `first` of the memory, without a copy."""
    if order == "gaps":
        return view(memory, dtype, (*shape[:-1], 2 * shape[-1]), "C", first)[..., ::2]
    return np.frombuffer(memory, dtype, math.prod(shape), first).reshape(shape, order=order)


def places(shape: tuple[int, ...], order: Order) -> int:
    """How many numbers the memory of such an array has, those in gaps among them."""
    return math.prod(shape) * (2 if order == "gaps" else 1)
