"""The parts of a data set."""

from enum import StrEnum


class Split(StrEnum):
    """The parts of a data set; train and validation are as the checkpoint had them, all is both where no test is."""

    train = "train"
    validation = "validation"
    test = "test"
    all = "all"
