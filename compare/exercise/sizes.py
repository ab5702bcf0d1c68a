"""The sizes that an error of a function tells: in letters, and those that the inputs do not have."""

import re
from itertools import zip_longest

from compare.equations import KNOWN, shape_text
from compare.exercise.rungs import example
from compare.exercise.trials import BATCH, small_inputs

# What people write for a size as a number: classes and pixels of MNIST, and the usual batch.
USUAL = {10: "K", 784: "D", 100: "N"}
EPOCH = "one_epoch"


def in_letters(text: str, name: str) -> str:
    """The sizes in an error as letters, where each is one of them."""
    # a function that an epoch calls has rows of a batch, whose number is no N of the epoch
    sizes = {} if name == EPOCH else _sizes(text, name)
    letters = {size: letter for letter, size in sizes.items() if [*sizes.values()].count(size) == 1}
    shapes, single = _told(text.partition(" raises ")[2])
    if (not shapes and not single) or not all(size in letters for size in (*sum(shapes, ()), *single)):
        return ""
    known = [f"{shape} is{shape_text(''.join(letters[size] for size in shape))}" for shape in shapes]
    return f"{', '.join([*known, *(f'size {size} is {letters[size]}' for size in dict.fromkeys(single))])}. "


def fixed_size(text: str, name: str) -> tuple[str, str] | None:
    """What to ask and say where a size is that of MNIST or of the worked example, and no input has it; else None."""
    sizes, (shapes, single) = _sizes(text, name), _told(text)
    usual = USUAL | ({size: one for one, size in KNOWN[name].sizes(example(name)[0]).items()} if name != EPOCH else {})
    beside = _beside(shapes, sizes) if _by_axes(text, shapes) else {}
    found = {
        letter: size
        for size in (*sum(shapes, ()), *single)
        if size not in (1, *sizes.values()) and size in usual and (letter := beside.get(size, usual[size])) in sizes
    }
    found |= _of_the_example(text, name) | _of_an_index(text, name, sizes)
    if not found:
        return None
    asks = ", and ".join(f"{letter} is {sizes[letter]}, not {size}" for letter, size in found.items())
    made = " and ".join(f"a {size}" for size in found.values())
    return (
        f"Here {asks}: which line of yours makes {made}?",
        "A size changes from batch to batch, and with the data. Take it from an input: "
        f"{', '.join(f'{letter} is {_from_input(letter, name)}' for letter in found)}.",
    )


def of_the_labels(text: str, name: str) -> tuple[str, str] | None:
    """What to ask and say where the largest label of a batch is taken for the number of classes; else None."""
    sizes, (shapes, single) = _sizes(text, name), _told(text)
    given = next((inputs for inputs in small_inputs(name) if KNOWN[name].sizes(inputs) == sizes), ())
    y = dict(zip(KNOWN[name].parameters, given, strict=False)).get("y", [])
    top = max(y, default=-1) + 1
    if "K" not in sizes or top in (0, *sizes.values()) or top not in (*sum(shapes, ()), *single):
        return None
    return (
        f"Here K is {sizes['K']}, and no image has the last label: which line of yours makes a {top}, the largest "
        "label plus 1?",
        f"A batch need not have all classes. Take K from the shape of an input: {_from_input('K', name)}.",
    )


def _by_axes(text: str, shapes: list[tuple[int, ...]]) -> bool:
    """Whether the shapes of an error meet axis by axis, the last with the last: not in a product of matrices."""
    result = "in shape" in text
    return len({*map(len, shapes)}) == 1 if result else "not aligned" not in text


def _beside(shapes: list[tuple[int, ...]], sizes: dict[str, int]) -> dict[int, str]:
    """The letters of the sizes that others meet on their axis, where each is that of one letter."""
    letters = {size: letter for letter, size in sizes.items() if [*sizes.values()].count(size) == 1}
    axes = zip_longest(*(reversed(shape) for shape in shapes), fillvalue=1)
    return {size: letters[other] for axis in axes for size in axis for other in axis if other in letters}


def _of_the_example(text: str, name: str) -> dict[str, int]:
    """By letter the sizes of a result in another batch that are those of the worked example."""
    told = re.search(r"in shape [^=]*= \(([\d, ]+)\), not \(([NDK, ]+)\) = \(([\d, ]+)\)", text)
    if not told or BATCH not in text:
        return {}
    letters = re.findall(r"[NDK]", told[2])
    got, wanted = (list(map(int, re.findall(r"\d+", told[part]))) for part in (1, 3))
    first = KNOWN[name].sizes(example(name)[0])
    axes = zip(letters, got, wanted, strict=False) if len(got) == len(wanted) else ()
    return {letter: size for letter, size, right in axes if size != right and size == first.get(letter)}


def _of_an_index(text: str, name: str, sizes: dict[str, int]) -> dict[str, int]:
    """The size of the worked example that an index goes up to in another batch, where that size is smaller."""
    told = re.search(r"index \d+ is out of bounds for axis \d+ with size (\d+)", text)
    if not told or BATCH not in text:
        return {}
    first = KNOWN[name].sizes(example(name)[0])
    letters = [letter for letter, size in sizes.items() if size == int(told[1])]
    return {letter: first[letter] for letter in letters if len(letters) == 1 and sizes[letter] < first.get(letter, 0)}


def _from_input(letter: str, name: str) -> str:
    """Code for a size."""
    parameter, letters = next((one, letters) for one, letters in KNOWN[name].parameters.items() if letter in letters)
    return f"{parameter}.shape[{letters.index(letter)}]"


def _told(text: str) -> tuple[list[tuple[int, ...]], list[int]]:
    """The shapes in a text, and single sizes."""
    shapes = [tuple(map(int, re.findall(r"\d+", shape))) for shape in re.findall(r"\(\d+(?:, ?\d+)*,?\)", text)]
    pairs = re.findall(r"size (\d+)(?: is different from (\d+))?", text)
    return shapes, [int(size) for pair in pairs for size in pair if size]


def _sizes(text: str, name: str) -> dict[str, int]:
    """By letter the sizes of the small batch of which an error tells; none where they are not known here."""
    if 'in the batch "' in text:
        return {}
    told = {letter: int(size) for letter, size in re.findall(r"\b([NDK]) = (\d+)", text.partition(BATCH)[2])}
    return told or KNOWN[name].sizes(example(name)[0])
