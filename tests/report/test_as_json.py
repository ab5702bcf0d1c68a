"""What is written as JSON, and that JSON.md documents it."""

import json
import re
from pathlib import Path

from compare.equations import QUANTITIES

ROOT = Path(__file__).parents[2]
SHORT = "--data", "digits", "--epochs", "3"


SHAPE = {
    "verdict": str,
    "data": {"name": str, "train": int, "validation": int, "test": int, "features": int, "classes": int},
    "problem": {
        **dict.fromkeys(("epochs", "batch_size", "seed", "steps", "parameters"), int),
        **dict.fromkeys(("lr", "val_fraction", "momentum", "dampening", "weight_decay"), float),
        "nesterov": bool,
        "train_subset": (int, type(None)),
        "checksums": dict.fromkeys(("images", "labels", "weight", "bias", "split", "order"), str),
    },
    "versions": {"python": str, "numpy": str, "torch": str},
}
FINDING = {
    **dict.fromkeys(("max_abs_error", "scaled_error", "budget", "used", "scratch", "torch"), float),
    **dict.fromkeys(("epoch", "step"), int),
    "index": (list, type(None)),
    "ceiling": (float, type(None)),
}
SIDE = dict.fromkeys(("train_loss", "train_accuracy", "val_loss", "val_accuracy"), float)
RUN = {
    **dict.fromkeys(("dtype", "verdict"), str),
    **dict.fromkeys(("test", "first_divergence", "growth"), type(None)),
    "steps": int,
    "quantities": {name: {"one_step": FINDING, "whole_run": FINDING} for name in QUANTITIES},
    "predictions": {
        **dict.fromkeys(("compared", "differ", "near_ties", "certified"), int),
        **dict.fromkeys(("largest", "evaluation"), float),
    },
    "sides": list,
    "exact": {name: {"values": int, "differ": int} for name in QUANTITIES},
    "truth": {name: {"scratch": float, "torch": float} for name in QUANTITIES},
    "gradients": {"scratch": list, "torch": list},
    "checks": dict.fromkeys(("training", "hard_batches", "exact", "gradients", "evaluation", "predictions"), bool),
    "seconds": {"scratch": float, "torch": float},
    "weights": {"scratch": str, "torch": str},
    "drift": {"W": float, "b": float},
}


def check_shape(value: object, shape: object, where: str = "") -> None:
    if isinstance(shape, dict):
        assert isinstance(value, dict), where
        assert set(value) == set(shape), where
        for key in shape:
            check_shape(value[key], shape[key], f"{where}.{key}")
    else:
        assert isinstance(value, shape), where


def test_json_has_the_documented_fields(cli, tmp_path: Path):
    assert cli(*SHORT, "--quiet", "--json", tmp_path / "proof.json")[0] == 0
    proof = json.loads((tmp_path / "proof.json").read_text())
    runs = proof.pop("runs")
    check_shape(proof, SHAPE)
    assert [run["dtype"] for run in runs] == ["float32", "float64"]
    for run in runs:
        curve, difficult = run.pop("curve"), run.pop("hard_batches")
        for found in difficult.values():
            check_shape(found, {**FINDING, **dict.fromkeys(("quantity", "reading", "tag"), str)})
        check_shape(run, RUN)
        assert [record["epoch"] for record in curve] == [0, 1, 2, 3]
        for record in curve:
            check_shape(record, {"epoch": int, "scratch": SIDE, "torch": SIDE})
    assert (proof["verdict"], proof["problem"]["parameters"], proof["problem"]["steps"]) == ("match", 650, 45)
    assert proof["data"] == {
        "name": "digits",
        "train": 1438,
        "validation": 359,
        "test": 0,
        "features": 64,
        "classes": 10,
    }


def test_json_md_names_every_field():
    documented = set(re.findall(r"`(\w+)`", Path(ROOT, "JSON.md").read_text()))
    fields = {*SHAPE, *SHAPE["data"], *SHAPE["problem"], *SHAPE["problem"]["checksums"], *SHAPE["versions"]}
    fields |= {
        *RUN,
        *RUN["predictions"],
        *RUN["checks"],
        *RUN["quantities"],
        *FINDING,
        "curve",
        "train_loss",
        "train_accuracy",
        "val_loss",
        "val_accuracy",
    }
    assert fields <= documented
