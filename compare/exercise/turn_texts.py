"""What is asked and said of a step that is not as it should be."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.words import counted


class Turn(NamedTuple):
    """What is seen of a step that is not right: a question, and what to say on request."""

    asks: str
    says: str


RANDOM = Turn(
    "run twice with the same images, W and b, your epoch returned two different results. What in it is drawn at "
    "random, or kept from the run before?",
    "The images come in their order, without a shuffle, and the first step begins with the W and b that came in.",
)
ALONE = Turn(
    "right, but it calls none of your functions for gradients and steps, so it does not count yet. Which of them makes "
    "dZ, which dW and db, and which the new W and b?",
    "One epoch shows that your functions fit together: call them by their names, from logits to sgd_step.",
)
QUESTIONS = {
    "W": "With which W does a step begin?",
    "b": "With which b does a step begin?",
    "Z": "Which Z belongs to this step?",
    "logP": "What should it get there: Z, logP or P?",
    "P": "What should it get there: Z, logP or P?",
    "lr": "Which rate has each step?",
} | {name: f"Which {name} belongs to this step?" for name in ("dlogP", "dP", "dZ", "dW", "db")}
LESSONS = {
    "W": "Step {next} begins with {start}: W, b = sgd_step(W, b, dW, db, lr) hands both on to the next turn.",
    "b": "Step {next} begins with {start}: W, b = sgd_step(W, b, dW, db, lr) hands both on to the next turn.",
    "lr": "Each step has the rate lr as it came in{mean}.",
    "logP": "It takes logP, as log_softmax returns it in this step, and makes P of it itself.",
    "P": "P is exp(logP) of this step.",
    "Z": "Z is what logits returns in this step.",
    "dZ": "dZ is what logits_gradient returns in this step, for its own logP and labels: the mean over the images of "
    "this batch is in it.",
    "dW": "sgd_step gets dW of its own batch, as weight_gradient returns it: nothing is added up, the mean over the "
    "images is in it, and sgd_step itself multiplies it by lr.",
    "db": "sgd_step gets db of its own batch, as bias_gradient returns it: nothing is added up, the mean over the "
    "images is in it, and sgd_step itself multiplies it by lr.",
    "dlogP": "dlogP is made in each step from its own labels.",
    "dP": "dP is made in each step from its own P and dlogP.",
}


def lesson(name: str, step: int, start: str, got: NDArray, lr: float, images: Sequence[int]) -> str:
    """What to say of an input that a step gets.

    start: where its W or b comes from. images: the numbers of images by which a rate may be divided.
    """
    divided = name == "lr" and got.size == 1 and any(n > 1 and np.isclose(float(got) * n, lr) for n in images)
    mean = ": the mean over the batch is in dZ already" if divided else ""
    return LESSONS[name].format(next=step, start=start, mean=mean)


def images_text(rows: Sequence[int]) -> str:
    """Images by their numbers, as `images 0 to 2`."""
    rows = [*rows]
    if not rows:
        return "no image"
    if len(rows) == 1:
        return f"image {rows[0]}"
    if rows == [*range(rows[0], rows[-1] + 1)]:
        return f"images {rows[0]} to {rows[-1]}"
    return f"images {', '.join(map(str, rows))}"


def labels_text(labels: Sequence[int]) -> str:
    """Labels as they are named in a sentence, as `the labels [0, 2]`."""
    return f"the labels {[*map(int, labels)]}" if len(labels) > 1 else f"the label {labels[0]}"


def steps_of(images: int, size: int, last: range) -> str:
    """How many steps an epoch has, and which images its last."""
    steps = -(-images // size)
    of_each = f", each image in one of them; the last has {images_text(last)}" if steps > 1 else f", with all {images}"
    return f"{counted(images, 'image')} in batches of {size} make {counted(steps, 'step')}{of_each}."


def another_number(made: int, steps: int) -> str:
    """How another number of steps may come about."""
    if made > steps:
        return " range(0, N, batch_size) has the first image of each batch, as range(0, 7, 3) has 0, 3 and 6."
    return " A return in the loop ends the epoch after its first turn." if made == 1 < steps - 1 else ""


def why_images(rows: list[int], wanted: range, images: int) -> str:
    """How these images come about, and which should be there, of so many."""
    if not rows:
        return (
            "A slice has nothing where it ends before it begins: the end of a batch is first + batch_size. If your X "
            "is a batch by then, keep all images in X, and give the batch a name of its own."
        )
    begins_right, size = rows[0] == wanted.start, len(wanted)
    if begins_right and wanted.stop == images and len(rows) > size and rows != [*range(rows[0], rows[-1] + 1)]:
        return "The last batch may be shorter: a slice that reaches beyond the end has the images that are left."
    if sorted(rows) != rows:
        return (
            "The order is that of X, also in a batch: X and y go together, and no images are shuffled or turned round."
        )
    if len(rows) == images and begins_right:
        return (
            "X is all images: if you cut a batch of it, as Xb = X[first : first + batch_size], give Xb to your "
            "functions, in each turn of the loop."
        )
    if begins_right and len(rows) == 1 < size:
        return "One image is no batch: each function gets all images of a batch at once, X[first : first + batch_size]."
    if begins_right and len(rows) != size:
        return (
            f"Your batch has {counted(len(rows), 'image')}, and should have {size}. X[first : first + batch_size] has "
            f"batch_size images, and in the last batch those that are left; np.array_split makes parts of about equal "
            f"size."
        )
    return "range(0, N, batch_size) gives the first image of each batch, and X[first : first + batch_size] the batch."


def no_image_left(head: str, step: int, images: int, size: int, last: range) -> Turn:
    """What to ask about a step after the last one, whose batch is empty."""
    return Turn(
        f"{head}, in your step {step} your logits gets no image. How many steps should it be?",
        f"{steps_of(images, size, last)} N // batch_size + 1 is one too many where batch_size divides N: "
        "range(0, N, batch_size) has the right number.",
    )


def always_the_same(place: str, rows: Sequence[int], missing: Sequence[int]) -> Turn:
    """What to ask where one batch comes in every step, and others in none."""
    return Turn(
        f"{place} {images_text(rows)} in each step, and never {images_text(missing)}. Where is the batch cut: in the "
        "loop, or before it?",
        "The batch is cut anew in each turn: X[first : first + batch_size], with the first image of this turn.",
    )


def returned(what: str, name: str, called: list[str]) -> Turn:
    """What to ask about a wrong W or b after the last step: who makes it."""
    if "sgd_step" not in called:
        own = " and ".join(f"your {one}" for one in dict.fromkeys(called))
        return Turn(
            f"{what} Of the functions of this file only {own} {'is' if len({*called}) == 1 else 'are'} called: which "
            f"lines make the new {name} instead of the others?",
            f"In each step dZ comes from logits_gradient, dW and db from it, and the new {name} from sgd_step: call "
            "your own functions, which are right.",
        )
    return Turn(
        f"{what} What makes {name} after the last step, and is it returned?",
        f"The last step makes the {name} to be returned: W - lr * dW and b - lr * db, both from the W and b before "
        "that step.",
    )


def of_step(k: int, name: str, this: bool) -> str:
    """A quantity of step k, counted from 0, in a sentence. this: whether that is the step spoken of."""
    if name in ("W", "b"):
        return f"{name} after step {k}" if k else f"the {name} that came in"
    return f"{name}" if this else f"{name} of step {k + 1}"


def no_images(place: str, got: NDArray, pixels: int, *, turned: bool) -> Turn:
    """What to ask about an X whose rows are no images.

    place: which function gets it, and when. turned: whether its columns are images.
    """
    cut = "Each batch has whole rows of X, unchanged: X[first : first + batch_size]."
    if got.shape == (pixels,):
        return Turn(
            f"{place} one image in the shape {got.shape}, and should get a batch of it, in the shape "
            f"{(1, pixels)}. Which index takes the axis of the images away?",
            f"X[0] is one image, and X[0:1] a batch of one. {cut}",
        )
    if turned:
        return Turn(
            f"{place} X with its rows and columns exchanged, in the shape {got.shape}. Which line turns it?",
            f"The rows of X are images, and its columns pixels. {cut}",
        )
    return Turn(
        f"{place} an X of the shape {got.shape} in which not every row is one of the images. Which line makes "
        "other numbers of them, or cuts another axis?",
        cut,
    )


def no_labels(place: str, got: NDArray, images: int) -> Turn:
    """What to ask about a y that has not one label for each image; `place` as for `no_images`."""
    return Turn(
        f"{place} a y of the shape {got.shape}, and one label for each image has the shape {(images,)}. Which line "
        "makes this y?",
        "y[first : first + batch_size] has the labels of a batch, whole numbers: y[first] is one label, and Y, with a "
        "1 in each row, is made of y in your functions.",
    )


def not_finite(place: str, function: str) -> Turn:
    """What to ask about a function that gets what it should, and returns nan or inf; `place` as for `no_images`."""
    return Turn(
        f"{place} your {function} gets the right numbers, and returns some that are nan or inf. Some P are 0 there: "
        "which way to dZ divides by P, and which does not?",
        "exp(-1000) is 0 for a computer, and the long way to dZ divides by P. logits_gradient makes dZ of logP and y "
        "without a division.",
    )


def in_place_of(place: str, what: str, name: str) -> Turn:
    """What to ask about another quantity in the place of X or y; `place` as for `no_images`."""
    return Turn(
        f"{place} {what} where {name} belongs. What should it get there?",
        f"{name} of a step is that of its batch: {name}[first : first + batch_size].",
    )
