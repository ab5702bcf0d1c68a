"""What the proof asks of single steps: hard batches, exact arithmetic, gradient checks, identities, in both precisions.

The reference is `scratch`, whose right functions these are held against; the proof itself has PyTorch there.
"""

import numpy as np

from compare.backends.by_name import SCRATCH, equations_backend
from compare.backends.threads import threads
from compare.bugs.detection import checks_without_training
from compare.bugs.generated.survey import CHECK_ORDER
from compare.data.registry import load
from compare.problem import DTYPES, Hyperparameters, Problem
from scratch import Equations

PROBLEM = Problem(load("digits"), Hyperparameters(epochs=1))


def check(f: Equations) -> None:
    """Raise AssertionError, with the reason, unless these functions pass; what they raise themselves passes through."""
    with threads(1), np.errstate(all="ignore"):
        for dtype in DTYPES:
            checks = checks_without_training(PROBLEM, dtype, equations_backend("checked", lambda: f), SCRATCH)
            for name in CHECK_ORDER:
                reason = checks[name]()
                assert not reason, f"{dtype}, {name}: {reason}"
