"""Changes of compare/backends: see table.py."""

# fmt: off
CHANGES: list[tuple[str, str, str, str]] = [
    ('compare/backends/user_file.py', 'np.array(part, subok=False)', 'np.asarray(part)', 'tests/backends/test_user_file.py::test_memory_that_a_function_keeps_is_not_ours'),
    ('compare/backends/user_file.py', 'if len(shapes) > 1 and not (isinstance(returned, tuple | list) and len(returned) == len(shapes)):', 'if len(shapes) > 1 and not (isinstance(returned, tuple & list) and len(returned) == len(shapes)):', 'tests/backends/test_user_file.py::test_a_step_of_right_functions_is_that_of_scratch'),
    ('compare/backends/user_file.py', 'if array.shape != shape:', 'if array.shape == shape:', 'tests/backends/test_user_file.py::test_a_step_of_right_functions_is_that_of_scratch'),
    ('compare/backends/user_file.py', 'array = np.array(part, subok=False)', 'array = np.asarray(part)', 'tests/backends/test_user_file.py::test_memory_that_a_function_keeps_is_not_ours'),
    ('compare/backends/user_file.py', 'function(*map(_locked, inputs))', 'function(*inputs)', 'tests/backends/test_user_file.py::test_every_fault_is_one_line_with_its_function'),
    ('compare/backends/user_file.py', 'if array.shape != shape:', 'if False:', 'tests/backends/test_user_file.py::test_every_fault_is_one_line_with_its_function'),
    ('compare/backends/user_file.py', 'if array.dtype != dtype:', 'if False:', 'tests/backends/test_user_file.py::test_every_fault_is_one_line_with_its_function'),
    ('compare/backends/user_file.py', 'with _stdout(prints), np.errstate():\n        return', 'with _stdout(prints):\n        return', 'tests/backends/test_user_file.py::test_what_a_function_tells_numpy_ends_with_its_call'),
    ('compare/backends/user_file.py', 'with _stdout(prints), np.errstate():\n        return', 'with np.errstate():\n        return', 'tests/backends/test_user_file.py::test_what_a_function_prints_is_kept_out_of_stdout'),
    ('compare/backends/scratch_side.py', 'return _copied(State(self.model.weight, self.model.bias, self.optimizer.velocity))', 'return State(self.model.weight, self.model.bias, self.optimizer.velocity)', 'tests/backends/test_protocol.py::test_a_state_is_a_copy'),
    ('compare/backends/scratch_side.py', 'self.model.weight, self.model.bias, self.optimizer.velocity = _copied(state)', 'self.model.weight, self.model.bias, _ = _copied(state)', 'tests/backends/test_protocol.py::test_a_side_goes_on_from_a_copy'),
    ('compare/backends/torch_side.py', 'return tensor.cpu().numpy().copy()', 'return tensor.cpu().numpy()', 'tests/backends/test_protocol.py::test_a_state_is_a_copy'),
    ('compare/backends/torch_side.py', 'torch_impl.set_velocity(self.model, self.optimizer, state.velocity)', 'pass', 'tests/backends/test_protocol.py::test_a_side_goes_on_from_a_copy'),
    ('compare/backends/timing.py', 'side.seconds += time.perf_counter() - began', 'pass', 'tests/backends/test_protocol.py::test_seconds_are_those_of_its_own_steps'),
    ('compare/backends/threads.py', 'threadpool_limits(limits=number)', 'threadpool_limits(limits=2)', 'tests/backends/test_threads.py::test_one_thread_whatever_the_machine'),
    ('compare/backends/torch_side.py', '        self.seconds, self._keeps_quantities = 0.0, False\n', '        self.seconds, self._keeps_quantities = 0.0, False\n        self.keep_quantities()\n', 'tests/backends/test_torch_side.py::test_training_alone_keeps_no_gradient_of_the_logits'),
]
