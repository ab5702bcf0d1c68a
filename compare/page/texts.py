"""What the page asks and says: a question at each equation, the stops of the tour, and what a mistake is called."""

import math
from typing import NamedTuple


class Question(NamedTuple):
    """A question, the right number, and why it is right."""

    text: str
    right: float
    reason: str


class Stop(NamedTuple):
    """A stop of the tour: the id of a place of the page, and what is said there."""

    place: str
    text: str


def questions(classes: int) -> dict[str, Question]:
    """By tag what is asked before the numbers of an equation are shown."""
    return {
        "E1": Question("With all weights and biases 0, what is each logit?", 0, "A sum of products with 0, plus 0."),
        "E2": Question("What do the probabilities of one image sum to?", 1, "Each is divided by their sum."),
        "E3": Question(
            f"With all weights 0, P is 1/{classes} for each class. What is L, in nats?",
            math.log(classes),
            f"−log(1/{classes}) = log {classes} = {math.log(classes):.4f}: this is what guessing costs.",
        ),
        "E4": Question(
            "What does one row of dZ sum to?",
            0,
            "P sums to 1 and so does Y: the difference sums to 0. What one class wins the others lose.",
        ),
        "E5": Question(
            "Every image of the batch is there twice. By what is dW multiplied?",
            1,
            "The sum has twice the terms, and each is divided by 2N: the mean stays.",
        ),
        "E6": Question("The learning rate is 0. By how much does W change?", 0, "W ← W − 0 · dW."),
    }


STOPS = (
    Stop("image", "An image of pixels, and its label. Choose another one below it, or draw one."),
    Stop(
        "E1",
        "Each class has a template, its row of W. Pixel times weight, summed, plus b: the logit. Drag one: all below "
        "follows.",
    ),
    Stop(
        "E2",
        "exp makes the logits positive; divided by their sum they are probabilities. The code subtracts the maximum "
        "first, so that exp never overflows: try it below, under Touch.",
    ),
    Stop("E3", "The loss is −log P of the label. Sure and right costs 0; sure and wrong costs much."),
    Stop(
        "E4",
        "Raise one logit by a little. log P of the label gains that much if the logit is the label's own (Y), and "
        "loses P times as much, because the sum grows. L is minus the mean over N images: dZ = (P − Y) / N.",
    ),
    Stop("E5", "dW: each lit pixel gets its share of dZ. A black pixel gets none."),
    Stop("E6", "A step against the gradient. The loss of this image falls."),
    Stop(
        "training",
        "Run the training: at every step it is compared with NumPy and PyTorch. Then break it, below. Begin with "
        "“stale gradient”, a missing zero_grad: the badge sees it, the accuracy does not.",
    ),
)

# What the page explains, by the place where it stands; template and modules take it from here.
NOTES = {
    "page": "A digit goes through six equations. Each stands here as a formula, in NumPy, in PyTorch and in numbers. "
    "A third implementation, in JavaScript, trains on this page and is compared with what the other two computed.",
    "draw": "Draw with mouse, finger or pen; or move with the arrow keys, and lower or lift the pen with Space. It "
    "is prepared as MNIST was:",
    "shift": "Make the logits 1,000, then switch the shift off.",
    "shift_kept": "e^(Z + c) = e^Z · e^c, and e^c stands above and below the line of the fraction. It cancels.",
    "shift_lost": "e^709 is the largest that float64 has, and e^−745 the smallest: P is lost. Shifted by the "
    "maximum, the largest exponent is always 0.",
    "nudge": "The secant is (L(W + h) − L(W)) / h. A large h follows the curve, not its slope; a tiny one subtracts "
    "two nearly equal numbers, and digits are lost. So the error has the form of a U.",
    "sizes": "L is a mean: each image counts 1/N, so each row of dZ is divided by N. dW is then a mean over the "
    "images, and the learning rate can stay when the batch grows.",
    "templates": "The row of W of each class, and beside it what the next step will do: −dW of the next batch. "
    "Orange adds to the logit, blue takes away. Full colour: ± 0.6 in W, ± 0.05 in dW, in all classes and steps. "
    "Click a pixel to nudge its weight.",
    "prediction": "Before you run: where will the accuracy end? Draw it in the second chart, or type it.",
    "break": "Choose a mistake, or change a line of the engine. First say what will happen; then run it.",
}

MNIST = "MNIST by Yann LeCun, Corinna Cortes and Christopher Burges, licence CC BY-SA 3.0"
# Of the data sets of the package, and of MNIST as a whole.
ORIGINS = {
    "mnist5k": MNIST,
    "mnist": MNIST,
    "digits": "Digits of the UCI repository by E. Alpaydin and C. Kaynak, licence CC BY 4.0",
}

# A mistake by the name that people have for it, and why the accuracy hardly sees it.
ALSO = {
    "stale-gradient": {
        "also": ", a missing zero_grad",
        "why": "The gradients of earlier steps point nearly the same way. Added up they make the steps longer, as a "
        "momentum of 1 does. The weights go further in a good direction, and the largest logit is right as often.",
    }
}
