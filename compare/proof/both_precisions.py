"""The proof in several precisions, at the same time where that pays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from compare.backends.by_name import backend
from compare.backends.protocol import Backend
from compare.backends.side_by_side import side_by_side
from compare.backends.worker import TIME_LIMIT
from compare.problem import Problem
from compare.proof.prove import prove
from compare.proof.run import Run

# A process needs seconds to start; fewer steps are done before that.
STEPS_WORTH_A_PROCESS = 2000
# Bytes of images: with more, memory is short, and each process would have a PyTorch of its own.
FITS_TWICE = 2**28

# Makes our side and the other in the process that needs them; pickle must take it.
SidesMaker = Callable[[], tuple[Backend, Backend]]


def named(ours: str, theirs: str, time_limit: float = TIME_LIMIT, device: str = "cpu") -> tuple[Backend, Backend]:
    """Two backends by their names or paths, torch on this device; see `backend`."""
    first, second = (backend(name, device=device, time_limit=time_limit) for name in (ours, theirs))
    return first, second


@dataclass(frozen=True)
class ProofJob:
    """The proof in one precision, as a job that reports `reports(problem)` times."""

    dtype: str
    sides: SidesMaker

    def __call__(self, problem: Problem, report: Callable[[str], None]) -> Run:
        """Run it. Raises what `prove` raises."""
        ours, theirs = self.sides()
        steps, every = 0, _steps_per_report(problem)

        def on_step(epoch: int, _: int) -> None:
            nonlocal steps
            steps += 1
            if steps % every == 0:
                report(f"{self.dtype}, epoch {epoch}")

        return prove(problem, self.dtype, ours=ours, theirs=theirs, on_step=on_step)


def reports(problem: Problem) -> int:
    """How often a proof in one precision reports."""
    return problem.steps // _steps_per_report(problem)


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
    a_step = (1e-2 if ranks else 1.1e-3) + 6e-10 * problem.chosen.batch_size * problem.features * problem.classes
    alone = problem.steps * a_step + 2
    return alone * (1 if at_the_same_time(problem, dtypes) else len(dtypes))


def prove_each(problem: Problem, dtypes: Sequence[str], sides: SidesMaker, report: Callable[[str], None]) -> list[Run]:
    """The proof in each precision, in this order; report(what) is called here. Raises what `prove` raises."""
    proofs = [ProofJob(dtype, sides) for dtype in dtypes]
    if at_the_same_time(problem, dtypes):
        return side_by_side(proofs, problem, len(proofs), report)
    return [one(problem, report) for one in proofs]
