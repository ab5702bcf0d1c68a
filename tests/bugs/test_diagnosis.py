"""What a difference looks like: which guesses are made, in which order, and when none is."""

from collections.abc import Callable

import numpy as np

from compare.backends.by_name import SCRATCH, backend, equations_backend
from compare.backends.protocol import Backend
from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import Diagnostician
from compare.problem import Problem
from scratch import EQUATIONS


def replaced(function: str, make: Callable[[], Callable]) -> Backend:
    return equations_backend("theirs", lambda: EQUATIONS._replace(**{function: make()}))


def relu(X, W, b):
    Z = X @ W.T + b
    return Z * (Z > 0)


def first_class_lost(X, dZ):
    dZ = dZ * (np.arange(dZ.shape[1]) > 0)
    return dZ.T @ X, dZ.sum(axis=0)


def test_the_mistakes_of_the_catalogue_are_diagnosed_alike_twice(diagnostician: Diagnostician):
    """What one keeps from step to step must not get into the next diagnosis."""
    for name in ("hidden-momentum", "stale-gradient", "decaying-lr", "never-shuffled", "wrong-sign"):
        first, again = (diagnostician.diagnose(BUGS[name].backend()) for _ in range(2))
        assert first == again
        assert (first.guesses[0].bug.name, round(first.guesses[0].likeness, 12)) == (name, 1)


def test_guesses_are_few_and_the_likeliest_first(diagnostician: Diagnostician):
    guesses = diagnostician.diagnose(replaced("logits", lambda: relu)).guesses
    assert [guess.bug.name for guess in guesses] == [
        "relu-on-the-logits", "softmax-before-the-loss", "bias-forgotten-forward"
    ]  # fmt: skip
    assert [guess.likeness for guess in guesses] == sorted((guess.likeness for guess in guesses), reverse=True)
    assert 0.5 < guesses[2].likeness < guesses[1].likeness < 0.8 < guesses[0].likeness <= 1 + 1e-12


def test_a_mistake_that_a_fact_suggests_is_a_guess_whatever_its_trace(diagnostician: Diagnostician):
    """The first class lost has a trace with nothing in common with the last class lost."""
    guesses = diagnostician.diagnose(replaced("parameter_gradients", lambda: first_class_lost)).guesses
    assert [(guess.bug.name, guess.likeness) for guess in guesses] == [("one-class-lost", 0.75)]


def test_nothing_is_found_without_a_mistake(diagnostician: Diagnostician):
    assert diagnostician.diagnose(SCRATCH) == ([], [])


def test_a_mistake_like_no_other_gets_no_name(diagnostician: Diagnostician):
    random = np.random.default_rng(1)
    odd = diagnostician.diagnose(replaced("logits", lambda: lambda X, W, b: X @ W.T + b + random.normal(size=len(b))))
    assert odd.facts == ["Z (E1) is the first to differ, in the first step"]
    assert odd.guesses == []


def test_a_short_run_has_fewer_real_batches(random_problem: Callable[..., Problem]):
    """The hard batches that come after a single real one are not taken for steps."""
    diagnostician = Diagnostician(random_problem(batch_size=88), backend("torch"))
    found = diagnostician.diagnose(
        replaced("log_softmax", lambda: lambda Z: np.log(np.exp(Z) / np.exp(Z).sum(axis=1)[:, None]))
    )
    assert found.facts[0] == 'logP (E2) is the first to differ, not on real images, but in the batch "logits of ±1000"'


def test_momentum_of_the_problem_is_no_mistake(random_problem: Callable[..., Problem]):
    diagnostician = Diagnostician(random_problem(momentum=0.9, weight_decay=1e-3), backend("torch"))
    assert diagnostician.diagnose(SCRATCH) == ([], [])
    found = diagnostician.diagnose(replaced("sgd_step", lambda: lambda W, b, *_: (W, b)))
    assert found.facts[:2] == [
        "W - W0 (E6) is the first to differ, in the first step",
        "W - W0 is zero in every element",
    ]
