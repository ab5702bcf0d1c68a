"""Which generated mistakes are none, because the changed function is the same one; each with the reason."""

from compare.bugs.generated.mutants import Mutant

ROW_NUMBERS, LAYOUT = "each row has one label, so both are N", "the same numbers in another layout"
# By function, what stood there and what stands there now.
REASONS = {
    ("logits", "order='F'", ""): LAYOUT,
    ("log_softmax", "axis=1", "axis=-1"): "of two axes the last is 1",
    ("nll_loss", "len(y)", "len(logP)"): ROW_NUMBERS,
    ("logits_gradient", "len(y)", "len(logP)"): ROW_NUMBERS,
    ("logits_gradient", "len(y)", "len(dZ)"): ROW_NUMBERS,
    ("parameter_gradients", "np.asfortranarray(dZ)", "dZ"): LAYOUT,
    ("sgd_step", "float(lr)", "lr"): "lr is a number of Python already, as long as it is not one of NumPy",
}


def reason(mutant: Mutant) -> str:
    """Why this is the same function; empty if no reason is known."""
    return REASONS.get((mutant.function, mutant.change.old, mutant.change.new), "")
