"""Softmax regression as PyTorch users write it: the same names as `scratch`, and no gradient anywhere.

The notation is that of `scratch`. There is no softmax.py, no cross_entropy.py and no sgd.py here:
F.cross_entropy holds E2 and E3, autograd E4 and E5, torch.optim.SGD E6. Training on several processes is in
torch_impl.parallel, which is imported by itself: it needs torch.distributed.
"""

from torch_impl.data import Images
from torch_impl.graph import Graphs
from torch_impl.model import SoftmaxRegression
from torch_impl.training import (
    Evaluation,
    Record,
    Step,
    accuracy,
    all_logits,
    correct,
    epoch,
    evaluate,
    fit,
    hits,
    predict,
    probabilities,
    set_velocity,
    sgd,
    step,
    velocity,
)

__all__ = [
    "Evaluation",
    "Graphs",
    "Images",
    "Record",
    "SoftmaxRegression",
    "Step",
    "accuracy",
    "all_logits",
    "correct",
    "epoch",
    "evaluate",
    "fit",
    "hits",
    "predict",
    "probabilities",
    "set_velocity",
    "sgd",
    "step",
    "velocity",
]
