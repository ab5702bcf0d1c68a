"""Tensors of a file that `torch.save` wrote: a zip archive, or a bare pickle as it was long ago."""

import pickletools
import warnings
import zipfile
from pathlib import Path
from typing import Any, BinaryIO

from numpy.typing import NDArray

from compare.data.regular_files import BoundedReader
from compare.errors import InputError

# All that plain tensors of NumPy's types are made of. PyTorch itself would take more: types that NumPy has not,
# sparse and quantized tensors, sets and byte arrays of any size.
STORAGE_TYPES = "Double", "Float", "Half", "Long", "Int", "Short", "Char", "Byte", "Bool"
PLAIN = {
    "collections OrderedDict",
    "torch._utils _rebuild_parameter",
    "torch._utils _rebuild_tensor_v2",
    "torch._utils _rebuild_tensor_v3",
    "torch.storage UntypedStorage",
    *(f"torch {name}Storage" for name in STORAGE_TYPES),
}
# A bare pickle has this number, a version and a description before the tensors, and the names of the storages after.
MAGIC = 0x1950A86A20F9469CFC6C
BEFORE = 3


def read_torch(path: Path) -> dict[str, NDArray]:
    """The tensors of the file by their names; nothing in it is ever run.

    Raises InputError, naming the file, if it is damaged (an archive has checksums), or holds more than dense tensors.
    """
    try:
        _check(path)
    except Exception as error:
        # a damaged file can make the readers of zip and pickle raise anything
        raise _refused(path, f" ({' '.join(str(error).split())[:200] or type(error).__name__})") from None
    import torch

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            content = torch.load(path, map_location="cpu", weights_only=True)
        return {name: _array(name, tensor) for name, tensor in content.items()}
    except Exception:
        # weights_only keeps a pickle from running anything; what PyTorch says then is advice to run it all the same
        raise _refused(path) from None


def _refused(path: Path, reason: str = "") -> InputError:
    advice = "torch.save(model.state_dict(), FILE) writes one"
    return InputError(f"{path}: not a file of plain tensors, or a damaged one{reason}; {advice}")


def _check(path: Path) -> None:
    """Raise ValueError, or what the readers raise, before anything is made of the file."""
    with BoundedReader(path) as stream:
        size = stream.size
        if stream.read(2) == b"PK":
            _check_archive(stream, size)
        else:
            stream.seek(0)
            for _ in range(BEFORE):
                check_pickle(stream, MAGIC)
            for _ in range(2):
                check_pickle(stream, size)


def _check_archive(stream: BinaryIO, size: int) -> None:
    with zipfile.ZipFile(stream) as archive:
        members = archive.infolist()
        if any(member.file_size != member.compress_size for member in members):
            raise ValueError("a part of it is compressed")
        if len({member.filename for member in members}) < len(members):
            raise ValueError("a part of it is there twice")
        if sum(member.file_size for member in members) > size:
            raise ValueError("its parts overlap")
        if damaged := archive.testzip():
            raise ValueError(f"{damaged!a} does not fit its checksum")
        for member in members:
            if member.filename.endswith(".pkl"):
                with archive.open(member) as pickled:
                    check_pickle(pickled, size)


def check_pickle(stream: Any, largest: int) -> None:
    """Raise ValueError if the next pickle of a stream has more than tensors, numbers beyond `largest`, or nesting.

    A file of so many bytes has no tensor of more values. And a tuple that is used again can hold tuples that are
    used again, and so on: to look at it would take for ever.
    """
    tuples, before = set(), ""
    for code, argument, _ in pickletools.genops(stream):
        if code.name == "GLOBAL" and argument not in PLAIN:
            raise ValueError(f"it asks for {str(argument).replace(' ', '.')[:60]!a}")
        if isinstance(argument, int) and not 0 <= argument <= largest:
            raise ValueError(f"it asks for {argument:.3g} values" if argument > 0 else "it has a negative size")
        if code.name.endswith("PUT") and "TUPLE" in before:
            tuples.add(argument)
        if code.name.endswith("GET") and argument in tuples:
            raise ValueError("it has a tuple twice")
        before = before if code.name == "PROTO" else code.name


def _array(name: Any, tensor: Any) -> NDArray:
    """Raises what PyTorch raises for no tensor, and ValueError for one that shows the same value in many places."""
    array = tensor.detach().numpy()
    repeated = any(step == 0 and length > 1 for step, length in zip(array.strides, array.shape, strict=True))
    if not isinstance(name, str) or (repeated and array.size) or array.nbytes > tensor.untyped_storage().nbytes():
        raise ValueError
    return array
