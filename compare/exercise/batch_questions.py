"""What to ask about a function that is wrong in a kind of batch."""

# What a batch is named, and what to ask about it.
BATCHES = {
    "rows of mixed scale": "The rows have very different logits: which step takes all rows together?",
    "single image": "A batch may have one image: N is 1. Which step needs more, or drops an axis of length 1?",
    "a batch of": "Which number in your code is fixed that should come from the shape of an input?",
    "batches of": "Which number in your code is fixed that should come from the shape of an input?",
    "other batch sizes": "The number of images is another one here: which line of yours depends on it?",
    "other shapes": "The numbers of images, pixels and classes are others here: which line of yours depends on them?",
    "faint": "The pixels are very small here: which step of yours leaves small values out, or rounds them?",
    "many classes": "Which number in your code is fixed that should come from the shape of an input?",
    "rate": "Which number in your code should be lr, at every size that lr may have?",
    "logits": "Some probabilities are 0 here: which step divides by P, or takes its logarithm?",
    "confident": "Probabilities are nearly 0 or 1 here: which step divides by them, takes their logarithm, or clips?",
    "equal logits": "All logits are equal here: which step looks for a largest one?",
    "tied": "Two logits of a row are equal here: which step looks for a largest one?",
    "orders in memory": "The values lie in another order in memory here: which step takes them as they lie there, and "
    "not by their index?",
    "after other steps": "Which variable outside the function has another value in a later call?",
    "single class": "All labels are the same here: which step counts labels, or takes K from them?",
}
# Of log_softmax one asks for the number that makes exp safe.
SHIFTS = {
    "logits of": "exp(1000) is too large, and exp(-1000) is 0: before exp, what is the largest of each row?",
    "logits far below 0": "exp(-1000) is 0, and so is a sum of such: what may one add to all logits of a row?",
    "rows of mixed scale": "The rows have very different logits: does each row get its own maximum?",
}
# Of functions without P one asks for the values that they get.
VALUES = dict.fromkeys(
    ("logits", "confident"), "Values are very large or small here: which step changes such a value, or cuts it off?"
)
LITTLE = "float32 has half the digits: does a step of yours add a small number, round, or use one that is not exact?"
OTHERWISE = "Which line of yours does something else with such a batch than with the worked example?"
WITH_P = "log_softmax", "logits_gradient"
# Of these mistakes one asks for the step that is wrong: the maximum is right.
LOG_OF_NOTHING = "exp(-1000) is 0, and its logarithm is -inf: which step takes the logarithm of a probability?"
OF_P = {"log-of-softmax": LOG_OF_NOTHING}


def batch_question(batch: str, name: str, bug: str = "", *, little: bool = False) -> str:
    """What to ask about a batch in which a function is wrong; bug: the mistake of the catalogue that explains it.

    little: whether it is wrong in float64 only.
    """
    if bug in OF_P:
        return OF_P[bug]
    first = SHIFTS if name == "log_softmax" else {} if name in WITH_P else VALUES
    texts = (text for table in (first, BATCHES) for part, text in table.items() if part in batch)
    return next(texts, LITTLE if little else OTHERWISE)
