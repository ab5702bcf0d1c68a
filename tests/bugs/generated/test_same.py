"""Which generated mistakes are none: each of them makes what the function of `scratch` makes."""

import numpy as np
import pytest

import scratch
from compare.bugs.generated.mutants import Mutant, mutants
from compare.bugs.generated.same import REASONS, reason
from compare.equations import FUNCTIONS

SAME = [name for name, mutant in mutants().items() if reason(mutant)]


@pytest.mark.parametrize("name", SAME)
def test_what_is_called_the_same_function_is_the_same(rng: np.random.Generator, name: str):
    mutant = mutants()[name]
    X, y, W, b = rng.random((6, 5)), rng.integers(0, 3, 6), rng.normal(size=(3, 5)), rng.normal(size=3)
    step = scratch.step(scratch.SoftmaxRegression(W.copy(), b.copy()), scratch.SGD(lr=0.5), X, y)
    known = step._asdict() | {"W": W, "b": b, "lr": 0.5}
    given = [known[parameter] for parameter in FUNCTIONS[mutant.function].parameters]
    changed, right = (getattr(e, mutant.function)(*given) for e in (mutant.equations(), scratch.EQUATIONS))
    pairs = zip(changed, right, strict=True) if isinstance(right, tuple) else [(changed, right)]
    for one, other in pairs:
        # a product of matrices may be added in another order where their layout is another
        np.testing.assert_allclose(one, other, rtol=1e-13, atol=1e-15)


def test_every_reason_is_that_of_a_generated_mistake_and_says_why():
    made = {(mutant.function, mutant.change.old, mutant.change.new) for mutant in mutants().values()}
    assert set(REASONS) <= made
    assert all(len(why.split()) > 4 for why in REASONS.values())


def test_a_reason_is_for_one_change_of_one_function_wherever_it_stands():
    change = next(iter(mutants().values())).change._replace(old="len(y)", new="len(dZ)", line="elsewhere")
    assert reason(Mutant("logits_gradient", change, 3)) == "each row has one label, so both are N"
    assert reason(Mutant("logits_gradient", change._replace(new="len(dZ) + 1"), 3)) == ""
    assert reason(Mutant("nll_loss", change, 1)) == ""
