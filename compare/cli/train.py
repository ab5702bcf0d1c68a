"""`train`: one side alone."""

import functools
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from numpy.typing import NDArray

from compare.backends.by_name import check_known, is_torch, ranks_of
from compare.backends.devices import Device, device
from compare.backends.protocol import TIME_LIMIT
from compare.cli.options import (
    OUTPUT,
    SIDES_AND_RANKS,
    TRAINING,
    WHERE,
    Dtype,
    Json,
    Pictures,
    Quiet,
    RunName,
    RunsRoot,
    check_output,
    check_outputs,
    option,
    time_limit,
)
from compare.cli.outputs import Outputs
from compare.cli.problem_options import ProblemOptions, takes_problem
from compare.cli.progress import announce, progress, tell
from compare.cli.resumed import resumed
from compare.errors import InputError
from compare.files import is_regular
from compare.problem import checksum
from compare.rank import is_first, place
from compare.report import as_json, saved_runs
from compare.report.pictures import save_pictures
from compare.report.training_log import USUAL_LINES, TrainingLog
from compare.report.training_pictures import training_pictures
from compare.training.advice import advice
from compare.training.checkpoint import check_suffix, load_checkpoint, save_checkpoint
from compare.training.duration import step_seconds
from compare.training.loop import Training
from compare.training.saving import SaveError
from compare.training.train import go_on, start
from scratch import Record


@takes_problem
def train(
    context: typer.Context,
    *,
    backend: Annotated[str, option(TRAINING, "--backend", help=f"Which side trains: {SIDES_AND_RANKS}.")] = "scratch",
    chosen: ProblemOptions,
    dtype: Annotated[Dtype | None, option(TRAINING, "--dtype", help="Precision; float32 unless given.")] = None,
    seconds: Annotated[float, time_limit(TRAINING)] = TIME_LIMIT,
    device_name: Annotated[Device, option(TRAINING, "--device", help=WHERE)] = Device.cpu,
    resume: Annotated[
        Path | None, option(TRAINING, "--resume", metavar="FILE", help="Go on from a checkpoint, of either side.")
    ] = None,
    save: Annotated[
        Path | None, option(OUTPUT, "--save", metavar="FILE", help="Keep a checkpoint here, when interrupted too.")
    ] = None,
    log_epochs: Annotated[
        int | None, option(OUTPUT, metavar="N", help=f"A line every N epochs; about {USUAL_LINES} lines unless given.")
    ] = None,
    log_every: Annotated[int | None, option(OUTPUT, metavar="N", help="A line every N steps too.")] = None,
    pictures: Pictures = None,
    run_name: RunName = None,
    runs_root: RunsRoot = Path("runs"),
    json: Json = None,
    quiet: Quiet = False,
) -> int:
    """Train one side alone, save the model, and go on later.

    On the CPU the weights end bit-identical to those of the proof.
    torchrun starts several processes of it, which train together.
    Exit code 0: trained, 2: could not train, or not save; 129, 130, 141, 143: interrupted.
    """
    _check_launched(backend)
    if not is_first():
        json, pictures, run_name, save, quiet = None, None, None, None, True
    check_outputs(json, pictures, runs_root, run_name)
    _check_save(save)
    check_known(backend, ranks=True)
    checkpoint = load_checkpoint(resume) if resume else None
    name = checkpoint.dtype if checkpoint else (dtype or Dtype.float32).value
    where = device(device_name.value, "torch" if is_torch(backend) else backend, name)
    log_of = functools.partial(TrainingLog.of, every=log_epochs, steps=log_every, quiet=quiet)
    asked = resumed(resume, checkpoint, chosen, context) if resume and checkpoint else chosen
    problem = asked.problem(quiet, log_of)
    log = log_of(problem)
    training = start(problem, backend, name, device=where, time_limit=seconds, checkpoint=checkpoint)
    announce(_seconds(training, name), quiet)
    began = time.perf_counter()
    outputs = Outputs()
    with outputs.one((SaveError,)):
        _run(training, name, save, log)
    if save and not outputs.faults:
        outputs.wrote("checkpoint", save)
    found = _as_dict(training, name, time.perf_counter() - began)
    with outputs.one():
        if json:
            as_json.write_json(json, found)
    _draw_and_keep(training, found, outputs, pictures, runs_root, run_name)
    with outputs.named(quiet):
        several = place() or ranks_of(backend)
        same = not resume and where == "cpu" and not several
        log.end(training, found, f", the same as after `prove` in {name}" if same else "")
    if place():
        # PyTorch is there already
        from compare.backends.parallel_side import leave

        leave()
    return 0


