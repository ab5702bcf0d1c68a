"""One image through the six equations, in words."""

import io
import math
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from compare.backends.by_name import SCRATCH
from compare.backends.protocol import State
from compare.proof.explanation import explain
from compare.report.tables import plain_console, wide_console
from compare.report.walk import Walk, paragraphs, pushes, walk

# The first image of MATHS.md, and its label.
IMAGE, LABEL = np.array([[1, 0.5, 0, 0]]), np.array([0])
W, B = np.array([[1.0, -1, 0, -1], [0, 1, 1, 1], [0, -1, 1, 0]]), np.array([0.5, 0, -0.5])


@pytest.fixture
def example() -> Walk:
    """The first image of MATHS.md, alone."""
    values = explain(SCRATCH, State(W, B), IMAGE, LABEL, 0.5)
    return Walk(IMAGE[0], (2, 2), ("cat", "dog", "cow"), 0, values, (0, 1.0), (1.0, 0.5), 0.5, "as --lr says")


@pytest.fixture
def made() -> Callable[..., Walk]:
    """A walk through an image of this shape with K classes."""

    def make(shape: tuple[int, ...], K: int, names: tuple[str, ...] = (), **changed) -> Walk:
        random = np.random.default_rng(1)
        image = random.integers(0, 256, (1, np.prod(shape, dtype=int))).astype(np.uint8)
        weights = (0.02 * random.standard_normal((K, image.size))).astype(np.float32)
        values = explain(SCRATCH, State(weights, np.zeros(K, np.float32)), image, np.array([K - 1]), 0.001)
        names = names or tuple(map(str, range(K)))
        told = Walk(image[0], shape, names, K - 1, values, (3, 0.5), (weights[-1, 3], 0.0), 0.001, "as --lr says")
        return replace(told, **changed)

    return make


def test_each_equation_is_told_with_the_numbers_of_maths_md(example: Walk):
    assert [" ".join(text.split()) for text in paragraphs(example)] == [
        "E1 Z = X Wᵀ + b: one logit for each class, drawn as a bar from 0. The largest is that of cat, 1.",
        "E2 The shift: 1, the largest logit, is subtracted from all of them. No probability changes, and exp cannot "
        "overflow. The sum of all exp(Z - max) is 1.742, so P[0] = exp(0) / 1.742 = 0.5741.",
        "E3 The loss is of the label alone: L = -log P[0] = -log 0.5741 = 0.555. N = 1: this image is the whole batch, "
        "so nothing is averaged.",
        "E4 dZ = (P - Y) / N: how fast L changes with each logit. A step goes against it: it pushes cat up (0.43), "
        "dog down (0.35), cow down (0.078). How far it goes, E6 says.",
        "E5 dW = dZᵀ X, one entry: dW[0, 0] = dZ[0] X[0] = -0.4259 x 1 = -0.4259. Row 0 is the template of cat; "
        "pixel 0 (row 0, column 0, from 0) has the largest X. db[0] = dZ[0] = -0.4259, because N = 1.",
        "E6 The rate is 0.5, as --lr says. W[0, 0]: 1.0000 - 0.5 x (-0.4259) = 1.2130. "
        "b[0]: 0.5000 - 0.5 x (-0.4259) = 0.7130. So the logit of the label, Z[0], goes from 1 to 1.479, and the loss "
        "of this image is 0.555 before the step and 0.2857 after it.",
    ]


@pytest.mark.parametrize(
    ("P", "L", "told"),
    [
        (0.5741, 0.55495, "-log 0.5741 = 0.555"),
        (0.9988, 0.00116, "-log 0.998841 = 0.00116"),
        (0.99995864, 4.136e-05, "-log 0.99995864 = 4.136e-05"),
        (1.0, 0.0, "-log 1 = 0"),
        (1.0, 2e-8, "-log 0.99999998 = 2e-08"),
        (0.0, 409.6, "-log 1.297e-178 = 409.6"),
        # no double is so small
        (0.0, 800.0, "-log 0 = 800"),
        (0.0, math.inf, "-log 0 = inf"),
        (math.nan, math.nan, "-log nan = nan"),
        # a function of one's own may return anything
        (0.5, 3.0, "-log 0.5 = 3"),
        (-0.5, 3.0, "-log -0.5 = 3"),
    ],
)
def test_the_logarithm_of_what_is_told_is_the_loss(example: Walk, P: float, L: float, told: str):
    values = example.values | {"probabilities": np.array([P, 1 - P, 0]), "loss": np.float64(L)}
    assert f"L = -log P[0] = {told}. " in " ".join(paragraphs(replace(example, values=values))[2].split())


