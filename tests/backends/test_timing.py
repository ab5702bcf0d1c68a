"""The time of a side's own steps, and of nothing between them."""

import time
from types import SimpleNamespace

from compare.backends.timing import timed


def test_only_the_steps_are_timed():
    side = SimpleNamespace(seconds=0.0)

    def steps():
        for number in range(3):
            time.sleep(0.01)
            yield number

    found = []
    for number in timed(side, steps()):
        time.sleep(0.05)
        found.append(number)
    assert found == [0, 1, 2]
    assert 0.03 <= side.seconds < 0.1
