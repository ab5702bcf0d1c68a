"""A paper task: a question whose answer is a number, a list of numbers or one of some lines, and what is said to it."""

import re
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from compare.exercise.answers import Answer, Value, has_decimal_commas, value_of

# Answers are taken to three decimals, or to four where the third does not tell two answers apart.
THREE, FOUR = 6e-4, 6e-5
# So many times as far off is an answer whose last decimals were lost on the way.
NEAR = 5
OPEN, RIGHT, NEARLY, UNREAD, WRONG = "open", "right", "nearly", "not read", "wrong"
Wrong = tuple[tuple[float, str], ...]
WORDS = {1: "one", 2: "two", 3: "three", 4: "four"}


class Reply(NamedTuple):
    """What is said to an answer, or OPEN: RIGHT, NEARLY, UNREAD (not of the kind that is asked for) or WRONG; why."""

    state: str
    reason: str = ""


@dataclass(frozen=True)
class Task:
    """A question before a rung. name: its key in ANSWERS. tip: what to think of, without the answer.

    step: the first step of the calculation. wrong: for answers that people give what is wrong with them. within: how
    near a number must be.
    """

    rung: str
    name: str
    question: str
    answer: Answer
    tip: str
    step: str
    wrong: tuple[tuple[Answer, str], ...] = ()
    within: float = THREE

    @property
    def digits(self) -> int:
        """How many decimals are asked for."""
        return 4 if self.within < THREE else 3

    def reply(self, given: Answer) -> Reply:
        """What is said to an answer."""
        value = value_of(given)
        if misfit := self._misfit(given, value):
            return Reply(UNREAD, misfit)
        ours, right = np.atleast_1d(np.asarray(value, float)), np.atleast_1d(np.asarray(self.answer, float))
        if np.abs(ours - right).max() <= self.within:
            return Reply(RIGHT)
        known = self._known(ours, self.within)
        if not known and (nearly := self._nearly(ours, right)):
            return Reply(NEARLY, nearly)
        return Reply(WRONG, known or self._known(ours, _rounding(ours)) or self._sign(ours, right) or self.tip)

    def reason(self, given: Answer) -> str:
        """Why an answer is not right; empty if it is."""
        return self.reply(given).reason

    def _misfit(self, given: Answer, value: Value | None) -> str:
        """What is said to something of another kind; empty if it is of the right one."""
        asked, found = np.shape(self.answer), () if value is None else np.shape(value)
        if value is not None and found == asked:
            return ""
        twice = bool(asked) and found == (2 * asked[0],)
        if twice or (has_decimal_commas(str(given)) and (value is None or not asked)):
            return "write a decimal point, not a comma, as in 0.5"
        if asked:
            return f"a list of {WORDS[asked[0]]} numbers is asked for, as [0.1, 0.2, -0.3]"
        if value is None:
            return "this cannot be read as a number: write a decimal number, or one with np.log, np.exp or np.sqrt"
        return "one number is asked for, not a list"

    def _known(self, ours: NDArray, within: float) -> str:
        """What is wrong with an answer that people give, which this one is to within so much."""
        return next((text for answer, text in self.wrong if np.abs(ours - np.asarray(answer)).max() <= within), "")

    def _nearly(self, ours: NDArray, right: NDArray) -> str:
        """What to do with an answer that is right in its first decimals."""
        off, decimals = np.abs(ours - right).max(), _decimals(ours)
        # people round, or cut off; one decimal that was cut off may be far from what it should be
        unit = 10.0**-decimals if decimals > 1 else 0.0501
        if 0 < decimals < self.digits and off <= unit and ours.any():
            return f"give {WORDS[self.digits]} decimals"
        if decimals >= self.digits and off <= NEAR * self.within:
            return "the last decimals are off. Round at the end only, and keep more decimals on the way"
        return ""

    def _sign(self, ours: NDArray, right: NDArray) -> str:
        turned = np.abs(ours + right).max() <= max(self.within, _rounding(ours))
        return "the size is right. Is the sign?" if turned else ""


@dataclass(frozen=True)
class Choice(Task):
    """A task whose answer is the letter of one of some lines. lines: by letter."""

    lines: tuple[tuple[str, str], ...] = ()

    def reply(self, given: Answer) -> Reply:
        """What is said to a letter, a line, or a letter and its line."""
        text = _plain(str(given))
        ways = {letter: {letter, _plain(line), letter + _plain(line)} for letter, line in self.lines}
        chosen = next((letter for letter, every in ways.items() if text in every), "")
        if chosen == self.answer:
            return Reply(RIGHT)
        if not chosen:
            letters = ", ".join(f'"{letter}"' for letter in ways)
            return Reply(UNREAD, f"answer with one letter, in quotes: one of {letters}")
        return Reply(WRONG, dict(self.wrong).get(chosen, self.tip))


def told_apart(answer: float, wrong: Wrong, within: float = THREE) -> Wrong:
    """Wrong answers without those that this seed does not tell from the right one, or from one before them.

    >>> told_apart(0.5, ((0.5, "the same"), (1.0, "first"), (1.0, "second")))
    ((1.0, 'first'),)
    """
    kept: dict[float, str] = {}
    for number, reason in wrong:
        if all(abs(number - other) > 2 * within for other in (answer, *kept)):
            kept[number] = reason
    return tuple(kept.items())


def _plain(text: str) -> str:
    """Without spaces, brackets around or after a letter, and the case of letters."""
    return re.sub(r"^\(?(\w)[):.]+", r"\1", re.sub(r"\s", "", text).lower())


def _decimals(numbers: NDArray) -> int:
    """How many decimals these are written with, 9 at most."""
    return next((n for n in range(9) if np.allclose(np.round(numbers, n), numbers, rtol=0, atol=1e-10)), 9)


def _rounding(numbers: NDArray) -> float:
    """By so much their last decimal may have been rounded; 0 of so few decimals that they say little."""
    decimals = _decimals(numbers)
    return 0.501 * 10.0**-decimals if decimals > 1 else 0.0
