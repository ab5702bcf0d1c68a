"""Changes of compare/exercise/seat and checks, and of what prints a score: see table.py."""

# fmt: off
CHANGES: list[tuple[str, str, str, str]] = [
    ('compare/exercise/seat/check_file.py', 'if name.partition(".")[0] in OURS]', 'if name in OURS and not name]', 'tests/exercise/seat/test_runner.py::test_what_is_changed_when_the_file_is_loaded_does_not_reach_the_functions'),
    ('compare/exercise/seat/check_file.py', 'PASSED if returned is None or returned else ACCUSED', 'PASSED if returned is None or not returned else ACCUSED', 'tests/exercise/seat/test_check_file.py::test_what_counts_as_a_verdict'),
    ('compare/exercise/seat/process.py', 'if os.getpid() != own:', 'if os.getpid() == -own:', 'tests/exercise/seat/test_runner.py::test_what_a_test_changes_does_not_reach_the_next_mistake'),
    ('compare/exercise/seat/process.py', '        if not shown:\n', '        if shown:\n', 'tests/exercise/seat/test_runner.py::test_prints_are_shown_once'),
    ('compare/exercise/seat/process.py', 'if not ready or text:', 'if text:', 'tests/exercise/seat/test_runner.py::test_what_a_test_does_wrong_is_one_line'),
    ('compare/exercise/seat/process.py', 'MARK.pack_into(self._outbox, 0, LOADING, 1)', 'MARK.pack_into(self._outbox, 0, 0, 0)', 'tests/exercise/seat/test_runner.py::test_a_test_that_never_ends_is_ended_where_no_process_can_be_copied'),
    ('compare/exercise/seat/runner.py', 'size = 2 * cores() if COPIES else 1', 'size = 1', 'tests/exercise/seat/test_runner.py::test_cases_are_run_side_by_side'),
    ('compare/exercise/seat/cases.py', 'if not reason(mutant) and _runs(mutant)]', 'if _runs(mutant)]', 'tests/exercise/seat/test_cases.py::test_the_generated_mistakes_run_and_are_not_the_same_function'),
    ('compare/exercise/seat/nudges.py', 'for _ in range(trial.calls):', 'for _ in range(1):', 'tests/exercise/seat/test_nudges.py::test_which_nudge_a_mistake_has'),
    ('compare/exercise/seat/nudges.py', '(np.arange(len(X)) % 2 - 0.5)', '(np.arange(len(X)) % 2)', 'tests/exercise/seat/test_nudges.py::test_which_nudge_a_mistake_has'),
    ('compare/exercise/seat/score.py', 'return 0 if self.accused else', 'return 0 if self.bars else', 'tests/exercise/seat/test_score.py::test_a_test_that_accuses_a_right_variant_scores_nothing_and_is_told_on_which'),
    ('compare/exercise/seat/score.py', 'or {group: reason}', 'or {}', 'tests/exercise/seat/test_score.py::test_a_group_that_is_accused_only_together_is_named'),
    ('compare/exercise/checks/cs336.py', 'for times in (1, 1000):', 'for times in (1, 10):', 'tests/exercise/checks/test_cs336.py::test_each_question_finds_what_it_asks_for'),
    ('compare/exercise/checks/cs231n.py', '(2 * CENTRAL_STEP)) < 1e-5', '(2 * CENTRAL_STEP)) < 1e-2', 'tests/exercise/checks/test_cs231n.py::test_each_question_finds_what_it_asks_for'),
    ('compare/exercise/checks/ours.py', 'for dtype in DTYPES:', 'for dtype in DTYPES[1:]:', 'tests/exercise/checks/test_ours.py::test_a_mistake_is_told'),
    ('compare/exercise/checks/accuracy.py', 'abs(_accuracy(f) - _usual())', '(_accuracy(f) - _usual())', 'tests/exercise/checks/test_accuracy.py::test_what_does_not_learn_is_seen'),
    ('compare/bugs/right/__init__.py', 'np.array(returned, dtype, subok=False)[()]', 'np.array(returned, dtype, subok=False)', 'tests/bugs/test_right.py::test_each_returns_the_values_of_the_worked_example_in_plain_arrays'),
    ('compare/cli/seat.py', 'return 0 if score.passed else 1', 'return 0 if score.bars else 1', 'tests/cli/test_seat.py::test_one_screen_has_the_bars_and_what_to_try_even_if_all_get_away'),
    ('compare/cli/seat.py', 'len(missed) - sum(map(len, list(alike.values())[:most]))', 'len(missed) - len(rows)', 'tests/cli/test_seat.py::test_one_screen_has_the_bars_and_what_to_try_even_if_all_get_away'),
    ('compare/cli/seat.py', 'float(found[1]) > ROUNDING', 'float(found[1]) < ROUNDING', 'tests/cli/test_seat.py::test_a_test_that_fails_on_the_original_functions_is_told_why'),
    ('compare/exercise/seat/check_file.py', '"; ".join([first, *told])', 'first', 'tests/exercise/seat/test_check_file.py::test_a_comparison_of_numpy_is_told_with_its_shapes_and_differences'),
    ('compare/exercise/seat/nudges.py', 'if not _shown(easy, case)), USUAL)', 'if not case), USUAL)', 'tests/exercise/seat/test_nudges.py::test_which_nudge_a_mistake_has'),
]
