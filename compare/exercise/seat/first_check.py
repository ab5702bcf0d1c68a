"""A test of the six functions, written by you, and scored by the mistakes that it catches.

    python -m compare exercise --check FILE

check(f) is called with the right functions, and with many sets of functions of which one has a mistake. If it raises an
error, as a wrong `assert` does, or returns False, it says: these are wrong. It must never say that of right functions,
and they may add in another order than you do: compare with a tolerance, rtol=1e-5 and atol=1e-6. Where numbers are
small, atol hides them: of a step compare new W - W, which is about lr dW, with an atol far below its size. There are M
images, of which a batch has N.

    f.batch(images, labels, index, np.dtype("float32")) -> X (N, D), y (N,)
        images (M, D) of bytes, 0 to 255; labels (M,); index (N,), which images the batch has; X is divided by 255
    f.logits(X, W, b) -> Z (N, K)                  f.logits_gradient(logP, y) -> dZ (N, K)
    f.log_softmax(Z) -> logP (N, K)                f.parameter_gradients(X, dZ) -> dW (K, D), db (K,)
    f.nll_loss(logP, y) -> L                       f.sgd_step(W, b, dW, db, lr) -> new W (K, D), new b (K,)
"""

import numpy as np


def check(f):
    """One image of two pixels and three classes; the right logits were computed by hand."""
    X = np.array([[1.0, 0.5]])
    W = np.array([[2.0, 4.0], [0.0, -2.0], [1.0, 1.0]])
    b = np.array([0.5, 0.0, -0.5])
    np.testing.assert_allclose(f.logits(X, W, b), [[4.5, -1.0, 1.0]], rtol=1e-5, atol=1e-6)

    # all classes are equally likely if all logits are equal
    P = np.exp(f.log_softmax(np.zeros((2, 4))))
    np.testing.assert_allclose(P, 0.25, rtol=1e-5, atol=1e-6)
