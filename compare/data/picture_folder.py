"""A folder of class folders with pictures, as `torchvision.datasets.ImageFolder` takes it."""

import os
from collections import Counter
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from compare.data.dataset import Data, Dataset
from compare.data.labels import MOST_CLASSES, class_names, short_label
from compare.data.mapped import new_array
from compare.data.prepared import Prepared, Watch
from compare.data.read_pictures import read_all
from compare.errors import InputError
from compare.words import printable, some

# What torchvision takes for a picture by its name.
ENDINGS = ".jpg", ".jpeg", ".png", ".ppm", ".bmp", ".pgm", ".tif", ".tiff", ".webp"
# Pictures that it does not take.
OTHERS = ".gif", ".heic", ".heif", ".avif", ".jfif", ".jp2", ".jxl"
# Files and folders that a note lists.
SHOWN = 3
TRAIN, TEST = "train", "test"
# How the parts of a data set are called; a folder of nothing but these has no classes.
PARTS = {TRAIN, TEST, "training", "testing", "val", "valid", "validation", "dev", "eval"}


def load_folder(name: str, folder: Path, prepared: Prepared, watch: Watch, tell: Callable[[str], None]) -> Dataset:
    """The pictures of a folder: each folder in it is a class; or each folder in its folders train and test.

    Raises InputError, naming the file or folder, if pictures cannot be read, differ in size or colour and are not to
    be made alike, or if there are fewer than two classes.
    """
    parts = _parts(folder)
    names = _class_names(name, parts[0])
    left = _hidden_classes(parts)
    files = [_files(part, names, left) for part in parts]
    _check_classes(name, files[0], names)
    _tell_of_left(name, folder, left, tell)
    paths = [path for part in files for of_class in part for path in of_class]
    images = _images(name, paths, prepared, watch, tell)
    labels = np.concatenate([np.repeat(np.arange(len(names)), list(map(len, part))) for part in files])
    cuts = [0, *np.cumsum([sum(map(len, part)) for part in files])]
    data: list[Data] = [(images[a:b], labels[a:b]) for a, b in pairwise(cuts)]
    shown, test = class_names(names, name), data[1] if len(data) > 1 else None
    return Dataset(name, data[0], test, len(names), shown, prepared=prepared)


def _parts(folder: Path) -> list[Path]:
    """The folder of the classes; or two, if it has nothing but train and test."""
    inside = {path.name for path in _folders(folder)}
    if inside == {TRAIN, TEST}:
        return [folder / TRAIN, folder / TEST]
    if inside and {name.lower() for name in inside} <= PARTS:
        # nobody trains on the test images
        first = next((one for one in sorted(inside) if one.lower().startswith(TRAIN)), min(inside))
        they = "are parts of a data set, and no classes" if len(inside) > 1 else "is a part of a data set, no class"
        raise InputError(
            f"{folder}: {', '.join(sorted(inside))} {they}; name the one with the "
            f"classes in it, as {folder / first}, or have two parts only, {TRAIN} and {TEST}"
        )
    return [folder]


def _class_names(name: str, folder: Path) -> tuple[str, ...]:
    names = tuple(path.name for path in _folders(folder))
    if len(names) < 2:
        found = f"only one, {short_label(names[0])}" if names else "none"
        raise InputError(f"{name}: a folder for each of two classes at least is needed, and there is {found}")
    if len(names) > MOST_CLASSES:
        raise InputError(f"{name}: {len(names):,} folders, and {MOST_CLASSES:,} classes are the most that are taken")
    return names


def _files(folder: Path, names: tuple[str, ...], left: list[str]) -> list[list[Path]]:
    """The pictures of each class, in the order of their names; those that are hidden are added to `left`."""
    if other := [path.name for path in _folders(folder) if path.name not in names]:
        raise InputError(f"{folder}: has a class {short_label(other[0])}, which the training pictures have not")
    return [sorted(map(Path, _walk(folder / name, left))) for name in names]


def _walk(folder: Path, left: list[str]) -> list[str]:
    """The pictures in the folder of a class and in all inside it, linked ones too. Raises InputError for a circle."""
    root, found = os.path.realpath(folder), []
    if Path(os.path.realpath(folder.parent)).is_relative_to(root):
        raise InputError(f"{printable(str(folder))}: is a link that leads back to the folder it is in; remove it")
    seen = {root}
    for place, inside, files in os.walk(folder, followlinks=True):
        inside[:] = [name for name in sorted(inside) if _is_new(os.path.join(place, name), root, seen, left)]
        for file in sorted(files):
            path = os.path.join(place, file)
            if file.lower().endswith(OTHERS):
                left.append(f"{path} (save it as PNG or JPEG)")
            elif _is_picture(file) and file[0] == ".":
                left.append(f"{path} (hidden)")
            elif _is_picture(file):
                found.append(path)
    return found


