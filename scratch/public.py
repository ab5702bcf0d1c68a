"""The equations as `scratch` gives them to others: the same functions, which look at their arguments first."""

from scratch import checks
from scratch.checks import checked
from scratch.cross_entropy import cross_entropy, logits_gradient, logits_gradient_by_chain_rule, nll_loss
from scratch.images import batch, pixels
from scratch.model import logits, parameter_gradients
from scratch.sgd import sgd_step
from scratch.softmax import log_softmax, softmax, softmax_jacobian

__all__ = [
    "batch",
    "cross_entropy",
    "log_softmax",
    "logits",
    "logits_gradient",
    "logits_gradient_by_chain_rule",
    "nll_loss",
    "parameter_gradients",
    "pixels",
    "sgd_step",
    "softmax",
    "softmax_jacobian",
]

pixels = checked(pixels, checks.check_pixels)
batch = checked(batch, checks.check_batch)
logits = checked(logits, checks.check_logits)
softmax = checked(softmax, checks.check_softmax)
log_softmax = checked(log_softmax, checks.check_softmax)
softmax_jacobian = checked(softmax_jacobian, checks.check_probabilities)
nll_loss = checked(nll_loss, checks.check_loss)
cross_entropy = checked(cross_entropy, checks.check_cross_entropy)
logits_gradient = checked(logits_gradient, checks.check_loss)
logits_gradient_by_chain_rule = checked(logits_gradient_by_chain_rule, checks.check_chain_rule)
parameter_gradients = checked(parameter_gradients, checks.check_gradients)
sgd_step = checked(sgd_step, checks.check_update)
