"""The catalogue: whole, in order, and in plain sentences."""

from hashlib import sha256

import pytest

import scratch
from compare.bugs.catalogue import BUGS, find_bug
from compare.errors import InputError

# The mistakes that the issue of this catalogue names, and the words for them here.
NAMED = {
    "softmax-before-the-loss", "wrong-axis", "no-maximum-shift", "global-maximum", "log-p-plus-epsilon",
    "clipped-probabilities", "summed-loss", "mean-over-classes", "divided-by-n-minus-1", "fixed-hundred",
    "last-row-dropped", "labels-off-by-one", "labels-forgotten", "wrong-sign", "transposed-gradient",
    "bias-forgotten-forward", "bias-forgotten-in-the-gradient", "bias-forgotten-in-the-update", "mean-for-the-bias",
    "one-class-lost", "stale-gradient", "hidden-momentum", "hidden-weight-decay", "hidden-label-smoothing",
    "lr-off-by-1e-3", "lr-off-by-1e-5", "decaying-lr", "float16-logits", "base-2-logarithm", "pixels-by-256",
    "last-pixel-dropped", "never-shuffled", "short-batch-skipped", "updated-twice",
}  # fmt: skip


def test_the_catalogue_is_whole():
    assert len(BUGS) >= 36
    assert set(BUGS) >= NAMED
    for bug in BUGS.values():
        assert bug.function in scratch.Equations._fields
        assert all(sentence.endswith(".") for sentence in (bug.belief, bug.symptom, bug.lesson))
        assert bug.source.startswith("def ")


def test_the_classic_ones_stay_the_first_48():
    """A new mistake is not among them, so that what was measured on them can be measured again."""
    classic = sorted(name for name, bug in BUGS.items() if bug.classic)
    assert len(classic) == 48
    assert sha256(" ".join(classic).encode()).hexdigest()[:16] == "0d32c8e22bc233a4"


def test_the_order_is_that_of_the_derivation():
    order = [scratch.Equations._fields.index(bug.function) for bug in BUGS.values()]
    assert order == sorted(order)
    assert {bug.function for bug in BUGS.values()} == {*scratch.Equations._fields}


@pytest.mark.parametrize("name", BUGS)
def test_every_mistake_is_found_by_its_name(name: str):
    assert find_bug(name).name == name


@pytest.mark.parametrize(
    ("asked", "nearest"),
    [
        ("wrong-sgin", "wrong-sign"),
        ("Wrong_Axis", "wrong-axis"),
        ("relu", "relu-on-the-logits"),
        ("momentum", "hidden-momentum"),
        ("updated twice", "updated-twice"),
        ("stale-gradients", "stale-gradient"),
    ],
)
def test_an_unknown_name_gets_the_nearest(asked: str, nearest: str):
    with pytest.raises(InputError) as told:
        find_bug(asked)
    assert str(told.value) == f"unknown bug {asked!r}; the nearest is {nearest}; bugs --list lists all {len(BUGS)}"


@pytest.mark.parametrize("asked", ["", "zzz", "42"])
def test_a_name_like_no_other_gets_none(asked: str):
    with pytest.raises(InputError) as told:
        find_bug(asked)
    assert str(told.value) == f"unknown bug {asked!r}; bugs --list lists all {len(BUGS)}"
