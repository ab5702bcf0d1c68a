"""The proof in several precisions, at the same time where that pays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compare.backends.by_name import backend
from compare.backends.protocol import TIME_LIMIT, Backend
from compare.backends.side_by_side import side_by_side
from compare.problem import Problem
from compare.proof.prove import Checked, OnProofStep, SidesMaker, checked, judged, prove, trained
from compare.proof.run import Run

# A process needs seconds to start; fewer steps are done before that.
STEPS_WORTH_A_PROCESS = 2000
# Bytes of images: with more, memory is short, and each process would have a PyTorch of its own.
FITS_TWICE = 2**28


def named(ours: str, theirs: str, time_limit: float = TIME_LIMIT, device: str = "cpu") -> tuple[Backend, Backend]:
    """Two backends by their names or paths, torch on this device; see `backend`."""
    first, second = (backend(name, device=device, time_limit=time_limit) for name in (ours, theirs))
    return first, second


@dataclass(frozen=True)
class TrainingJob:
    """The first part of the proof in one precision, as a job that reports `reports(problem)` times.

    sides: pickle must take it.
    """

    dtype: str
    sides: SidesMaker

    def __call__(self, problem: Problem, report: Callable[[str], None]) -> Run:
        """Run it. Raises what `prove` raises."""
        return trained(problem, self.dtype, *self.sides(), _reporting(problem, self.dtype, report))


@dataclass(frozen=True)
class ChecksJob:
    """The second part of the proof in these precisions, as a job that reports nothing."""

    dtypes: Sequence[str]
    sides: SidesMaker

    def __call__(self, problem: Problem, _: Callable[[str], None]) -> list[Checked]:
        """Run it. Raises what `prove` raises."""
        return [checked(problem, dtype, *self.sides()) for dtype in self.dtypes]


def reports(problem: Problem) -> int:
    """How often a proof in one precision reports."""
    return problem.steps // _steps_per_report(problem)


def _reporting(problem: Problem, dtype: str, report: Callable[[str], None]) -> OnProofStep:
    """What is to be called after each step."""
    steps, every = 0, _steps_per_report(problem)

    def on_step(epoch: int, _: int) -> None:
        nonlocal steps
        steps += 1
        if steps % every == 0:
            report(f"{dtype} in epoch {epoch} of {problem.chosen.epochs}")

    return on_step


def _steps_per_report(problem: Problem) -> int:
    # a hundred times, or every tenth of a second
    return max(1, min(50, problem.steps // 100))


def at_the_same_time(problem: Problem, dtypes: Sequence[str]) -> bool:
    """True if a process for each precision is faster than one after the other."""
    images = problem.train[0].array
    return len(dtypes) > 1 and problem.steps >= STEPS_WORTH_A_PROCESS and images.nbytes <= FITS_TWICE


def expected_seconds(problem: Problem, dtypes: Sequence[str], ranks: bool = False) -> float:
    """About how long it takes on two cores of a computer of 2024: measured on digits and mnist5k.

    ranks: a side is several processes; measured while the cores had other work too.
    """
    a_step = (1e-2 if ranks else 1.3e-3) + 6e-10 * problem.chosen.batch_size * problem.features * problem.classes
    alone = problem.steps * a_step + 2
    return alone * (1 if at_the_same_time(problem, dtypes) else len(dtypes))


def prove_each(problem: Problem, dtypes: Sequence[str], sides: SidesMaker, report: Callable[[str], None]) -> list[Run]:
    """The proof in each precision, in this order; report(what) is called here. Raises what `prove` raises."""
    if not at_the_same_time(problem, dtypes):
        return [_alone(problem, dtype, *sides(), report) for dtype in dtypes]
    trainings = [TrainingJob(dtype, sides) for dtype in dtypes]
    # float32 is ready first, and its process goes on with the checks
    *runs, checks = side_by_side([*trainings, ChecksJob(dtypes, sides)], problem, len(trainings), report)
    return [judged(run, found, problem, sides) for run, found in zip(runs, checks, strict=True)]


def _alone(problem: Problem, dtype: str, ours: Backend, theirs: Backend, report: Callable[[str], None]) -> Run:
    return prove(problem, dtype, ours=ours, theirs=theirs, on_step=_reporting(problem, dtype, report))
