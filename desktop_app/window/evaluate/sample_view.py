"""Some of the samples that were judged: pictures as a grid, rows as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget

from desktop_app.window.evaluate.corrections import Corrections
from desktop_app.window.evaluate.judging import Judged
from desktop_app.window.evaluate.row_table import RowTable
from desktop_app.window.evaluate.sample_grid import SampleGrid
from desktop_app.window.wording import share


class SampleView(QStackedWidget):
    """``opened`` carries the places of what is shown, and which of them was clicked."""

    opened = Signal(object, int)

    def __init__(self, corrections: Corrections) -> None:
        super().__init__()
        self._corrections = corrections
        self._judged: Judged | None = None
        self.places: list[int] = []
        self.grid = SampleGrid()
        self.grid.opened.connect(lambda at: self.opened.emit(self.places, at))
        self.rows = RowTable()
        self.addWidget(self.grid)
        self.addWidget(self.rows)
        corrections.changed.connect(self._say_corrections)

    def show_places(self, judged: Judged, places: Sequence[int]) -> None:
        """Show the samples at ``places``, in this order."""
        self._judged, self.places = judged, list(places)
        if not is_pictures(judged):
            self.setCurrentWidget(self.rows)
            self.rows.show_rows(judged, self.places)
            return
        self.setCurrentWidget(self.grid)
        self.grid.show_samples([judged.samples.items[place] for place in self.places], self._captions())

    def _captions(self) -> list[str]:
        assert self._judged is not None
        predictions = self._judged.evaluation.predictions
        captions = []
        for place in self.places:
            guessed = int(predictions.guessed[place])
            name = predictions.classes[guessed] if guessed >= 0 else "no number"
            true = predictions.classes[int(predictions.targets[place])]
            corrected = self._corrections.of(predictions.names[place])
            second = corrected or (f"is {true}" if guessed != int(predictions.targets[place]) else "right")
            first = f"{name} {share(float(predictions.confidence[place]))}"
            captions.append(f"{first}\n{second}\n{predictions.names[place]}")
        return captions

    def _say_corrections(self) -> None:
        if self._judged is not None and is_pictures(self._judged) and self.places:
            self.grid.pictures.set_captions(self._captions())


def is_pictures(judged: Judged) -> bool:
    """Return whether the samples are pictures, and not rows of a table."""
    return str(judged.samples.task.input.kind) == "pictures"
