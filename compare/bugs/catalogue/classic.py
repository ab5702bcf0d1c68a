"""The 48 classic mistakes, by name: the list is closed, so that figures measured on it stay comparable."""

# fmt: off
CLASSIC = frozenset(
    {
        "pixels-by-256", "last-pixel-dropped", "first-pixel-dropped", "labels-off-by-one",
        "labels-of-the-neighbour", "never-shuffled", "softmax-before-the-loss", "bias-forgotten-forward",
        "relu-on-the-logits", "float16-logits", "clipped-logits", "wrong-axis", "no-maximum-shift",
        "global-maximum", "log-p-plus-epsilon", "clipped-probabilities", "log-of-softmax", "base-2-logarithm",
        "sum-forgotten", "summed-loss", "mean-over-classes", "probability-loss", "loss-of-the-prediction",
        "summed-gradient", "gradient-mean-over-classes", "divided-by-n-minus-1", "fixed-hundred",
        "labels-forgotten", "wrong-sign", "squared-error-gradient", "hidden-label-smoothing", "last-row-dropped",
        "transposed-gradient", "bias-forgotten-in-the-gradient", "mean-for-the-bias", "one-class-lost",
        "clipped-gradient", "short-batch-skipped", "stale-gradient", "bias-forgotten-in-the-update",
        "hidden-momentum", "hidden-weight-decay", "tiny-weight-decay", "lr-off-by-1e-3", "lr-off-by-1e-5",
        "decaying-lr", "updated-twice", "float16-weights",
    }
)
