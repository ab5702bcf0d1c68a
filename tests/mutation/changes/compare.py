"""Changes of the files of compare that are in no room: see table.py."""

# fmt: off
CHANGES: list[tuple[str, str, str, str]] = [
    ('compare/problem.py', 'Rows(images, trained_on), selected', 'Rows(images[trained_on], np.arange(len(trained_on))), selected', 'tests/test_problem.py::test_no_image_is_copied_before_it_is_in_a_batch'),
    ('compare/problem.py', 'min(epochs, EPOCHS_IN_CHECKSUM, most)', 'min(epochs, EPOCHS_IN_CHECKSUM)', 'tests/test_problem.py::test_the_order_in_a_checksum_is_bounded_by_images'),
    ('compare/problem.py', 'if not chosen.val_fraction and data.test is None', 'if False', 'tests/test_problem.py::test_nothing_is_held_out_only_where_there_are_test_images'),
    ('compare/files.py', 'Path(os.path.realpath(path))', 'path', 'tests/test_files.py::test_a_link_stays_a_link'),
    ('compare/files.py', '            _sync(stream)\n', '', 'tests/test_files.py::test_a_file_is_on_the_disk_before_it_has_its_name_and_its_name_after'),
    ('compare/files.py', '    _sync_folder(path.parent)\n', '', 'tests/test_files.py::test_a_file_is_on_the_disk_before_it_has_its_name_and_its_name_after'),
    ('compare/files.py', 'if error.errno not in NO_SYNC:', 'if False:', 'tests/test_files.py::test_a_disk_that_fails_when_it_is_synced'),
    ('compare/files.py', 'f".part-{os.getpid()}-{secrets.token_hex(4)}"', 'f".{path.name}.part"', 'tests/test_files.py::test_a_name_may_be_as_long_as_the_disk_allows'),
    ('compare/signals.py', 'if now - self._raised > REPEAT_SECONDS:', 'if True:', 'tests/test_signals.py::test_a_signal_is_raised_once_and_ignored_when_all_has_ended'),
    ('compare/signals.py', 'before[number] if raising.code is None else signal.SIG_IGN', 'before[number]', 'tests/test_signals.py::test_a_signal_is_raised_once_and_ignored_when_all_has_ended'),
    ('compare/signals.py', 'if before[number] is not signal.SIG_IGN', '', 'tests/test_signals.py::test_what_is_ignored_stays_ignored'),
    ('compare/signals.py', '        if self._kept is None:\n            self._kept = number', '        self._kept = number', 'tests/test_signals.py::test_a_signal_that_is_held_comes_at_the_check_and_the_first_counts'),
    ('compare/signals.py', 'if n == signal.SIGINT or isinstance(held.before[n], Raising)', '', 'tests/test_signals.py::test_a_library_holds_ctrl_c_only'),
    ('compare/problem.py', 'if not 0 <= self.dampening <= 1:', 'if not 0 <= self.dampening <= 2:', 'tests/test_problem_options.py::test_what_makes_no_sense_is_refused'),
    ('compare/problem.py', 'batch_size: int = 100', 'batch_size: int = 101', 'tests/test_problem_options.py::test_the_defaults_are_those_of_the_tutorial'),
    ('compare/problem.py', 'validated_with, trained_on = self._split[:held_out],', 'validated_with, trained_on = self._split[-held_out:],', 'tests/test_problem.py::test_no_image_is_trained_on_and_validated_with'),
    ('compare/problem.py', '"labels": checksum(self.train[1], self.validation[1])', '"labels": checksum(self.train[1])', 'tests/test_problem.py::test_checksums_see_one_pixel_and_one_label_of_any_image'),
    ('compare/problem.py', '"images": checksum(self.train[0], self.validation[0])', '"images": checksum(self.train[0])', 'tests/test_problem.py::test_checksums_see_one_pixel_and_one_label_of_any_image'),
    ('compare/files.py', '    path = _target(path)\n    beside', '    beside', 'tests/test_files.py::test_a_link_stays_a_link'),
    ('compare/problem.py', 'if self.seed < 0:', 'if self.seed < 1:', 'tests/test_problem_options.py::test_what_is_at_the_limit_is_taken'),
    ('compare/equations.py', 'zip(self.parameters.values(), inputs, strict=True)', 'zip(self.parameters.values(), inputs, strict=False)', 'tests/test_equations.py::test_inputs_of_another_number_or_dimension_are_refused'),
    ('compare/words.py', 'if share < 100 else', 'if share <= 100 else', 'tests/test_words.py::test_a_share'),
    ('compare/__main__.py', 'print("interrupted", file=sys.stderr)', 'print("interrupted")', 'tests/test_main.py::test_ctrl_c_while_python_imports_is_one_line_too'),
]
