"""The proof on one screen: at most 40 lines of 80 columns, whatever it found. The rest is in proof_details.py."""

from rich.console import Console, Group
from rich.text import Text

from compare.backends.by_name import ranks_of
from compare.bugs.diagnosis import Diagnosis
from compare.equations import QUANTITIES
from compare.problem import Hyperparameters, Problem
from compare.proof.checks import CHECKS
from compare.proof.comparison import Deviation, worse
from compare.proof.run import Run
from compare.report.difference import differ, place_and_looks
from compare.report.tables import LONG_NAME, cut, per_cent, share, short, table, wrapped
from compare.training import published
from compare.words import counted, of_budget
from scratch import Record

# Of the screen, and what `print_next` takes of it.
LINES, NEXT = 40, 3
# Columns of the curve.
EPOCHS = 7
# Checks beside those of the training.
FURTHER = "hard_batches", "exact_arithmetic", "gradient_checks", "evaluation", "predictions"
IN_WORDS = {"scratch": "scratch (NumPy, by hand)", "torch": "torch (PyTorch)"}


def print_screen(
    console: Console,
    problem: Problem,
    runs: list[Run],
    diagnosis: Diagnosis | None = None,
) -> None:
    """What was compared, the curve, the largest errors, the further checks, and the verdict.

    Where what is told of a difference needs their lines, the checks that passed are one line.
    """
    sentence = Text(wrapped(_sentence(problem, runs)))
    above = sentence, "", _curve(problem, runs), _errors(runs)
    for checks in ([*_controls_line(runs), *check_lines(runs)], _failed_lines(runs)):
        shown = Group(*above, *checks, "")
        room = LINES - NEXT - len(console.render_lines(shown)) - 1  # for the verdict
        if not _differ(runs) or len(place_and_looks(runs, diagnosis, LINES)) <= room:
            break
    console.print(shown)
    print_verdict(console, runs, diagnosis, room)


def print_verdict(
    console: Console,
    runs: list[Run],
    diagnosis: Diagnosis | None = None,
    room: int | None = None,
) -> None:
    """What it comes to; of a difference also where, which quantity, both values, and what it looks like.

    room: lines below the verdict, None for no limit.
    """
    console.print(verdict_line(runs, diagnosis))
    if _differ(runs):
        for line in place_and_looks(runs, diagnosis, room):
            console.print(Text(line))


def verdict_line(runs: list[Run], diagnosis: Diagnosis | None = None) -> Text:
    """The one line that answers the question."""
    if _differ(runs):
        return Text(differ(runs, diagnosis), style="bold red")
    steps = f"{counted(runs[0].steps, 'step')} of {_dtypes(runs)}"
    return Text(f"match: every quantity is within budget, in {steps}", style="bold green")


def _differ(runs: list[Run]) -> bool:
    return any(run.verdict == "differ" for run in runs)


def print_next(console: Console, commands: dict[str, str]) -> None:
    """What one may do next: each command with what it is good for.

    One that is longer than the screen stays one line, so that what is copied from it has no line break.
    """
    columns = console.width - len("next:   ") - max(map(len, commands.values()))
    width = max((len(command) for command in commands if len(command) <= columns), default=0)
    for command, what in commands.items():
        console.print(Text(f"next: {command:<{width}}  {what}"), soft_wrap=True)


def _sentence(problem: Problem, runs: list[Run]) -> str:
    ours, theirs = map(_in_words, runs[0].sides)
    chosen = problem.chosen
    return (
        f"{ours} and {theirs} train one model on {len(problem.train[1]):,} images of {problem.name}, from the same "
        f"weights and with the same batches: {counted(chosen.epochs, 'epoch')} of "
        f"{counted(problem.steps_per_epoch, 'batch')} of {chosen.batch_size:,} = {counted(problem.steps, 'step')}, "
        f"{_options(chosen)}, in {_dtypes(runs)}."
    )


def _in_words(side: str) -> str:
    ranks = ranks_of(side)
    return f"{side} (PyTorch, {counted(ranks, 'rank')})" if ranks else IN_WORDS.get(side, cut(side, LONG_NAME))


def _options(chosen: Hyperparameters) -> str:
    """The learning rate, what else is not off, and the seed."""
    names = {"momentum": "momentum", "weight_decay": "weight decay", "dampening": "dampening"}
    used = [f"{name} {getattr(chosen, field):g}" for field, name in names.items() if getattr(chosen, field)]
    nesterov = ["Nesterov"] if chosen.nesterov else []
    return ", ".join([f"lr {chosen.lr:g}", *used, *nesterov, f"seed {chosen.seed}"])


def _dtypes(runs: list[Run]) -> str:
    return " and ".join(run.dtype for run in runs)


def _curve(problem: Problem, runs: list[Run]) -> Group:
    """What is evaluated at a few epochs: loss and accuracy where all show the same, else what two sides show."""
    run = next((run for run in runs if run.verdict == "differ"), runs[0])
    epochs = shown_epochs(len(run.history[run.sides[0]]) - 1)
    shown = {(r.dtype, side): _values(history, epochs) for r in runs for side, history in r.history.items()}
    same = all(values == shown[run.dtype, run.sides[0]] for values in shown.values())
    rows = []
    for side in run.sides[: 1 if same else 2]:
        loss, accuracy = shown[run.dtype, side]
        of = "" if same else f", {cut(side)}"
        rows += [] if run.verdict == "differ" else [[f"loss{of}", *loss]]
        rows.append([f"accuracy{of}", *accuracy])
    if published.applies(problem):
        known = [per_cent(published.CURVE[epoch], 1) for epoch in epochs if epoch < len(published.CURVE)]
        rows.append(["accuracy, published", *known])
    who = "the same on both sides" if same else run.dtype
    columns = ["epoch", *map(str, epochs)]
    if run.verdict == "differ":  # which needs the lines elsewhere
        return table("", columns, rows, left=1, below=None)
    return table(f"{len(problem.evaluated[1]):,} {problem.evaluated_on} images, {who}", columns, rows, left=1)


