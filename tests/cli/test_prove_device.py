"""`prove --device`: where PyTorch works."""

import pytest

from compare.backends.by_name import backend
from compare.cli import prove as prove_command

SHORT = "--data", "digits", "--epochs", "1"

DEVICES = {
    "none there": (("--device", "cuda"), "--device cuda: there is none here for float64; take --device cpu or auto"),
    "not for NumPy": (
        ("--against", "scratch", "--device", "cuda"),
        "--device cuda is for --backend torch; NumPy works on the cpu",
    ),
    "that of float32": (
        ("--device", "cuda-graph", "--dtype", "float32"),
        "--device cuda-graph: there is none here for float32; take --device cpu or auto",
    ),
}


@pytest.mark.parametrize("case", DEVICES)
def test_a_device_that_cannot_be_used(cli, monkeypatch: pytest.MonkeyPatch, case: str):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    options, words = DEVICES[case]
    assert cli(*SHORT, *options) == (2, "", f"error: {words}\n")


def test_torch_works_on_the_device(cli, monkeypatch: pytest.MonkeyPatch):
    asked = []

    def named(*names):
        asked.append(names)
        return backend("scratch"), backend("torch")

    monkeypatch.setattr(prove_command, "named", named)
    monkeypatch.setattr(prove_command, "device", lambda name, *side: f"{name} for {side}")
    assert cli(*SHORT, "--device", "cuda")[0] == 0
    assert asked[0][-1] == "cuda for ('torch', 'float64')"
