"""The catalogue: whole, in order, and in plain sentences."""

import scratch
from compare.bugs.catalogue import BUGS

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
