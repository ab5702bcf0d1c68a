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
    ('compare/exercise/answers.py', 'and not isinstance(node.value, bool)', '', 'tests/exercise/test_answers.py::test_what_is_neither'),
    ('compare/exercise/answers.py', 'or not math.isfinite(value)', '', 'tests/exercise/test_answers.py::test_what_is_neither'),
    ('compare/exercise/task.py', 'value = value_of(given)', 'value = None if isinstance(given, str) else given', 'tests/exercise/test_task.py::test_a_right_number_is_right_in_any_form'),
    ('compare/exercise/task.py', 'letter + _plain(line)}', 'letter}', 'tests/exercise/test_task.py::test_a_letter_its_line_or_both'),
    ('compare/exercise/task.py', 'if twice or (', 'if (', 'tests/exercise/test_task.py::test_what_is_of_another_kind_is_told_how_to_write_it'),
    ('compare/exercise/task.py', 'if not known and (', 'if known and (', 'tests/exercise/test_task.py::test_what_is_right_in_fewer_digits_is_nearly_right'),
    ('compare/exercise/task.py', ' or self._sign(ours, right)', '', 'tests/exercise/test_task.py::test_the_wrong_sign_is_asked_about'),
    ('compare/exercise/source.py', 'if node.id not in own)', 'if node.id in own)', 'tests/exercise/test_opened.py::test_an_answer_that_python_cannot_read_is_one_clear_line'),
    ('compare/exercise/paper_hints.py', ' if text != reason]', ']', 'tests/exercise/test_paper_hints.py::test_what_the_reply_says_is_not_said_again'),
    ('compare/exercise/paper_hints.py', 'texts[:given])', 'texts)', 'tests/exercise/test_paper_hints.py::test_an_open_task_has_the_tip_then_the_first_step'),
    ('compare/exercise/paper.py', 'W = np.array({_floats(n.W)})', 'W = np.array({shown(n.W)})', 'tests/exercise/test_paper.py::test_an_array_of_integers_is_asked_about_and_the_arrays_to_copy_have_none'),
    ('compare/exercise/rungs.py', '[MORE[name]()] if name in MORE', '[MORE[name]()] if not name', 'tests/exercise/test_rungs.py::test_the_example_is_right_and_stands_in_the_file_with_four_decimals'),
    ('compare/exercise/turns.py', '_Epoch(inputs), _used(calls[:-1])', '_Epoch(inputs), calls[:-1]', 'tests/exercise/test_turns.py::test_what_is_right_is_not_accused'),
    ('compare/exercise/turns.py', 'if ours is not None and not all', 'if not all', 'tests/exercise/test_mistakes.py::test_a_mistake_is_asked_about_and_named_on_request'),
    ('compare/exercise/turns.py', 'if found or ours is None:', 'if ours is None:', 'tests/exercise/test_turns.py::test_what_is_wrong_is_told_with_its_step'),
    ('compare/exercise/seen.py', 'if self.trials[0].is_right() else', 'if True else', 'tests/exercise/test_mistakes.py::test_a_mistake_is_asked_about_and_named_on_request'),
]
