"""What to say of a pair of results, a step or an epoch that cannot be used: a table, as in faults.py."""

STEP_FAULTS = {
    r"(sgd_step|one_epoch).*raises ValueError: could not broadcast input array": (
        "W is (K, D) and b is (K,): does that line make one array of both, or put one into the place of the other?",
        "Two results go back as they are, with a comma between them: return W, b.",
    ),
    r"returns None for \w+, the \w+ of the pair": (
        "Which line gives this result its value?",
        "print(), and methods that change an array in place, as sort(), give None: return the arrays themselves.",
    ),
    r"for \w+, the \w+ of the pair, not a NumPy array": (
        "Which line makes it?",
        "Both results are NumPy arrays: W (K, D) and b (K,). .tolist(), and a loop that fills a list, make lists; "
        "np.array(list, {given}.dtype) makes an array of one.",
    ),
    r"the first of the pair, in shape \(K,\)": (
        "Which of the two results comes first?",
        "W comes first, then b: return new W, new b.",
    ),
    r"the second of the pair, in shape \(K, D\)": (
        "Which of the two results comes second?",
        "W comes first, then b: return new W, new b.",
    ),
    r"sgd_step.*could not be broadcast together with shapes \((\d+),(\d+)\) \(\2,\1\)": (
        "Which of the two has another shape than W, and where does it come from?",
        "W and dW have one shape, (K, D): in a step nothing is transposed, and nothing is kept from the step before.",
    ),
    r"sgd_step.*raises ValueError: (matmul|shapes)": (
        "Which of the two is one number?",
        "lr is a number: lr * dW multiplies every entry by it. @ and np.dot are for matrices.",
    ),
    r"sgd_step.*could not be broadcast": (
        "Which line of yours takes dW, and which db?",
        "W and dW have one shape, b and db another: the step of b is made of db.",
    ),
    r"one_epoch.*raises IndexError": (
        "Do X and y of each step have the same images?",
        "Cut both in the same way: X[first : first + batch_size] and y[first : first + batch_size].",
    ),
    r"one_epoch.*raises ValueError": (
        "What does each of your functions get in that turn, and of which shape?",
        "In each turn: X[first : first + batch_size], y cut in the same way, and W, b as sgd_step returns them.",
    ),
}
