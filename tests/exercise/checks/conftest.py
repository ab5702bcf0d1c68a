"""What the tests of the checks share."""

from collections.abc import Callable

import pytest

from scratch import Equations


@pytest.fixture
def finds() -> Callable[[Callable[[Equations], None], Equations], bool]:
    """Whether a question, or a whole check, objects to these functions."""

    def found(question: Callable[[Equations], None], f: Equations) -> bool:
        try:
            question(f)
        except AssertionError:
            return True
        return False

    return found
