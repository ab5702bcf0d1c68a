"""The paper tasks on a terminal: what is said to answers, hints, and where to read."""

from collections.abc import Callable

import pytest

from compare.equations import RUNGS
from compare.exercise.paper import tasks
from compare.exercise.progress import Progress
from compare.exercise.source import Source
from compare.exercise.task import Task
from compare.files import maths_page
from compare.report.tables import WIDTH

SHORT = "--data", "digits", "--epochs", "1"
OPEN = '"Z[0,0]": None'


def task(name: str) -> Task:
    return next(one for one in tasks(7) if one.name == name)


@pytest.fixture
def printed(cli, rungs_file: Callable) -> Callable[..., str]:
    """What is printed of a file with these answers to the questions before logits, as lines and as one line."""

    def run(*args: str, **answers: str) -> str:
        names = {"score": OPEN, "product": '"the product": None'}
        path = rungs_file(
            0, *((names[key], names[key].replace("None", text)) for key, text in answers.items()), paper=0
        )
        code, out, err = cli("exercise", path, *SHORT, *args)
        assert (code, err) == (1, "")
        assert max(len(line) for line in out.splitlines() if "MATHS.md" not in line and "ANSWERS" not in line) <= WIDTH
        return out

    return run


@pytest.mark.parametrize("score", ["2.0", '"2"', "4 / 2", "np.log(np.exp(2))"])
@pytest.mark.parametrize("product", ['"c"', '"X @ W.T"', '"c: X @ W.T"'])
def test_right_answers_in_any_form_open_the_function(printed: Callable, score: str, product: str):
    assert task("Z[0,0]").answer == 2.0
    out = printed(score=score, product=product)
    assert "logits                      paper 2 of 2" in out
    assert "logits (E1): X (N, D), W (K, D), b (K,) -> Z (N, K)" in out


def test_an_answer_of_another_kind_is_not_called_wrong(printed: Callable):
    out = printed(score='"two"', product='"the last"')
    assert "  Z[0,0]: not read\n" in out
    assert "yours is two: this cannot be read as a number" in out
    assert "  the product: not read\n" in out
    assert 'yours is the last: answer with one letter, in quotes: one of "a", "b", "c"' in out


def test_what_is_written_is_shown_with_few_digits(printed: Callable):
    out = printed(score="2.003 / 1.0000001", product="[1, 1/3]")
    assert "  Z[0,0]: nearly\n" in out
    assert "yours is 2.003: the last decimals are off." in " ".join(out.split())
    assert "yours is [1, 0.333333]: answer with one letter" in out


def test_a_long_answer_is_cut(printed: Callable):
    assert f"yours is {39 * 'b'}…: this" in " ".join(printed(score=f"'{100 * 'b'}'").split())


def test_each_hint_says_something_new_and_the_last_one_where_to_read(printed: Callable):
    first, second, third = (printed(*args, score="9.5") for args in ((), ("--hint",), ("--hint",)))
    score, product = task("Z[0,0]"), task("the product")
    tips = [f"yours is 9.5. How to get there: {score.tip}", f"Z[0,0]: {score.step}"]
    tips += [f"the product: {text}" for text in (product.tip, product.step)]
    found = [[tip in " ".join(out.split()) for tip in tips] for out in (first, second, third)]
    assert found == [[True, False, False, False], [True, True, True, False], [True, True, True, True]]
    assert [out.splitlines()[-1] for out in (first, second, third)] == [
        "--hint says more", "--hint again says more", f"to read: E1, in {maths_page()}"
    ]  # fmt: skip


def test_the_arrays_to_copy_are_whole_lines(cli, rungs_file: Callable):
    real = task("W[0,0] + 0.1, real")
    path = rungs_file(11, (f'"{real.name}": {real.answer!r}', f'"{real.name}": 0.0'))
    kept, source = Progress(path), Source(path)
    kept.right = {name: source.fingerprint(name) for name in RUNGS}
    kept.save()
    out = cli("exercise", path, *SHORT)[1]
    for line in real.question.splitlines()[1:]:
        assert f"\n    {line}\n" in out
        assert f"\n    # {line}\n" in path.read_text()
    assert "yours is 0: is your W an array of integers?" in out
