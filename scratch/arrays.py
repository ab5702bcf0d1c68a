"""What the functions take: the types of arrays, and a clear error for anything else."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]
# uint8 as they come from the file, or floats
Images = NDArray[np.uint8] | Floats


def check_arrays(**arrays: object) -> None:
    """Raise TypeError, naming the argument, unless each is a NumPy array, in memory or mapped from a file.

    A list has no shape; a matrix has another meaning of `*` and `[n]`, and a masked array leaves values out.
    """
    for name, array in arrays.items():
        if type(array) is not np.ndarray and type(array) is not np.memmap:
            kind = f"{type(array).__module__}.{type(array).__qualname__}".removeprefix("builtins.")
            raise TypeError(f"{name} must be a NumPy array, not {kind}; numpy.asarray makes one")


def check_floats(kinds: str = "f", **arrays: Any) -> None:
    """Raise TypeError, naming the argument, unless each is a NumPy array of floats.

    kinds: "fc" where complex numbers may stand for them, as in a complex step.
    """
    check_arrays(**arrays)
    for name, array in arrays.items():
        if array.dtype.kind not in kinds:
            raise TypeError(f"{name} must be floats, not {array.dtype}")


def check_images(images: Any) -> None:
    """Raise TypeError unless these are a NumPy array of uint8 or floats, or rows of one.

    Rows are known by the array that they hold: where this package was loaded twice, there are two classes of them.
    """
    images = getattr(images, "array", images)
    check_arrays(images=images)
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise TypeError(f"images must be uint8 or floats, not {images.dtype}")


class Rows:
    """Rows of an array, in an order of their own, each copied only when it is asked for.

    array (M, ...), index (N,) of its rows: rows[n] is array[index[n]], n being a number, a slice or an array.
    Raises TypeError if these are no arrays.

    >>> rows = Rows(np.array([[1, 2], [3, 4], [5, 6]]), np.array([2, 0]))
    >>> len(rows), rows[0], rows[np.array([1, 1])]
    (2, array([5, 6]), array([[1, 2],
           [1, 2]]))
    """

    def __init__(self, array: NDArray[Any], index: Integers):
        check_arrays(array=array, index=index)
        self.array, self.index = array, index

    def __repr__(self) -> str:
        return f"<Rows: {len(self):,} of {len(self.array):,}>"

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, ...), as of an array."""
        return (len(self.index), *self.array.shape[1:])

    @property
    def dtype(self) -> np.dtype[Any]:
        """That of the array."""
        return self.array.dtype

    def __len__(self) -> int:
        return len(self.index)

    def __getitem__(self, n: Any) -> NDArray[Any]:
        return self.take(n, axis=0)

    def take(self, n: Any, axis: Literal[0]) -> NDArray[Any]:
        """The rows at n, as of an array."""
        rows: NDArray[Any] = self.array.take(self.index[n], axis=axis)
        return rows

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        """All rows, for `numpy.asarray`; raises ValueError if no copy may be made."""
        if copy is False:
            raise ValueError("rows of an array cannot be had without a copy")
        return self[:].astype(dtype or self.dtype, copy=False)
