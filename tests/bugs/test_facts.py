"""Each test of the values of a tensor, on a tensor that it holds of, and not on one a little different."""

from collections.abc import Callable

import numpy as np
import pytest

import scratch
from compare.bugs.facts import Fact, facts
from compare.bugs.traces import traces


@pytest.fixture
def found(observed: Callable) -> Callable[..., list[Fact]]:
    """The facts after the first, of one step in which these tensors of ours are others."""

    def make(**changes: Callable) -> list[Fact]:
        seen = [observed(**changes)]
        return facts(seen, traces(seen))[1:]

    return make


def at(*index: int, add: float = 1.0) -> Callable:
    """A change of these elements only."""

    def change(array):
        array = array.copy()
        array[index] += add
        return array

    return change


N, K = 6, 3

# What is changed, and the facts that follow: the sentence, and the mistake that it suggests.
ALONE = {
    "N times dZ": (
        {"dZ": lambda dZ: dZ * N}, "dZ is N = 6 times what it should be, in every element", "summed-gradient"
    ),
    "dZ over K": (
        {"dZ": lambda dZ: dZ / K},
        "dZ is 1 / K = 0.3333333 times what it should be, in every element",
        "gradient-mean-over-classes",
    ),
    "dZ over N - 1": (
        {"dZ": lambda dZ: dZ * N / (N - 1)},
        "dZ is N / (N - 1) = 1.2 times what it should be, in every element",
        "divided-by-n-minus-1",
    ),
    "dZ over 100": (
        {"dZ": lambda dZ: dZ * N / 100},
        "dZ is N / 100 = 0.06 times what it should be, in every element",
        "fixed-hundred",
    ),
    "minus dZ": ({"dZ": lambda dZ: -dZ}, "dZ is -1 times what it should be, in every element", "wrong-sign"),
    "bits": (
        {"logP": lambda P: P / np.log(2)},
        "logP is 1 / ln 2 = 1.442695 times what it should be, in every element",
        "base-2-logarithm",
    ),
    "logP twice": ({"logP": lambda P: P * 2}, "logP is 2 times what it should be, in every element", None),
    "an odd ratio": ({"Z": lambda Z: Z * 1.25}, "Z is 1.25 times what it should be, in every element", None),
    "Z over 256": (
        {"Z": lambda Z: Z * 255 / 256},
        "Z is 255 / 256 = 0.9960938 times what it should be, in every element",
        None,
    ),
    "N times L": ({"L": lambda L: L * N}, "L is N = 6 times what it should be, in every element", "summed-loss"),
    "L over K": (
        {"L": lambda L: L / K},
        "L is 1 / K = 0.3333333 times what it should be, in every element",
        "mean-over-classes",
    ),
    "L over N K": ({"L": lambda L: L * N * K}, "L is N K = 18 times what it should be, in every element", None),
    "L times K": ({"L": lambda L: L * K}, "L is K = 3 times what it should be, in every element", None),
    "L halved": ({"L": lambda L: L / 2}, "L is 1 / 2 = 0.5 times what it should be, in every element", None),
    "L by ln 2": (
        {"L": lambda L: L * np.log(2)}, "L is ln 2 = 0.6931472 times what it should be, in every element", None
    ),
    "nan": ({"logP": at([1, 2], [1, 0], add=np.nan)}, "logP has nan in 2 of 18 places", None),
    "Z zero": ({"Z": lambda Z: Z * 0}, "Z is zero in every element", None),
    "Z lifted": ({"Z": lambda Z: Z + 0.25}, "Z is off by 0.25 in every element", None),
    "one element": ({"dW": at(1, 3)}, "only the element [1, 3] of dW differs", None),
    "one image": ({"Z": at(4)}, "only image 4 differs", None),
    "one class": ({"Z": at(slice(None), 2)}, "only class 2 differs", None),
    "one pixel": ({"dW": at(slice(None), 3)}, "only pixel 3 differs", None),
    "a class of dW": ({"dW": at(2)}, "only class 2 differs", None),
    "a class of dW lost": ({"dW": lambda dW: dW * [[1], [0], [1]]}, "only class 1 differs", "one-class-lost"),
    "transposed": (
        {"dW": lambda dW: dW.T.reshape(dW.shape)},
        "dW has the right numbers in the order of the transpose",
        "transposed-gradient",
    ),
    "probabilities": (
        {"Z": scratch.softmax},
        "the rows of Z sum to 1: these are probabilities, not logits",
        "softmax-before-the-loss",
    ),
    "columns": (
        {"logP": lambda P: scratch.log_softmax(P.T).T},
        "the columns of P sum to 1; its rows should",
        "wrong-axis",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ALONE)
def test_what_holds_is_the_only_fact(found: Callable, case: str):
    changes, text, suggests = ALONE[case]
    assert found(**changes) == [Fact(text, suggests)]


# What nearly holds, and is no fact.
NEARLY = {
    "a ratio of all but one element": {"dZ": lambda dZ: dZ * np.where(np.arange(18).reshape(6, 3) == 7, 2.01, 2)},
    "a ratio of a scalar that nobody knows": {"L": lambda L: L * 1.3},
    "an offset of all but one element": {"Z": lambda Z: Z + np.where(np.arange(18).reshape(6, 3) == 7, 0.26, 0.25)},
    "an offset of a scalar": {"L": lambda L: L + 0.25},
    "two images": {"Z": at(slice(3, 5), slice(0, 2))},
    "two pixels": {"dW": at(slice(None), slice(1, 3))},
    "rows that sum to 1.01": {"Z": lambda Z: scratch.softmax(Z) * 1.01},
    "columns that sum to 1.01": {"logP": lambda P: scratch.log_softmax(P.T).T + 0.01},
    "the rows of dZ sum to 1": {"dZ": scratch.softmax},
    "some zeros": {"dZ": lambda dZ: dZ * (np.arange(3) != 1) * (np.arange(6) != 2)[:, None]},
}


@pytest.mark.parametrize("case", NEARLY)
def test_what_nearly_holds_is_no_fact(found: Callable, case: str):
    assert found(**NEARLY[case]) == []


@pytest.mark.parametrize(
    ("labels", "text", "suggests"),
    [
        ([1, 0, 2, 2, 1, 0], "each label one higher", "labels-off-by-one"),
        ([2, 0, 2, 1, 1, 0], "the neighbour's label", "labels-of-the-neighbour"),
        ([1, 1, 2, 2, 1, 0], None, None),
    ],
)
@pytest.mark.parametrize("name", ["L", "dZ"])
def test_other_labels(observed: Callable, name: str, labels: list[int], text: str | None, suggests: str | None):
    function = {"L": scratch.nll_loss, "dZ": scratch.logits_gradient}[name]
    seen = [observed(**{name: lambda _: function(observed().theirs.logP, np.array(labels))})]
    found = facts(seen, traces(seen))[1:]
    assert found == ([Fact(f"{name} is what it would be with {text}", suggests)] if text else [])


def test_of_small_elements_more_than_the_last_digits_are_rounding(observed: Callable):
    seen = observed()
    ours, theirs = np.full((N, K), 0.6), np.full((N, K), 0.1)
    ours[2, 1], theirs[2, 1] = 6.001e-5, 1e-5
    seen = seen._replace(ours=seen.ours._replace(dZ=ours), theirs=seen.theirs._replace(dZ=theirs))
    text = "dZ is N = 6 times what it should be, in every element"
    assert Fact(text, "summed-gradient") in facts([seen], traces([seen]))


WHERE = {
    "first": (0, {}, "in the first step"),
    "second": (1, {"case": "step 2"}, "in step 2, and was right before: something is kept from step to step"),
    "hard": (1, {"case": "a batch", "real": False}, 'not on real images, but in the batch "a batch"'),
}  # fmt: skip


@pytest.mark.parametrize("case", WHERE)
def test_the_first_fact_is_where(observed: Callable, case: str):
    number, options, text = WHERE[case]
    seen = [observed()] * number + [observed(Z=at(2, 1), dW=at(1), **options)]
    assert facts(seen, traces(seen))[0] == Fact(f"Z (E1) is the first to differ, {text}")


@pytest.mark.parametrize(("bias", "weights"), [("db", "dW"), ("b", "W")])
def test_only_the_bias(found: Callable, bias: str, weights: str):
    assert Fact("only the bias differs, the weights do not") in found(**{bias: at(1)})
    both = found(**{bias: at(1), weights: at(1, 1)})
    assert Fact("only the bias differs, the weights do not") not in both


def test_a_ratio_that_changes_from_step_to_step(observed: Callable):
    def after(*ratios: float) -> list[str]:
        seen = [observed(dZ=lambda dZ, ratio=ratio: dZ * ratio) for ratio in ratios]
        seen.append(observed(real=False, dZ=lambda dZ: dZ * 7))
        return [fact.text for fact in facts(seen, traces(seen)) if "from step to step" in fact.text]

    assert after(1.5, 1.25, 0.5) == ["the ratio dZ ours / theirs changes from step to step: 1.5, 1.25, 0.5"]
    assert after(1.5, 1.5, 1.5) == []
    assert after(1.5, 1.5 * (1 + 1e-10)) == []
    assert after(1.5, 0.0) == []


def test_the_loss_changes_its_ratio_with_every_mistake(observed: Callable):
    seen = [observed(L=lambda L: L * 2), observed(L=lambda L: L * 3)]
    assert [fact.text for fact in facts(seen, traces(seen))][1:] == ["L is 2 times what it should be, in every element"]
