"""Softmax regression by hand: NumPy, every formula and every gradient spelled out.

Read the files in the order of the derivation: softmax, cross_entropy, model, sgd, images, training. What a function
asks of its arguments, and raises where they do not fit, is in checks.
The tags E1 to E6 are the equations of MATHS.md.

    N examples, D features, K classes
    X (N, D)  a batch of images       y (N,)    their labels, integers 0 ... K-1
    W (K, D)  weights                 b (K,)    bias
    Z (N, K)  logits                  P (N, K)  probabilities, logP their logarithms
    Y (N, K)  labels, one-hot         L         the loss, a scalar

A gradient of the loss is `d` + name, with the same shape: dZ, dW, db.
"""

from scratch.arrays import Floats, Images, Integers, Rows
from scratch.model import SoftmaxRegression
from scratch.public import (
    batch,
    cross_entropy,
    log_softmax,
    logits,
    logits_gradient,
    logits_gradient_by_chain_rule,
    nll_loss,
    parameter_gradients,
    pixels,
    sgd_step,
    softmax,
    softmax_jacobian,
)
from scratch.sgd import SGD, Velocity
from scratch.training import (
    EQUATIONS,
    Equations,
    Evaluation,
    Record,
    Step,
    accuracy,
    all_logits,
    correct,
    epoch,
    evaluate,
    fit,
    predict,
    probabilities,
    step,
)

__all__ = [
    "EQUATIONS",
    "SGD",
    "Equations",
    "Evaluation",
    "Floats",
    "Images",
    "Integers",
    "Record",
    "Rows",
    "SoftmaxRegression",
    "Step",
    "Velocity",
    "accuracy",
    "all_logits",
    "batch",
    "correct",
    "cross_entropy",
    "epoch",
    "evaluate",
    "fit",
    "log_softmax",
    "logits",
    "logits_gradient",
    "logits_gradient_by_chain_rule",
    "nll_loss",
    "parameter_gradients",
    "pixels",
    "predict",
    "probabilities",
    "sgd_step",
    "softmax",
    "softmax_jacobian",
    "step",
]