def test_the_sums_that_are_told_come_out(example: Walk):
    for text in paragraphs(example):
        for old, rate, by, new in re.findall(r": (\S+) - (\S+) x \(?([^ )]+)\)? = ([\d.]+\d)", " ".join(text.split())):
            assert float(old) - float(rate) * float(by) == pytest.approx(float(new), abs=1.1e-4)
    X = np.array([[1, 0.5, 0, 0]])
    again = explain(SCRATCH, State(W - 0.5 * example.values["db"][:, None] * X, B), X, LABEL, 0.5)
    assert again["loss"] > example.values["loss_after"], "the bias has been updated too"


@pytest.mark.parametrize(
    ("dZ", "words"),
    [
        (
            [-0.67, 0.41, 0.2, 0.03, 0.02, 0.01],
            "a up (0.67), b down (0.41), c down (0.2), the other 3 together down (0.06)",
        ),
        (
            [0.1, -0.4, 0.1, 0.1, 0.1, 0.0],
            "b up (0.4), a down (0.1), c down (0.1), d down (0.1), the other 2 together down (0.1)",
        ),
        ([-0.5, 0.5, 0.0, 0.0, 0.0, 0.0], "a up (0.5), b down (0.5)"),
        ([-1.0, 0.951, 0.049], "a up (1), b down (0.95), c down (0.049)"),
        ([-3e-5, 2e-5, 1e-5, 0.0, 0.0, 0.0], "a up (3e-05), b down (2e-05), c down (1e-05)"),
        ([-1.0, 0.949, 0.051, 0.0, 0.0, 0.0], "a up (1), b down (0.95), c down (0.051)"),
        ([-1.0, 0.951, 0.049, 0.0, 0.0, 0.0], "a up (1), b down (0.95), the other 4 together down (0.049)"),
    ],
)  # fmt: skip
def test_a_row_of_dz_in_words(example: Walk, dZ: list[float], words: str):
    told = replace(example, names=tuple("abcdef"), values={"dZ": np.array(dZ, np.float32)})
    assert pushes(told) == f"it pushes {words}"


def test_a_row_that_pushes_nothing_or_is_not_finite(example: Walk):
    assert pushes(replace(example, values={"dZ": np.zeros(3)})) == "it pushes nothing, because dZ is 0"
    assert "not finite" in pushes(replace(example, values={"dZ": np.array([0, np.nan, 1])}))


def test_how_many_images_a_batch_had_in_training(example: Walk):
    text = " ".join(paragraphs(replace(example, trained=1000))[2].split())
    assert "N = 1: this image is the whole batch (in training a batch has 1,000), so nothing is averaged." in text


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((2, 2), "pixel 3 (row 1, column 1, from 0) has"),
        ((1, 2, 2), "pixel 3 (channel 0, row 1, column 1, from 0) has"),
        ((4,), "pixel 3 has"), (None, "pixel 3 has"),
    ],
)  # fmt: skip
def test_where_the_pixel_is(example: Walk, shape: tuple | None, words: str):
    text = paragraphs(replace(example, shape=shape, pixel=(3, 0.25)))[4]
    assert words in " ".join(text.split())
    assert "X[3] = -0.4259 x 0.25 = " in " ".join(text.split())


LONG = tuple(f"a_name_of_sixteen_{k}" for k in range(100))
SHAPES = {
    "MNIST": ((28, 28), 10, ()),
    "long names": ((28, 28), 13, LONG[:13]),
    "colour, a hundred classes": ((3, 32, 32), 100, LONG),
    "large": ((200, 300), 3, ()),
    "small": ((2, 3), 2, ()),
    "no image": ((7,), 4, ()),
    "wide letters": ((8, 8), 5, ("おおおお", "すすす", "つ", "なな", "れれれれれれれ")),
}


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 200])
@pytest.mark.parametrize("case", SHAPES)
def test_it_fits_the_terminal(made: Callable[..., Walk], monkeypatch: pytest.MonkeyPatch, case: str, columns: int):
    monkeypatch.setenv("COLUMNS", str(columns))
    shape, K, names = SHAPES[case]
    told = made(shape, K, names, origin="as --lr says, " + "which is long, " * 5, trained=100)
    console = wide_console(io.StringIO())
    console.print(walk(told, console))
    lines = console.file.getvalue().splitlines()
    widths = [plain_console().render_str(line).cell_len for line in lines]
    assert max(widths) <= max(40, min(columns, 80))
    assert [line[:2] for line in lines if re.match(r"E\d  ", line)] == ["E1", "E2", "E3", "E4", "E5", "E6"]
    if columns >= 80:
        # the command prints two lines and an empty one above, an empty one and one below
        assert len(lines) <= 40 - 5


