"""Which functions a file replaces, without running it."""

from pathlib import Path

import pytest

from compare.bugs.replaced import replaced

FILES = {
    "def logits(X, W, b):\n    return X\n": {"logits"},
    "nll_loss = lambda logP, y: 0\nsgd_step, other = 1, 2\n": {"nll_loss", "sgd_step"},
    "from mine import softmax as log_softmax, logits_gradient\n": {"log_softmax", "logits_gradient"},
    "try:\n    def parameter_gradients(X, dZ): ...\nexcept Exception: ...\n": {"parameter_gradients"},
    "class logits: ...\n": {"logits"},
    "raise SystemExit\n": set(),
    "from mine import *\n": None,
    "def (": None,
}


@pytest.mark.parametrize("text", FILES)
def test_what_the_text_of_a_file_defines(tmp_path: Path, text: str):
    (tmp_path / "mine.py").write_text(text)
    assert replaced(str(tmp_path / "mine.py")) == FILES[text]


@pytest.mark.parametrize("spec", ["scratch", "torch", "no/such/file.py"])
def test_of_others_it_is_not_known(spec: str):
    assert replaced(spec) is None
