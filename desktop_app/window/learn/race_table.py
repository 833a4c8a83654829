"""The table of a race: each entrant with its colour, its loss now, when it arrived and how far it went."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from desktop_app.engine.learn.race import Trail
from desktop_app.window.learn.race_map import Look
from desktop_app.window.theme import colours
from desktop_app.window.wording import count, figure

_HEADINGS = ("Optimizer", "Loss", "Arrived", "Path")
_TIPS = (
    "",
    "The surface's own loss at this step, without noise",
    "The first step from which the loss stays below the target, the line in the map",
    "How far it has gone",
)
_SWATCH = QSize(20, 12)
_ROW_PIXELS, _LEAST_PIXELS = 28, 150


class RaceTable(QTableWidget):
    """``picked`` carries the row of the entrant whose settings are to be shown."""

    picked = Signal(int)

    def __init__(self) -> None:
        super().__init__(0, len(_HEADINGS))
        for place, (heading, tip) in enumerate(zip(_HEADINGS, _TIPS, strict=True)):
            made = QTableWidgetItem(heading)
            made.setToolTip(tip)
            alignment = Qt.AlignmentFlag.AlignLeft if place == 0 else Qt.AlignmentFlag.AlignRight
            made.setTextAlignment(alignment | Qt.AlignmentFlag.AlignVCenter)
            self.setHorizontalHeaderItem(place, made)
        self.setAccessibleName("Entrants")
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PIXELS)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setIconSize(_SWATCH)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for place, width in ((1, 74), (2, 60), (3, 54)):
            header.setSectionResizeMode(place, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(place, width)
        self._trails: Sequence[Trail] = ()
        self._looks: Sequence[Look] = ()
        self._paths: list[np.ndarray] = []
        self._cells: list[tuple[QTableWidgetItem, ...]] = []
        self.currentCellChanged.connect(self._current_changed)

    def show_names(self, names: Sequence[str], looks: Sequence[Look]) -> None:
        """Show who takes part, before it is known how they fare."""
        self._looks = looks
        self.blockSignals(True)
        self.setRowCount(len(names))
        del self._cells[len(names) :]
        while len(self._cells) < len(names):
            self._cells.append(self._new_row(len(self._cells)))
        for cells, name in zip(self._cells, names, strict=True):
            cells[0].setText(name)
            cells[0].setToolTip(name)
        self.blockSignals(False)
        self.recolour()
        height = self.horizontalHeader().sizeHint().height() + _ROW_PIXELS * max(1, len(names)) + 4
        self.setMaximumHeight(height)
        self.setMinimumHeight(min(height, _LEAST_PIXELS))

    def show_trails(self, trails: Sequence[Trail], step: int) -> None:
        """Show how these fare at ``step``; they stand in the rows' order."""
        self._trails = trails
        self._paths = [np.concatenate([[0.0], np.nancumsum(trail.step_sizes)]) for trail in trails]
        for cells in self._cells[len(trails) :]:
            for cell in cells[1:]:
                cell.setText("")
        self.show_step(step)

    def show_step(self, step: int) -> None:
        """Show the numbers at ``step``."""
        for cells, trail, path in zip(self._cells, self._trails, self._paths, strict=False):
            arrived = trail.steps_to_target
            lost = trail.diverged is not None and trail.diverged <= step
            texts = [
                "failed" if trail.error else "diverged" if lost else figure(float(f"{trail.losses[step]:.2g}")),
                f"lost at {count(trail.diverged)}" if lost and trail.diverged is not None else "",
                figure(float(f"{path[step]:.3g}")),
            ]
            if arrived is not None and arrived <= step:
                texts[1] = count(arrived)
            for item, text in zip(cells[1:], texts, strict=True):
                if item.text() != text:
                    item.setText(text)
                    item.setToolTip(trail.error or text)
                    bad = item is cells[1] and (bool(trail.error) or lost)
                    item.setForeground(QColor(colours().bad if bad else colours().text))

    def pick(self, row: int) -> None:
        """Mark a row, as a click would, without telling."""
        self.blockSignals(True)
        self.setCurrentCell(row, 0)
        self.blockSignals(False)

    def recolour(self) -> None:
        """Paint the swatches in the colours of the scheme in use."""
        for cells, look in zip(self._cells, self._looks, strict=False):
            cells[0].setIcon(_swatch(look))

    def _new_row(self, place: int) -> tuple[QTableWidgetItem, ...]:
        cells = tuple(QTableWidgetItem() for _ in _HEADINGS)
        for spot, cell in enumerate(cells):
            if spot:
                cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.setItem(place, spot, cell)
        return cells

    def _current_changed(self, now: int, _column: int, before: int, _column_before: int) -> None:
        if now != before and now >= 0:
            self.picked.emit(now)


def _swatch(look: Look) -> QIcon:
    picture = QPixmap(_SWATCH * 2)
    picture.setDevicePixelRatio(2)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    pattern = Qt.PenStyle.DashLine if look.dashed else Qt.PenStyle.SolidLine
    painter.setPen(QPen(look.shade(), 3, pattern))
    middle = _SWATCH.height() // 2
    painter.drawLine(0, middle, _SWATCH.width(), middle)
    painter.end()
    icon = QIcon(picture)
    icon.addPixmap(picture, QIcon.Mode.Selected)
    return icon
