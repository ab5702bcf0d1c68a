"""The closing words: what is normal, and what the curve still does."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from compare.problem import Hyperparameters
from compare.training import advice as words_of
from compare.training.advice import USUAL, _on_the_end, advice, diverged, usual_band
from scratch import Record, Rows


def a_problem(name: str, lr: float, steps: int, epochs: int = 10, **options: object) -> SimpleNamespace:
    """As much of a problem as advice looks at."""
    chosen = Hyperparameters(epochs=epochs, lr=lr, **options)
    train = Rows(np.full((4, 2), 255, np.uint8), np.arange(4)), np.zeros(4, int)
    return SimpleNamespace(name=name, classes=10, steps=steps, chosen=chosen, evaluated_on="validation", train=train)


def records(accuracy: float, losses: tuple[float, float], train: tuple[float, float] = (1.0, 0.9)) -> list[Record]:
    """Eleven records: from before training, nine with the first of the losses, and one with the second."""
    first, before, last = (2.4, 2.4, 0.1), (train[0], losses[0], 0.1), (train[1], losses[1], accuracy)
    return [Record(n, loss, 0.1, *val) for n, (loss, *val) in enumerate([first] + [before] * 9 + [last])]


DEFAULT = "mnist5k", 1e-3, 9600
CASES = {
    "usual, improving": (
        DEFAULT,
        records(0.86, (0.7, 0.65)),
        ["Validation accuracy 86.0 % is normal", "Still improving", "7.1 %"],
    ),
    "below": (DEFAULT, records(0.7, (0.7, 0.65)), ["below the usual 83.1 % to 90.0 %", "check the gradient"]),
    "above": (DEFAULT, records(0.99, (0.7, 0.65)), ["above the usual", "no validation image is trained on"]),
    "diverging": (DEFAULT, records(0.86, (4.0, 3.0), (4.0, 5.0)), ["begins at 2.4 and ends at 5: training diverges"]),
    "only the validation loss is above its start": (DEFAULT, records(0.86, (14.0, 15.0)), ["Overfitting"]),
    "only the running mean is above its start": (DEFAULT, records(0.86, (0.7, 0.65), (9.0, 9.0)), ["is normal here"]),
    "guessing": (
        DEFAULT,
        records(0.1, (2.3, 2.3)),
        [
            "Validation accuracy 10.0 % is hardly better than guessing",
            "check the number of steps, the learning rate and the labels",
        ],
    ),
    "no band": (
        ("mnist5k", 0.02, 9600),
        records(0.7, (0.7, 0.6999)),
        ["Levelled off: the validation loss moved by"],
    ),
    "a fall of 0.6 % is a movement": (DEFAULT, records(0.86, (1.0, 0.994)), ["Still improving", "fell by 0.6 %"]),
    "a fall of 0.4 % is none": (DEFAULT, records(0.86, (1.0, 0.996)), ["Levelled off", "moved by 0.4 %"]),
    "a rise of 0.4 % is none": (DEFAULT, records(0.86, (1.0, 1.004)), ["Levelled off", "moved by 0.4 %"]),
    "a rise of 0.6 % is a movement": (DEFAULT, records(0.86, (1.0, 1.006)), ["Overfitting"]),
    "overfitting": (DEFAULT, records(0.86, (0.6, 0.65)), ["Overfitting: the training loss still falls"]),
    "the training loss stands still": (DEFAULT, records(0.86, (0.6, 0.65), (0.9, 0.9)), ["Unsteady"]),
    "unsteady, though it fell in the end": (
        DEFAULT,
        [*records(0.86, (0.9, 0.8))[:4], Record(4, 1.0, 0.1, 0.7, 0.1), *records(0.86, (0.9, 0.8))[5:]],
        ["Unsteady: the validation loss was 0.7 after epoch 4, and ends at 0.8; try a smaller --lr."],
    ),
    "a little lower before": (
        DEFAULT,
        [*records(0.86, (0.9, 0.8))[:4], Record(4, 1.0, 0.1, 0.75, 0.1), *records(0.86, (0.9, 0.8))[5:]],
        ["Levelled off: the validation loss was 0.75 after epoch 4, and ends at 0.8."],
    ),
    "lower before by less than a movement": (
        DEFAULT,
        [*records(0.86, (0.9, 0.8))[:4], Record(4, 1.0, 0.1, 0.797, 0.1), *records(0.86, (0.9, 0.8))[5:]],
        ["Still improving at the end. The validation loss fell by 11.1 %"],
    ),
    "unsteady": (DEFAULT, records(0.86, (0.6, 0.65), (0.9, 1.0)), ["Unsteady: both losses rose"]),
}


@pytest.mark.parametrize("case", CASES)
def test_advice(case: str):
    problem, history, words = CASES[case]
    # of the final weights
    train_loss = history[-1].train_loss if "running mean" not in case else 0.6
    text = advice(a_problem(*problem), history, train_loss)
    for word in words:
        assert word in text
    assert ("usual" in text) == (case not in ("no band", "guessing", "diverging"))


@pytest.mark.parametrize("last", [0.75, 1.25])
def test_what_moves_by_the_limit_has_levelled_off(monkeypatch: pytest.MonkeyPatch, last: float):
    for limit in ("MOVED", "STANDS"):
        monkeypatch.setattr(words_of, limit, 0.25)  # a quarter does not round
    for train in ((1.0, 0.9), (0.9, 1.0)):
        text = advice(a_problem(*DEFAULT), records(0.86, (1.0, last), train), 1.0)
        assert text.endswith("Levelled off: the validation loss moved by 25.0 % in the last epoch.")


@pytest.mark.parametrize(
    ("losses", "words"),
    [
        (
            [2.302, 2.300, 2.298, 2.296],
            "Still improving at the end. The validation loss fell by 0.1 % in the last epoch",
        ),
        ([2.304, 2.302, 2.3, 2.299], "Levelled off"),
        ([2.305, 2.302, 2.3, 2.2985], "Still improving"),
        ([0.51, 0.5, 0.5, 0.4999], "Levelled off"),
        ([0.5003, 0.5002, 0.5001, 0.5], "Levelled off"),
        ([2.298, 2.3, 2.302, 2.303], "Levelled off"),
        ([0.5, 0.498], "Still improving"),
        ([1 - 0.0192 * n / 18 for n in range(19)] + [0.9804, 0.98], "Levelled off"),
    ],
)
def test_what_falls_slowly_all_the_time_has_not_levelled_off(losses: list[float], words: str):
    history = [Record(n, 1 - n / 100, 0.2, loss, 0.3) for n, loss in enumerate(losses)]
    assert words in advice(a_problem(*DEFAULT), history, 0.9)


@pytest.mark.parametrize(
    ("epochs", "tenth", "span"),
    [(1, 1, "epoch"), (9, 1, "epoch"), (19, 1, "epoch"), (20, 2, "2 epochs"), (29, 2, "2 epochs"), (30, 3, "3 epochs")],
)
def test_the_end_is_the_last_tenth_of_the_epochs(epochs: int, tenth: int, span: str):
    losses = dict.fromkeys(range(epochs + 1), 5.0) | {epochs - tenth: 1.0, epochs: 0.9}
    history = [Record(n, 1.0, 0.8, loss, 0.86) for n, loss in losses.items()]
    text = advice(a_problem(*DEFAULT), history, 1.0)
    assert f"The validation loss fell by 10.0 % in the last {span};" in text


def test_of_images_that_are_nearly_black_the_pixels_are_to_be_checked():
    problem = a_problem(*DEFAULT)
    problem.train[0].array[:] = 16
    text = advice(problem, records(0.1, (2.3, 2.3)), 2.3)
    assert "check the pixels, of which none is above 16 of 255, the learning rate and the labels" in text


def test_what_lies_on_an_edge_is_inside():
    problem = a_problem(*DEFAULT)
    for accuracy in usual_band(problem):
        assert "is normal here" in advice(problem, records(accuracy, (0.7, 0.65)), 0.9)
    assert "below the usual" in advice(problem, records(0.15, (0.7, 0.65)), 0.9)
    assert "hardly better than guessing" in advice(problem, records(0.149, (0.7, 0.65)), 0.9)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (2.3, 2.29, False), (2.3, 2.3, False), (2.3, 2.31, True), (2.3, 0.0, False),
        (2.3, math.nan, True), (2.3, math.inf, True), (math.inf, math.inf, True),
    ],
)  # fmt: skip
def test_diverged_is_a_training_loss_that_is_not_finite_or_above_its_start(start: float, end: float, expected: bool):
    assert diverged(start, end) is expected


def test_a_loss_that_is_no_number_diverges():
    text = advice(a_problem(*DEFAULT), records(0.86, (0.7, 0.65)), math.nan)
    assert text == "The training loss begins at 2.4 and ends at nan: training diverges; try a smaller --lr."


# As measured, and 0.01 on either side.
BANDS = {
    ("mnist5k", 1e-3, 9600): (0.831, 0.900),
    ("mnist5k", 0.1, 960): (0.878, 0.924),
    ("digits", 1e-3, 9600): (0.861, 0.949),
    ("digits", 0.1, 960): (0.917, 0.974),
    ("mnist", 0.1, 2400): (0.901, 0.924),
}


def test_bands_are_those_measured_and_for_the_defaults_only():
    assert set(BANDS) == set(USUAL)
    for (name, lr, steps), band in BANDS.items():
        assert usual_band(a_problem(name, lr, steps)) == pytest.approx(band)
        # over seeds
        assert usual_band(a_problem(name, lr, steps, seed=5)) == pytest.approx(band)
        for changed in ({"momentum": 0.9}, {"batch_size": 50}, {"train_subset": 100}, {"weight_decay": 0.1}):
            assert usual_band(a_problem(name, lr, steps, **changed)) is None
        assert usual_band(a_problem(name, lr, steps + 1)) is None


def test_the_published_curve_is_a_band_at_every_epoch_of_it():
    def band(epochs: int) -> tuple[float, float] | None:
        return usual_band(a_problem("mnist", 1e-3, 480 * epochs, epochs))

    assert band(1) == pytest.approx((0.6282 - 0.05, 0.6282 + 0.05))
    assert band(20) == pytest.approx((0.8530 - 0.015, 0.8530 + 0.015))
    assert band(21) is None


@pytest.mark.parametrize(("losses", "words"), [((0.0, 0.0), "moved by 0.0 %"), ((0.0, 0.1), "rose at the end")])
def test_a_loss_of_nothing_has_no_share(losses: tuple[float, float], words: str):
    history = [Record(n, 0.5, 1.0, loss, 1.0) for n, loss in enumerate(losses)]
    assert words in _on_the_end(history, "validation")
