"""How many threads the numerical libraries may use."""

from contextlib import AbstractContextManager

from threadpoolctl import threadpool_limits


def threads(number: int) -> AbstractContextManager:
    """Keep the numerical libraries that are loaded so far on this many threads each.

    One is best, for two reasons. The threads of NumPy's and of PyTorch's pool wait by spinning and starve each other:
    with two threads each on two cores 1,200 steps of the proof took 47 s instead of 2. And the number of threads
    changes the order of summation, so one seed would end in other bits on another machine.
    """
    return threadpool_limits(limits=number)
