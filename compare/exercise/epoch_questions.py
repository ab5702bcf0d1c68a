"""What to ask about one epoch whose calls say nothing: which kinds of epochs are wrong, and W or b."""

from compare.backends.traced import Call
from compare.exercise.calls import FORWARD
from compare.exercise.seen import Seen, prints_as_one, ratio
from compare.exercise.trials import Trial, same, sizes_text


def which_batches(seen: Seen) -> str:
    """In which kinds of epochs W or b is wrong; both are looked at."""
    wrong = [trial for trial in seen.trials if not trial.is_right()]
    pairs = [(int(trial.sizes["N"]), int(trial.sizes["batch_size"])) for trial in wrong]
    n, size = next((pair for pair in pairs if pair[0] > pair[1]), pairs[0])
    these = f"{n} images and batch_size {size}"
    if all(n % size for n, size in pairs):
        return (
            f"right in the small epochs whose batches come out even, but not with {these}. Which images are in the "
            "last batch, and how many are there?"
        )
    if all(n > size for n, size in pairs):
        return (
            f"right in the small epochs of one batch, but not with {these}, which are {-(-n // size)} steps. Which W, "
            "b, images, labels, gradient and rate does your second step use?"
        )
    return _in_one_batch([trial for trial in wrong if trial.sizes["N"] == trial.sizes["batch_size"]] or wrong)


def own_functions_unused(calls: list[Call]) -> bool:
    """Whether an epoch makes its gradients and steps without the others of the file; False if no call is known."""
    return bool(calls) and all(call.name in FORWARD for call in calls[:-1])


def _in_one_batch(wrong: list[Trial]) -> str:
    """An epoch of one batch is wrong as well."""
    trial = wrong[0]
    fine = [name for n, name in enumerate(("W", "b")) if trial.is_right(n)]
    if fine:
        bad = "b" if fine == ["W"] else "W"
        turns = (
            f"{fine[0]} is right and {bad} is not. Which W and b has the gradient of {bad}, and how far does {bad} go?"
        )
    elif all(far := _how_far(trial)) and not prints_as_one(*far):
        turns = (
            f"W goes {far[0]:.4g} times as far as it should, and b {far[1]:.4g} times. Which rate or gradient is "
            "larger or smaller than it should be?"
        )
    elif same(trial.ours[0], trial.given["W"]):
        turns = "W is what it was. How many turns does your loop make there?"
    else:
        turns = (
            "the result must be what one step with your functions gives. How many turns does your loop make there, and "
            "what does each step get?"
        )
    return f"wrong even where the epoch is a single batch ({sizes_text(trial)}): there {turns}"


def _how_far(trial: Trial) -> list[float | None]:
    """How far W and b go, as a share of where they should; None or 0 if that is not one number."""
    starts = trial.given["W"], trial.given["b"]
    return [
        ratio(ours - start, right - start) for ours, right, start in zip(trial.ours, trial.right, starts, strict=True)
    ]
