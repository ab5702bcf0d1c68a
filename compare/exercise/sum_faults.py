"""What to say of E5 where it cannot be used, dW and db: a table, as in faults.py."""

SUM_FAULTS = {
    r"in shape \(N, K\) = .*, not \(K,\)": (
        "There is a row for each image. Are these rows all the same, and what makes one row of them?",
        "db has one number for each class: a sum over axis 0 of dZ leaves one row. np.zeros_like(dZ) has a row for "
        "each image, and what is added to it goes into every row; np.cumsum keeps every sum on the way.",
    ),
    r"weight_gradient.* in shape \(([NDK],)?\)": (
        "What is missing: over which index do you sum, and which two should stay?",
        "dW[k, i] is a sum over the images n: n goes, and k and i stay.",
    ),
    r"weight_gradient.* in shape \(\d+, \d+\), not \(K, D\)": (
        "Which line makes an array of that shape, and what are its rows and columns?",
        "dW has a row for each class and a column for each pixel, and no more: nothing is put beside X or dZ. "
        "np.outer multiplies each number of one with each of the other: it is for dZ[n] and X[n], the rows of one "
        "image.",
    ),
    r"weight_gradient.*cannot reshape array": (
        "Does that line need another shape, or a product of two matrices?",
        "reshape keeps every number, so both shapes have as many. np.vdot makes both arrays flat first; a product of "
        "matrices is A @ B.",
    ),
    r"(weight_gradient|bias_gradient).*raises IndexError: index \d+ .* for axis 0": (
        "What does the first index count there, and how far may it go?",
        "In X and dZ the first index is the image, 0 to N - 1; dW has a row for each class, and db a number for each "
        "class. range(A) ends at A - 1.",
    ),
    r"weight_gradient.*could not be broadcast together with shapes \(\d+,\) \(\d+,\)": (
        "Two rows, of one image: which product of two rows is a matrix, with each number of one times each of the "
        "other?",
        "np.outer(a, b) has the entries a[k] * b[i]. * works entry by entry, and needs one shape.",
    ),
    r"weight_gradient.*could not be broadcast together with shapes \((\d+,1\) \(\d+,\d+|\d+,\d+\) \(\d+,1)\)": (
        "Which two shapes meet there, and are the images in both of them?",
        "dW[k, i] is the sum over n of dZ[n, k] X[n, i]: dZ and X meet image by image, and the sum over the images "
        "comes after that, or with it, as in a product of matrices.",
    ),
    r"weight_gradient.*could not be broadcast together with shapes \((\d+),(\d+)\) \(\2,\1\)": (
        "Rows and columns are exchanged: which of the two factors comes first?",
        "np.outer(a, b) has a row for each number of a. dW is (K, D): a row for each class, a column for each pixel.",
    ),
    r"weight_gradient.*could not be broadcast together with shapes \((\d+),(\d+)\) \((?!\1,)\d+,\2\)": (
        "Which shape has the array that this line writes into, and which shape has dW?",
        "dW is (K, D): np.zeros_like(X) is (N, D), and np.zeros_like(dZ) is (N, K).",
    ),
    r"weight_gradient.*raises ValueError: (matmul|shapes .* not aligned)": (
        "Which shapes have the two factors, and is each of them a matrix?",
        "(A, B) @ (B, C): the inner sizes must be equal, and A.T exchanges rows and columns of a matrix. dZ[n] and "
        "X[n] are rows, of image n: .T leaves a row as it is, and np.outer makes a matrix of two. dZ[:, k] is the "
        "column of class k.",
    ),
    r"bias_gradient.* in shape \(N,\) = .*, not \(K,\)": (
        "Over which axis do you sum, and which letter is the number of what is left?",
        "dZ.shape is (N, K), in this order: axis=0 runs over the N images, and what is left has a number for each of "
        "the K classes.",
    ),
    r"bias_gradient.*non-broadcastable output": (
        "Which shape has the array that this line writes into, and which one has a row of dZ?",
        "db is (K,), with one axis: np.zeros((K, 1)) has two, and np.zeros(K) one.",
    ),
}
