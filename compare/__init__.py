"""Both implementations given the same start and the same batches, and compared at every step.

    from compare import Hyperparameters, Problem, load, prove

    problem = Problem(load("mnist5k"), Hyperparameters(epochs=240))
    print(prove(problem, "float32").verdict)

`compare` imports `scratch` and `torch_impl`; neither imports the other, nor `compare`.
"""

from compare.data.registry import Dataset, load
from compare.errors import InputError
from compare.problem import Hyperparameters, Problem
from compare.proof.prove import prove
