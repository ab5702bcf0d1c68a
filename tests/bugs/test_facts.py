"""Each test of the values of a tensor, on a tensor that it holds of, and not on one a little different."""

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.backends.by_name import SCRATCH
from compare.bugs.facts import called, facts, keeps, sizes
from compare.bugs.traces import MAKES, Observed


@pytest.fixture
def found(observed: Callable) -> Callable[..., list[str]]:
    """The facts after the first, of steps of two sizes in which these tensors of ours are others."""

    def make(**changes: Callable) -> list[str]:
        return told([observed(**changes), observed(N=7, K=4, lr=0.3, **changes)], next(iter(changes)))[1:]

    return make


def told(seen: list[Observed], field: str, first: int = 0) -> list[str]:
    function = next(name for name, makes in MAKES.items() if field in makes)
    return facts(seen, first, function, field, keeps(seen, first, SCRATCH))


def at(*index: int, add: float = 1.0) -> Callable:
    """A change of these elements only."""

    def change(array):
        array = array.copy()
        array[index] += add
        return array

    return change


# What is changed, and the fact that follows.
ALONE = {
    "N times dZ": ({"dZ": lambda dZ: dZ * len(dZ)}, "dZ is N = 6 times what it should be, in every element"),
    "dZ over K": (
        {"dZ": lambda dZ: dZ / dZ.shape[1]}, "dZ is 1 / K = 0.3333333 times what it should be, in every element"
    ),
    "minus dZ": ({"dZ": lambda dZ: -dZ}, "dZ is -1 times what it should be, in every element"),
    "bits": (
        {"logP": lambda P: P / np.log(2)}, "logP is 1 / ln 2 = 1.442695 times what it should be, in every element"
    ),
    "an odd ratio": ({"Z": lambda Z: Z * 1.25}, "Z is 1.25 times what it should be, in every element"),
    "a ratio near 1": ({"dZ": lambda dZ: dZ * (1 + 5e-8)}, "dZ is off by 5e-08 of its size, in every element"),
    "L halved": ({"L": lambda L: L / 2}, "L is 0.5 times what it should be"),
    "L lifted": ({"L": lambda L: L + 0.01}, "there L is off by 0.9 % of its size"),
    "nan": ({"logP": at([1, 2], [1, 0], add=np.nan)}, "there logP has nan in 2 of 18 places"),
    "Z zero": ({"Z": lambda Z: Z * 0}, "Z is zero in every element"),
    "Z lifted": ({"Z": lambda Z: Z + 0.25}, "Z is off by 0.25 in every element"),
    "rows lifted": ({"Z": lambda Z: Z + Z[:, :1]}, "each row of Z is off by a number of its own"),
    "columns lifted": ({"Z": lambda Z: Z + Z[:1]}, "each class of Z is off by a number of its own"),
    "one element": ({"dW": at(1, 3)}, "only the element [1, 3] of dW differs"),
    "one image": ({"Z": at(4)}, "only image 4 of Z differs"),
    "the last class": ({"Z": at(slice(None), -1)}, "only the last class of Z differs"),
    "the first pixel": ({"dW": at(slice(None), 0)}, "only the first pixel of dW differs"),
    "a class of dW": ({"dW": at(0)}, "only the first class of dW differs"),
    "bounded": ({"dZ": lambda dZ: np.clip(dZ, -0.02, 0.02)}, "no element of dZ is above 0.02 in size"),
    "transposed": (
        {"dW": lambda dW: dW.T.reshape(dW.shape)}, "dW has the right numbers in the order of the transpose"
    ),
    "probabilities for Z": ({"Z": scratch.softmax}, "the rows of Z sum to 1: these are probabilities, not logits"),
    "probabilities": ({"logP": np.exp}, "the rows of logP sum to 1: these are probabilities, not logarithms"),
    "columns": ({"logP": lambda P: scratch.log_softmax(P.T + P.T**2).T}, "the columns of P sum to 1; its rows should"),
    "few digits": ({"Z": lambda Z: Z.astype("f4").astype(float)}, "Z has no more digits than float32 has"),
    "half": ({"Z": lambda Z: Z.astype("f2").astype(float)}, "Z has no more digits than float16 has"),
    "two images": ({"Z": at(slice(3, 5), slice(0, 2))}, "there Z is off by 28 % of the largest value of Z"),
    "far": ({"Z": lambda Z: Z * np.where(Z > 1, 1e9, 1)}, "there Z is off by far over 100 times its size"),
    "little": ({"Z": lambda Z: Z + 1e-9 * Z**2}, "there Z is off by 4e-09 of the largest value of Z"),
}  # fmt: skip


