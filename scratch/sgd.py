"""E6: the update, and what momentum and weight decay hand to it in place of the gradient."""

from typing import NamedTuple

from scratch.arrays import Floats, check_floats


def sgd_step(W: Floats, b: Floats, dW: Floats, db: Floats, lr: float) -> tuple[Floats, Floats]:
    """E6: one step of gradient descent, as new arrays.

    W (K, D), b (K,), their gradients and the learning rate lr -> W (K, D), b (K,).
    Raises TypeError if these are no arrays of floats, ValueError if the shapes do not fit.

    >>> import numpy as np
    >>> W = np.array([[1.0, -1, 0, -1], [0, 1, 1, 1], [0, -1, 1, 0]])
    >>> b = np.array([0.5, 0, -0.5])
    >>> dW = np.array([[-0.15997, -0.10648, 0.10597, 0.05299],
    ...                [0.31813, 0.08705, 0.28806, 0.14403],
    ...                [-0.15817, 0.01942, -0.39403, -0.19701]])
    >>> db = np.array([-0.10698, 0.46216, -0.35518])
    >>> W, b = sgd_step(W, b, dW, db, lr=0.5)
    >>> W.round(4)
    array([[ 1.08  , -0.9468, -0.053 , -1.0265],
           [-0.1591,  0.9565,  0.856 ,  0.928 ],
           [ 0.0791, -1.0097,  1.197 ,  0.0985]])
    >>> b.round(4)
    array([ 0.5535, -0.2311, -0.3224])
    """
    lr = float(lr)  # a NumPy scalar would turn float32 into float64
    # W <- W - lr dW,  b <- b - lr db
    return W - lr * dW, b - lr * db


class Velocity(NamedTuple):
    """What momentum keeps from step to step, one for W (K, D) and one for b (K,)."""

    W: Floats
    b: Floats


class SGD:
    """The options of `torch.optim.SGD`, with its meaning of each.

    lr: learning rate; momentum, dampening: of the velocity; weight_decay: share of the parameters added to their
    gradient; nesterov: look ahead along the velocity. velocity is None before the first step and without momentum.
    Raises ValueError for what PyTorch refuses: lr, momentum or weight_decay below 0, and nesterov without momentum or
    with dampening.
    """

    def __init__(
        self,
        lr: float,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ):
        for name, value in (("lr", lr), ("momentum", momentum), ("weight_decay", weight_decay)):
            if value < 0:
                raise ValueError(f"{name} must be 0 or more, not {value}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(f"nesterov needs a momentum above 0 and no dampening, not {momentum} and {dampening}")
        # floats of Python: those of NumPy would turn float32 parameters into float64
        self.lr, self.momentum, self.dampening = float(lr), float(momentum), float(dampening)
        self.weight_decay, self.nesterov = float(weight_decay), nesterov
        self.velocity: Velocity | None = None

    def directions(self, parameters: list[Floats], gradients: list[Floats]) -> list[Floats]:
        """What E6 gets in place of the gradients dW (K, D) and db (K,); the velocity moves on.

        Raises TypeError if something is to be computed, and one of them is no array of floats.

        >>> import numpy as np
        >>> sgd = SGD(lr=0.1, momentum=0.5)
        >>> ones = [np.ones((1, 1)), np.ones(1)]
        >>> [float(sgd.directions(ones, ones)[1][0]) for _ in range(3)]
        [1.0, 1.5, 1.75]
        """
        if not (self.weight_decay or self.momentum):
            return gradients
        for parameter, gradient in zip(parameters, gradients, strict=True):
            check_floats(parameter=parameter, gradient=gradient)
        if self.weight_decay:
            # g = dW + weight_decay W
            gradients = [g + self.weight_decay * w for g, w in zip(gradients, parameters, strict=True)]
        if not self.momentum:
            return gradients
        if self.velocity is None:
            # as PyTorch has it: the first velocity is the gradient, not damped; a copy, for its array may be used again
            self.velocity = Velocity(*(g.copy() for g in gradients))
        else:
            # v <- momentum v + (1 - dampening) g
            both = zip(self.velocity, gradients, strict=True)
            self.velocity = Velocity(*(self.momentum * v + (1 - self.dampening) * g for v, g in both))
        if self.nesterov:
            return [g + self.momentum * v for g, v in zip(gradients, self.velocity, strict=True)]
        return [v.copy() for v in self.velocity]
