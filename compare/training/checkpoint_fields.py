"""The metadata of a checkpoint: every field of the kind and in the range that a training gives it."""

import re
import sys
from dataclasses import fields
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from compare.data.prepared import SIDE, Prepared
from compare.data.strict_json import need, parse_json
from compare.errors import InputError
from compare.problem import Hyperparameters
from compare.training.loop import Progress
from compare.words import printable
from scratch import Record, Velocity

CHECKSUMS = {"images", "labels", "weight", "bias", "split", "order"}


def read_fields(metadata: dict[str, str]) -> dict[str, Any]:
    """The fields of a Checkpoint, by their names.

    names and images are None in a file of version 0.2. Raises ValueError, saying which field is not as a training
    writes it; no checksum guards against who computes it anew.
    """
    found = {name: parse_json(text) for name, text in metadata.items()}
    expected = {"backend", "data", "chosen", "checksums", "state"}
    known = expected | {"names", "images", "pictures", "beyond"}
    need(expected <= set(found) <= known, f"it has {', '.join(sorted(found)) or 'no fields'}")
    for name in ("backend", "data"):
        need(type(found[name]) is str and found[name] != "", f"{name} is no name")
    images, names = found.get("images"), found.get("names")
    need(images is None or (type(images) is int and 0 < images < 2**63), "images is no number of images")
    need(names is None or _are_names(names), "names are not names")
    chosen = _chosen(found["chosen"])
    return {
        "backend": found["backend"],
        "data": found["data"],
        "chosen": chosen,
        "checksums": _checksums(found["checksums"]),
        "progress": _progress(found["state"], chosen, images),
        "names": None if names is None else tuple(map(printable, names)),
        "images": images,
        **_pictures(found.get("pictures")),
        "beyond": _beyond(found.get("beyond")),
    }


def check_velocity(velocity: Velocity | None, weights: tuple[NDArray, NDArray], fields: dict[str, Any]) -> None:
    """Raise ValueError unless there is a velocity where momentum has made one, as large as the weights, and finite."""
    chosen, progress = fields["chosen"], fields["progress"]
    moving = bool(chosen.momentum) and (len(progress.history) > 1 or progress.step > 0)
    need((velocity is not None) == moving, f"momentum is {chosen.momentum}, and there is {'no ' * moving}velocity")
    for part, weight in zip(velocity or (), weights, strict=False):
        same = part.shape == weight.shape and part.dtype == weight.dtype
        need(same, f"a velocity {part.shape} of {part.dtype} for weights {weight.shape} of {weight.dtype}")
        need(bool(np.isfinite(part).all()), "the velocity is not finite")


def _chosen(found: Any) -> Hyperparameters:
    kinds = {field.name: field.type for field in fields(Hyperparameters)}
    need(type(found) is dict and "epochs" in found and set(found) <= set(kinds), "chosen has other names")
    for name, value in found.items():
        need(_is(value, kinds[name]), f"chosen has {name} {str(value)[:20]!a}")
    try:
        return Hyperparameters(**found)
    except InputError as error:
        raise ValueError(str(error)) from None


def _checksums(found: Any) -> dict[str, str]:
    need(type(found) is dict and set(found) == CHECKSUMS, "checksums has other names")
    hexadecimal = all(type(value) is str and re.fullmatch("[0-9a-f]{64}", value) for value in found.values())
    need(hexadecimal, "checksums are not SHA-256")
    return found


def _pictures(found: Any) -> dict[str, Any]:
    """How pictures of one's own were made alike, and the shape of one."""
    if found is None:
        return {"prepared": None, "shape": None}
    need(type(found) is dict and set(found) == {"size", "grey", "shape"}, "pictures has other names")
    shape = found["shape"]
    need(_is(found["size"], int | None) and _is(found["grey"], bool), "pictures are not prepared as they can be")
    sizes = type(shape) is list and len(shape) in (2, 3) and all(_is(n, int) and 1 <= n <= SIDE for n in shape)
    need(sizes and (len(shape) == 2 or shape[0] == 3), "pictures have a shape that is none")
    try:
        return {"prepared": Prepared(found["size"], found["grey"]), "shape": tuple(shape)}
    except InputError as error:
        raise ValueError(str(error)) from None


def _beyond(found: Any) -> tuple[float, float] | None:
    """The lowest and the highest pixel."""
    if found is None:
        return None
    numbers = type(found) is list and len(found) == 2 and all(_is(pixel, float) for pixel in found)
    need(numbers and found[0] <= found[1], "beyond is no range of pixels")
    return float(found[0]), float(found[1])


def _progress(found: Any, chosen: Hyperparameters, images: int | None) -> Progress:
    names = {"history": list, "step": int, "total": float, "hits": int}
    need(type(found) is dict and set(found) == set(names), "state has other names")
    for name, kind in names.items():
        need(_is(found[name], kind), f"state has a {name} that is none")
    history = [_record(epoch, record) for epoch, record in enumerate(found["history"])]
    step, hits, done = found["step"], found["hits"], len(history) - 1
    need(done <= chosen.epochs, f"history has {done} epochs of {chosen.epochs}")
    at_rest = step == found["total"] == hits == 0
    need(at_rest or (step > 0 and 0 <= done < chosen.epochs), f"step is {step} after {done} of {chosen.epochs} epochs")
    seen = step * chosen.batch_size
    if images is not None:
        # the last batch of an epoch may be short
        need(seen < images + chosen.batch_size, f"step is {step}, beyond an epoch of {images} images")
        seen = min(seen, images)
    need(0 <= hits <= seen, f"hits are {hits} of {seen} images")
    return Progress(history, step, float(found["total"]), hits)


def _record(epoch: int, found: Any) -> Record:
    need(type(found) is dict and set(found) == set(Record._fields), f"history[{epoch}] has other names")
    need(_is(found["epoch"], int) and found["epoch"] == epoch, f"history[{epoch}] is of another epoch")
    for name in Record._fields[1:]:
        largest = 1 if name.endswith("accuracy") else sys.float_info.max
        smallest = 0 if name.endswith("accuracy") else -largest
        fits = _is(found[name], float) and smallest <= found[name] <= largest
        need(fits, f"history[{epoch}] has a {name} that is none")
    return Record(**found)


def _is(value: Any, kind: Any) -> bool:
    """True for a value of this kind, which is a type or a union of types; True is no number, and 1 is a float."""
    kinds = (int, float) if kind is float else get_args(kind) or (kind,)
    # every number of JSON must be one of float64, which integers can leave
    return type(value) in kinds and (kind is not float or abs(value) <= sys.float_info.max)


def _are_names(found: Any) -> bool:
    return type(found) is list and all(type(name) is str for name in found)
