"""The checks of the exercise: each function on its own, first on small inputs, then on every kind of batch."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import chain
from typing import Any, NamedTuple

import numpy as np

from compare.backends.by_name import SCRATCH
from compare.backends.protocol import Backend
from compare.backends.threads import threads
from compare.backends.traced import Call
from compare.backends.user_file import UserFileError
from compare.backends.worker import Worker
from compare.bugs.diagnosis import Diagnostician
from compare.equations import COMPOSED, FUNCTIONS, KNOWN
from compare.exercise.batch_questions import batch_question
from compare.exercise.calls import Trace, no_trace
from compare.exercise.described import described
from compare.exercise.epoch_questions import own_functions_unused
from compare.exercise.extremes import wrong_at_extremes
from compare.exercise.far_logits import far
from compare.exercise.fault_help import fault_help
from compare.exercise.late import Late, first_of, seen_there
from compare.exercise.named import Named, named
from compare.exercise.questions import question
from compare.exercise.rungs import example
from compare.exercise.seen import Seen
from compare.exercise.trials import Trial, as_results, small_inputs, trials
from compare.exercise.turn_texts import ALONE, Turn
from compare.exercise.turns import empty_step, first_wrong_turn
from compare.exercise.unused import unused
from compare.problem import DTYPES, Problem
from compare.proof.accuracy_loss import loses_accuracy
from compare.proof.exact_arithmetic import BATCHES, LARGE_BATCH, first_unequal
from compare.proof.hard_batches import all_hard_batches, first_over_budget
from compare.proof.single_steps import SingleSteps, real_batch
from compare.words import capital

# The names of the batches of exact arithmetic, in their order.
EXACT_BATCHES = [f"{name}, {N}" for name, N in (*BATCHES, ("one winner", LARGE_BATCH))]
Step = Callable[[str], None]
NO_EXCEPTION = (
    "(P - Y) / N is right for every P from 0 to 1: no value of P is treated in another way, cut off or left out."
)
NO_DIVISION = (
    "If you go the long way, by dlogP / P, you divide by 0 there. In (P - Y) / N nothing is divided by P, and P may "
    "be 0."
)
CHANGES = (
    "is another one when the function is called again with the same numbers. What does your code take that is not "
    "among its inputs?",
    "np.empty leaves in an array what was there before, np.zeros fills it. Nothing is drawn at random, and nothing is "
    "kept from one call to the next.",
)
# So many images are told one by one.
FEW = 10
# What needs the functions before it.
LAST = "one_epoch"


class Finding(NamedTuple):
    """What is wrong with a function: a question first, and what to say on request.

    mistake: its name, if known. fault: whether the function could not be used, so that its values are not known.
    """

    asks: str
    says: tuple[str, ...] = ()
    mistake: str = ""
    fault: bool = False

    @classmethod
    def of(cls, asks: str, known: Named | None, otherwise: tuple[str, ...] = ()) -> "Finding":
        """With what is known of the mistake."""
        return cls(asks, (str(known), known.lesson), known.name) if known else cls(asks, otherwise)


def check(file: Worker, name: str, problem: Problem, on_step: Step = lambda _: None) -> Finding | None:
    """What is wrong with one function of a file; None if it is right.

    Raises UserFileError if it is not written yet. What it prints is shown for the worked example only.
    """
    with threads(1), np.errstate(all="ignore"):
        return found_or_fault(
            name, lambda: _on_trials(file, name) or _on_batches(file, name, problem, on_step), _tracer(file, name)
        )


def found_or_fault(name: str, find: Callable[[], Finding | None], trace: Trace = no_trace) -> Finding | None:
    """What is found, or what to say of a function that cannot be used. Raises UserFileError if it is not written.

    trace: the calls of other functions that the function makes on some inputs.
    """
    try:
        return find()
    except UserFileError as error:
        if "is not written yet" in str(error):
            raise
        asks, says = _turn_of_a_fault(str(error), name, trace) or fault_help(str(error), name)
        return Finding(f"{error}. {capital(asks)}", (says,), asks, fault=True)


def _turn_of_a_fault(text: str, name: str, trace: Trace) -> Turn | None:
    """What is seen in the calls of an epoch that cannot be used; of a wrong dtype they tell less than the error."""
    if re.search(r"returns .* in (float|int)\d+", text):
        return None
    return next((turn for inputs in small_inputs(name) if (turn := first_wrong_turn(inputs, trace(inputs)))), None)


def _tracer(file: Worker, name: str) -> Trace:
    """The calls of a function of a file. A file that has ended has none."""

    def trace(inputs: tuple[Any, ...]) -> list[Call]:
        with suppress(UserFileError):
            return file.trace(name, inputs)
        return []

    return trace if name == LAST else no_trace


def _on_trials(file: Worker, name: str) -> Finding | None:
    file.show_prints(False)
    shown, silent = file.functions(), file.functions()
    file.show_prints(True)
    shown[name](*example(name)[0])
    file.show_prints(False)
    return on_trials(name, silent[name], _tracer(file, name))


def on_trials(name: str, call: Callable, trace: Trace = no_trace) -> Finding | None:
    """What is wrong with a function on the small inputs. Raises what it raises."""
    found = [*trials(name, call)]
    if turn := _first_turn(found, trace):
        known = named(name, found)
        return Finding(turn.asks, (turn.says, *([str(known)] if known else [])), known.name if known else "")
    for result in range(len(KNOWN[name].results)):
        if not all(trial.is_right(result) for trial in found):
            seen = Seen(name, found, result)
            if _changes(call, seen.first):
                return Finding(f"your {seen.symbol} {CHANGES[0]}", CHANGES[1:])
            known = named(name, found)
            return Finding.of(question(seen, "" if known else unused(seen, call)), known, described(seen))
    if told := wrong_at_extremes(name, call):
        return Finding(told[0], told[1:])
    calls = trace(small_inputs(name)[0])
    if turn := empty_step(small_inputs(name)[0], calls):
        return Finding(turn.asks, (turn.says,))
    narrow = [*trials(name, call, "float32")]
    if all(trial.is_right() for trial in narrow):
        return Finding(ALONE.asks, (ALONE.says,)) if own_functions_unused(calls) else None
    asks = f"right in float64, but not in float32: {question(Seen(name, narrow, _first_wrong_result(narrow)))}"
    return Finding(asks, ("float32 has 7 digits, and its largest number is 3e38: which step needs more?",))


def _changes(call: Callable, trial: Trial) -> bool:
    """Whether a function returns something else for the same numbers. Raises what it raises."""
    again = zip(as_results(call(*trial.inputs)), trial.ours, strict=True)
    return not all(np.array_equal(*pair, equal_nan=True) for pair in again)


def _first_turn(found: list[Trial], trace: Trace) -> Turn | None:
    """What is seen in the calls of an epoch that is wrong."""
    # the most steps first: there one cause is told from another
    wrong = sorted((trial for trial in found if not trial.is_right()), key=_steps_of, reverse=True)
    return next((turn for one in wrong if (turn := first_wrong_turn(one.inputs, trace(one.inputs), one.ours))), None)


def _steps_of(trial: Trial) -> int:
    """How many steps an epoch takes, of a few images; 0 for a large one, which comes last."""
    images, size = (trial.sizes.get(name, 1) for name in ("N", "batch_size"))
    return -(-images // size) if images <= FEW else 0


def _first_wrong_result(found: list) -> int:
    return next(n for n in range(len(found[0].right)) if not all(trial.is_right(n) for trial in found))


def _on_batches(file: Worker, name: str, problem: Problem, on_step: Step) -> Finding | None:
    if not _is_in_a_step(name):
        return None
    alone = file.backend([name])
    late = _first_wrong(alone, name, problem, on_step)
    if not late:
        return None
    known, facts = _diagnosis(alone, name, problem)
    # the first message has named the batch already, and another would contradict it
    facts = tuple(fact for fact in facts if 'in the batch "' not in fact) or facts
    if late.how and name == "logits_gradient":
        facts = (NO_EXCEPTION,) if late.asks else (NO_DIVISION, *facts)
    how = late.how or ("is wrong there" if known else _accuracy(problem, alone))
    asks = late.asks or batch_question(late.batch, name, known.bug if known else "", little=late.other == "float32")
    if not known and (row := far(name, file.functions()[name], late.dtype)):
        asks, facts = row.asks or asks, (row.says,)
    return Finding.of(f"{late} {how}. {asks}", known, facts)


def _accuracy(problem: Problem, alone: Backend) -> str:
    right = loses_accuracy(problem, alone, SCRATCH)
    return "loses accuracy there; the formula is right" if right else "is wrong there"


def _is_in_a_step(name: str) -> bool:
    """Whether a function is one of the six, or a part of one."""
    return name in FUNCTIONS or any(name in parts for parts in COMPOSED.values())


def _first_wrong(alone: Backend, name: str, problem: Problem, on_step: Step) -> Late | None:
    """The first batch in which a step is wrong, and the first quantity that is; None if none is."""
    for group in _groups(problem):
        on_step(group[0].cases[0].name)
        steps = dict(zip(DTYPES, group, strict=True))
        places = {dtype: first_over_budget(steps[dtype], alone, SCRATCH, dtype) for dtype in DTYPES}
        if any(places.values()):
            late = first_of(places, [case.name for case in group[0].cases])
            return seen_there(steps[late.dtype], alone, late, name)
    on_step("exact steps")
    places = {dtype: first_unequal(problem, dtype, alone, SCRATCH) for dtype in DTYPES}
    return first_of(places, EXACT_BATCHES, ", in which nothing rounds") if any(places.values()) else None


def _groups(problem: Problem) -> Iterator[tuple[SingleSteps, ...]]:
    every: Iterable[Any] = (chain([real_batch(problem, d)], all_hard_batches(problem, d)) for d in DTYPES)
    return zip(*every, strict=True)


def _diagnosis(alone: Backend, name: str, problem: Problem) -> tuple[Named | None, tuple[str, ...]]:
    """The mistake of the catalogue that explains it, and what is seen of the numbers."""
    whole = next((one for one, parts in COMPOSED.items() if name in parts), name)
    # a function that cannot be used on other inputs has no diagnosis
    with suppress(UserFileError):
        found = Diagnostician(problem, SCRATCH).diagnose(alone, (whole,))
        return Named.of(found.guesses[0].bug) if found.guesses else None, tuple(found.facts)
    return None, ()
