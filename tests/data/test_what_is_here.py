"""Which data sets are here, and that the sizes that are listed are theirs."""

from pathlib import Path

from compare.data.registry import SOURCES, load


def test_empty_folders_hold_no_data(tmp_path: Path):
    for source in SOURCES.values():
        for pattern in source.files:
            (tmp_path / pattern).parent.mkdir(parents=True, exist_ok=True)
    assert {name for name, source in SOURCES.items() if source.is_here(tmp_path)} == {"mnist5k", "digits"}


def test_listed_sizes_are_those_of_the_data(mnist_root: Path):
    for name in ("mnist5k", "digits", "mnist"):
        dataset, source = load(name, mnist_root), SOURCES[name]
        tests = len(dataset.test[1]) if dataset.test else 0
        assert (len(dataset.train[1]), tests) == source.size
        assert (dataset.shape, dataset.classes) == (source.shape, source.classes)
