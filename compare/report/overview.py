"""The picture of the README: templates before and after training, and the curves of both sides on each other.

    python -m compare.report.overview docs/overview.json docs/overview.png

draws it again from a recording, which `prove --pictures FOLDER` writes beside the picture.
"""

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from compare.errors import InputError
from compare.problem import Problem
from compare.proof.run import Run
from compare.report.as_json import read_json
from compare.report.pictures import new_figure, save_picture
from compare.report.training_pictures import (
    MOST_TEMPLATES,
    draw_curves,
    draw_legend,
    draw_templates,
    take_away_of_curves,
)
from compare.words import counted
from scratch import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Of the weights; a picture shows no more.
DECIMALS = 3


@dataclass(frozen=True)
class Overview:
    """What the picture shows: the records of each side, and the weights (K, D) of the first, before and after."""

    title: str
    shape: tuple[int, ...]
    names: tuple[str, ...]
    histories: dict[str, list[Record]]
    before: list[list[float]]
    after: list[list[float]]
    evaluated_on: str = "validation"

    @classmethod
    def of(cls, problem: Problem, run: Run) -> "Overview":
        """From a proof in one precision."""
        chosen = problem.chosen
        title = f"{problem.name}, lr {chosen.lr:g}, {counted(chosen.epochs, 'epoch')}, {run.dtype}"
        weights = problem.start(run.dtype)[0], run.templates
        before, after = (np.round(W[:MOST_TEMPLATES].astype(float), DECIMALS).tolist() for W in weights)
        return cls(title, problem.shape, problem.names, run.history, before, after, problem.evaluated_on)

    @classmethod
    def read(cls, path: Path) -> "Overview":
        """From a recording. Raises InputError if it is none."""
        content = read_json(path)
        try:
            histories = {
                side: [Record(**record) for record in records] for side, records in content["histories"].items()
            }
            shape, names = tuple(content["shape"]), tuple(content["names"])
            # what was recorded before 0.4 was validation
            weights, on = (content["before"], content["after"]), str(content.get("evaluated_on", "validation"))
            for W in weights:
                np.reshape(np.array(W, float), (len(names[:MOST_TEMPLATES]), *shape))
            return cls(content["title"], shape, names, histories, *weights, on)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{path}: not a recording of an overview ({error!r})") from None

    def as_dict(self) -> dict[str, Any]:
        """What is recorded."""
        records = {side: [record._asdict() for record in history] for side, history in self.histories.items()}
        return asdict(self) | {"histories": records}


def overview(shown: Overview) -> "Figure":
    """Templates above, curves below."""
    sides = " and ".join(shown.histories)
    words = take_away_of_curves(shown.histories, shown.evaluated_on)
    figure = new_figure(7.8, 5.2, f"One model, trained by {sides}: {shown.title}", words)
    above, below = figure.subfigures(2, 1, squeeze=False, height_ratios=(2, 3))[:, 0]
    before, after = np.array(shown.before), np.array(shown.after)
    draw_templates(above.subplots(2, len(before), squeeze=False), before, after, shown.shape, shown.names)
    limits = ", ".join(f"±{np.abs(W).max():.2g}" for W in (before, after))
    words = f"the weights of each class: red speaks for it, blue against it; each row has its own scale ({limits})"
    above.supxlabel(words, fontsize="small")
    losses, accuracies = below.subplots(1, 2)
    draw_curves(losses, accuracies, shown.histories, shown.evaluated_on)
    draw_legend(below, accuracies)
    return figure


def main() -> int:
    """Draw a recording: python -m compare.report.overview RECORDING PICTURE."""
    if len(sys.argv) != 3:
        print("error: two files are needed: RECORDING.json PICTURE.png", file=sys.stderr)
        return 2
    recording, picture = map(Path, sys.argv[1:])
    try:
        save_picture(overview(Overview.read(recording)), picture)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
