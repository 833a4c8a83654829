"""All, not sure, unreadable, and each label that was given, with counts; choosing one shows it alone."""

from __future__ import annotations

from PySide6.QtCore import Signal

from desktop_app.window.class_list import ClassList
from desktop_app.window.predicting.results import Filter, Results

_WORDS = {"all": "All", "unsure": "Not sure", "unreadable": "Unreadable"}


class FilterList(ClassList):
    """``filtered``: something else is to be shown."""

    filtered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("What is shown")
        self._filters: list[Filter] = []
        self.chosen.connect(lambda _place: self.filtered.emit())

    @property
    def filter(self) -> Filter:
        """What is to be shown."""
        return self._filters[self.currentRow()] if 0 <= self.currentRow() < len(self._filters) else Filter()

    def show_results(self, results: Results) -> None:
        """Show what there is now, and keep what is chosen as long as there is any of it."""
        chosen = self.filter
        found = results.filters()
        self._filters = [each for each, _ in found]
        self.show_entries([(_WORDS.get(each.which, each.label), number) for each, number in found], len(results))
        still = self._filters.index(chosen) if chosen in self._filters else 0
        self.blockSignals(True)
        self.setCurrentRow(still)
        self.blockSignals(False)
        if self._filters[still] != chosen:
            self.filtered.emit()
