"""`train`: one side alone."""

import time
from typing import Annotated, Any

import numpy as np
import typer

from compare import backends, results
from compare.commands.options import Dtype, Json, ProblemOptions, Quiet, check_output, progress, takes_problem
from compare.errors import InputError
from compare.problem import checksum


@takes_problem
def train(
    chosen: ProblemOptions,
    backend: Annotated[str, typer.Option("--backend", help=f"One of {', '.join(backends.MODULES)}.")],
    dtype: Annotated[Dtype, typer.Option("--dtype", help="Precision.")] = Dtype.float32,
    json: Json = None,
    quiet: Quiet = False,
) -> int:
    """Train one side alone on the problem of the proof; its weights end bit-identical to the proof's.

    Each line gives validation loss and accuracy. Exit code 0: trained, 2: could not train.
    """
    check_output(json)
    side = backends.module(backend)
    problem = chosen.problem()
    model = side.SoftmaxRegression(*problem.start(dtype.value))
    began = time.perf_counter()
    with backends.one_thread(), progress(problem.steps, quiet, plain=False) as advance:
        try:
            history = side.fit(
                model,
                problem.train,
                problem.validation,
                problem.batches,
                **problem.chosen.descent,
                on_step=lambda epoch, *_: advance(f"epoch {epoch}"),
                on_epoch=lambda record: None if quiet else _tell(record, problem.chosen.epochs),
            )
        except FloatingPointError as error:
            raise InputError(f"{error}; training diverges, try a smaller --lr") from None
    seconds = time.perf_counter() - began
    weights = checksum(np.asarray(model.weight), np.asarray(model.bias))
    test = side.evaluate(model, *problem.test) if problem.test else None
    if json:
        content = {
            "backend": backend,
            "dtype": dtype.value,
            **results.problem_as_dict(problem),
            "curve": history,
            "test": test and test.accuracy,
            "seconds": seconds,
            "weights": weights,
            **results.versions(),
        }
        results.write_json(json, content)
    if quiet:
        _tell(history[-1], problem.chosen.epochs)
    else:
        if test:
            print(f"test accuracy: {test.accuracy:.4f}")
        print(f"final weights {weights[:8]}, as in the proof in {dtype.value}")
    return 0


def _tell(record: dict[str, Any], epochs: int) -> None:
    if record["epoch"]:
        loss, accuracy = record["val_loss"], record["val_accuracy"]
        print(f"Epoch [{record['epoch']}/{epochs}], Loss: {loss:.4f}, accuracy: {accuracy:.4f}", flush=True)
