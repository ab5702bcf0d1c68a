"""What a difference looks like: which guesses are made, in which order, and when none is."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH, backend, equations_backend
from compare.backends.protocol import Backend
from compare.backends.user_file import UserFileError
from compare.bugs.catalogue import BUGS
from compare.bugs.diagnosis import BOTH, Diagnosis, Diagnostician, diagnose
from compare.problem import Problem
from scratch import EQUATIONS


def replaced(**functions: Callable[[], Callable]) -> Backend:
    """`scratch` with these functions, each made anew for each side."""
    made = {name: lambda make=make: make() for name, make in functions.items()}
    return equations_backend("mine", lambda: EQUATIONS._replace(**{name: make() for name, make in made.items()}))


def same(function: Callable) -> Callable[[], Callable]:
    return lambda: function


def named(found: Diagnosis) -> list[str]:
    return [guess.bug.name for guess in found.guesses]


@pytest.mark.heavy
def test_the_mistakes_of_the_catalogue_are_diagnosed_alike_twice(diagnostician: Diagnostician):
    """What one keeps from step to step must not get into the next diagnosis."""
    for name in ("hidden-momentum", "never-shuffled"):
        first, again = (diagnostician.diagnose(BUGS[name].backend()) for _ in range(2))
        assert first == again
        assert (first.guesses[0].bug.name, round(first.guesses[0].likeness, 9)) == (name, 1)


def test_nothing_is_found_without_a_mistake(diagnostician: Diagnostician):
    assert diagnostician.diagnose(SCRATCH) == Diagnosis([], [])


def test_a_mistake_like_no_other_gets_no_name(diagnostician: Diagnostician):
    odd = diagnostician.diagnose(replaced(logits=same(lambda X, W, b: np.tanh(X @ W.T + b))))
    assert odd.facts[0] == "Z (E1) is the first to differ, in the first step"
    assert odd.guesses == []
    assert odd.example.quantity == "logits"
    assert odd.example.ours == pytest.approx(np.tanh(odd.example.theirs))


def test_the_opposite_of_a_mistake_is_not_that_mistake(diagnostician: Diagnostician):
    def sharpened(logP, y):
        dZ, right = BUGS["hidden-label-smoothing"].make()(logP, y), scratch.logits_gradient(logP, y)
        return right - (dZ - right)

    assert diagnostician.diagnose(replaced(logits_gradient=same(sharpened))).guesses == []


def test_equal_explanations_are_ordered_by_equal_values(diagnostician: Diagnostician):
    """Zero, and the sum of all of dZ, which is zero but for rounding."""
    for make in (lambda dZ: 0 * dZ[0], lambda dZ: np.full(dZ.shape[1], dZ.sum())):
        found = diagnostician.diagnose(
            replaced(parameter_gradients=same(lambda X, dZ, make=make: (dZ.T @ X, make(dZ))))
        )
        assert {*named(found)[:2]} == {"bias-forgotten-in-the-gradient", "one-sum-for-the-bias"}


def test_a_mistake_in_a_function_that_was_not_replaced_is_no_guess(diagnostician: Diagnostician):
    wrong = BUGS["wrong-sign"].backend()
    assert named(diagnostician.diagnose(wrong, ["logits_gradient", "logits"])) == ["wrong-sign"]
    found = diagnostician.diagnose(wrong, ["logits"])
    assert found.guesses == []
    assert found.facts[1] == "dZ is -1 times what it should be, in every element"


def test_the_quantity_that_is_known_to_be_wrong_is_explained(diagnostician: Diagnostician):
    """Two mistakes: E3 is the first, and the one that is asked for is E5."""
    wrong = replaced(nll_loss=BUGS["summed-loss"].make, parameter_gradients=BUGS["mean-for-the-bias"].make)
    assert named(diagnostician.diagnose(wrong)) == ["summed-loss"]
    found = diagnostician.diagnose(wrong, quantity="db")
    assert named(found) == ["mean-for-the-bias"]
    assert found.facts[0] == "db (E5) differs, in the first step"
    assert diagnostician.diagnose(wrong, quantity="W") == diagnostician.diagnose(wrong)


def test_two_mistakes_after_each_other_hide_neither(diagnostician: Diagnostician):
    """E4 forgets to divide, and E5 divides: dW is right."""
    wrong = replaced(logits_gradient=BUGS["summed-gradient"].make, parameter_gradients=BUGS["averaged-twice"].make)
    assert named(diagnostician.diagnose(wrong)) == ["summed-gradient"]


def test_a_formula_that_overflows_too_is_recognised_where_it_is_finite(diagnostician: Diagnostician):
    def log_softmax(Z):
        return np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)

    found = diagnostician.diagnose(replaced(log_softmax=same(log_softmax)))
    assert named(found) == ["probabilities-returned"]
    assert found.facts[-1] == 'logP is not finite in the batch "logits of ±1000"'


def kept_weights():
    first = {}

    def sgd_step(W, b, dW, db, lr):
        return first.setdefault(W.shape, W.copy()) - lr * dW, b - lr * db

    return sgd_step


def test_kept_weights_show_in_the_second_step(diagnostician: Diagnostician):
    found = diagnostician.diagnose(replaced(sgd_step=kept_weights))
    assert found.facts[0] == (
        "W - W0 (E6) is the first to differ, in step 2, after other steps, but not when it is the first: "
        "something is kept from step to step"
    )
    assert found.guesses == []
    assert found.keeps


def only(condition: Callable[[np.ndarray], bool]) -> Backend:
    """A dZ that is twice too large, if a condition holds of logP."""
    return replaced(
        logits_gradient=same(lambda logP, y: scratch.logits_gradient(logP, y) * (2 if condition(logP) else 1))
    )


def test_what_is_wrong_only_in_exact_steps_is_diagnosed(diagnostician: Diagnostician):
    found = diagnostician.diagnose(
        replaced(sgd_step=same(lambda W, b, dW, db, lr: (W - lr * dW * (lr != 8), b - lr * db)))
    )
    assert found.facts[0] == (
        'W - W0 (E6) is the first to differ, only in exact steps, where nothing rounds: "one winner, 2", lr 8'
    )
    assert (found.example.batch, found.example.ours) == ("one winner, 2", 0)


def test_a_unit_in_the_last_place_in_exact_steps_is_diagnosed(diagnostician: Diagnostician):
    found = diagnostician.diagnose(
        replaced(sgd_step=same(lambda W, b, dW, db, lr: (W - lr * dW * (1 + 2e-16 * (lr == 8)), b - lr * db)))
    )
    assert found.facts[0].startswith("W - W0 (E6) is the first to differ, only in exact steps")


def test_what_is_wrong_only_in_evaluation_is_diagnosed(diagnostician: Diagnostician):
    found = diagnostician.diagnose(only(lambda logP: len(logP) == 359))
    assert found.facts[0].endswith("not in training, but in a batch of 359 images, as evaluation has it")


def test_what_is_wrong_only_on_small_images_is_diagnosed(diagnostician: Diagnostician):
    found = diagnostician.diagnose(only(lambda logP: logP.shape == (6, 3)))
    assert 'not on images of this size, but in the batch "a batch of 6, 5 pixels, 3 classes' in found.facts[0]


def test_what_is_wrong_only_in_float32_is_diagnosed(diagnostician: Diagnostician):
    found = diagnostician.diagnose(only(lambda logP: logP.dtype == np.float32))
    assert found.facts[1] == "dZ is 2 times what it should be, in every element"
    assert named(found) == ["gradient-doubled"]


def test_real_images_are_not_said_to_be_right_if_evaluation_is_wrong(diagnostician: Diagnostician):
    found = diagnostician.diagnose(BUGS["fixed-hundred"].backend())
    assert found.facts == [
        'dZ (E4) is the first to differ, not in the first steps, but in the batch "a batch of 36"',
        "dZ is N / 100 = 0.36 times what it should be, in every element",
    ]


def test_two_sides_with_one_mistake_are_compared_with_scratch(random_problem: Callable[..., Problem]):
    both = BUGS["wrong-sign"].backend()
    found = Diagnostician(random_problem(), both).diagnose(both)
    assert found.facts[0] == BOTH
    assert named(found) == ["wrong-sign"]


def test_the_mistake_is_looked_for_in_the_side_that_may_have_it(random_problem: Callable[..., Problem]):
    wrong = BUGS["summed-gradient"].backend()._replace(name="mine")
    found = diagnose(random_problem(), SCRATCH, wrong, frozenset({"logits_gradient"}), None)
    assert found.replaced == {"logits_gradient"}
    assert found.facts[1] == "of mine: dZ is N = 20 times what it should be, in every element"
    assert named(found) == ["summed-gradient"]
    assert found.example.theirs == pytest.approx(20 * found.example.ours)


def test_a_function_for_one_size_only_is_diagnosed_on_that(random_problem: Callable[..., Problem]):
    def logits(X, W, _b):
        if X.shape[1] != 12 and len(X) < 1030:
            raise UserFileError("mine.py: 12 pixels")
        return X @ W.T

    found = Diagnostician(random_problem(), SCRATCH).diagnose(replaced(logits=same(logits)))
    assert named(found) == ["bias-forgotten-forward"]


def test_an_error_on_the_images_of_the_problem_is_told(random_problem: Callable[..., Problem]):
    def logits(*_):
        raise UserFileError("mine.py: no")

    with pytest.raises(UserFileError, match="no"):
        Diagnostician(random_problem(), SCRATCH).diagnose(replaced(logits=same(logits)))


def test_a_short_run_has_fewer_real_batches(random_problem: Callable[..., Problem]):
    """The hard batches that come after a single real one are not taken for steps."""
    diagnostician = Diagnostician(random_problem(batch_size=88), backend("torch"))
    found = diagnostician.diagnose(replaced(log_softmax=BUGS["log-of-softmax"].make))
    assert found.facts[0] == 'logP (E2) is the first to differ, not on real images, but in the batch "logits of ±1000"'


def test_momentum_of_the_problem_is_no_mistake(random_problem: Callable[..., Problem]):
    diagnostician = Diagnostician(random_problem(momentum=0.9, weight_decay=1e-3), backend("torch"))
    assert diagnostician.diagnose(SCRATCH) == Diagnosis([], [])
    found = diagnostician.diagnose(replaced(sgd_step=same(lambda W, b, *_: (W, b))))
    assert found.facts[:2] == [
        "W - W0 (E6) is the first to differ, in the first step",
        "W - W0 is zero in every element",
    ]
    assert named(found) == ["no-update"]
