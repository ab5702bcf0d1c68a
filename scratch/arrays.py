"""What the functions take: the types of arrays, and a clear error for anything else."""

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
