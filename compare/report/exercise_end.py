"""The end of the exercise on one screen: what was reached, what was learned, and where to go next."""

import shlex
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

import scratch
from compare.backends.worker import Worker
from compare.data.registry import SOURCES
from compare.problem import Problem
from compare.proof.run import Run
from compare.report.half_blocks import half_blocks
from compare.report.pictures import save_pictures
from compare.report.proof_screen import check_lines, print_next, verdict_line
from compare.report.tables import cut, wrapped
from compare.training import published
from compare.words import per_cent

# Images and templates in the terminal have so many characters in a line; five stand side by side.
WIDTH = 14
WRONG = 3
# The class whose template is shown: of digits the 3, which is easy to recognise.
CLASS = 3
# Epochs of the tutorial at which both curves are shown, and how long the bar of 100 % is.
PUBLISHED_EPOCHS = 0, 1, 2, 6, 20
BAR = 22
WITHIN = (
    "The budget is what rounding may cause. Difficult batches keep it too, and where nothing is rounded, both are "
    "equal. --details has the numbers."
)
DERIVED = (
    "You derived dZ = (P - Y) / N twice, wrote each step of softmax regression, and had all of it checked. Your "
    "functions trained a model beside PyTorch, which finds the gradients by itself: the two agree at every step to "
    "within rounding."
)
WRITTEN = (
    "You wrote the six functions of softmax regression. They trained a model, beside one whose gradients PyTorch finds "
    "by itself, and the two agree at every step to within rounding. How dZ = (P - Y) / N comes about was not asked: "
    "exercise --new FILE has the way there, with pen and paper."
)
QUESTIONS = (
    (
        "Why does each row of dZ sum to 0?",
        "If all logits of an image rise by the same number, P does not change, and so L does not: the slope in that "
        "direction, which is the sum of the row, is 0. In the formula: P sums to 1, and so does Y.",
    ),
    (
        "Where does the Jacobian of the softmax go on the way from dP to (P - Y) / N?",
        "dP is -1 / (N P) at the label and 0 elsewhere, so only the row of J at the label counts. Each of its entries "
        "has that P as a factor, which cancels the 1 / P: what is left is P[k] - 1 at the label, P[k] "
        "elsewhere, over N.",
    ),
    (
        "Why can the loss fall while the accuracy stays the same?",
        "The accuracy only asks which logit is largest. The loss asks how large the probability of the label is, and "
        "that moves with every step: it has a slope where the accuracy is flat.",
    ),
)
NEXT = {
    "prove --backend {path}": "all numbers of your proof",
    "bugs --list": "mistakes that others make",
    "experiment lr": "what the learning rate does",
}


class Ending(NamedTuple):
    """What the learner's functions reached. P: of the validation images. wrong: which it gets wrong, the surest.

    derived: whether it was derived on paper too.
    """

    problem: Problem
    runs: list[Run]
    P: NDArray
    wrong: NDArray
    derived: bool


def ending(problem: Problem, runs: list[Run], file: Worker, *, derived: bool) -> Ending:
    """Classify the validation images with the functions of the file, and find the surest mistakes."""
    run, (images, labels) = runs[0], problem.validation
    f = file.equations()
    Z = f.logits(scratch.pixels(images[:], run.templates.dtype), run.templates, run.bias)
    P = np.exp(f.log_softmax(Z))
    wrong = np.flatnonzero(P.argmax(axis=1) != labels)
    surest = wrong[np.argsort(-P.max(axis=1)[wrong], kind="stable")][:WRONG]
    return Ending(problem, runs, P, surest, derived)


def print_end(
    console: Console, reached: Ending, path: Path, program: str = "python -m compare", *, details: bool = False
) -> None:
    """One screen: templates and mistakes, the curve, the proof, and what comes next.

    program: how this program is called. details: whether each check of the proof has a line, as it has if one failed.
    """
    console.print(_images(console, reached))
    console.print(_curve(reached))
    for line in _proof(reached.runs, details):
        console.print(line)
    learned = wrapped(DERIVED if reached.derived else WRITTEN)
    console.print(Text(f"\n{learned}\n\nExplain aloud, with pen and paper (--answers has the answers):"))
    for number, (question, _) in enumerate(QUESTIONS, 1):
        console.print(Text(f"{number}. {question}"))
    console.print()
    print_next(
        console, {f"{program} {command.format(path=shlex.quote(str(path)))}": what for command, what in NEXT.items()}
    )


def print_answers(console: Console) -> None:
    """The three questions with their answers."""
    for number, (question, answer) in enumerate(QUESTIONS, 1):
        console.print(Text(f"\n{wrapped(f'{number}. {question}')}\n{wrapped(answer)}"))


def save_end(reached: Ending, folder: Path) -> None:
    """Pictures of templates, curve and mistakes."""
    from compare.report.model_pictures import mistakes
    from compare.report.training_pictures import curves, templates

    problem, run = reached.problem, reached.runs[0]
    before, history = problem.start(run.dtype)[0], {run.sides[0]: run.history[run.sides[0]]}
    figures = {
        "templates": templates(before, run.templates, problem.shape, problem.names),
        "curve": curves(f"{problem.name}, your functions", history),
        "mistakes": mistakes(*problem.validation, reached.P, problem.shape, problem.names, ink=problem.name in SOURCES),
    }
    save_pictures(figures, folder)


def _images(console: Console, reached: Ending) -> Table:
    """A template before and after, and the surest mistakes."""
    problem, run, (images, labels) = reached.problem, reached.runs[0], reached.problem.validation
    shown = min(CLASS, problem.classes - 1)
    before = problem.start(run.dtype)[0][shown]
    name = problem.names[shown]
    cells = [(f"{name}, before", before), (f"{name}, after", run.templates[shown])]
    for n in reached.wrong:
        read = reached.P[n].argmax()
        cells.append((f"{problem.names[labels[n]]}, read as {problem.names[read]}", images[n]))
    grid = Table.grid(padding=(0, 2, 0, 0))
    colour = console.color_system is not None
    pictures = [Text("\n").join(half_blocks(row, problem.shape, colour, WIDTH)) for _, row in cells]
    grid.add_row(*(Text(title[:WIDTH]) for title, _ in cells))
    grid.add_row(*pictures)
    return grid


def _curve(reached: Ending) -> Group:
    """Own accuracy beside the tutorial's after as many steps, as far as there are so many."""
    problem, run = reached.problem, reached.runs[0]
    history = run.history[run.sides[0]]
    last = len(history) - 1
    per_epoch = run.steps / max(1, last)
    grid = Table.grid(padding=(0, 3, 0, 0))
    grid.add_column(justify="right")
    own = f"yours, on {len(problem.evaluated[1]):,} of {cut(problem.name)}"
    grid.add_row("steps", own, "first tutorial, all of MNIST")
    for k in PUBLISHED_EPOCHS:
        steps = k * published.STEPS_PER_EPOCH
        if (epoch := round(steps / per_epoch)) <= last:
            grid.add_row(f"{steps:,}", *map(_bar, (history[epoch].val_accuracy, published.CURVE[k])))
    title = "Accuracy on images that are not trained on (--pictures FOLDER draws all of it)"
    return Group(Text(title, style="bold"), grid, "")


def _bar(accuracy: float) -> Text:
    return Text(f"{'█' * round(BAR * accuracy):{BAR}} {per_cent(accuracy, 1):>7}")


def _proof(runs: list[Run], details: bool) -> list[Text]:
    if details or any(run.verdict == "differ" for run in runs):
        return [*check_lines(runs), verdict_line(runs)]
    return [verdict_line(runs), Text(wrapped(WITHIN))]
