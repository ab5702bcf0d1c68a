"""Changes of compare/bugs: see table.py."""

# fmt: off
CHANGES: list[tuple[str, str, str, str]] = [
    ('compare/bugs/detection.py', ' if check != "accuracy"', '', 'tests/bugs/test_detection.py::test_a_low_accuracy_alone_detects_nothing'),
    ('compare/bugs/ratios.py', 'if (np.abs(left / left[0] - 1) <= same).all():', 'if (np.abs(left / left[0] - 1) <= same).any():', 'tests/bugs/test_ratios.py::test_what_holds_in_all_but_one_case_is_no_ratio'),
    ('compare/bugs/sharing.py', 'and array.strides == known.strides', '', 'tests/bugs/test_sharing.py::test_only_what_is_the_same_to_the_bit_is_known'),
    ('compare/bugs/sharing.py', 'if is_right:', 'if is_right or results.right is not None:', 'tests/bugs/test_sharing.py::test_no_bit_of_any_mistake_changes'),
    ('compare/bugs/sharing.py', 'array.flags.writeable = False', 'pass', 'tests/bugs/test_sharing.py::test_a_mistake_that_writes_into_what_is_shared_is_told'),
    ('compare/bugs/survey.py', '[*zip(jobs, found[: len(jobs)], strict=True)]', '[*zip(jobs, reversed(found[: len(jobs)]), strict=True)]', 'tests/bugs/test_survey.py::test_what_a_worker_finds_is_what_is_found_here'),
    ('compare/bugs/survey.py', 'return 7 + len(names) / 48 * (5 * work + problem.steps * 0.0054 * max(1.0, work))', 'return 7 + len(names) / 48 / (5 * work + problem.steps * 0.0054 * max(1.0, work))', 'tests/bugs/test_survey.py::test_the_time_is_that_of_the_steps_and_the_mistakes'),
    ('compare/bugs/facts.py', 'return str(said.pop()).format(QUANTITIES[NAMES[field]].symbol) if len(said) == 1 else ""', 'return str(said.pop()).format(QUANTITIES[NAMES[field]].symbol) if len(said) >= 1 else ""', 'tests/bugs/test_facts.py::test_what_holds_in_one_case_only_is_not_told'),
    ('compare/bugs/accuracies.py', '(clean - ACCURACY_NOTICED, clean + ACCURACY_NOTICED)', '(clean - ACCURACY_NOTICED, clean - ACCURACY_NOTICED)', 'tests/bugs/test_accuracies.py::test_the_usual_accuracy_is_the_measured_one_or_that_of_the_clean_run'),
    ('compare/bugs/detection.py', 'candidate.step(index, right)', 'pass', 'tests/bugs/test_detection.py::test_each_check_sees_what_no_other_sees'),
    ('compare/bugs/evidence.py', 'largest = np.maximum.reduceat(np.abs(values), self.starts)', 'largest = np.minimum.reduceat(np.abs(values), self.starts)', 'tests/bugs/test_evidence.py::test_how_much_is_explained'),
    ('compare/bugs/survey.py', 'return UNCHECKED if name == CLEAN else BUGS[name].equations()', 'return UNCHECKED if name != CLEAN else BUGS[name].equations()', 'tests/bugs/test_survey.py::test_runs_that_ended_early_are_trained_for_their_accuracy'),
    ('compare/bugs/values.py', 'if a.ndim < 2 or bad.sum() == 1:', 'if a.ndim < 2 or bad.max() == 1:', 'tests/bugs/test_facts.py::test_what_holds_is_the_only_fact'),
    ('compare/bugs/facts.py', '    seen.case.begin(side)\n', '    side.start_from(seen.case.start)\n', 'tests/bugs/test_inputs.py::test_a_rate_that_is_kept_from_the_first_call_is_told'),
    ('compare/bugs/facts.py', '"F": "by columns"', '"F": "by rows"', 'tests/bugs/test_inputs.py::test_what_waits_for_an_unusual_batch_is_diagnosed'),
    ('compare/bugs/traces.py', 'given.steps.start_of(case)', 'Start.of(case.start, (case.start.W, case.start.b), given.steps.chosen)', 'tests/bugs/test_inputs.py::test_what_waits_for_an_unusual_batch_is_diagnosed'),
    ('compare/bugs/catalogue/log_softmax.py', 'Z.max(axis=1, keepdims=True) if row_maximum else Z.max(axis=0)', 'Z.max(axis=0)', 'tests/bugs/catalogue/test_sums.py::test_a_sum_over_a_wrong_axis_is_named'),
    ('compare/bugs/catalogue/log_softmax.py', 'Z.max(axis=1, keepdims=True) if row_maximum else Z.max()', 'Z.max()', 'tests/bugs/catalogue/test_sums.py::test_a_sum_over_a_wrong_axis_is_named'),
    ('compare/bugs/survey.py', '_pieces(names, cores() // len(DTYPES))', '_pieces(names, cores())', 'tests/bugs/test_survey.py::test_every_name_is_in_one_job_of_each_precision'),
    ('compare/bugs/accuracies.py', 'low <= accuracy <= high', 'low < accuracy < high', 'tests/bugs/test_accuracies.py::test_an_accuracy_outside_of_the_band_is_a_reason'),
    ('compare/bugs/survey.py', 'for name in found if _is_of_the_loss(name)', 'for name in found if not _is_of_the_loss(name)', 'tests/bugs/test_survey.py::test_runs_that_ended_early_are_trained_for_their_accuracy'),
    ('compare/bugs/survey.py', 'if one.reasons["whole_run"] and not _is_of_the_loss(name)]', 'if one.reasons["whole_run"]]', 'tests/bugs/test_survey.py::test_runs_that_ended_early_are_trained_for_their_accuracy'),
    ('compare/bugs/detection.py', 'if reasons["whole_run"]:', 'if not reasons["whole_run"]:', 'tests/bugs/test_detection.py::test_a_run_that_differs_goes_no_further'),
    ('compare/bugs/sharing.py', 'if index is not self._index:', 'if self._index is None:', 'tests/bugs/test_sharing.py::test_no_bit_of_any_mistake_changes'),
]
