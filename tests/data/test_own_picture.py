"""Pictures of one's own, prepared as MNIST was."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import scratch
from compare.data import own_picture as imaging
from compare.errors import InputError
from compare.report.characters import as_text
from compare.training.loop import Training


def redrawn(digit: np.ndarray, random: np.random.Generator, tmp_path: Path) -> Path:
    """A digit of MNIST as a person might hand it in: large, dark on light, anywhere on the page, as JPEG."""
    edge = int(random.integers(120, 260))
    ink = Image.fromarray(digit).resize((edge, edge), Image.Resampling.BICUBIC)
    page = Image.new("L", (600, 500), int(random.integers(200, 256)))
    place = int(random.integers(0, 600 - edge)), int(random.integers(0, 500 - edge))
    page.paste(int(random.integers(0, 60)), (*place, place[0] + edge, place[1] + edge), mask=ink)
    path = tmp_path / "digit.jpg"
    page.save(path, quality=85)
    return path


@pytest.mark.heavy
def test_preparation_reads_digits_redrawn_large_inverted_and_off_centre(trained: Training, tmp_path: Path):
    model, random = scratch.SoftmaxRegression(*trained.side.state()[:2]), np.random.default_rng(11)
    images, labels = (part[:200] for part in trained.problem.validation)
    right = {"as they were": (scratch.predict(model, images) == labels).mean()}
    pictures = [imaging.read_picture(redrawn(image.reshape(28, 28), random, tmp_path)) for image in images]
    for how, make in (("prepared", imaging.prepare), ("raw", imaging.squeeze)):
        shown = np.array([make(picture, 28).reshape(-1) for picture in pictures])
        right[how] = (scratch.predict(model, shown) == labels).mean()
    print("accuracy on 200 digits:", right)
    assert right["prepared"] > right["as they were"] - 0.05
    assert right["raw"] < 0.3


@pytest.mark.parametrize("background", [0, 255, 128])
def test_preparation_is_mnists(background: int):
    """A square of any size on any ground becomes 20 pixels wide, white on black, in the middle."""
    picture = np.full((300, 200), background, float)
    picture[30:130, 90:190] = 255 if background < 200 else 10
    prepared = imaging.prepare(picture, 28)
    expected = np.zeros((28, 28), np.uint8)
    expected[4:24, 4:24] = 255
    np.testing.assert_array_equal(prepared, expected)


def test_preparation_centres_by_mass():
    picture = np.zeros((100, 100))
    picture[20:80, 20:50] = 255  # a heavy bar on the left, a thinner one to the right
    picture[45:55, 50:80] = 255
    rows, columns = np.nonzero(imaging.prepare(picture, 28))
    weights = imaging.prepare(picture, 28)[rows, columns].astype(float)
    assert np.average(columns, weights=weights) == pytest.approx(13.5, abs=0.6)
    assert np.average(rows, weights=weights) == pytest.approx(13.5, abs=0.6)


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "1", "P", "LA"])
@pytest.mark.parametrize("suffix", ["png", "bmp"])
def test_pictures_of_every_kind_are_read(tmp_path: Path, mode: str, suffix: str):
    grey = Image.new("L", (40, 30), "white")
    grey.paste(0, (10, 10, 20, 20))
    picture = grey.convert(mode)
    if suffix == "bmp" and mode in ("LA", "RGBA"):
        picture = picture.convert("RGB")
    picture.save(tmp_path / f"picture.{suffix}")
    np.testing.assert_array_equal(imaging.read_picture(tmp_path / f"picture.{suffix}"), np.asarray(grey))


def test_what_is_transparent_is_paper(tmp_path: Path):
    drawing = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    drawing.paste((0, 0, 0, 255), (10, 10, 20, 20))
    drawing.save(tmp_path / "drawing.png")
    assert imaging.read_picture(tmp_path / "drawing.png")[0, 0] == 255
    assert imaging.read_picture(tmp_path / "drawing.png")[15, 15] == 0


def test_a_white_drawing_on_nothing_is_seen(tmp_path: Path):
    drawing = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    drawing.paste((255, 255, 255, 255), (10, 10, 20, 20))
    drawing.save(tmp_path / "drawing.png")
    assert imaging.read_picture(tmp_path / "drawing.png")[0, 0] == 0
    assert imaging.read_picture(tmp_path / "drawing.png")[15, 15] == 255


def test_a_picture_is_turned_as_the_camera_says(tmp_path: Path):
    picture = Image.new("L", (40, 30), "white")
    picture.paste(0, (0, 0, 10, 10))
    orientation = Image.Exif()
    orientation[0x0112] = 6
    picture.save(tmp_path / "turned.jpg", exif=orientation, quality=100)
    seen = imaging.read_picture(tmp_path / "turned.jpg")
    assert seen.shape == (40, 30)
    assert seen[3, 26] < 50
    assert seen[3, 3] > 200


def test_a_photo_that_is_brighter_on_one_side_is_prepared_like_an_even_one():
    y, x = np.mgrid[:200, :300]
    random = np.random.default_rng(2)
    ink = np.where((abs(y - 100) < 40) & (abs(x - 140) < 8), 0.3, 1.0)
    even = imaging.prepare(230 * ink, 28)
    shaded = imaging.prepare(230 * ink * (0.5 + x / 600) + random.normal(0, 4, ink.shape), 28)
    assert np.abs(even.astype(float) - shaded).mean() < 5
    assert even.max() == shaded.max() == 255


# A drawn figure of two strengths of ink, 12 x 12, as it was prepared in version 0.1: hexadecimal, a row a line.
EVEN = (
    "00 00 00 00 00 00 00 00 00 00 00 00",
    "00 00 00 00 00 00 00 00 00 00 00 00",
    "00 00 00 00 bf ff ff ff ff ff ff 00",
    "00 00 00 00 bf ff bf bf bf bf bf 00",
    "00 00 00 00 bf ff 00 00 00 00 00 00",
    "00 00 00 00 bf ff 00 00 00 00 00 00",
    "00 00 00 00 bf ff 00 00 00 00 00 00",
    "00 00 00 00 bf ff 00 00 00 00 00 00",
    "00 00 4c 4c bf e5 4c 4c 39 00 00 00",
    "00 00 bf bf bf bf bf bf 8f 00 00 00",
    "00 00 00 00 00 00 00 00 00 00 00 00",
    "00 00 00 00 00 00 00 00 00 00 00 00",
)


SHADED = (
    "00 00 00 00 00 00 00 00 00 00 00 00",
    "00 00 00 00 00 00 00 00 00 00 00 00",
    "00 00 00 00 00 00 00 00 00 00 00 00",
    "00 00 00 00 c4 ff f9 f3 ec e6 e0 00",
    "00 00 00 00 c1 fb b7 b3 ae aa a5 00",
    "00 00 00 00 bd f6 00 00 00 00 00 00",
    "00 00 00 00 ba f2 00 00 00 00 00 00",
    "00 00 00 00 b5 ec 00 00 00 00 00 00",
    "00 00 00 00 b2 e8 00 00 00 00 00 00",
    "00 00 4a 48 ae cc 41 3f 2f 00 00 00",
    "00 00 b5 b0 ac a7 a3 9d 73 00 00 00",
    "00 00 00 00 00 00 00 00 00 00 00 00",
)


FIGURE = """\


        ##@@@@@@@@@@@@
        ##@@##########
        ##@@
        ##@@
        ##@@
        ##@@
    ::::##%%::::::
    ############++

