"""What to say of a function that cannot be used: it raises, or returns something of another kind or shape."""

import re

# What stands in the message, what to ask, and what to say on request.
FAULTS = {
    r"returns None": (
        "Which line returns the result?",
        "A function without return gives None: end it with `return` and the result.",
    ),
    r"one_epoch.*raises IndexError": (
        "Do X and y of each step have the same images?",
        "Cut both in the same way: X[first : first + batch_size] and y[first : first + batch_size].",
    ),
    r"one_epoch.*raises ValueError": (
        "What does each of your functions get in that turn, and of which shape?",
        "In each turn: X[first : first + batch_size], y cut in the same way, and W, b in the order in which sgd_step "
        "returns them.",
    ),
    r"the first of the pair, in shape \(K,\)": (
        "Which of the two results comes first?",
        "W comes first, then b: return new W, new b.",
    ),
    r"a single number, shape": (
        "What makes one number of them, for the whole batch?",
        "L is the mean over the images: end with .mean(), or with .sum() / len(y).",
    ),
    r"in shape \((\w), (\w)\) = .* not \(\2, \1\)": (
        "Rows and columns are exchanged: which of the two matrices must be turned, and which comes first?",
        "(A, B) @ (B, C) is (A, C): begin with the matrix, or its transpose, whose rows the result should have.",
    ),
    r"in shape \(\)": (
        "Over how many axes do you sum?",
        ".sum() without axis adds up everything; axis=0 adds up the rows, and leaves a number for each column.",
    ),
    r"in shape .*\(1, \d+\), not \(\w,\)": (
        "Which axis should go?",
        "keepdims=True keeps an axis of length 1, which is of use for broadcasting; leave it out here.",
    ),
    r"in shape .*\(\d+, \d+, \d+\)": (
        "Over which index must one still sum?",
        "There is one axis too many: it is the index j of the chain rule, over which the products are added up.",
    ),
    r"in shape \([NK],\) = ": (
        "Over which axis do you sum, and which should be left?",
        "axis=0 runs over the images, and what is left has a number for each class; axis=1 runs over the classes, and "
        "leaves a number for each image. Without a sum both stay.",
    ),
    r"in shape": (
        "Over which axis do you sum, and which matrix is turned?",
        "Write the shape of each step beside it. A sum over axis=0 leaves the columns, one over axis=1 the rows, and "
        "keepdims=True keeps an axis of length 1; of a product (A, B) @ (B, C) the outer letters remain.",
    ),
    r"in float64, not float32": (
        "Which array do you make yourself, and of which dtype?",
        "np.zeros, np.ones and np.eye make float64 unless they are told: np.zeros(shape, X.dtype).",
    ),
    r"returns \w+(, the \w+ of the pair,)? in int": (
        "Which array do you make yourself, and of which dtype?",
        "An array of integers cuts off all decimals: np.zeros(shape, X.dtype) takes the dtype of X.",
    ),
    r"in place": (
        "Which line writes into an array that you were given?",
        "`a -= b` and `a[i] = c` change the array itself, and `B = A` is the same array under another name. "
        "A.copy(), np.exp(A) and `A - B` make a new one.",
    ),
    r"raises ValueError: matmul": (
        "Which shapes has the product, and must one of the two be transposed?",
        "(A, B) @ (B, C): the inner sizes must be equal. A.T turns a matrix; write the letters N, D, K above each.",
    ),
    r"could not be broadcast": (
        "Which two shapes meet there?",
        "Shapes are matched from the right: (N, K) goes with (K,) and with (N, 1), not with (N,). keepdims=True keeps "
        "an axis of a sum or maximum as length 1.",
    ),
    r"raises IndexError": (
        "Which index is too large, and for which axis?",
        "Rows are 0 ... N-1 and columns 0 ... K-1: one entry of each row is A[np.arange(len(y)), y].",
    ),
    r"raises NameError": (
        "Where does that name get its value?",
        "A function knows its parameters, and what stands at the top of the file; NumPy is np.",
    ),
    r"raises TypeError.*(argument|positional)": (
        "Which parameters has the function that you call?",
        "Keep the parameters as the file gives them, and call your functions with the same ones in the same order.",
    ),
    r"not a pair": (
        "How many results does it have, and in which order?",
        "Two results are returned as `return W, b`: with a comma.",
    ),
    r"for \w+(, the \w+ of the pair,)?, not a NumPy array": (
        "Which line makes it, and of which kind?",
        "np.array(list) makes an array of a list; np.zeros(shape, X.dtype) makes one to be filled.",
    ),
    r"takes over": (
        "Does a loop end?",
        "A loop of Python takes each number one by one: on full batches that is too slow. One product of matrices does "
        "it at once. --time-limit gives more time.",
    ),
    r"returns nan": (
        "Which operation gives nan: 0/0, inf - inf, or the logarithm of a number below 0?",
        "Print each intermediate result of the worked example.",
    ),
}
OTHERWISE = (
    "What is in that line, in the worked example?",
    "Put print() of each array's shape before that line: what is printed is shown once.",
)


def fault_help(text: str) -> tuple[str, str]:
    """A question about what a function did, and what to say on request."""
    return next((texts for pattern, texts in FAULTS.items() if re.search(pattern, text)), OTHERWISE)
