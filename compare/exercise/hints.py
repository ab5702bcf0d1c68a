"""Hints: three steps from the idea to nearly the code, the first of them about the mistake that was made."""

from compare.exercise.check import Finding
from compare.exercise.progress import Progress

STEPS = 3
# For each function an idea, how to go about it, and nearly the code.
HINTS = {
    "logits": (
        "Each image gets a score for each class: the sum over all pixels of pixel times weight, plus the class's bias.",
        "Pixels are the second axis of X (N, D) and of W (K, D). A product of matrices sums over the axis that is last "
        "in the one and first in the other.",
        "X @ W.T is (N, K), and b (K,) is added to each of its rows by broadcasting.",
    ),
    "log_softmax": (
        "Do not compute P first: the logarithm of a quotient is a difference. And each row is on its own.",
        "What does exp do to a logit of 1000? Subtracting the same number from all logits of a row does not change P; "
        "the row's largest makes exp safe.",
        "S = Z - Z.max(axis=1, keepdims=True); the result is S - np.log(np.exp(S).sum(axis=1, keepdims=True)).",
    ),
    "nll_loss": (
        "Of each row only one entry counts: the one at the label. The loss is minus the mean of these N numbers.",
        "Two arrays of indices pick one entry of each row: the rows 0 ... N-1, and the labels y.",
        "-logP[np.arange(len(y)), y].mean()",
    ),
    "log_probabilities_gradient": (
        "L = -(1/N) sum over n of logP[n, y[n]] is linear in logP: the slope by an entry is the factor in front of it.",
        "Start from zeros in the shape and dtype of logP, and fill one entry of each row, with two arrays of indices.",
        "dlogP = np.zeros_like(logP); dlogP[np.arange(len(y)), y] = -1 / len(y)",
    ),
    "probabilities_gradient": (
        "logP[n, k] = log(P[n, k]), entry by entry. The chain rule multiplies by the slope of the logarithm.",
        "The slope of log p at p is 1 / p; what comes in is dlogP, and N is in it already.",
        "dlogP / P",
    ),
    "softmax_backward": (
        "Z[n, k] acts on all P[n, j] of its row, and effects add up: dZ[n, k] = sum over j of dP[n, j] J[n, j, k].",
        "J[n, j, k] is P[n, j] (1 - P[n, k]) for j = k and -P[n, j] P[n, k] else. Split the sum: what is left of the "
        "first term is P[n, k] dP[n, k], and the second is -P[n, k] times a sum over j that is the same for every k.",
        "inner = (dP * P).sum(axis=1, keepdims=True), and dZ is P * (dP - inner)",
    ),
    "logits_gradient": (
        "How does the loss of one image change if a logit rises a little? By its probability, at the label by 1 less.",
        "P is exp(logP). Subtracting Y is subtracting 1 at the label of each row; the loss is a mean over N images.",
        "dZ = np.exp(logP); dZ[np.arange(len(y)), y] -= 1; and divide by len(y).",
    ),
    "weight_gradient": (
        "A weight W[k, i] acts on Z[n, k] through X[n, i], for every image n: the chain rule adds up over n.",
        "dW[k, i] = sum over n of dZ[n, k] X[n, i]: a product of two matrices that sums over the images.",
        "(K, N) times (N, D) is (K, D): dZ.T @ X; 1/N is in dZ already",
    ),
    "bias_gradient": (
        "b[k] acts on Z[n, k] of every image n, with the factor 1: the chain rule adds up over n.",
        "db[k] = sum over n of dZ[n, k]: which axis of dZ (N, K) is that?",
        "dZ.sum(axis=0); 1/N is in dZ already",
    ),
    "parameter_gradients": (
        "A weight W[k, i] acts on Z[n, k] through X[n, i], for every image n: the chain rule adds up over n.",
        "dW[k, i] = sum over n of dZ[n, k] X[n, i], a product of two matrices. For b the factor X is 1.",
        "dZ.T @ X and dZ.sum(axis=0), as a pair; 1/N is in dZ already.",
    ),
    "sgd_step": (
        "The gradient points to where the loss grows; go the other way, by lr times its length.",
        "New W is W minus lr times dW; b likewise. W -= ... changes what you were given, W - ... makes a new array.",
        "return W - lr * dW, b - lr * db",
    ),
    "one_epoch": (
        "A loop over the batches; each turn is one step, and begins with the W and b of the turn before.",
        "range(0, len(y), batch_size) gives the first image of each batch, and a slice may reach beyond the end: "
        "X[first : first + batch_size] is shorter then.",
        "for first in range(0, len(y), batch_size): part = slice(first, first + batch_size); "
        "logP = log_softmax(logits(X[part], W, b)); dZ = logits_gradient(logP, y[part]); "
        "W, b = sgd_step(W, b, weight_gradient(X[part], dZ), bias_gradient(dZ), lr). Return W, b after the loop.",
    ),
}


def next_hints(progress: Progress, name: str, finding: Finding | None) -> tuple[str, ...]:
    """The hints that were given before for this function and this mistake, and one more if there is one."""
    hints = hints_of(name, finding)
    key = f"{name}: {finding.mistake or finding.asks}" if finding else name
    given = min(progress.hints.get(key, 0) + 1, len(hints))
    progress.hints[key] = given
    progress.save()
    return hints[:given]


def hints_of(name: str, finding: Finding | None) -> tuple[str, ...]:
    """Three steps: of a mistake its name first, then what to think of instead, then nearly the code."""
    says = finding.says[: STEPS - 1] if finding else ()
    return (*says, *HINTS[name][len(says) :])
