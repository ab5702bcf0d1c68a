"""The exercise on a terminal: how much is shown of the ladder."""

from collections.abc import Callable

SHORT = "--data", "digits", "--epochs", "1"


def test_the_state_is_one_line_between_the_beginning_and_the_end(cli, rungs_file: Callable):
    path = rungs_file(1, paper=1)
    first, *_ = cli("exercise", path, *SHORT)[1].splitlines()
    assert first == "1 of 11 are right, next: log_softmax (E2); --details shows all"
    rows = cli("exercise", path, *SHORT, "--details")[1].splitlines()
    assert rows[0] == " 1  E1     right      logits                      paper 2 of 2"
    assert rows[11:13] == ["", "1 of 11 are right"]
