"""Changes of scratch: see table.py."""

# fmt: off
CHANGES: list[tuple[str, str, str, str]] = [
    ('scratch/training.py', '    for index in batches:\n        X, y', '    for index in list(batches):\n        X, y', 'tests/torch_impl/test_training.py::test_each_step_is_yielded_after_its_update_and_nothing_is_fetched_ahead'),
    ('scratch/training.py', '            if not math.isfinite(done.L):', '            if False:', 'tests/torch_impl/test_training.py::test_fit_stops_where_a_loss_is_no_longer_finite'),
    ('scratch/softmax.py', 'FEW = 16', 'FEW = 10**9', 'tests/scratch/test_sums.py::test_log_softmax'),
    ('scratch/model.py', '    dZ = np.asfortranarray(dZ)', '    dZ = np.asarray(dZ)', 'tests/scratch/test_sums.py::test_the_gradient_of_the_bias'),
    ('scratch/model.py', 'np.add(X @ W.T, b, order="F")', 'X @ W.T + b', 'tests/scratch/test_sums.py::test_logits_lie_class_by_class'),
    ('scratch/softmax.py', '    if Z.size == 0:', '    if False:', 'tests/scratch/test_empty.py::test_no_logits_have_no_probabilities'),
    ('scratch/cross_entropy.py', '    if len(y) == 0:', '    if False:', 'tests/scratch/test_empty.py::test_the_mean_loss_of_no_images_is_nan'),
    ('scratch/arrays.py', 'type(array) is not np.ndarray and type(array) is not np.memmap', 'not isinstance(array, np.ndarray)', 'tests/scratch/test_arrays.py::test_each_argument_must_be_an_array'),
    ('scratch/sgd.py', 'Velocity(*(g.copy() for g in gradients))', 'Velocity(*gradients)', 'tests/scratch/test_sgd.py::test_a_gradient_array_may_be_used_again'),
    ('scratch/sgd.py', 'return [v.copy() for v in self.velocity]', 'return list(self.velocity)', 'tests/scratch/test_sgd.py::test_a_gradient_array_may_be_used_again'),
    ('scratch/sgd.py', 'if nesterov and (momentum <= 0 or dampening != 0):', 'if nesterov and momentum <= 0:', 'tests/scratch/test_sgd.py::test_options_are_refused_as_pytorch_refuses_them'),
    ('scratch/training.py', '        loss += float(f.nll_loss(f.log_softmax(Z), y)) * len(y)', '        loss = np.float32(loss + equations.nll_loss(equations.log_softmax(Z), y) * len(y))', 'tests/torch_impl/test_training_evaluation.py::test_losses_of_pieces_are_added_up_in_float64'),
    ('scratch/checks.py', 'y.min() < 0 or ', '', 'tests/scratch/test_cross_entropy.py::test_bad_labels_are_refused'),
    ('scratch/checks.py', ' or y.max() >= K', '', 'tests/scratch/test_cross_entropy.py::test_bad_labels_are_refused'),
    ('scratch/checks.py', 'if array.dtype.kind not in "iu":', 'if False:', 'tests/scratch/test_cross_entropy.py::test_bad_labels_are_refused'),
    ('scratch/arrays.py', 'if array.dtype.kind not in kinds:', 'if False:', 'tests/scratch/test_arrays.py::test_an_array_of_another_kind_is_refused'),
    ('scratch/arrays.py', 'images.dtype != np.uint8 and ', 'False and ', 'tests/scratch/test_checks.py::test_images_of_other_integers_than_bytes_are_refused'),
    ('scratch/checks.py', '    if y.shape != (N,):', '    if False:', 'tests/scratch/test_cross_entropy.py::test_bad_labels_are_refused'),
]
