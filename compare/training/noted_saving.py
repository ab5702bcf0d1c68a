"""The checkpoint of a training of several ranks: the others know how far it reaches."""

from pathlib import Path

from compare.backends.launched import note_saved
from compare.training.loop import Training
from compare.training.saving import OnFault, Saving


class NotedSaving(Saving):
    """As Saving; in one process it is the same."""

    def __init__(self, path: Path, training: Training, on_fault: OnFault | None):
        super().__init__(path, training, on_fault)
        note_saved(self._reaches)

    def _save(self) -> None:
        super()._save()
        note_saved(self._reaches)