"""


def figure(shade: float = 0.0) -> np.ndarray:
    """A dark figure on a page that gets darker to the right and to the bottom."""
    y, x = np.mgrid[:60, :90]
    page = np.ones((60, 90))
    page[10:46, 30:38] = page[10:18, 30:60] = 0.2
    page[40:46, 20:50] = 0.4
    return 220 * page * (1 - shade * (2 * x / 90 + y / 60))


@pytest.mark.parametrize(("shade", "rows"), [(0.0, EVEN), (0.2, SHADED)])
def test_a_figure_is_prepared_as_before(shade: float, rows: tuple[str, ...]):
    expected = np.array([list(bytes.fromhex(row)) for row in rows], int)
    # the plane of the background is fitted, and its last bits depend on the machine
    np.testing.assert_allclose(imaging.prepare(figure(shade), 12).astype(int), expected, rtol=0, atol=1)


@pytest.mark.parametrize("turns", range(4))
def test_what_is_drawn_across_the_border_is_ink(turns: int):
    page = np.full((60, 60), 200.0)
    page[:30, 26:35] = 20
    expected = np.zeros((28, 28), np.uint8)
    expected[4:24, 11:17] = 255
    np.testing.assert_array_equal(imaging.prepare(np.rot90(page, turns), 28), np.rot90(expected, turns))


def test_what_is_fainter_than_grain_is_background():
    page = np.full((40, 40), 250.0)
    page[10:20, 10:20] = 50
    alone = imaging.prepare(page, 28)
    page[30:36, 30:36] = 202  # 24 % of the ink
    np.testing.assert_array_equal(imaging.prepare(page, 28), alone)
    page[30:36, 30:36] = 198  # 26 %
    assert (imaging.prepare(page, 28) != alone).any()
    black = np.zeros((40, 40))
    black[10:20, 10:20], black[30:36, 30:36] = 200, 50  # 25 %, and nothing rounds on black
    assert (imaging.prepare(black, 28) != alone).any()


@pytest.mark.parametrize("contrast", [24, 25])
def test_a_page_of_one_colour_holds_no_digit(contrast: int):
    page = np.full((40, 40), 100.0)
    page[10:20, 10:20] += contrast
    with pytest.raises(InputError, match="the picture is of one colour: no digit in it"):
        imaging.prepare(page, 28)
    page[10:20, 10:20] += 2
    assert imaging.prepare(page, 28).max() == 255


def test_a_thin_line_stays_a_line():
    page = np.zeros((200, 100))
    page[20:180, 50] = 255
    prepared = imaging.prepare(page, 28)
    assert (prepared.max(axis=1) > 0).sum() == 20
    assert (prepared.max(axis=0) > 0).sum() == 1


def test_a_figure_that_is_heavy_on_one_side_does_not_fall_off_the_page():
    page = np.zeros((100, 100))
    page[5:95, 5:10] = 255
    page[45:55, 10:95] = 70
    prepared = imaging.prepare(np.pad(page[5:95, 5:95], 20), 28)
    rows, columns = np.nonzero(prepared)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (20, 20)
    assert columns.max() == 27


def test_squeezing_only_scales():
    page = np.kron(np.array([[0.0, 100], [200, 255]]), np.ones((10, 20)))
    np.testing.assert_array_equal(imaging.squeeze(page, 2), [[0, 100], [200, 255]])


def test_a_figure_is_prepared_as_it_can_be_read():
    assert as_text(imaging.prepare(figure(), 12)) == FIGURE


@pytest.mark.parametrize(("grey", "paper"), [(229, 255), (230, 0)])
def test_the_paper_is_black_where_white_would_hide_the_drawing(tmp_path: Path, grey: int, paper: int):
    drawing = Image.new("RGBA", (40, 30), (0, 0, 0, 0))
    drawing.paste((grey, grey, grey, 255), (10, 10, 20, 20))
    drawing.save(tmp_path / "drawing.png")
    seen = imaging.read_picture(tmp_path / "drawing.png")
    assert (seen[0, 0], seen[15, 15]) == (paper, grey)


def test_the_background_is_taken_from_all_four_sides_alike(rng: np.random.Generator):
    picture = rng.uniform(0, 255, (9, 9))
    background = imaging._background(picture)
    for turns in (1, 2, 3):
        np.testing.assert_allclose(imaging._background(np.rot90(picture, turns)), np.rot90(background, turns))
