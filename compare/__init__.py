"""Both implementations given the same start and the same batches, and compared at every step.

    from compare import Hyperparameters, Problem, load, prove

    problem = Problem(load("mnist5k"), Hyperparameters(epochs=240))
    print(prove(problem, "float32").verdict)

A name is imported when it is first used, so `import compare` itself is quick.
`compare` imports `scratch` and `torch_impl`; neither imports the other, nor `compare`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from compare.backends.by_name import backend
    from compare.data.dataset import Dataset
    from compare.data.registry import load
    from compare.errors import InputError
    from compare.files import maths_page
    from compare.problem import Hyperparameters, Problem
    from compare.proof.prove import prove
    from compare.report.as_json import read_json
    from compare.training.checkpoint import load_checkpoint, save_checkpoint
    from compare.training.train import train

__all__ = [
    "Dataset",
    "Hyperparameters",
    "InputError",
    "Problem",
    "backend",
    "load",
    "load_checkpoint",
    "maths_page",
    "prove",
    "read_json",
    "save_checkpoint",
    "train",
]

_MODULES = {
    "Dataset": "data.dataset",
    "Hyperparameters": "problem",
    "InputError": "errors",
    "Problem": "problem",
    "backend": "backends.by_name",
    "load": "data.registry",
    "load_checkpoint": "training.checkpoint",
    "maths_page": "files",
    "prove": "proof.prove",
    "read_json": "report.as_json",
    "save_checkpoint": "training.checkpoint",
    "train": "training.train",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'compare' has no attribute {name!r}")
    value = getattr(import_module(f"compare.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
