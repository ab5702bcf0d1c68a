"""The closing words: what is normal, and what the curve still does."""

import dataclasses
from types import SimpleNamespace

import pytest

from compare import published
from compare.problem import Hyperparameters
from compare.remarks import USUAL, remark, usual_band


def a_problem(name: str, lr: float, steps: int, epochs: int = 10, **options: object) -> SimpleNamespace:
    """As much of a problem as a remark looks at."""
    chosen = Hyperparameters(epochs=epochs, lr=lr, **options)
    return SimpleNamespace(name=name, classes=10, steps=steps, chosen=chosen)


def records(accuracy: float, losses: tuple[float, float], train: tuple[float, float] = (1.0, 0.9)) -> list[dict]:
    """Eleven records that end so."""
    first = {"val_accuracy": 0.1, "val_loss": 2.4, "train_loss": 2.4}
    before = {"val_accuracy": 0.1, "val_loss": losses[0], "train_loss": train[0]}
    return [first] + [before] * 9 + [{"val_accuracy": accuracy, "val_loss": losses[1], "train_loss": train[1]}]


DEFAULT = "mnist5k", 1e-3, 9600
CASES = {
    "usual, improving": (DEFAULT, records(0.86, (0.7, 0.65)), ["Accuracy 86.0% is normal", "Still improving", "7.1%"]),
    "below": (DEFAULT, records(0.7, (0.7, 0.65)), ["below the usual 83.1% to 90.0%", "check the gradient"]),
    "above": (DEFAULT, records(0.99, (0.7, 0.65)), ["above the usual", "no validation image is trained on"]),
    "diverging": (DEFAULT, records(0.86, (4.0, 3.0), (4.0, 5.0)), ["ends at 3, above the 2.4", "training diverges"]),
    "guessing": (DEFAULT, records(0.1, (2.3, 2.3)), ["hardly better than guessing", "whether there were enough steps"]),
    "no band": (
        ("mnist5k", 0.02, 9600),
        records(0.7, (0.7, 0.6999)),
        ["Levelled off: the validation loss moved by"],
    ),
    "overfitting": (DEFAULT, records(0.86, (0.6, 0.65)), ["Overfitting: the training loss still falls"]),
    "unsteady": (DEFAULT, records(0.86, (0.6, 0.65), (0.9, 1.0)), ["Unsteady: both losses rose"]),
}


@pytest.mark.parametrize("case", CASES)
def test_remarks(case: str):
    problem, history, words = CASES[case]
    said = remark(a_problem(*problem), history)
    for word in words:
        assert word in said
    assert ("usual" in said) == (case not in ("no band", "guessing", "diverging"))


def test_bands_are_for_the_defaults_only():
    for (name, lr, steps), (low, high) in USUAL.items():
        band = usual_band(a_problem(name, lr, steps))
        assert band[0] < low < high < band[1]
        for changed in ({"momentum": 0.9}, {"batch_size": 50}, {"train_subset": 100}, {"weight_decay": 0.1}):
            assert usual_band(a_problem(name, lr, steps, **changed)) is None
        assert usual_band(a_problem(name, lr, steps + 1)) is None


def test_the_published_curve_is_a_band_at_every_epoch():
    problem = a_problem("mnist", 1e-3, 480, epochs=1)
    assert usual_band(problem) == pytest.approx((published.CURVE[1] - 0.05, published.CURVE[1] + 0.05))
    longer = dataclasses.replace(problem.chosen, epochs=21)
    assert usual_band(SimpleNamespace(**vars(problem) | {"chosen": longer})) is None


def test_training_ends_with_a_remark(cli):
    _, out, _ = cli("train", "--backend", "scratch", "--data", "digits", "--epochs", 64, "--lr", "0.1")
    assert "is normal here, 91.7% to 97.4% being usual. Still improving" in out.splitlines()[-2]