def _is_new(path: str, root: str, seen: set[str], left: list[str]) -> bool:
    """False for a link to a folder that is read anyway: inside the class, or linked twice; or it leads in a circle."""
    real, whole = Path(os.path.realpath(path)), Path(root)
    again = os.path.islink(path) and (real.is_relative_to(whole) or whole.is_relative_to(real))
    if again or str(real) in seen:
        left.append(f"{path} (a link to what is read already)")
        return False
    seen.add(str(real))
    return True


def _is_picture(file: str) -> bool:
    return file.lower().endswith(ENDINGS)


def _hidden_classes(parts: list[Path]) -> list[str]:
    """Hidden folders with pictures where the classes are."""
    hidden = [path for part in parts for path in sorted(part.glob(".*")) if path.is_dir()]
    return [
        f"{path} (hidden)" for path in hidden if any(_is_picture(f) for _, _, files in os.walk(path) for f in files)
    ]


def _tell_of_left(name: str, folder: Path, left: list[str], tell: Callable[[str], None]) -> None:
    shown = [printable(os.path.relpath(path, folder)) for path in left[:SHOWN]]
    if left:
        tell(f"{name}: left out: {', '.join(shown)}" + (f" and {len(left) - SHOWN:,} more" * (len(left) > SHOWN)))


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _check_classes(name: str, files: list[list[Path]], names: tuple[str, ...]) -> None:
    empty = [short_label(one) for one, pictures in zip(names, files, strict=True) if not pictures]
    if empty:
        raise InputError(f"{name}: no picture ({' '.join(ENDINGS[:3])} ...) in the folder of {some(empty)}")


def _images(name: str, paths: list[Path], prepared: Prepared, watch: Watch, tell: Callable[[str], None]) -> NDArray:
    """All pictures as one array (N, H, W) or (N, 3, H, W) of uint8."""
    images: NDArray | None = None
    found: Counter[tuple[tuple[int, int], bool]] = Counter()
    first: dict[tuple[tuple[int, int], bool], Path] = {}
    unlike: Path | None = None
    for n, picture in enumerate(read_all(paths, prepared, watch)):
        kind = picture.size, picture.colour
        found[kind] += 1
        first.setdefault(kind, paths[n])
        if images is None:
            images = new_array((len(paths), *picture.pixels.shape), np.uint8)
        if picture.pixels.shape == images.shape[1:]:
            images[n] = picture.pixels
        else:
            unlike = unlike or paths[n]
    assert images is not None
    if unlike:
        raise InputError(f"{name}: {_unlike(found, first, prepared)}")
    _tell(name, found, images, prepared, tell)
    return images


def _unlike(found: Counter, first: dict, prepared: Prepared) -> str:
    """How the pictures differ, and the option that makes them alike."""
    sizes = {size for size, _ in found}
    if prepared.size is None and len(sizes) > 1:
        (small, _), (large, _) = (min(found), max(found))
        # the folder of its class, and the picture
        files = ("/".join(first[kind].parts[-2:]) for kind in (min(found), max(found)))
        shown = " and ".join(f"{w} x {h} ({file})" for (w, h), file in zip((small, large), files, strict=True))
        both = "" if prepared.grey or len({colour for _, colour in found}) < 2 else ", --grey all grey"
        return f"pictures of {len(sizes)} sizes, as {shown}; --size 28 makes them one{both}"
    grey = sum(count for (_, colour), count in found.items() if not colour)
    return f"{grey:,} grey pictures and {sum(found.values()) - grey:,} in colour; --grey makes all grey"


def _tell(name: str, found: Counter, images: NDArray, prepared: Prepared, tell: Callable[[str], None]) -> None:
    """Say what was done to the pictures, if anything was."""
    side, changes = prepared.size, []
    scaled = sum(count for (size, _), count in found.items() if side and size != (side, side))
    if scaled:
        sizes = len({size for size, _ in found})
        stretched = sum(count for ((w, h), _), count in found.items() if w != h)
        changes.append(
            f"{scaled:,} of {len(images):,} pictures scaled to {side} x {side}"
            + (f" from {sizes} sizes" if sizes > 1 else "")
            + (f" ({stretched:,} not square, so stretched)" if stretched else "")
        )
    if prepared.grey and (coloured := sum(count for (_, colour), count in found.items() if colour)):
        changes.append(f"{coloured:,} {'' if changes else f'of {len(images):,} pictures '}in colour made grey")
    if changes:
        tell(f"{name}: {' and '.join(changes)}")
