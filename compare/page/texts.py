"""What the page asks and says: a question at each equation, the stops of the tour, and what a mistake is called."""

import math
import re
from typing import NamedTuple


class Question(NamedTuple):
    """A question, the right number, why it is right, what helps with any wrong number, and more with usual ones."""

    text: str
    right: float
    reason: str
    help: str
    hints: tuple[tuple[float, str], ...]


class Stop(NamedTuple):
    """A stop of the tour: the id of a place of the page, and what is said there."""

    place: str
    text: str


def questions(classes: int) -> dict[str, Question]:
    """By tag what is asked before the numbers of an equation are shown."""
    return {
        "E1": Question(
            "With all weights and biases 0, what is each logit?",
            0,
            "A sum of products with 0, plus 0.",
            "Put W = 0 and b = 0 into E1: each pixel times 0, summed, plus 0.",
            (
                (1 / classes, "That is the probability P, which E2 makes of the logits. Put W = 0 and b = 0 into E1."),
                (1, "Each pixel is multiplied by its weight, which is 0. What is added up then?"),
            ),
        ),
        "E2": Question(
            "What do the probabilities of one image sum to?",
            1,
            "Each is divided by their sum.",
            "In E2 each power is divided by the sum of all. Add up the shares.",
            (
                (classes, f"There are {classes} of them, but each is a share of one whole."),
                (1 / classes, "That is one probability, when all are equal. Add up all of them."),
                (100, "That is in per cent. Here a probability is a share, from 0 to 1."),
                (0, "Each of them is above 0, so their sum is not 0. Logits may sum to 0."),
            ),
        ),
        "E3": Question(
            f"With all weights 0, P is 1/{classes} for each class. What is L, in nats (with the natural logarithm)?",
            math.log(classes),
            f"−log(1/{classes}) = log {classes} = {math.log(classes):.4f}: this is what guessing costs.",
            f"Put P = 1/{classes} into L = −log P. The logarithm is the natural one, and L is above 0.",
            (
                (math.log10(classes), "That is the logarithm to base 10. In nats it is the natural one, ln."),
                (math.log2(classes), "That is the logarithm to base 2, in bits. In nats it is the natural one, ln."),
                (-math.log(classes), "Look at the sign: log P is below 0, and a minus stands before it."),
                (1 / classes, "That is P. L is −log of it."),
                (0, "L is 0 only where P of the label is 1."),
            ),
        ),
        "E4": Question(
            "What does one row of dZ sum to?",
            0,
            "P sums to 1 and so does Y: the difference sums to 0. What one class wins the others lose.",
            "A row of dZ is a row of P minus a row of Y, over N. What does each of the two sum to?",
            (
                (1, "P sums to 1. But Y is subtracted: what does a row of Y sum to?"),
                (-1, "Y sums to 1, and is subtracted. But P is added: what does a row of P sum to?"),
                (1 / classes - 1, "That is dZ at the label, when all P are equal. Add the other classes."),
            ),
        ),
        "E5": Question(
            "Every image of the batch is there twice. By what is dW multiplied?",
            1,
            "The sum has twice the terms, and each is divided by 2N: the mean stays.",
            "Count the terms of the sum, and what each of them is divided by: N becomes 2N.",
            (
                (2, "The sum has twice the terms. But dZ = (P − Y) / N: what happened to N?"),
                (0.5, "Each term is divided by 2N, and so is half as large. But how many terms are there now?"),
                (0, "dW itself is asked for, not by how much it changes: dW becomes ? times dW."),
            ),
        ),
        "E6": Question(
            "The learning rate is 0. By how much does W change?",
            0,
            "W ← W − 0 · dW.",
            "Put 0 for the rate into E6: what is subtracted from W?",
            (
                (1, "That would be W multiplied by 1. What is subtracted from W?"),
                (-1, "dW is multiplied by the rate before it is subtracted."),
            ),
        ),
    }


STOPS = (
    Stop(
        "digit",
        "An image, and its label. A pixel is a number in 0 ... 1; 0 is shown white, 1 dark. Choose another image here, "
        "or draw one. “Ask me first”, above, hides the numbers of each row until you have answered its question: tick "
        "it if you like to think first.",
    ),
    Stop(
        "E1",
        "Each class has a template, its row of W. Pixel times weight, summed, plus b: the logit. Drag or "
        "type one: all below follows.",
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
    Stop("E5", "dW: each pixel gets its share of dZ, times its value. A pixel of 0 gets none."),
    Stop("E6", "A step against the gradient. The loss of this image falls."),
    Stop(
        "training",
        "Run the training: at every step it is compared with NumPy and PyTorch. Then break it, below. Begin with "
        "“stale gradient”, a missing zero_grad: the comparison sees it, the accuracy does not.",
    ),
)

MNIST = "MNIST by Yann LeCun, Corinna Cortes and Christopher Burges, licence CC BY-SA 3.0"
# Of the data sets of the package, and of MNIST as a whole.
ORIGINS = {
    "mnist5k": MNIST,
    "mnist": MNIST,
    "digits": "Digits of the UCI repository by E. Alpaydin and C. Kaynak, licence CC BY 4.0",
}

# What the catalogue says of the accuracy and of sizes was measured in the run of the proof, at lr 0.001; the page, with
# another rate, measures them itself.
OF_ANOTHER_RUN = re.compile(r"accuracy|lr 1e-3|small rate|ten million|training is slow|drowns|Only the update")


def for_any_run(text: str) -> str:
    """Those parts of a text of the catalogue that hold at every rate."""
    parts = re.split(r"(?<=[;:.]) ", text)
    kept = " ".join(part for part in parts if not OF_ANOTHER_RUN.search(part))
    return re.sub(r"[;:]$", ".", kept)


# A mistake by the name that people have for it, and why the accuracy hardly sees it.
ALSO = {
    "stale-gradient": {
        "also": ", a missing zero_grad",
        "why": "The gradients of earlier steps point nearly the same way. Added up they make the steps longer, as a "
        "momentum of 1 does. The weights go further in a good direction, and the largest logit is right as often.",
    }
}