def _check_launched(backend: str) -> None:
    """Raise InputError if torchrun has started what cannot be one of several processes."""
    if place() and backend != "torch":
        raise InputError(f"torchrun starts ranks of --backend torch, not of {backend}: call train without it")


def _check_save(save: Path | None) -> None:
    """Raise InputError now, before the work, if no checkpoint could be kept there."""
    if not save:
        return
    check_suffix(save)
    check_output(save, "--save")
    if not is_regular(save):
        # a pipe that nobody reads would hold a save, and with it every signal
        raise InputError(f"--save {save}: a checkpoint is kept in a file, and this is none")


def _run(training: Training, dtype: str, save: Path | None, log: TrainingLog) -> None:
    """Train to the end, with lines on the way."""
    # told once, however often it fails
    tell_once = functools.cache(tell)
    with suppress(OSError):  # what fails here fails again at the first epoch, where something can be saved
        log.start(training, dtype)
    with progress(_left(training), log.quiet, plain=False) as advance:

        def on_step(epoch: int, step: int, _index: NDArray, steps: Sequence[Any]) -> None:
            advance(f"epoch {epoch}")
            with _output_may_fail(tell_once):
                log.step(training, epoch, step, steps[0])

        def on_epoch(records: Sequence[Record]) -> None:
            with _output_may_fail(tell_once):
                log.epoch(records[0])

        try:
            go_on(training, on_step, on_epoch, save, tell_once)
        except KeyboardInterrupt:
            # of ranks one tells, and in one line
            if not place() and not save:
                tell("nothing is saved: that takes --save FILE")
            raise


@contextmanager
def _output_may_fail(tell_once: Callable[[str], None]) -> Iterator[None]:
    """A line that cannot be written, on a disk that is full, is no reason to stop; that nobody reads it is one."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        tell_once(f"output cannot be written: {error.strerror}; training goes on")


def _as_dict(training: Training, dtype: str, seconds: float) -> dict[str, Any]:
    """What --json writes."""
    problem, here = training.problem, place()
    return {
        "backend": training.name,
        "ranks": ranks_of(training.name.partition(" ")[0]) or (here.ranks if here else 1),
        "dtype": dtype,
        **as_json.problem_as_dict(problem),
        "curve": [record._asdict() for record in training.history],
        "advice": advice(problem, training.history, training.side.evaluate(*problem.train).loss),
        "test": training.side.evaluate(*problem.test).accuracy if problem.test else None,
        "seconds": seconds,
        "weights": checksum(*training.side.state()[:2]),
        **as_json.versions(),
    }


def _draw_and_keep(
    training: Training, found: dict[str, Any], outputs: Outputs, pictures: Path | None, root: Path, name: str | None
) -> None:
    figures = training_pictures(training) if pictures or name else {}
    outputs.write("pictures", pictures, lambda folder: save_pictures(figures, folder))
    outputs.write("run", root / name if name else None, lambda path: _keep(training, path, found, figures))


def _keep(training: Training, path: Path, found: dict[str, Any], figures: dict[str, Any]) -> None:
    """Keep everything in a folder."""
    summary = saved_runs.summary(None, training.history[-1])
    content = found | {"command": f"train {training.name}", "summary": summary}
    histories, save = {training.name: training.history}, functools.partial(save_checkpoint, training=training)
    saved_runs.keep(path.parent, path.name, content, histories, figures, save)


def _left(training: Training) -> int:
    problem, done = training.problem, training.progress
    return max(1, problem.steps - max(0, len(done.history) - 1) * problem.steps_per_epoch - done.step)


def _seconds(training: Training, dtype: str) -> float:
    """About how long the rest of it takes."""
    problem, here = training.problem, place()
    pixels = problem.chosen.batch_size * problem.features
    ranks = here.ranks if here else 1
    return _left(training) * step_seconds(training.name, dtype, pixels, problem.classes, ranks)
