"""What a test is run on: which cases there are, and that each is what it says."""

import numpy as np
import pytest

from compare.bugs.catalogue import BUGS
from compare.bugs.generated.mutants import mutants
from compare.bugs.generated.same import reason
from compare.bugs.right import numpy_variants
from compare.exercise.seat.cases import CLASSIC, GENERATED, RIGHT, VARIANTS, alone, cases, count_variants
from scratch import EQUATIONS, Equations


def replaced(f: Equations) -> list[str]:
    return [name for name in f._fields if getattr(f, name) is not getattr(EQUATIONS, name)]


def test_the_right_functions_are_those_of_scratch():
    assert [case.make() for case in cases(RIGHT).values()] == [EQUATIONS]


def test_each_variant_is_in_a_group_and_alone():
    groups = cases(VARIANTS)
    assert all(len(replaced(case.make())) == 6 for case in groups.values())
    every = {name for group in groups for name in alone(group)}
    assert every == {f"{function}: {name}" for function, found in numpy_variants().items() for name in found}
    assert len(every) == count_variants() >= 170
    first = alone("right variants 1")
    assert [replaced(case.make()) for case in first.values()] == [[case.function] for case in first.values()]


def test_the_classic_mistakes_are_the_48():
    found = cases(CLASSIC)
    assert list(found) == [name for name, bug in BUGS.items() if bug.classic]
    assert len(found) == 48
    assert {name: case.tag for name, case in found.items()} == {name: BUGS[name].tag for name in found}


def test_a_stateful_mistake_begins_anew():
    make = cases(CLASSIC)["stale-gradient"].make
    X, dZ = np.eye(2), np.ones((2, 3))
    first, again = (make().parameter_gradients(X, dZ)[0] for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_the_generated_mistakes_run_and_are_not_the_same_function():
    found = cases(GENERATED)
    assert len(found) == 139
    assert not [name for name in found if reason(mutants()[name])]
    assert all(case.function == name.partition(":")[0] for name, case in found.items())


@pytest.mark.heavy
def test_what_is_left_out_of_the_generated_mistakes_stops_in_our_checks():
    from compare.bugs.generated.survey import STOPS, first_found
    from compare.data.registry import load
    from compare.problem import DTYPES, Hyperparameters, Problem

    problem = Problem(load("digits"), Hyperparameters(epochs=1))
    for name in mutants().keys() - cases(GENERATED).keys():
        mutant = mutants()[name]
        stops = STOPS in [first_found(problem, dtype, mutant.backend()).check for dtype in DTYPES]
        assert stops or reason(mutant), name
