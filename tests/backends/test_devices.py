"""Where PyTorch works."""

import pytest
import torch

from compare.backends.devices import device
from compare.errors import InputError


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch):
    """Pretend that these devices are there, and no other."""

    def pretend(*names: str) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: "cuda" in names)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: "mps" in names)

    return pretend


# What is there, what is asked for (device, backend, dtype), and what is used.
CASES = {
    "the default": ((), ("cpu", "torch", "float32"), "cpu"),
    "auto, nothing there": ((), ("auto", "torch", "float32"), "cpu"),
    "auto, cuda": (("cuda", "mps"), ("auto", "torch", "float64"), "cuda"),
    "auto, mps": (("mps",), ("auto", "torch", "float32"), "mps"),
    "mps has no float64": (("mps",), ("auto", "torch", "float64"), "cpu"),
    "auto, NumPy": (("cuda",), ("auto", "scratch", "float32"), "cpu"),
    "cuda": (("cuda",), ("cuda", "torch", "float32"), "cuda"),
    "cuda by graphs": (("cuda",), ("cuda-graph", "torch", "float64"), "cuda-graph"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_device_that_is_used(there, case: str):
    available, asked, expected = CASES[case]
    there(*available)
    assert device(*asked) == expected


REFUSED = {
    "NumPy on cuda": (("cuda",), ("cuda", "scratch", "float32"), "--device cuda is for --backend torch"),
    "no cuda for graphs": (("mps",), ("cuda-graph", "torch", "float64"), "--device cuda-graph: there is none here"),
    "no cuda": (("mps",), ("cuda", "torch", "float32"), "--device cuda: there is none here for float32"),
    "mps in float64": (("mps",), ("mps", "torch", "float64"), "--device mps: there is none here for float64"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_device_that_cannot_be_used_is_told(there, case: str):
    available, asked, words = REFUSED[case]
    there(*available)
    with pytest.raises(InputError, match=words):
        device(*asked)
