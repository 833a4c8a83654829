"""The pictures of a card's samples, read behind the window from where the run's data lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from desktop_app.window.background import Background
from desktop_app.window.computed import Computed

if TYPE_CHECKING:
    from desktop_app.engine.export import ParityCard
    from desktop_app.engine.run import Run
    from desktop_app.registry import Registry


class SamplePictures(Computed):
    """Ready with a list of ``QImage`` in the order of the card's samples; empty for rows of a table."""

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__("parity pictures", background, parent)
        self._of: tuple[Any, tuple[str, ...]] = (None, ())

    def look(self, run: Run | None, registry: Registry | None, card: ParityCard | None, side: int) -> None:
        """Read the pictures of ``card``, where they are not those that are there or being read."""
        if run is None or registry is None or card is None or not card.differing:
            return
        names = tuple(each.name for each in card.differing)
        asked = (run.folder, names)
        if asked == self._of and self.state in ("loading", "ready"):
            if self.state == "ready":
                self.changed.emit()
            return
        self._of = asked
        self.ask(lambda: _read(run, registry, names, side))


def _read(run: Run, registry: Registry, names: tuple[str, ...], side: int) -> list[QImage]:
    """Run on a worker's thread."""
    from desktop_app.engine.validation_samples import named_samples
    from desktop_app.window.thumbnails import image_of

    samples = named_samples(run, registry, names)
    if samples.task.input.kind != "pictures":
        return []
    return [image_of(item, side) for item in samples.items]
