"""How pictures are made alike."""

import pytest

from compare.data.prepared import Prepared, unwatched
from compare.errors import InputError


@pytest.mark.parametrize("size", [0, -3, 1025])
def test_a_size_that_no_picture_has_is_refused(size: int):
    with pytest.raises(InputError, match=f"--size must lie in 1 ... 1,024, not {size}"):
        Prepared(size)


def test_sizes_at_the_limits_are_taken_and_asked_for():
    assert [Prepared(1).asked, Prepared(1024).asked, Prepared(grey=True).asked, Prepared().asked] == [True] * 3 + [
        False
    ]


def test_what_nobody_watches_is_called_all_the_same():
    with unwatched(3) as advance:
        assert advance("reading") is None
