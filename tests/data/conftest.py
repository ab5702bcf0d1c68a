"""What the tests of the data share: a cache of their own, and a mirror to download from."""

import http.server
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the cache, which is not there yet."""
    monkeypatch.setattr("compare.data.folders.cache_path", lambda: tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def in_fetch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Run this code in each process that fetches, before it begins."""

    def tell(code: str) -> None:
        site = tmp_path / "site"
        site.mkdir()
        body = "".join(f"    {line}\n" for line in code.splitlines())
        begin = "import sys\nif any(part.endswith('fetch.py') for part in sys.orig_argv):\n"
        (site / "sitecustomize.py").write_text(begin + body)
        monkeypatch.setenv("PYTHONPATH", str(site))

    return tell


@pytest.fixture
def mirror(tmp_path: Path, in_fetch) -> Iterator[Path]:
    """A folder served on this machine, from which torchvision downloads MNIST in a process of its own."""
    folder = tmp_path / "mirror"
    folder.mkdir()
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    # small files have other checksums than the real ones
    in_fetch(
        "import torchvision.datasets.mnist as m\n"
        f"m.MNIST.mirrors = ['http://127.0.0.1:{server.server_port}/']\n"
        "m.MNIST.resources = [(name, None) for name, _ in m.MNIST.resources]\n"
    )
    yield folder
    server.shutdown()
    server.server_close()