def _values(history: list[Record], epochs: list[int]) -> tuple[list[str], list[str]]:
    """Loss and accuracy at these epochs, as far as the training came."""
    records = [history[epoch] for epoch in epochs if epoch < len(history)]
    return [short(record.val_loss) for record in records], [per_cent(record.val_accuracy, 1) for record in records]


def shown_epochs(last: int) -> list[int]:
    """0, the last, and a few between, closer at the beginning.

    >>> shown_epochs(240), shown_epochs(3), shown_epochs(0)
    ([0, 1, 3, 9, 27, 80, 240], [0, 1, 2, 3], [0])
    """
    steps = EPOCHS - 2
    return sorted({0, *(round(last ** (n / steps)) for n in range(steps + 1) if last)})


def _errors(runs: list[Run]) -> Group:
    """Of each quantity the error that used most of its budget, in any reading and precision."""
    rows = []
    for name, quantity in QUANTITIES.items():
        found = _worst(name, runs)
        cells: list[str | Text] = ["not reached"]
        if found:
            run, worst = found
            where = f"{run.dtype}, {CHECKS[worst.reading].name}"
            cells = [where, f"{worst.scaled_error:.1e}", f"{worst.budget:.1e}", share(worst.used)]
        rows.append((quantity.tag, quantity.symbol, quantity.formula, *cells))
    columns = "", "", "equation", "where", "error", "budget", "used"
    legend = "error: largest difference / largest value of the quantity. used: error / budget\n"
    below = "" if _differ(runs) else legend
    return table("The largest errors, and what rounding may cause (the budget)", columns, rows, left=4, below=below)


def _worst(name: str, runs: list[Run]) -> tuple[Run, Deviation] | None:
    found = [(run, deviation) for run in runs for (n, _), deviation in run.worst.items() if n == name]
    worst = None
    for run, deviation in found:
        if worst is None or worse(deviation.used, worst[1].used):
            worst = run, deviation
    return worst


def check_lines(runs: list[Run]) -> list[Text]:
    """One line for each further check, all precisions together."""
    exact = [counts for run in runs for counts in run.exact_arithmetic.values()]
    values, differ = sum(counts.values for counts in exact), sum(counts.differ for counts in exact)
    equal = f"all {values:,} values are equal where nothing rounds"
    gradients = [check.passed for checks in runs[-1].gradient_checks.values() for check in checks]
    evaluation = _largest([run.predictions.evaluation for run in runs])
    # each precision has the same images
    found = max((run.predictions for run in runs), key=lambda predictions: predictions.differ)
    what = {
        "hard_batches": _hard_batches(runs),
        "exact_arithmetic": f"{differ:,} of {values:,} values are not equal" if differ else equal,
        "gradient_checks": f"{sum(gradients)} of {len(gradients)} gradients fit the loss of their own side",
        "evaluation": f"at equal weights: {of_budget(evaluation)}",
        "predictions": f"{found.compared - found.differ:,} of {found.compared:,} images are put in the same class",
    }
    return [_check_line(name, what[name], runs) for name in FURTHER]


def _failed_lines(runs: list[Run]) -> list[Text]:
    """One line for each check that failed, and one for all that passed."""
    passed = [name for name in FURTHER if all(run.checks[name] for run in runs)]
    failed = [line for name, line in zip(FURTHER, check_lines(runs), strict=True) if name not in passed]
    names = [*(["controls"] if _controls_line(runs) else []), *(CHECKS[name].name for name in passed)]
    return [*failed, *([Text.assemble(("passed", "green"), ": " + ", ".join(names))] if names else [])]


def _hard_batches(runs: list[Run]) -> str:
    over = {name for run in runs for name, found in run.hard_batches.items() if not found.used <= 1}
    if over:
        return f"{len(over)} of {len(runs[0].hard_batches)} kinds are over budget"
    hard = _largest([found.used for run in runs for found in run.hard_batches.values()])
    return f"{len(runs[0].hard_batches)} kinds: at most {of_budget(hard)}"


def _controls_line(runs: list[Run]) -> list[Text]:
    """That the checks see what they must: a proof whose checks do not has ended before."""
    text = f"  {controls_text(runs)}"
    return [Text.assemble(f"{'controls':<18}", ("passed", "green"), text)] if all(run.controls for run in runs) else []


def controls_text(runs: list[Run]) -> str:
    """How many changes of the reference were seen, and how far it is from itself."""
    found = [run.controls for run in runs if run.controls]
    seen, itself = sum(len(one.seen) for one in found), max(one.itself for one in found)
    return f"{seen} of {seen} changes are seen; reference against itself: {itself:g}"


def _largest(shares: list[float]) -> float:
    largest = 0.0
    for used in shares:
        largest = used if worse(used, largest) else largest
    return largest


def _check_line(name: str, what: str, runs: list[Run]) -> Text:
    passed = all(run.checks[name] for run in runs)
    result = ("passed", "green") if passed else ("failed", "bold red")
    return Text.assemble(f"{CHECKS[name].name:<18}", result, f"  {what}")
