"""Write the samples by which PyTorch tests itself, as far as they ask for what `scratch` has.

    pip install expecttest          (PyTorch's samples import it)
    python tests/scratch/samples/make.py

torch.safetensors.gz has the inputs and PyTorch's outputs, as `3 logP` for that of case 3. The axis of the classes is
moved to the end, and all others become rows, because `scratch` has matrices only. G is a gradient that comes from
above. torch.json has the versions that this was made with, the cases, and how many samples were left out, by reason.
"""

import gzip
import json
import math
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save
from torch import Tensor

FOLDER = Path(__file__).parent
DTYPES = torch.float32, torch.float64
FUNCTIONS = "softmax", "log_softmax", "linear", "nll_loss", "cross_entropy"
MODULES = {"Softmax": "softmax", "LogSoftmax": "log_softmax", "Linear": "linear", "NLLLoss": "nll_loss"}
MODULES |= {"CrossEntropyLoss": "cross_entropy"}
SGD_OPTIONS = {"lr", "momentum", "dampening", "weight_decay", "nesterov"}


class Sample(NamedTuple):
    """A call of one of FUNCTIONS, or of SGD, with its options; error is what PyTorch raises."""

    origin: str
    function: str
    input: Tensor | None
    options: dict[str, Any]
    error: str | None = None


class Left(Exception):  # noqa: N818 - not an error
    """The reason why a sample is left out."""


def samples() -> Iterator[Sample]:
    """All samples, whether they ask for what `scratch` has or not."""
    torch.manual_seed(0)
    yield from of_operators()
    yield from of_modules()
    yield from of_optimizer()


def of_operators() -> Iterator[Sample]:
    """From op_db, in every dtype that the operator takes."""
    from torch.testing._internal.common_methods_invocations import op_db

    names = {"softmax": ["dim"], "log_softmax": ["dim"], "nn.functional.linear": ["weight", "bias"]}
    names |= {"nn.functional.nll_loss": ["target"], "nn.functional.cross_entropy": ["target"]}
    for op in (op for op in op_db if op.name in names):
        for dtype in sorted(op.dtypes, key=str):
            for sample in op.sample_inputs("cpu", dtype):
                options = dict(zip(names[op.name], sample.args, strict=False)) | sample.kwargs
                yield Sample(f"op_db {op.name}", op.name.rpartition(".")[2], sample.input, options)


def of_modules() -> Iterator[Sample]:
    """From module_db, a module being the function with the module's parameters; errors too."""
    from torch.testing._internal.common_modules import module_db

    for info in (info for info in module_db if info.module_cls.__name__ in MODULES):
        for dtype in info.dtypes:
            options = {"device": "cpu", "dtype": dtype, "requires_grad": False, "training": True}
            for given in info.module_inputs_func(info, **options):
                yield _of_module(info.module_cls, given, dtype)
            for wrong in info.module_error_inputs_func(info, **options) if info.module_error_inputs_func else ():
                yield _of_module(info.module_cls, wrong.module_error_input, dtype, str(wrong.error_type.__name__))


def _of_module(cls: type, sample: Any, dtype: torch.dtype, error: str | None = None) -> Sample:
    made, called = sample.constructor_input, sample.forward_input
    given, *rest = [*called.args, *called.kwargs.values()] if called else [None]
    options = dict(made.kwargs)
    if cls is torch.nn.Linear:
        options = dict(cls(*made.args, **made.kwargs, dtype=dtype).named_parameters())
    elif made.args:
        options["dim"] = made.args[0]
    if rest:
        options["target"] = rest[0]
    return Sample(f"module_db {cls.__name__}", MODULES[cls.__name__], given, options, error)


def of_optimizer() -> Iterator[Sample]:
    """From optim_db: options of SGD, and those that it refuses."""
    from torch.testing._internal.common_optimizers import optim_db

    (info,) = (info for info in optim_db if info.optim_cls is torch.optim.SGD)
    for dtype in DTYPES:
        for given in info.optim_inputs_func("cpu"):
            yield Sample("optim_db SGD", "SGD", torch.empty(0, dtype=dtype), given.kwargs)
        for wrong in info.optim_error_inputs_func("cpu", dtype):
            about_parameters = {} if wrong.optimizer_error_input.params is None else {"params": None}
            options = wrong.optimizer_error_input.kwargs | about_parameters
            yield Sample("optim_db SGD", "SGD", torch.empty(0, dtype=dtype), options, wrong.error_type.__name__)


def check(sample: Sample) -> None:
    """Raise Left with the reason if the sample asks for what `scratch` does not have."""
    _, function, given, options, _ = sample
    if given is None:
        raise Left("the module is never called")
    if given.dtype not in DTYPES:
        raise Left("another dtype than float32 or float64")
    if "dtype" in options:
        raise Left("a dtype for the result")
    if given.ndim == 0:
        raise Left("a scalar has no classes")
    if function == "SGD":
        _check_sgd(options)
    elif function == "linear" and options.get("bias") is None:
        raise Left("no bias")
    elif function.endswith(("loss", "entropy")):
        _check_loss(sample)


def _check_sgd(options: dict[str, Any]) -> None:
    if options.keys() - SGD_OPTIONS or getattr(options.get("lr"), "ndim", 0):
        raise Left("parameters, or an option of SGD that scratch does not have")


