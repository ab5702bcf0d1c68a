"""Where data sets are on this computer."""

import os
from contextlib import suppress
from pathlib import Path

from platformdirs import user_cache_path

from compare.errors import InputError

DATA_ROOT_VARIABLE = "COMPARE_DATA_ROOT"


def cache_path() -> Path:
    """The folder for what is downloaded once. Raises InputError for a user without a home folder."""
    # without one, platformdirs raises or names a folder `~` here, depending on its version
    with suppress(RuntimeError):
        path = user_cache_path("softmax-regression-twice", appauthor=False)
        if path.is_absolute():
            return path
    raise InputError(f"no home folder to keep downloads in; name a folder with --data-root or {DATA_ROOT_VARIABLE}")


def data_root(root: str | Path | None) -> Path:
    """The folder that a user named, or the cache, made if it is not there. Raises InputError if it cannot be used."""
    try:
        if root is None:
            root = cache_path()
            root.mkdir(parents=True, exist_ok=True)
        root = Path(root)
        if not root.is_dir():
            named = DATA_ROOT_VARIABLE if os.environ.get(DATA_ROOT_VARIABLE) == str(root) else "--data-root"
            raise InputError(f"{named} {root}: no such folder")
    except OSError as error:
        raise InputError(f"{root}: cannot be used: {error.strerror}") from None
    return root
