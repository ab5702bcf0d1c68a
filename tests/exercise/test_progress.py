"""What was right before, and which hints were given: kept beside the exercise."""

from pathlib import Path

import pytest

from compare.data.registry import load
from compare.errors import InputError
from compare.exercise.progress import Progress, fingerprint, progress_path, reset
from compare.problem import Hyperparameters, Problem


@pytest.fixture
def exercise(tmp_path: Path) -> Path:
    return tmp_path / "mine.py"


def test_it_is_kept_beside_the_file(exercise: Path):
    kept = Progress(exercise)
    kept.right["logits"] = "code"
    kept.hints["logits: sign"] = 2
    kept.proven = "both"
    kept.save()
    assert [path.name for path in exercise.parent.iterdir()] == ["mine.progress.json"]
    again = Progress(exercise)
    assert (again.right, again.hints, again.proven) == ({"logits": "code"}, {"logits: sign": 2}, "both")


def test_what_was_proven_is_told_by_the_file_and_the_problem(exercise: Path):
    exercise.write_text("one")
    problems = [Problem(load("digits"), Hyperparameters(epochs=1, lr=lr)) for lr in (0.1, 0.1, 0.10000001)]
    first, again, other = (fingerprint(exercise, problem) for problem in problems)
    exercise.write_text("two")
    assert first == again
    assert len({first, other, fingerprint(exercise, problems[0])}) == 3


def test_reset_forgets_it(exercise: Path):
    assert not reset(exercise)
    Progress(exercise).save()
    assert reset(exercise)
    assert not progress_path(exercise).exists()


DAMAGES = [
    "not json", "[1]", "7", "\xff", "", "[" * 10_000, '{"right": 3}', '{"right": {"a": 1}}', '{"hints": {"a": "1"}}',
    '{"proven": 1}', '{"hints": {"a": 0}}', '{"hints": {"a": true}}', '{"hints": {"a": 1}, "hints": {}}',
    '{"hints": {"a": NaN}}',
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES, ids=range(len(DAMAGES)))
def test_a_damaged_one_is_refused_and_stays(exercise: Path, damage: str):
    progress_path(exercise).write_bytes(damage.encode("latin-1"))
    with pytest.raises(InputError, match=r"is damaged, so progress cannot be kept; use --reset"):
        Progress(exercise)
    assert progress_path(exercise).read_bytes() == damage.encode("latin-1")
    assert reset(exercise)


def test_where_nothing_can_be_written_it_is_not_kept(exercise: Path):
    kept = Progress(exercise.parent / "no" / "mine.py")
    kept.right["logits"] = "code"
    kept.save()
    assert Progress(exercise.parent / "no" / "mine.py").right == {}


def test_a_folder_in_its_place_is_refused(exercise: Path):
    progress_path(exercise).mkdir()
    with pytest.raises(InputError, match="progress cannot be read: "):
        Progress(exercise)
    with pytest.raises(InputError, match="cannot be removed: "):
        reset(exercise)
