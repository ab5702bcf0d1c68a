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
        "What should be multiplied in that line, and entry by entry or as matrices?",
        "lr is a number, and lr * dW multiplies every entry by it: no product of matrices is in a step.",
    ),
    r"sgd_step.*could not be broadcast": (
        "What in that line has the shape (K, D), what (K,), and what is one number?",
        "W and dW are (K, D), b and db (K,), and lr is one number: the new W is made of W and dW, the new b of b and "
        "db.",
    ),
    r"sgd_step.*pair, in shape": (
        "Which of W, b, dW and db gets another axis, or is joined with another one?",
        "W and dW are (K, D), b and db (K,), and the new ones have the same shapes: no axis is added or summed, and "
        "nothing is put beside another.",
    ),
    r"one_epoch.*(cannot reshape|equal division)": (
        "How many images are left for the last batch there?",
        "N need not be a multiple of batch_size. X[first : first + batch_size] has the images that are left at the "
        "end; reshape and np.split need whole batches.",
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
