"""What to say of an error that Python or NumPy raises in a line of a function: a table, as in faults.py."""

LINE_FAULTS = {
    r"log_softmax.*raises (OverflowError|ValueError: (math domain|expected a positive))": (
        "math.exp of a large number and math.log of 0 raise: before exp, what is the largest of each row, and of what "
        "is a logarithm needed?",
        "exp(1000) is too large for a computer, and exp(-1000) is 0. The largest of a row may be subtracted first, and "
        "the only logarithm is that of the sum.",
    ),
    r"raises (OverflowError|ValueError: (math domain|expected a positive))": (
        "Which function of math stands in that line, and which number does it get?",
        "math.exp raises where the result is too large, math.log of 0 and below. np.exp and np.log give inf, -inf or "
        "nan there, and take arrays.",
    ),
    r"IndexError: list (assignment )?index out of range": (
        "Has the list of that line so many entries already?",
        "An empty list has none: A[n] = ... replaces an entry that is there, and A.append(...) adds one. "
        "np.zeros(shape, {given}.dtype) has all its entries from the start.",
    ),
    r"'(builtin_function_or_method|function|method)'|returns a (builtin_function_or_method|function|method) ": (
        "Which name is a function there, and not what it returns?",
        "A function is called with brackets: A.copy() is a copy, and A.copy the function itself; so with A.sum() and "
        "A.mean(). A.T and A.shape have none.",
    ),
    r"Cannot cast ufunc": (
        "the array that this line writes into keeps its dtype: which one is it, and where is the array made?",
        "An array of integers, or of True and False, takes no decimals; np.zeros(shape, {given}.dtype) takes the dtype "
        "of {given}.",
    ),
    r"numpy boolean (negative|subtract)": (
        "Which array of that line is of True and False, and what should it be made of?",
        "NumPy has no - for True and False. A.astype({given}.dtype) makes 1 and 0 of them; np.zeros_like({given}) and "
        "np.eye(K, dtype={given}.dtype) are of numbers from the start.",
    ),
    r"ufunc '(invert|bitwise_\w+)'|operand type(\(s\))? for (unary )?[\^&|~]": (
        "What should ^, ~, & or | of that line do?",
        "These four are for True and False, and for the bits of integers: a power is a ** b, and where Y is 1 and 0, "
        "1 - Y turns them round.",
    ),
    r"'NoneType'": (
        "Which name of that line is None, and which line should have given it a value?",
        "What changes an array or a list in place gives None: append, sort, fill_diagonal. So does a function without "
        "return.",
    ),
    r"ufunc .*(not supported|does not support)": (
        "What does that line give to NumPy, and is it an array of numbers?",
        "NumPy computes with arrays of numbers: not with None, text, a generator, as in (x for x in A), or a list of "
        "rows of several lengths.",
    ),
    r"raises TypeError: 'float' object cannot be interpreted as an integer": (
        "Which number of that line must be a whole one, and which operation made it?",
        "a / b is a float, also where nothing is left; a // b is an integer. range(0, N, step) needs no division.",
    ),
    r"'tuple' object cannot be interpreted|scalar arguments expected instead of a tuple": (
        "Which size of that line is a tuple, and which number of it is meant?",
        "A.shape is a tuple, such as (N, K), also if it has one number: A.shape[0] is the number of rows, and so is "
        "len(A).",
    ),
    r"only integer scalar arrays": (
        "Where does that line need one whole number, and what does it get?",
        "range and np.zeros take a number, such as len(y), not an array; and a list takes one number as its index.",
    ),
    r"list indices must be": (
        "What stands before the [ of that line: an array, or a list?",
        "A list has one index: A[n][k]. A[n, k] is for arrays; np.array(list, {given}.dtype) makes one.",
    ),
    r"IndexError: (only integers|arrays used as indices)": (
        "What is the index of that line made of, and is it of whole numbers?",
        "An index is a whole number, or an array of them, as y and np.arange(len(y)) are. a / b and np.zeros(N) are "
        "floats; len(y) // 2 and np.zeros(N, int) are whole.",
    ),
    r"invalid index to scalar|not subscriptable": (
        "What stands before the [ of that line, and has it entries?",
        "One number has none, as logP[n, k] and A.sum(): no further index. A function takes (...), as np.exp(Z), not "
        "[...].",
    ),
    r"is not callable": (
        "What stands before the ( of that line, and is it a function?",
        "Entries of an array are taken with [ ], as A[n, k], and a product has its *, as 2 * (a + b). A name that has "
        "got a value, as sum = 0, is no function any more.",
    ),
    r"is not iterable|iteration over a 0-d|has no len\(\)": (
        "What of that line is taken for several things, and is it one number?",
        "len(y) is a number: range(len(y)) counts up to it. `for row in A` goes through the rows of an array, and "
        "enumerate(A) counts them.",
    ),
    r"only (0-dimensional|length-1|size-1)": (
        "Which function of that line takes one number, and what does it get?",
        "math.log, math.exp, float and int take one number; np.log and np.exp take arrays, entry by entry.",
    ),
    r"setting an array element with a sequence(?!.*inhomogeneous)": (
        "How many numbers are on the right of that =, and in how many places do they go?",
        "In a matrix A[n, k] is one place, and A[n] a row of them; in an array of one axis A[n] is one place. One "
        "number of two rows is their product, a @ b.",
    ),
    r"truth value of an array": (
        "What of that line needs one True or False, and gets a whole array?",
        "`if`, `and`, `or`, and max() and min() of Python need one: A.max(axis=1), np.maximum(A, B) and "
        "np.where(condition, A, B) take arrays.",
    ),
    r"unsupported operand type.*'list'|multiply sequence by non-int": (
        "Which name of that line is a list, or a tuple?",
        "Python does not compute with its lists and tuples entry by entry: np.array(list, {given}.dtype) makes an "
        "array.",
    ),
    r"Cannot interpret .* as a data type": (
        "Which of the arguments of that line is the shape, and which the dtype?",
        "A shape is one argument, in brackets of its own: np.zeros((N, K)). The second argument is the dtype.",
    ),
}
