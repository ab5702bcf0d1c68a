"""What a result of a user's function must be, and what is said of one that is not."""

from typing import NamedTuple

import numpy as np

from compare.equations import shape_text


class Wanted(NamedTuple):
    """What a result must be: its name, the letters of its dimensions, its shape and dtype. sizes: by letter."""

    name: str
    letters: str
    shape: tuple[int, ...]
    dtype: np.dtype
    sizes: dict[str, int]

    def shape_fault(self, got: tuple[int, ...]) -> str:
        """What is wrong with another shape, in numbers, and in letters where each number is one of them."""
        letters = {size: letter for letter, size in self.sizes.items() if [*self.sizes.values()].count(size) == 1}
        known = got and all(size in letters for size in got)
        named = f"{shape_text(''.join(letters[size] for size in got)).strip()} = " if known else ""
        wanted = f"{shape_text(self.letters).strip()} = {self.shape}" if self.letters else "a single number, shape ()"
        return f"returns {self.name} in shape {named}{got}, not {wanted}"
