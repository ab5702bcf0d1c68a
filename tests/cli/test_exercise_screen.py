"""The exercise on a terminal: how much is shown of the ladder."""

from collections.abc import Callable

SHORT = "--data", "digits", "--epochs", "1"


DERIVED = "On paper you computed numbers of "


def test_the_formula_of_the_paper_is_asked_for_where_the_values_are_wrong_only(cli, rungs_file: Callable):
    """A function that returns nothing needs another help."""
    right = "dlogP[np.arange(len(y)), y] = -1 / len(y)\n    return dlogP"
    for code, asked in ((right.replace("-1", "1"), True), (right.replace("return ", ""), False)):
        out = cli("exercise", rungs_file(4, (right, code)), *SHORT)[1]
        assert "log_probabilities_gradient (E4)" in out
        assert (DERIVED in out) == asked


def test_the_state_is_one_line_between_the_beginning_and_the_end(cli, rungs_file: Callable):
    path = rungs_file(1, paper=1)
    lines, again = (cli("exercise", path, *SHORT)[1].splitlines() for _ in range(2))
    assert lines[0] == again[0] == "1 of 11 are right, next: log_softmax (E2); --details shows all"
    # what has become right now, and only now
    assert lines[2] == "logits is right. You have shown: Z = X W^T + b"
    assert "You have shown" not in " ".join(again)
    rows = cli("exercise", path, *SHORT, "--details")[1].splitlines()
    assert rows[0] == " 1  E1     right      logits                      paper 2 of 2"
    assert rows[11:13] == ["", "1 of 11 are right"]
