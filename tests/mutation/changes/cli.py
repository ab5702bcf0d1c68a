"""Changes of compare/cli: see table.py."""

# fmt: off
CHANGES: list[tuple[str, str, str, str]] = [
    ('compare/cli/paths.py', 'if not (one.written or other.written) or (one.name, other.name) in MAY_SHARE:', 'if (one.name, other.name) in MAY_SHARE:', 'tests/cli/test_paths.py::test_what_does_not_collide_is_taken'),
    ('compare/cli/values.py', 'len(digits) > 255', 'False', 'tests/cli/test_values.py::test_no_number_is_too_long_to_be_refused'),
    ('compare/cli/train.py', 'if chosen.epochs is None else', 'if not chosen.epochs else', 'tests/cli/test_values.py::test_resume_takes_no_epochs_of_0'),
    ('compare/cli/runs.py', 'return 2 if errors else 0', 'return 0', 'tests/cli/test_runs.py::test_a_damaged_run_is_named_and_the_others_are_listed'),
    ('compare/cli/train.py', 'check_suffix(save)', 'pass', 'tests/cli/test_train_stopped.py::test_a_checkpoint_is_not_named_as_another_kind_of_file'),
    ('compare/cli/data.py', '"pixels": {"min": images.min().item(), "max": images.max().item(), "mean": images.mean().item()},', '"pixels": {"min": images.max().item(), "max": images.max().item(), "mean": images.mean().item()},', 'tests/cli/test_data.py::test_a_data_set_is_described'),
    ('compare/cli/progress.py', 'if rest < 4 and 0 < quarters < 4:', 'if rest < 5 and 0 < quarters < 4:', 'tests/cli/test_progress.py::test_where_there_is_no_terminal_three_lines_say_how_far_it_is'),
    ('compare/cli/runs.py', 'write_json(json, {"runs": found})', 'write_json({"runs": found}, json)', 'tests/cli/test_runs.py::test_runs_of_both_versions_are_compared_in_a_table'),
    ('compare/cli/bugs.py', 'as_json.write_json(json, as_json.bug_as_dict(bug))', 'as_json.write_json(as_json.bug_as_dict(bug), json)', 'tests/cli/test_bugs.py::test_a_mistake_is_taught'),
    ('compare/cli/exercise_screen.py', 'len(hints) < STEPS', 'len(hints) <= STEPS', 'tests/cli/test_exercise.py::test_a_wrong_function_is_asked_about_and_named_on_request'),
    ('compare/cli/exercise_screen.py', 'len(hints) < STEPS', 'len(hints) > STEPS', 'tests/cli/test_exercise.py::test_a_new_exercise_says_what_to_do_next'),
    ('compare/cli/train.py', 'not resume and where == "cpu"', 'not resume', 'tests/cli/test_train.py::test_weights_of_another_device_are_not_called_the_same'),
    ('compare/cli/explain.py', 'grid.add_section()', 'pass', 'tests/cli/test_explain.py::test_details_print_every_number_with_its_difference'),
    ('compare/cli/prove.py', '_as_dict(proof) if json or run_name else {}', '_as_dict(proof)', 'tests/cli/test_prove.py::test_json_is_made_for_those_who_ask'),
    ('compare/cli/train.py', '_left(training) * step_seconds(', 'training.problem.steps * step_seconds(', 'tests/cli/test_train.py::test_the_rest_of_a_training_is_counted'),
    ('compare/cli/ignored.py', 'source.name == "COMMANDLINE"', 'source.name != "DEFAULT"', 'tests/cli/test_ignored.py::test_a_variable_of_the_environment_is_for_every_command'),
    ('compare/cli/ignored.py', 'and not SOURCES[name].files', '', 'tests/cli/test_ignored.py::test_what_changes_something_is_taken'),
    ('compare/cli/predict.py', ', time_limit=seconds', '', 'tests/cli/test_user_file.py::test_a_command_that_reads_a_checkpoint_passes_the_time_limit_on'),
    ('compare/cli/explain.py', '(loaded.chosen.lr, "checkpoint") if loaded.chosen else', '', 'tests/cli/test_explain.py::test_the_rate_is_that_of_the_training_unless_one_is_given'),
    ('compare/cli/explain.py', ' + (_left_out(chosen) if chosen and source == "checkpoint" else "")', '', 'tests/cli/test_explain.py::test_what_the_step_of_the_training_had_besides_is_said'),
    ('compare/cli/explain.py', '"one is right" if len(right) > 1 else ', '', 'tests/cli/test_explain.py::test_one_side_may_be_right_alone'),
    ('compare/cli/one_image.py', '    if text in names:\n        return names.index(text)\n', '', 'tests/cli/test_one_image.py::test_a_class_is_found_by_its_name_and_then_by_its_number'),
]
