"""An output that fails keeps no other from being written, and is told at the end."""

import pytest

from compare.cli.outputs import Outputs
from compare.errors import InputError


def written(*errors: Exception | None) -> list[int]:
    """Try an output for each, which fails with this error."""
    outputs, done = Outputs(), []
    for n, error in enumerate(errors):
        with outputs.one():
            if error:
                raise error
            done.append(n)
    outputs.check()
    return done


def test_what_succeeds_is_no_error():
    assert written(None, None) == [0, 1]


@pytest.mark.parametrize(
    ("errors", "kind", "words"),
    [
        ([InputError("a"), None, InputError("b"), OSError("c")], InputError, "^a; b$"),
        ([None, BrokenPipeError("c"), None], BrokenPipeError, "^c$"),
        ([OSError("c"), InputError("a")], InputError, "^a$"),
    ],
)
def test_what_fails_is_told_together(errors: list, kind: type[Exception], words: str):
    with pytest.raises(kind, match=words):
        written(*errors)


def test_the_others_are_written():
    outputs, done = Outputs(), []
    for n in range(3):
        with outputs.one():
            done.append(n)
            raise InputError("no")
    assert done == [0, 1, 2]


def test_what_is_no_output_is_raised_at_once():
    outputs = Outputs()
    with pytest.raises(KeyboardInterrupt), outputs.one():
        raise KeyboardInterrupt
    with pytest.raises(InputError), outputs.one((OSError,)):
        raise InputError
    outputs.check()