@pytest.mark.parametrize("case", ALONE)
def test_what_holds_is_the_only_fact(found: Callable, case: str):
    changes, text = ALONE[case]
    assert found(**changes) == [text]


def test_what_holds_in_one_case_only_is_not_told(observed: Callable):
    seen = [observed(Z=lambda Z: Z + 0.25), observed(Z=lambda Z: Z + 0.26)]
    assert told(seen[:1], "Z")[1:] == ["Z is off by 0.25 in every element"]
    assert told(seen, "Z")[1:] == ["there Z is off by 7 % of the largest value of Z"]


# What holds in the first case only, the second being off otherwise, and what is told of it.
THERE = {
    "zero": (lambda Z: Z * 0, "there Z is zero in every element"),
    "one image": (at(4), "there only image 4 of Z differs"),
    "one element": (at(4, 1), "there only the element [4, 1] of Z differs"),
    "two infinite": (at([1, 2], [1, 0], add=-np.inf), "there Z has -inf in 2 of 18 places"),
}


@pytest.mark.parametrize("case", THERE)
def test_what_holds_in_the_first_case_is_told_of_there(observed: Callable, case: str):
    change, text = THERE[case]
    assert told([observed(Z=change), observed(Z=lambda Z: Z + Z**2)], "Z")[1] == text


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_of_what_is_finite_nowhere_it_is_told_in_how_many_places(observed: Callable, value: float):
    seen = [observed(**size, logP=lambda P: P * 0 + value) for size in ({}, {"N": 7, "K": 4})]
    with np.errstate(all="ignore"):
        assert told(seen, "logP")[1:] == [f"there logP has {value} in 18 of 18 places"]


def test_what_holds_of_all_that_is_finite_is_told_and_what_is_not(observed: Callable):
    seen = [observed(logP=np.exp), observed(logP=lambda P: P * np.nan)]
    assert told(seen, "logP")[1:] == [
        "the rows of logP sum to 1: these are probabilities, not logarithms",
        "logP is not finite in step 1",
    ]
    hard = [seen[0], observed(kind="hard", logP=at(1, 2, add=np.nan))]
    assert told(hard, "logP")[-1] == 'logP is not finite in the batch "step 1"'


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (lambda y, Z: (y + 1) % Z.shape[1], "each label one higher"),
        (lambda y, Z: (y - 1) % Z.shape[1], "each label one lower"),
        (lambda y, _: np.roll(y, 1), "the neighbour's label"),
        (lambda _, Z: Z.argmax(axis=1), "the predicted class for the label"),
        (lambda y, _: 2 - y, None),
    ],
)
@pytest.mark.parametrize("name", ["L", "dZ"])
def test_other_labels(observed: Callable, name: str, change: Callable, text: str | None):
    function = {"L": scratch.nll_loss, "dZ": scratch.logits_gradient}[name]
    seen = []
    for size in ({}, {"N": 7, "K": 4}):
        right = observed(**size).theirs
        made = function(right.logP, change(right.y, right.Z))
        seen.append(observed(**size, **{name: lambda _, made=made: made}))
    fact = f"{name} is what it would be with {text}"
    assert (told(seen, name)[1:] == [fact]) if text else (fact not in told(seen, name))


WHERE = {
    "training": "in the first step",
    "hard": 'not on real images, but in the batch "step 1"',
    "exact": 'only in exact steps, where nothing rounds: "step 1", lr 0.5',
    "evaluation": "not in training, but in a batch of 6 images, as evaluation has it",
    "small": 'not on images of this size, but in the batch "step 1"',
    "unusual": 'not in ordinary batches, but in the batch "step 1" (N 6, D 5, K 3, lr 0.5)',
}


@pytest.mark.parametrize("kind", WHERE)
def test_the_first_fact_is_where(observed: Callable, kind: str):
    seen = [observed(), observed(kind=kind, Z=at(2, 1))]
    assert told(seen, "Z", 1)[0] == f"Z (E1) is the first to differ, {WHERE[kind]}"


