"""All results: what to show of them at the left, then the pictures as a gallery, or the rows of a table."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from desktop_app.window.arranged_grid import SIDES
from desktop_app.window.building_blocks import column, holding, row
from desktop_app.window.predicting.additions import Additions
from desktop_app.window.predicting.filters import FilterList
from desktop_app.window.predicting.gallery import Gallery
from desktop_app.window.predicting.head import Head
from desktop_app.window.predicting.results import Order, Results
from desktop_app.window.predicting.rows import RowView

if TYPE_CHECKING:
    from desktop_app.inference.onnx_session import OnnxModel
    from desktop_app.inference.prediction import Prediction

_FILTER_PIXELS = 168
# Sorting and laying out many thousands takes a while: what has come in is shown so much later that the window stays
# free nine tenths of the time.
_SHORTEST_MS = 150
_SHARE = 10


class ResultsView(QWidget):
    """``current_changed``: another result is chosen, or none. The others come from the gallery."""

    current_changed = Signal()
    confirmed = Signal()
    key_pressed = Signal(str)

    def __init__(self, additions: Additions, *lines: QWidget) -> None:
        super().__init__()
        self._additions = additions
        self.results = Results()
        self._is_table = False
        self._zoom = 1
        self._moved = False
        self._arranging = False
        self.head = Head()
        self.filters = FilterList()
        self.filters.setFixedWidth(_FILTER_PIXELS)
        self.gallery = Gallery()
        self.gallery.pictures.show_larger_or_smaller(SIDES[self._zoom])
        self.rows = RowView()
        self.body = QStackedWidget()
        self.body.addWidget(self.gallery)
        self.body.addWidget(self.rows)
        inner = row(
            holding(row(self.filters, margins=8), "card"), holding(row(self.body, margins=8), "card"), spacing=8
        )
        inner.setStretch(1, 1)
        layout = column(self.head, *lines, inner, spacing=8)
        layout.setContentsMargins(24, 16, 16, 16)
        layout.setStretch(len(lines) + 1, 1)
        self.setLayout(layout)
        self.setFocusProxy(self.gallery)
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.refresh)
        self._connect()

    @property
    def current(self) -> int | None:
        """The place of the chosen result."""
        return self.rows.current if self._is_table else self.gallery.current

    @property
    def selected(self) -> list[int]:
        """The places of the pictures that are selected, in the order in which they are shown."""
        return [] if self._is_table else self.gallery.selected

    def begin(self, model: OnnxModel) -> None:
        """Show the results of this model, of which there are none yet."""
        self.results = Results(model.metadata.labels)
        self._is_table = model.metadata.columns is not None
        self._moved = False
        self.gallery.pictures.show_results(self.results, self._additions.by_place)
        self.rows.rows.show_results(self.results)
        self.body.setCurrentWidget(self.rows if self._is_table else self.gallery)
        self.setFocusProxy(self.rows if self._is_table else self.gallery)
        self.filters.setCurrentRow(0)
        self.head.show_model(model)
        self.head.show_zoom(not self._is_table)
        self.refresh()
        first: Order = "first" if self._is_table or not model.metadata.labels else "least sure"
        self.head.order.setCurrentIndex(max(self.head.order.findData(first), 0))

    def take(self, predictions: Sequence[Prediction]) -> None:
        """Take more results; they are shown soon."""
        self.results.add(predictions)
        if not self._later.isActive():
            self._later.start(_SHORTEST_MS)

    def show_table(self, path: str, frame: Any) -> None:
        """Show what the rows of a table hold."""
        self.rows.rows.show_table(path, frame)

    def show_added(self) -> None:
        """Show anew which pictures were added to the training data."""
        from desktop_app.window.picture_chips import MARK_ROLE

        self.gallery.pictures.changed(MARK_ROLE)

    def refresh(self) -> None:
        """Show what there is now; what is chosen stays chosen, and the first is until somebody has moved."""
        began = time.monotonic()
        self._arranging = True
        self.head.show_results(self.results)
        self.filters.show_results(self.results)
        places = self.results.arranged(self.filters.filter, self.head.chosen_order)
        if self._is_table:
            self.rows.show_places(places)
            if places and not (self._moved and self.current is not None):
                self.rows.setCurrentIndex(self.rows.rows.index(0, 0))
        else:
            self.gallery.pictures.take_new()
            self.gallery.show_places(places)
            if places and not (self._moved and self.current is not None):
                self.gallery.select(places[:1])
        self._arranging = False
        self.current_changed.emit()
        self._later.setInterval(max(_SHORTEST_MS, round((time.monotonic() - began) * 1000 * _SHARE)))

    def go_on(self) -> None:
        """Choose the result after the current one."""
        if self._is_table or self.current is None:
            return
        at = self.gallery.pictures.row_of(self.current)
        if at is not None and at + 1 < len(self.gallery.pictures.shown):
            self.gallery.select([self.gallery.pictures.place_at(at + 1)])

    def join(self) -> None:
        """Wait for the threads that read pictures."""
        self._later.stop()
        self.gallery.pictures.join()

    def _connect(self) -> None:
        self.head.sorted_anew.connect(self._start_anew)
        self.head.zoomed.connect(self._zoom_by)
        self.filters.filtered.connect(self._start_anew)
        self.gallery.zoom_asked.connect(self._zoom_by)
        self.gallery.confirmed.connect(self.confirmed)
        self.gallery.key_pressed.connect(self.key_pressed)
        self.gallery.selectionModel().currentChanged.connect(lambda _now, _before: self._current_moved())
        self.rows.current_changed.connect(self._current_moved)

    def _current_moved(self) -> None:
        if not self._arranging:
            self._moved = True
            self.current_changed.emit()

    def _start_anew(self) -> None:
        """Show another order or other results from their beginning."""
        self._moved = False
        self.refresh()

    def _zoom_by(self, step: int) -> None:
        self._zoom = min(max(self._zoom + step, 0), len(SIDES) - 1)
        self.gallery.zoom(SIDES[self._zoom])
