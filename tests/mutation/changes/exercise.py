"""Changes of compare/exercise: see table.py."""

# fmt: off
CHANGES: list[tuple[str, str, str, str]] = [
    ('compare/exercise/progress.py', 'type(count) is int and count > 0', 'True', 'tests/exercise/test_progress.py::test_a_damaged_one_is_refused_and_stays'),
    ('compare/exercise/check.py', '"" if others else', '"" if len(order) > 1 else', 'tests/exercise/test_check.py::test_what_only_a_batch_shows'),
    ('compare/exercise/check.py', 'if number == first]', 'if number >= first]', 'tests/exercise/test_check.py::test_what_only_a_batch_shows'),
    ('compare/exercise/ladder.py', 'if module := source.foreign(name)', 'if module := ""', 'tests/exercise/test_ladder.py::test_somebody_elses_code_earns_nothing_and_is_told_kindly'),
    ('compare/exercise/ladder.py', 'if stopped or not _all_right(paper):', 'if stopped:', 'tests/exercise/test_ladder.py::test_code_without_paper_earns_nothing'),
    ('compare/exercise/trials.py', 'any_gradient=n >= STEPS', 'any_gradient=False', 'tests/exercise/test_mistakes.py::test_a_registered_mistake_is_wrong_and_has_a_name_of_its_own'),
    ('compare/exercise/named.py', 'if all(trial.is_right() for trial in trials)', 'if False', 'tests/exercise/test_mistakes.py::test_what_is_right_has_no_name'),
    ('compare/exercise/turns.py', '_Epoch(inputs), _used(calls[:-1])', '_Epoch(inputs), calls[:-1]', 'tests/exercise/test_turns.py::test_what_is_right_is_not_accused'),
    ('compare/exercise/turns.py', 'if ours is not None and not all', 'if not all', 'tests/exercise/test_mistakes.py::test_a_mistake_is_asked_about_and_named_on_request'),
    ('compare/exercise/turns.py', 'if found or ours is None:', 'if ours is None:', 'tests/exercise/test_turns.py::test_what_is_wrong_is_told_with_its_step'),
    ('compare/exercise/seen.py', 'if self.trials[0].is_right() else', 'if True else', 'tests/exercise/test_mistakes.py::test_a_mistake_is_asked_about_and_named_on_request'),
]
