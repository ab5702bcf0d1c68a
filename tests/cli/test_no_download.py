"""A command line that is refused downloads nothing, and a folder of data that is not there is one line."""

from pathlib import Path

import pytest

MISSING = "/no/folder"
# Each line with what is wrong in it; the data would have to be downloaded.
REFUSED = {
    "train --batch-size 60000": "batch size 60000, but only 5,833 training images",
    "train --train-subset 9999": "training subset of 9,999, but only 5,833",
    "train --log-every 60": "--log-every must lie in 1 ... 59, the steps of an epoch, not 60",
    "train --log-epochs 0": "--log-epochs must lie in 1 ... 164",
    "train --device cuda": "--device cuda is for --backend torch",
    "train --backend nobody": "unknown backend 'nobody'",
    "train --backend nowhere.py": "nowhere.py: cannot be read",
    "prove --bug nobody": "unknown bug 'nobody'",
    "prove --val-fraction 0.00001": "both need one",
    "page --momentum 0.9": "the page records plain SGD",
    "bugs --batch-size 60000": "batch size 60000",
    "exercise nowhere.py": "nowhere.py: cannot be read",
    "data --index 7291": "--index 7291: usps has the training images 0 ... 7290",
    "evaluate MODEL": "the checkpoint takes 784 pixels to 10 classes; usps has 256 and 10",
    "evaluate MODEL --backend nobody": "unknown backend 'nobody'",
    "explain MODEL --index 1 --against nobody": "unknown backend 'nobody'",
    "predict MODEL --index 1 --backend nobody": "unknown backend 'nobody'",
}


@pytest.mark.parametrize("line", REFUSED)
def test_what_is_refused_is_not_downloaded(
    refused, checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
):
    for module in ("torchvision_sets", "mnist"):
        monkeypatch.setattr(f"compare.data.{module}.fetched", lambda *_: pytest.fail("downloaded"))
    args = [checkpoint if word == "MODEL" else word for word in line.split()]
    named = ["usps"] if args[0] == "data" else ["--data", "usps"]
    assert REFUSED[line] in refused(*args, *named, "--data-root", tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        "data --list",
        "data mnist",
        "data usps",
        "prove --data mnist",
        "train --data mnist",
        "page --data mnist",
        "bugs --data mnist",
        "bugs --generated --data mnist",
        "evaluate MODEL --data mnist",
        "explain MODEL --index 1 --data mnist",
        "predict MODEL --index 1 --data mnist",
        "predict MODEL --image me.png --data mnist",
        "experiment dataset",
    ],
)
def test_a_folder_that_is_missing_is_one_line(refused, checkpoint: Path, line: str):
    args = [checkpoint if word == "MODEL" else word for word in line.split()]
    assert refused(*args, "--data-root", MISSING) == f"error: --data-root {MISSING}: no such folder"
