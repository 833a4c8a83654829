"""The runs that are compared, side by side: their best figures and what differs between their experiments."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from desktop_app.window.plots.shown_run import ShownRun
from desktop_app.window.short_names import short_names
from desktop_app.window.theme import colours
from desktop_app.window.train.run_differences import RunFacts, differing_keys, in_words

_FIGURES = ("Run", "Best", "Loss", "State")
_NAME_PIXELS = 160
_LONGEST = 18
_MARK = 10


class ComparisonTable(QTableWidget):
    """One row a run, in the order of the legend; its first columns are figures, the others are settings."""

    def __init__(self) -> None:
        super().__init__()
        self._runs: list[ShownRun] = []
        self.setAccessibleName("Runs that are compared")
        self.setProperty("look", "card")
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(26)
        self.verticalHeader().setMinimumSectionSize(20)
        self.setShowGrid(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)

    def show_runs(self, runs: Sequence[ShownRun], facts: Sequence[RunFacts | None]) -> None:
        """Show these runs; where the facts of one are not known (yet), its row has its name alone."""
        keys = differing_keys([each for each in facts if each is not None])
        titles = [*_FIGURES, *(key.rpartition(".")[2] if _is_single(key, keys) else key for key in keys)]
        self.setColumnCount(len(titles))
        self.setHorizontalHeaderLabels(titles)
        for place, key in enumerate(keys, start=len(_FIGURES)):
            title = QTableWidgetItem(titles[place])
            title.setToolTip(key)
            self.setHorizontalHeaderItem(place, title)
        self.setRowCount(len(runs))
        names = short_names([run.name for run in runs], _LONGEST)
        for row, (run, name, known) in enumerate(zip(runs, names, facts, strict=True)):
            texts = [name]
            if known is not None:
                texts += [known.best, known.best_loss, known.status]
                texts += [in_words(known.settings.get(key)) for key in keys]
            for place in range(len(titles)):
                text = texts[place] if place < len(texts) else ""
                item = QTableWidgetItem(text)
                item.setToolTip(text if place else run.name)
                self.setItem(row, place, item)
        self._runs = list(runs)
        self._recolour()
        self.horizontalHeader().resizeSections(QHeaderView.ResizeMode.ResizeToContents)
        self.setColumnWidth(0, max(min(self.columnWidth(0), _NAME_PIXELS), 80))

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)

    def _recolour(self) -> None:
        for row, run in enumerate(self._runs):
            item = self.item(row, 0)
            if item is not None:
                item.setIcon(_mark(run.colour))


def _is_single(key: str, keys: Sequence[str]) -> bool:
    """Return whether no other key ends in the same word."""
    last = key.rpartition(".")[2]
    return sum(each.rpartition(".")[2] == last for each in keys) == 1


def _mark(colour: int) -> QIcon:
    picture = QPixmap(_MARK, _MARK)
    picture.fill(QColor(colours().runs[colour % len(colours().runs)]))
    return QIcon(picture)
