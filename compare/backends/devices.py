"""Where PyTorch does its work."""

from enum import StrEnum

from compare.errors import InputError


class Device(StrEnum):
    """What --device takes."""

    cpu = "cpu"
    cuda = "cuda"
    # the steps of an epoch as CUDA graphs
    cuda_graph = "cuda-graph"
    mps = "mps"
    auto = "auto"


def device(name: str, backend: str, dtype: str) -> str:
    """The device to use for the name of a Device: `auto` is the fastest that is there.

    Raises InputError if there is none of the name, or the backend or dtype cannot use it.
    """
    if name == "cpu" or (name == "auto" and backend != "torch"):
        return "cpu"
    if backend != "torch":
        raise InputError(f"--device {name} is for --backend torch; NumPy works on the cpu")
    import torch

    cuda = torch.cuda.is_available()
    # MPS has no float64
    mps = torch.backends.mps.is_available() and dtype == "float32"
    usable = {"cuda": cuda, "mps": mps, "cuda-graph": cuda}
    if name == "auto":
        return next((found for found, there in usable.items() if there), "cpu")
    if not usable[name]:
        raise InputError(f"--device {name}: there is none here for {dtype}; take --device cpu or auto")
    return name