def _check_loss(sample: Sample) -> None:
    target, options = sample.options["target"], sample.options
    if sample.error and sample.input.ndim != 2:
        raise Left("an error of shapes that are no matrix")
    if options.get("reduction", "mean") != "mean":
        raise Left(f"reduction {options['reduction']}")
    if options.get("weight") is not None:
        raise Left("class weights")
    if options.get("label_smoothing"):
        raise Left("label smoothing")
    if target.is_floating_point() and not sample.error:
        raise Left("soft targets")
    if (target == options.get("ignore_index", -100)).any():
        raise Left("ignored labels")


def rows(tensor: Tensor, axis: int) -> Tensor:
    """The axis moved to the end, and all others as rows: (N, K)."""
    moved = tensor.movedim(axis, -1)
    return moved.reshape(math.prod(moved.shape[:-1]), moved.shape[-1])


def case(sample: Sample) -> dict[str, Tensor]:
    """Inputs and outputs of a sample, by name."""
    given = sample.input.detach().clone().requires_grad_()
    if sample.function == "SGD":
        return {} if sample.error else _descent(sample)
    if sample.function == "linear":
        return _linear(given, *(sample.options[name].detach().clone() for name in ("weight", "bias")))
    if sample.function in ("softmax", "log_softmax"):
        return _softmax(sample, given)
    return _loss(sample, given)


def _softmax(sample: Sample, Z: Tensor) -> dict[str, Tensor]:
    axis = sample.options["dim"]
    result = getattr(F, sample.function)(Z, axis)
    if sample.function == "log_softmax":
        return {"Z": rows(Z, axis), "logP": rows(result, axis)}
    G = torch.randn_like(result)
    (dZ,) = torch.autograd.grad(result, Z, G)
    return {name: rows(value, axis) for name, value in (("Z", Z), ("P", result), ("G", G), ("dZ", dZ))}


def _loss(sample: Sample, given: Tensor) -> dict[str, Tensor]:
    y, axis = sample.options["target"], min(1, given.ndim - 1)
    name = "logP" if sample.function == "nll_loss" else "Z"
    if sample.error:
        return {name: given, "y": y}
    L = getattr(F, sample.function)(given, y)
    result = {name: rows(given, axis), "y": y.reshape(-1), "L": L}
    if sample.function == "cross_entropy":
        result["dZ"] = rows(torch.autograd.grad(L, given)[0], axis)
    return result


def _linear(X: Tensor, W: Tensor, b: Tensor) -> dict[str, Tensor]:
    parameters = W.requires_grad_(), b.requires_grad_()
    Z = F.linear(X, *parameters)
    G = torch.randn_like(Z)
    dW, db = torch.autograd.grad(Z, parameters, G)
    return {"X": rows(X, -1), "W": W, "b": b, "Z": rows(Z, -1), "dZ": rows(G, -1), "dW": dW, "db": db}


def _descent(sample: Sample, steps: int = 5) -> dict[str, Tensor]:
    """Weights before and after some steps along gradients drawn at random, (steps + 1, K, D) and (steps + 1, K)."""
    parameters = [torch.randn(shape, dtype=sample.input.dtype) for shape in ((2, 3), (2,))]
    optimizer, path = torch.optim.SGD(parameters, **sample.options), [[p.clone() for p in parameters]]
    gradients = [[torch.randn_like(p) for p in parameters] for _ in range(steps)]
    for step in gradients:
        for parameter, gradient in zip(parameters, step, strict=True):
            parameter.grad = gradient
        optimizer.step()
        path.append([p.clone() for p in parameters])
    (W, b), (dW, db) = (map(torch.stack, zip(*part, strict=True)) for part in (path, gradients))
    return {"W": W, "b": b, "dW": dW, "db": db}


def _plain(options: dict[str, Any]) -> dict[str, Any]:
    """Options of SGD as JSON has them; PyTorch's own default lr is 0.001."""
    return {"lr": 1e-3} | {name: float(v) if isinstance(v, Tensor) else v for name, v in options.items()}


def main() -> None:
    """Write the files, and print what is in them."""
    cases, tensors, left = [], {}, Counter()
    for sample in samples():
        try:
            check(sample)
        except Left as reason:
            left[str(reason)] += 1
            continue
        for name, tensor in case(sample).items():
            small = tensor.to(torch.uint8) if name == "y" and not sample.error else tensor
            tensors[f"{len(cases)} {name}"] = small.detach().contiguous()
        options = _plain(sample.options) if sample.function == "SGD" else {}
        cases.append({"from": sample.origin, "function": sample.function, "options": options, "error": sample.error})
    FOLDER.joinpath("torch.safetensors.gz").write_bytes(gzip.compress(save(tensors), mtime=0))
    versions = {"torch": torch.__version__, "numpy": np.__version__}
    lines = ",\n    ".join(map(json.dumps, cases))
    counts = json.dumps(dict(left.most_common()), indent=4)
    text = f'{{"versions": {json.dumps(versions)},\n"cases": [\n    {lines}\n],\n"left out": {counts}}}\n'
    FOLDER.joinpath("torch.json").write_text(text)
    print(f"{len(cases)} cases; {left.total()} samples left out")


if __name__ == "__main__":
    main()