def test_on_a_narrow_terminal_the_picture_is_above(made: Callable[..., Walk], monkeypatch: pytest.MonkeyPatch):
    def first_with(columns: int, word: str) -> int:
        monkeypatch.setenv("COLUMNS", str(columns))
        console = wide_console(io.StringIO())
        console.print(walk(made((28, 28), 10), console))
        return next(n for n, line in enumerate(console.file.getvalue().splitlines()) if word in line)

    assert first_with(80, "class") == 0
    assert first_with(60, "class") == 14 + 1


def test_it_is_in_colour_only_where_colours_are_shown(made: Callable[..., Walk], monkeypatch: pytest.MonkeyPatch):
    def shown(**options) -> str:
        console = plain_console(file=io.StringIO(), width=80, **options)
        console.print(walk(made((28, 28), 3), console))
        return console.file.getvalue()

    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[38;2;" in shown(force_terminal=True, color_system="truecolor")
    for plain in (shown(), shown(force_terminal=True, color_system="truecolor", no_color=True)):
        assert "38;" not in plain
        assert "▒" in plain


@pytest.mark.parametrize(
    ("old", "by", "words"),
    [
        (0.25, 0.5, "0.2500 - 0.5 x 0.5 = 0.0000"),
        (0.0963484, -0.000779, "0.0963484 - 0.5 x (-0.000779) = 0.0967379"),
        (0.25, 0.0015, "0.2500000 - 0.5 x 0.0015 = 0.2492500"),
        (1.0, 0.0, "1 - 0.5 x 0 = 1"),
        (1e6, 0.1, "1000000 - 0.5 x 0.1 = 999999.95"),
        (0.5, np.inf, "0.5 - 0.5 x inf = -inf"),
        (-0.0, 200.0, "0.0 - 0.5 x 200 = -100.0"),
        (-0.0412, 1113.154, "-0.041 - 0.5 x 1113.154 = -556.618"),
        (0.0412, 1113.154, "0.041 - 0.5 x 1113.154 = -556.536"),
        (-0.0412, -2e6, "-0.0412 - 0.5 x (-2e+06) = 1e+06"),
        (-1e-6, 1113.154, "0.000 - 0.5 x 1113.154 = -556.577"),
        (0.5, 1e-12, "0.500000000 - 0.5 x 1e-12 = 0.500000000"),
    ],
)
def test_an_update_shows_the_change(example: Walk, old: float, by: float, words: str):
    values = example.values | {"dW_entry": np.float64(by), "W_entry": np.float64(old - 0.5 * by)}
    text = paragraphs(replace(example, before=(old, 0.0), values=values))[5]
    assert f"W[0, 0]: {words}. b[0]" in " ".join(text.split())


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (0.5, 0.25, "0.5 before the step and 0.25 after"), (1.17123, 1.17119, "1.17123 before the step and 1.17119"),
        (1.17123, 1.17128, "1.1712 before the step and 1.1713"), (2.0, 2.0, "2 before the step and 2 after"),
        (2.5, 0.0, "2.5 before the step and 0 after"), (np.nan, np.nan, "nan before the step and nan"),
    ],
)  # fmt: skip
def test_the_losses_are_told_apart(example: Walk, before: float, after: float, words: str):
    values = example.values | {"loss": np.float64(before), "loss_after": np.float64(after)}
    assert words in " ".join(paragraphs(replace(example, values=values))[5].split())


def test_logits_that_are_not_finite(example: Walk):
    for odd in (np.nan, np.inf, -np.inf):
        values = example.values | {"logits": np.array([odd, 1, 2])}
        assert "Not all are finite." in " ".join(paragraphs(replace(example, values=values))[0].split())


def test_no_zero_has_a_minus(example: Walk):
    values = example.values | {"loss": np.float64(2), "loss_after": np.float64(-0.0)}
    assert "2 before the step and 0 after it" in " ".join(paragraphs(replace(example, values=values))[5].split())