def test_where_says_whether_steps_before_were_right(observed: Callable):
    seen = observed(Z=at(2, 1))
    before = seen._replace(ours=seen.theirs)
    first = "Z (E1) is the first to differ, in step 1, "
    assert facts([before, seen], 1, "logits", "Z", False)[0] == first + "but not in those before"
    text = "after other steps, but not when it is the first: something is kept from step to step"
    assert facts([before, seen], 1, "logits", "Z", True)[0] == first + text
    hard = seen._replace(kind="hard")
    assert facts([hard._replace(ours=seen.theirs), hard], 1, "logits", "Z", True)[0] == (
        f'Z (E1) is the first to differ, in the batch "step 1", {text}'
    )


@pytest.mark.parametrize("kind", ["training", "evaluation", "small"])
def test_where_another_quantity_differs_on_real_images(observed: Callable, kind: str):
    seen = [observed(kind=kind, db=at(1)), observed(kind="hard", Z=at(2, 1))]
    images = "on real images" if kind == "small" else "in the first steps"
    assert told(seen, "Z", 1)[0] == f'Z (E1) is the first to differ, not {images}, but in the batch "step 1"'


def test_another_quantity_than_the_first_is_not_called_the_first(observed: Callable):
    seen = [observed(L=lambda L: L + 1, dZ=lambda dZ: -dZ)]
    assert told(seen, "dZ")[0] == "dZ (E4) differs, in the first step"


@pytest.mark.parametrize(("bias", "weights"), [("db", "dW"), ("b", "W")])
def test_only_the_bias(observed: Callable, bias: str, weights: str):
    text = "only the bias differs, the weights do not"
    assert text in told([observed(**{bias: at(1)})], bias)
    both = observed(**{bias: at(1), weights: at(1, 1)})
    assert text not in told([both], bias)
    assert text not in told([observed(**{bias: at(1)}), both], bias)


def test_a_ratio_that_changes_from_step_to_step(observed: Callable):
    def after(*ratios: float) -> list[str]:
        seen = [observed(dZ=lambda dZ, ratio=ratio: dZ * ratio) for ratio in ratios]
        seen.append(observed(kind="hard", dZ=lambda dZ: dZ * 7))
        return [fact for fact in told(seen, "dZ") if "from step to step" in fact]

    assert after(1, 2, 3, 4, 5, 6) == ["the ratio dZ ours / theirs changes from step to step: 1, 2, 3, 4"]
    assert after(1.5, 1.25, 0.5) == ["the ratio dZ ours / theirs changes from step to step: 1.5, 1.25, 0.5"]
    assert after(-1.5, 1.5) == ["the ratio dZ ours / theirs changes from step to step: -1.5, 1.5"]
    assert after(1.5, 1.5 * (1 + 3e-9)) == ["the ratio dZ ours / theirs changes from step to step: 1.5, 1.5"]
    assert after(1.5, 1.5, 1.5) == after(1.5, 1.5 * (1 + 1e-10)) == after(-1.5, -1.5) == after(1.5) == []
    assert after(1e3, 1e3 * (1 + 5e-10)) == []


def test_the_loss_changes_its_ratio_with_every_mistake(observed: Callable):
    seen = [observed(L=lambda L: L * 2), observed(L=lambda L: L * 3)]
    assert told(seen, "L")[1:] == ["there L is off by 100 % of its size"]


CALLED = {
    "training": "step 1",
    "hard": '"step 1"',
    "exact": '"step 1"',
    "evaluation": "a batch of 6 images, as evaluation has it",
    "small": '"step 1" (N 6, D 5, K 3, lr 0.5)',
    "unusual": '"step 1" (N 6, D 5, K 3, lr 0.5)',
}


@pytest.mark.parametrize("kind", CALLED)
def test_a_batch_is_called_so_that_it_is_taken_for_no_other(observed: Callable, kind: str):
    seen = observed(kind=kind)
    assert called(seen) == CALLED[kind]
    later = seen._replace(case=dataclasses.replace(seen.case, name="step 2"))
    assert called(later) == (
        "step 2 of a short run from other weights" if kind == "training" else CALLED[kind].replace("1", "2")
    )
    assert sizes(seen) == f"N 6, D 5, K 3, lr 0.5, |Z| to {np.abs(seen.theirs.Z).max():.2g}"
