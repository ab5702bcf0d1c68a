"""Where data sets are on this computer."""

from pathlib import Path

from platformdirs import user_cache_path

from compare.errors import InputError

DATA_ROOT_VARIABLE = "COMPARE_DATA_ROOT"


def cache_path() -> Path:
    """The folder for what is downloaded once."""
    return user_cache_path("softmax-regression-twice", appauthor=False)


def data_root(root: str | Path | None) -> Path:
    """The folder that a user named, or the cache, made if it is not there. Raises InputError if it cannot be used."""
    try:
        if root is None:
            root = cache_path()
            root.mkdir(parents=True, exist_ok=True)
        root = Path(root)
        if not root.is_dir():
            raise InputError(f"--data-root {root}: no such folder")
    except OSError as error:
        raise InputError(f"{root}: cannot be used: {error.strerror}") from None
    return root
