"""The proof and training run on one thread."""

import torch
from threadpoolctl import threadpool_info

from compare.backends.threads import threads


def test_one_thread_whatever_the_machine():
    before = torch.get_num_threads()
    with threads(1):
        assert torch.get_num_threads() == 1
        assert {pool["num_threads"] for pool in threadpool_info()} == {1}
    assert torch.get_num_threads() == before
