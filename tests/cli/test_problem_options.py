"""What the options of a problem make of few images of one's own."""

from pathlib import Path

import numpy as np
import pytest

from compare.cli.problem_options import ProblemOptions
from compare.data.own_data import tell


@pytest.mark.parametrize(
    ("images", "batch_size", "epochs"),
    # a fifth is held out; about 9,600 steps
    [(40, 32, 9600), (124, 99, 9600), (125, 100, 9600), (126, 100, 4800), (20_000, 100, 60)],
)
def test_few_images_of_ones_own_are_one_step(
    tmp_path: Path, capsys: pytest.CaptureFixture, images: int, batch_size: int, epochs: int
):
    tell.cache_clear()
    own = str(tmp_path / "own.npz")
    np.savez(own, images=np.zeros((images, 2, 2), np.uint8), labels=np.arange(images) % 2)
    chosen = ProblemOptions(data=own).problem(quiet=True).chosen
    assert (chosen.batch_size, chosen.epochs) == (batch_size, epochs)
    note = f"note: {batch_size} images of {own} to train on, so a step has all of them; --batch-size takes fewer\n"
    assert (note in capsys.readouterr().err) == (batch_size < 100)
    assert ProblemOptions(data=own, batch_size=5, epochs=1).problem(quiet=True).chosen.batch_size == 5


def test_data_that_have_a_name_keep_the_usual_batch():
    assert ProblemOptions(data="digits").problem(quiet=True).chosen.batch_size == 100
