"""What to say of a function that raises, or returns something of another kind or shape: a table."""

PRINTED = "What you print is shown for the worked example."
# What stands in the message, what to ask, and what to say on request.
FAULTS = {
    r"returns None": (
        "Which line returns the result?",
        "A function without return gives None: end it with `return` and the result.",
    ),
    r"in shape (\(1,\)|\(1, 1\)), not a single number": (
        "Which axis of length 1 should go?",
        "L is one number, of shape (): keepdims=True, reshape and [:, None] keep or make an axis, and A.shape is no "
        "number but a tuple. Leave out what makes it.",
    ),
    r"returns a list for L, not a number": (
        "Which brackets or which loop make a list, and how many numbers is L?",
        "L is one number, the mean over the images: np.mean makes it of a list with a number for each image.",
    ),
    r"a single number, shape": (
        "What makes one number of them, for the whole batch?",
        "L is the mean over the images: a sum that is divided by N, once. .mean() does both; of what is divided by N "
        "already .sum() is left.",
    ),
    r"log_probabilities_gradient.* in shape \(N,\) = ": (
        "That is a number for each image: where in its row does it stand, and what stands beside it?",
        "dlogP has the shape of logP: begin with np.zeros_like(logP), and put the number into the label's column.",
    ),
    r"(softmax|logits|log_probabilities_gradient).* in shape \(K,\) = .*, not \(N, K\)": (
        "These are the numbers of one image, or of all images together. Which line should keep a row for each image?",
        "The result has a row for each of the N images: no sum, mean or index may take away axis 0, and a loop over "
        "the images fills one row in each turn.",
    ),
    r"(softmax|logits).* in shape (\(N,\) = |\(\d+, 1\)).*, not \(N, K\)": (
        "That is one number for each image. With what does it go together, so that there is a number for each class?",
        "The result has a column for each of the K classes. A sum, a maximum or an index over axis 1 leaves one number "
        "for each image: it is a part of the way, and goes together with all logits of its row.",
    ),
    r"(?<!log_)probabilities_gradient.* in shape (?!\(K, N\))": (
        "Each entry of dP is made of one entry of P and one of dlogP: which line does more than that?",
        "*, / and - work entry by entry and keep the shape (N, K); @ multiplies matrices, and .sum() takes an axis "
        "away.",
    ),
    r"(softmax|logits_gradient|probabilities_gradient|softmax_backward) .* in shape \(K, N\) = .* not \(N, K\)": (
        "Rows and columns are exchanged: which line turns them, and is it turned back?",
        "Rows are images and columns classes, (N, K), in what comes in and in what goes out.",
    ),
    r"in shape \((\w), (\w)\) = .* not \(\2, \1\)": (
        "Rows and columns are exchanged: which of the two matrices must be transposed, and which comes first?",
        "(A, B) @ (B, C) is (A, C): begin with the matrix, or its transpose, whose number of rows the result should "
        "have.",
    ),
    r"in shape \(\)": (
        "That is one number: is it a sum over everything, or what the last turn of a loop has made?",
        ".sum() without axis adds up everything; axis=0 adds up the rows, and leaves a number for each column. What a "
        "turn makes goes to its place, as in A[n, k] = ...",
    ),
    r"in shape .*(\(1, (\d+)\), not \(\w,\) = \(\2,|\((\d+), 1\), not \(\w,\) = \(\3,)": (
        "Which axis of length 1 should go?",
        "keepdims=True, reshape and [:, None] make an axis of length 1, which is of use for broadcasting; leave them "
        "out here.",
    ),
    r"in shape \(N, D\) = .*, not \(K, D\)": (
        "The images are still there, and the classes are gone: over which index do you sum?",
        "dW[k, i] is a sum over the images n: n goes, and k and i stay.",
    ),
    r"in shape \(N, K, D\)": (
        "Over which index must one still sum?",
        "There is one axis too many, N: each image has its product of dZ[n, k] and X[n, i], and these are added up.",
    ),
    r"in shape .*\(\d+, \d+, \d+\)": (
        "Over which index must one still sum?",
        "There is one axis too many: dZ[n, k] is a sum over j of dP[n, j] times J[n, j, k].",
    ),
    r"in shape (\([NK],\) = |\(1, \d+\), not \(\w,\)|\(\d+, 1\), not \(\w,\))": (
        "Over which axis do you sum, and which should be left?",
        "axis=0 runs over the images, and what is left has a number for each class; axis=1 runs over the classes, and "
        "leaves a number for each image. Without a sum both stay.",
    ),
    r"in shape": (
        "Which line makes an array of that shape, and which one do you want?",
        "Write the shape of each step beside it. np.array(list) has an axis for each level of lists. A sum over "
        "axis=0 leaves a number for each column, one over axis=1 one for each row; keepdims=True keeps an axis of "
        "length 1; of (A, B) @ (B, C) the outer letters remain.",
    ),
    r"in float(16|32), not float64": (
        "Which array do you make in a dtype of its own, whatever comes in?",
        "np.zeros(shape, {given}.dtype) and A.astype({given}.dtype) take the dtype of {given}.",
    ),
    r"in float64, not float32": (
        "Which array do you make yourself, and which dtype does it have?",
        "np.zeros, np.ones, np.eye and np.array of decimals make float64 unless you give a dtype, and .astype(float) "
        "always does: np.zeros(shape, {given}.dtype), np.eye(K, dtype={given}.dtype). np.float64(a), and integers "
        "beside float32, as argmax makes them, give float64 too.",
    ),
    r"returns \w+(, the \w+ of the pair,)? in int": (
        "Which array do you make yourself, and which dtype does it have?",
        "An array of integers cuts off all decimals: np.zeros(shape, {given}.dtype) takes the dtype of {given}. What "
        "argmax returns are places, not values.",
    ),
    r"in place": (
        "Which line writes into an array that you were given?",
        "`a -= b`, `a /= b`, `a[i] = c` and out=a change the array itself. `B = A` is the same array under another "
        "name, and `B = A[0]` is a part of it. A.copy(), np.exp(A) and `A - B` make a new one.",
    ),
    r"softmax_backward.*raises ValueError: (matmul|shapes .* not aligned)": (
        "Which rows belong together there, and does that product know it?",
        "Each image has its own sum: J[n] (K, K) meets dP[n] (K,), and P[n] meets dP[n]. A product of the whole P or "
        "dP takes each image with each other one: use a loop over n, np.einsum with the n of both, or * and a sum over "
        "axis 1.",
    ),
    r"softmax_backward.*could not be broadcast together with shapes \((\d+),(\d+)\) \(\1,\1\)": (
        "Which line makes a number for each pair of images?",
        "An image has nothing to do with the others: P[n] meets dP[n] only, and a product of the whole P and dP takes "
        "each image with each other one.",
    ),
    r"(nll_loss|probabilities_gradient|logits_gradient).*raises (ValueError: (matmul|shapes .* not al)|LinAlgErr)": (
        "Should each entry of the one meet the same entry of the other, or rows and columns?",
        "*, / and - work entry by entry, on two arrays of one shape. @ and np.dot multiply matrices, and np.linalg.inv "
        "inverts one: none of these is needed here.",
    ),
    r"raises ValueError: (matmul|shapes .* not aligned)": (
        "Which shapes have the two factors, and must one of them be transposed?",
        "(A, B) @ (B, C): the inner sizes must be equal. A.T exchanges rows and columns. Write the shape of each in "
        "N, D and K.",
    ),
    r"raises IndexError: shape mismatch: indexing arrays": (
        "Two arrays of indices go together in pairs. How long is each?",
        "There is one pair for each image: rows np.arange(N) with columns y, both of length N.",
    ),
    r"(nll_loss|logits_gradient|log_probabilities_gradient).*could not be broadcast together with shapes "
    r"(\(\d+,\d+\) \(\d+,\)|\(\d+,\) \(\d+,\d+\))": (
        "One has a number for each image, the other an entry for each class. If the one is y, what does it say, and "
        "what is Y?",
        "Y is not y: Y (N, K) has a 1 in each row, in the column y[n], and 0 elsewhere. Another array (N,) needs an "
        "axis more to meet rows: a[:, None] is (N, 1).",
    ),
    r"softmax_backward.*could not be broadcast together with shapes \(\d+,\) \(\d+,\d+\)": (
        "Which two shapes meet there, and which of them is of one image?",
        "J[n] = np.diag(P[n]) - np.outer(P[n], P[n]) is for one image: np.diag of the whole P takes its diagonal, and "
        "P.T @ P mixes the images.",
    ),
    r"(?<!log_)probabilities_gradient.*could not be broadcast": (
        "Each entry of dP is made of one entry of P and one of dlogP: which of the two shapes is not that of P?",
        "*, / and - work entry by entry and keep (N, K). P[mask] is a list of entries, without rows.",
    ),
    r"could not be broadcast.* \(\d+,1\)": (
        "Which two shapes meet there, and which of them is a column?",
        "A column (N, 1) has a number for each of N rows. One number for each of K columns is an array (K,), as it is.",
    ),
    r"could not be broadcast together with shapes \(\d+,\d+\) \(\d+,\d+\)": (
        "Which two shapes meet there? What do *, + and - do with two matrices?",
        "*, + and - work entry by entry: both need one shape, or an axis of length 1, as (N, 1) for one number an "
        "image. A sum of products over an axis that both have is a product of matrices: (A, B) @ (B, C).",
    ),
    r"logits \(E1\).*could not be broadcast": (
        "Which two shapes meet there, and in which order should the rows and columns of Z be?",
        "Z has images as rows and classes as columns, (N, K): then b (K,) is added to each row.",
    ),
    r"could not be broadcast": (
        "Which two shapes meet there?",
        "Shapes are matched from the right: (N, K) goes with (K,) and with (N, 1), not with (N,). keepdims=True keeps "
        "an axis of a sum or maximum as length 1.",
    ),
    r"raises IndexError: too many indices": (
        "Which array has fewer axes than indices, and how was it made?",
        "np.zeros_like(A) has the shape of A: of y it is (N,), of logP (N, K).",
    ),
    r"(nll_loss|log_probabilities_gradient|logits_gradient).*raises IndexError: index \d+ .* for axis 0": (
        "What does the first index count there, images or labels, and how far may it go?",
        "Rows are images, 0 to N - 1, as range(N) has them, and columns are classes: A[np.arange(N), y]. Y[y] = 1 "
        "takes labels for rows. np.eye(K) has a row for each class, np.eye(N) one for each image.",
    ),
    r"raises IndexError": (
        "The index is too large for that axis: what does it count there, images, pixels or classes?",
        "Axis 0 is the first index. An index of images ends at N - 1, one of classes, so a label, at K - 1, "
        "and one of pixels at D - 1. Which of your indices goes further than its axis is long?",
    ),
    r"raises ZeroDivisionError": (
        "Which divisor of that line is 0 there?",
        "N - 1 is 0 for one image, K - 1 for one class. L is a mean over N images, whatever their number.",
    ),
    r"raises AxisError": (
        "How many axes has the array, and what is the number of the first?",
        "Axes are counted from 0: of a matrix axis 0 runs down the rows, and axis 1 along a row.",
    ),
    r"raises AttributeError": (
        "Is that name spelled as NumPy spells it?",
        "NumPy has A.T, A.copy(), np.zeros_like(A), A.sum(axis=0). PyTorch calls some of them otherwise.",
    ),
    r"(sgd_step|one_epoch).*inhomogeneous": (
        "What do you make one array of, and have the parts one shape?",
        "W (K, D) and b (K,) are two arrays, and go back as two: with a comma.",
    ),
    r"inhomogeneous": (
        "What do you make one array of, and have the parts one shape?",
        "The rows of a matrix are of one length: look at what each turn of your loop adds to the list.",
    ),
    r"raises (NameError: name .* is not defined|NameError: cannot access|UnboundLocalError)": (
        "Where does that name get its value?",
        "A function knows its parameters, and what stands at the top of the file; NumPy is np.",
    ),
    r"raises NameError": (
        "That text is not Python's own: which line raises it, and when?",
        f"Print what that line tests. {PRINTED}",
    ),
    r"raises RecursionError.*, in (a|the) batch": (
        "Python stops after about 1,000 calls inside each other: how many does your function make with so many images?",
        "With a call inside a call for each image or entry, a large batch goes too deep: use a loop, or a sum over an "
        "axis.",
    ),
    r"raises RecursionError": (
        "Python stops after about 1,000 calls inside each other: when does your function stop calling itself?",
        "Here no call inside itself is needed: a loop ends by itself, and NumPy works on whole arrays.",
    ),
    r"raises TypeError.*keyword argument": (
        "Does the function that you call know that argument?",
        "NumPy says axis and keepdims, PyTorch dim and keepdim. sum() and max() of Python know neither; np.sum does.",
    ),
    r"raises TypeError: [\w.]+\(\) .*(argument|positional)": (
        "Which parameters has the function that you call?",
        "Keep the parameters as the file gives them, and call your functions with the same ones in the same order.",
    ),
    r"not a pair": (
        "How many results does it have, and in which order?",
        "Two results are returned as `return W, b`: with a comma.",
    ),
    r"returns a tuple for \w+, not": (
        "What is behind your return: one result, or several?",
        "A comma makes a tuple, also at the end of a line. Only {result} is asked for here: return it alone, and leave "
        "what belongs to another function to that.",
    ),
    r"for \w+, not a NumPy array": (
        "Which line makes it?",
        "Of a list of numbers np.array(list, {given}.dtype) makes an array; "
        "np.zeros(shape, {given}.dtype) makes one to be filled.",
    ),
    r"takes over": (
        "Does a loop end?",
        "while ends when its condition is false, so a line in it must change that. A loop over every number takes long "
        "on full batches, where one product of matrices does it at once; --time-limit gives more time.",
    ),
    r"returns nan": (
        "Which operation gives nan: 0/0, inf - inf, or the logarithm of a number below 0?",
        f"Print each intermediate result. {PRINTED}",
    ),
}
