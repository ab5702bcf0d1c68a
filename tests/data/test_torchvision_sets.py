"""A data set comes from a process of its own, whatever happens to that process."""

from pathlib import Path

import numpy as np
import pytest

from compare.data import torchvision_sets
from compare.data.torchvision_sets import fetched, load_with_torchvision
from compare.errors import InputError

# A process that answers without torchvision.
ANSWER = """
import sys, types
module = types.ModuleType("torchvision.datasets")
sys.modules["torchvision"] = types.ModuleType("torchvision")
sys.modules["torchvision"].datasets = sys.modules["torchvision.datasets"] = module
sys.modules["torchvision.datasets.utils"] = types.SimpleNamespace(check_integrity=lambda *_: True)
class FakeData:
    classes = ["cat", "dog", "N/A"]
    def __init__(self, root, train, download):
        import numpy as np
        if not train and "no test" in root:
            raise OSError("disk trouble\\nand more")
        self.data = np.full((2 + train, 2, 2, 3), np.arange(3) + 10 * train, np.uint8)
        self.targets = [0, 1, 1][: 2 + train]
module.CIFAR10 = FakeData
"""


@pytest.fixture
def fake_torchvision(in_fetch) -> None:
    in_fetch(ANSWER)


@pytest.mark.usefixtures("fake_torchvision")
def test_a_data_set_comes_back_whole(tmp_path: Path):
    data = load_with_torchvision("cifar10", tmp_path)
    assert (data.name, data.classes, data.names, data.shape) == ("cifar10", 2, ("cat", "dog"), (3, 2, 2))
    # colour first, each plane in one piece
    np.testing.assert_array_equal(data.train[0], np.tile(np.repeat([10, 11, 12], 4), (3, 1)))
    np.testing.assert_array_equal(data.test[0], np.tile(np.repeat([0, 1, 2], 4), (2, 1)))
    np.testing.assert_array_equal(data.train[1], [0, 1, 1])
    np.testing.assert_array_equal(data.test[1], [0, 1])


@pytest.mark.usefixtures("fake_torchvision")
def test_a_failure_is_one_line_with_its_reason(tmp_path: Path):
    root = tmp_path / "no test"
    root.mkdir()
    with pytest.raises(InputError) as error:
        fetched("cifar10", root)
    assert str(error.value) == (
        f"cifar10: not whole in {root}, no download (disk trouble); see --data-root, or take mnist5k"
    )


def test_a_process_that_is_killed_is_told(in_fetch, tmp_path: Path):
    in_fetch("import os\nos._exit(9)")
    with pytest.raises(InputError, match=r"no download \(it broke off\)"):
        fetched("cifar10", tmp_path)


def test_the_folder_that_is_read_is_the_cache_unless_named(cache: Path, monkeypatch: pytest.MonkeyPatch):
    asked = []

    def fetch(name: str, root: Path) -> dict:
        asked.append((name, root))
        raise InputError("enough")

    monkeypatch.setattr(torchvision_sets, "fetched", fetch)
    for root in (None, cache.parent):
        with pytest.raises(InputError, match="enough"):
            load_with_torchvision("usps", root)
    assert asked == [("usps", cache), ("usps", cache.parent)]
