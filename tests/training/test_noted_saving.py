"""A save of rank 0, noted for the others."""

from pathlib import Path

import pytest

from compare.problem import Problem
from compare.training.train import train


def test_how_far_the_file_reaches_is_noted_before_and_after_each_save(
    small: Problem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    noted: list[str] = []
    monkeypatch.setattr("compare.training.noted_saving.note_saved", noted.append)
    monkeypatch.setattr("compare.training.saving.SECONDS_BETWEEN_SAVES", 0.0)
    path = tmp_path / "model.safetensors"
    epochs = len(train(small, save=path).history) - 1
    saves = [f"what is saved ends after epoch {epoch}" for epoch in (*range(epochs + 1), epochs)]
    assert noted == ["nothing is saved", *saves]
    train(small, save=path)
    assert noted[len(saves) + 1] == "it is as it was before this training"
