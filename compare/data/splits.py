"""The parts of a data set."""

from enum import StrEnum


class Split(StrEnum):
    """The parts of a data set; train and validation are those that the checkpoint was trained on, all is both."""

    train = "train"
    validation = "validation"
    test = "test"
    all = "all"
