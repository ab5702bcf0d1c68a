"""Where data are looked for."""

from pathlib import Path

import pytest

from compare.data.folders import cache_path, data_root
from compare.data.registry import SOURCES
from compare.errors import InputError


def test_the_cache_has_a_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_path().name == "softmax-regression-twice"


def test_the_cache_is_made_when_it_is_needed(cache: Path):
    assert data_root(None) == cache
    assert cache.is_dir()
    assert data_root(None) == cache


def test_the_cache_of_a_new_user_is_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / "cache"))
    assert data_root(None).is_dir()
    assert data_root(None).parent == tmp_path / "home" / "cache"


def test_a_folder_that_is_named_is_not_made(tmp_path: Path):
    assert data_root(tmp_path) == tmp_path
    (tmp_path / "file").touch()
    for name in ("nowhere", "file"):
        with pytest.raises(InputError, match=f"--data-root .*{name}: no such folder"):
            data_root(tmp_path / name)
    assert not (tmp_path / "nowhere").exists()


def test_a_cache_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr("compare.data.folders.cache_path", lambda: tmp_path / "file" / "cache")
    with pytest.raises(InputError, match="cache: cannot be used: Not a directory"):
        data_root(None)


@pytest.mark.parametrize("behaviour", ["of today", "raises", "names a folder here"])
def test_a_user_without_a_home_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, behaviour: str):
    def no_entry(_: int) -> None:
        raise KeyError

    def no_home(*_: object, **__: object) -> Path:
        if behaviour == "raises":
            raise RuntimeError
        return Path("~", ".cache", "softmax-regression-twice")

    monkeypatch.chdir(tmp_path)
    for variable in ("HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setattr("pwd.getpwuid", no_entry)
    if behaviour != "of today":
        monkeypatch.setattr("compare.data.folders.user_cache_path", no_home)
    for wanted in (cache_path, lambda: data_root(None)):
        with pytest.raises(InputError, match=r"^no home folder to keep downloads in; name a folder with"):
            wanted()
    assert data_root(tmp_path) == tmp_path
    assert {name for name, source in SOURCES.items() if source.is_here(None)} == {"mnist5k", "digits"}
    assert not list(tmp_path.iterdir())
