"""Changes of torch_impl: see table.py."""

# fmt: off
CHANGES: list[tuple[str, str, str, str]] = [
    ('torch_impl/training.py', '.clone().to(parameter)', '.to(parameter)', 'tests/torch_impl/test_training.py::test_the_velocity_that_is_set_is_a_copy'),
    ('torch_impl/data.py', 'return DataLoader(dataset, sampler=batches, batch_size=None)', 'return DataLoader(dataset, sampler=batches)', 'tests/torch_impl/test_data.py::test_a_batch_is_the_images_at_its_indices'),
    ('torch_impl/training.py', 'torch.as_tensor(buffer).clone().to(parameter)', 'torch.as_tensor(buffer).to(parameter)', 'tests/torch_impl/test_training.py::test_the_velocity_that_is_set_is_a_copy'),
    ('torch_impl/training.py', '    optimizer.state.clear()\n', '', 'tests/torch_impl/test_training.py::test_no_velocity_is_none'),
    ('torch_impl/training.py', 'for X, y in loader(train, batches):', 'for X, y in list(loader(train, batches)):', 'tests/torch_impl/test_training.py::test_each_step_is_yielded_after_its_update_and_nothing_is_fetched_ahead'),
    ('torch_impl/training.py', '        if not math.isfinite(L):', '        if False:', 'tests/torch_impl/test_training.py::test_fit_stops_where_a_loss_is_no_longer_finite'),
    ('torch_impl/training.py', '        if not math.isfinite(history[-1].val_loss):', '        if False:', 'tests/torch_impl/test_training.py::test_fit_stops_where_a_loss_is_no_longer_finite'),
    ('torch_impl/training.py', 'total / sum(images)', 'total / (20 * len(images))', 'tests/torch_impl/test_training.py::test_training_loss_and_accuracy_are_of_each_image_as_it_was_seen'),
    ('torch_impl/data.py', '    if array.size and array.min() < 0:', '    if False:', 'tests/torch_impl/test_data.py::test_bad_labels_are_refused'),
    ('torch_impl/data.py', '    if array.dtype.kind not in "iu":', '    if False:', 'tests/torch_impl/test_data.py::test_bad_labels_are_refused'),
    ('torch_impl/parallel.py', '.mul_(shares.weight)', '', 'tests/torch_impl/test_parallel.py::test_weighted_gradients_of_shares_add_up_to_that_of_the_batch'),
    ('torch_impl/parallel.py', 'if shares.own else', 'if True else', 'tests/torch_impl/test_parallel.py::test_a_share_without_images_adds_nothing_to_loss_and_hits'),
    ('torch_impl/parallel.py', '-(-rank * N // self.ranks)', 'rank * N // self.ranks', 'tests/torch_impl/test_parallel.py::test_seven_images_are_four_and_three_and_one_is_one_and_none'),
    ('torch_impl/parallel.py', 'shares.weight * done.L', 'done.L', 'tests/torch_impl/test_parallel.py::test_the_loss_of_the_batch_weighs_each_share'),
]
