"""The symbols of the six equations: what each is, and what it is called in a formula and in either code."""

from typing import NamedTuple

from compare.equations import FUNCTIONS


class Symbol(NamedTuple):
    """One symbol: its name in formulas, and a sentence that says what it is.

    numpy, torch: what it is called in the code of either side; none where a side never names it.
    """

    formula: str
    meaning: str
    numpy: tuple[str, ...]
    torch: tuple[str, ...] = ()


SYMBOLS = {
    "X": Symbol("X", "the images of the batch, one a row, pixels from 0 to 1", ("X", "dZ.T @ X"), ("X",)),
    "y": Symbol("y", "the labels, one for each image", ("y",), ("y",)),
    "W": Symbol("W", "the weights: each row is the template of one class", ("W",), ("self.linear", "optimizer.step()")),
    "b": Symbol(
        "b", "the bias: one number for each class, whatever the image", ("b",), ("self.linear", "optimizer.step()")
    ),
    "Z": Symbol("Z", "the logits: one score for each image and class", ("Z",), ("Z",)),
    "logP": Symbol("log P", "the logarithms of the probabilities", ("logP", "np.exp(logP)"), ("F.cross_entropy",)),
    "P": Symbol(
        "P", "the probabilities: above 0, and 1 in sum over the classes", ("np.exp(logP)",), ("F.cross_entropy",)
    ),
    "Y": Symbol("Y", "the labels as rows: 1 at the label and 0 elsewhere", ("-= 1",)),
    "L": Symbol(
        "L",
        "the loss, in nats (the natural logarithm): the number that training makes small",
        ("L",),
        ("L", "L.backward()"),
    ),
    "dZ": Symbol(
        "dZ",
        "the gradient of the loss by the logits",
        ("dZ", "dZ.T @ X", "dZ.sum(axis=0)"),
        ("L.backward()",),
    ),
    "dW": Symbol(
        "dW", "the gradient of the loss by the weights", ("dW", "dZ.T @ X"), ("L.backward()", "optimizer.step()")
    ),
    "db": Symbol(
        "db", "the gradient of the loss by the bias", ("db", "dZ.sum(axis=0)"), ("L.backward()", "optimizer.step()")
    ),
    "lr": Symbol("η", "the learning rate: how far a step goes", ("lr",), ("optimizer.step()",)),
    "N": Symbol("N", "how many images the batch has", ("len(y)",), ("F.cross_entropy",)),
}


def dimensions(name: str) -> str:
    """The letters of a symbol's shape, as `NK`, from the table of equations.

    >>> dimensions("dW"), dimensions("P"), dimensions("N")
    ('KD', 'NK', '')
    """
    known: dict[str, str] = {}
    for function in FUNCTIONS.values():
        known |= function.parameters | function.results
    # these two are rows of logP, and are never built
    return known.get("logP" if name in ("P", "Y") else name, "")
