"""Questions about logits: what is done to the bias, to the images, or to the numbers of one entry."""

import numpy as np
from numpy.typing import NDArray

from compare.exercise.rungs import shown
from compare.exercise.seen import Question, Seen, ratio, transposed, value
from compare.exercise.trials import Trial, same, sizes_text

# In so many batches at least images must be found moved: in one it may be by chance.
FEWEST = 2


def _other_bias(seen: Seen) -> str:
    """Each row has another bias added, which is made of b alone: so it is for a black image too."""
    if not seen.all_wrong(lambda ours, right, trial: _is_of(_bias(ours, right, trial), trial.given["b"])):
        return ""
    k = seen.place[1]
    ours, b = _bias(*seen.pair(seen.first), seen.first)[k], seen.first.given["b"][k]
    return (
        f"for a black image, X = 0, your Z[0, {k}] is {value(ours)} with b[{k}] = {value(b)}. What should the logits "
        "of a black image be?"
    )


def _bias(ours: NDArray, right: NDArray, trial: Trial) -> NDArray:
    """What is added to each row of products; nan where that differs from row to row."""
    added = ours - right + trial.given["b"]
    return added[0] if np.ptp(added, axis=0).max() < 1e-9 else np.full(added.shape[1], np.nan)


def _is_of(bias: NDArray, b: NDArray) -> bool:
    """Whether a bias is a multiple of b, or has only its entries, their sum and their mean."""
    known = [*b, b.sum(), b.mean()]
    return ratio(bias, b) is not None or bool(np.isclose(bias[:, None], known, rtol=0, atol=1e-9).any(axis=1).all())


def moved_images(seen: Seen) -> str:
    """The same is added to all images of a batch: seen where there are more classes than pixels."""
    clear = [trial for trial in seen.wrong if trial.sizes["K"] > trial.sizes["D"]]
    moved = [_moved_by(trial, _bias(*seen.pair(trial), trial)) for trial in clear]
    if len(clear) < FEWEST or any(by is None for by in moved):
        return ""
    return (
        f"in a batch with {sizes_text(clear[0])} your Z is that of other images: to each row of X {shown(moved[0])} is "
        "added. What do you do to X before the product?"
    )


def _moved_by(trial: Trial, bias: NDArray) -> NDArray | None:
    """What is added to each image, if that explains the bias."""
    gap = bias - trial.given["b"]
    if np.isnan(gap).any():
        return None
    by = np.linalg.lstsq(trial.given["W"], gap, rcond=None)[0]
    return by if same(trial.given["W"] @ by, gap) else None


def _by_hand(seen: Seen) -> str:
    trial = seen.first
    X, W, b = (trial.given[name] for name in ("X", "W", "b"))
    n, k = seen.place
    terms = " + ".join(f"{value(x)} * {value(w)}" for x, w in zip(X[n], W[k], strict=True))
    ours = value(trial.ours[0][n, k])
    return (
        f"{seen.where} your Z[{n}, {k}] is {ours}. By hand it is {terms} + {value(b[k])}. What does your "
        "code do to these numbers?"
    )


LOGITS: tuple[Question, ...] = (_other_bias, moved_images, transposed, _by_hand)
