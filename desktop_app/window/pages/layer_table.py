"""The layers of a network as a table: name, type, output, parameters, trained or frozen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTableView

from desktop_app.window.icons import icon
from desktop_app.window.theme import colours
from desktop_app.window.wording import count

_COLUMNS = ("Layer", "Type", "Output", "Parameters", "State")
_WIDTHS = (240, 128, 120, 96, 88)
Index = QModelIndex | QPersistentModelIndex


class LayerModel(QAbstractTableModel):
    """Rows of ``NetworkSummary``."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[Any] = ()

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show these layers in place of the ones before."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many layers there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many things are said of each layer."""
        return 0 if parent is not None and parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return _COLUMNS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = orientation == Qt.Orientation.Horizontal and section == 3
            return (
                Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            ) | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is said of a layer; frozen ones are grey, with a lock's word beside them."""
        layer = self._rows[index.row()]
        frozen = bool(layer.parameters) and not layer.trained
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            shape = " × ".join(map(str, layer.output_shape)) if layer.output_shape else "–"
            state = "frozen" if frozen else ("trained" if layer.parameters else "")
            parameters = count(layer.parameters) if layer.parameters else ""
            text = (layer.name, layer.kind, shape, parameters, state)[index.column()]
            return text or None
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(colours().muted if frozen or not layer.parameters else colours().text)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == 4 and layer.parameters:
            return icon("frozen" if frozen else "trained", colours().muted if frozen else colours().accent)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 3:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


class LayerTable(QTableView):
    """Shows a ``LayerModel``; nothing can be edited."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = LayerModel()
        self.setModel(self.rows)
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setHorizontalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName("Layers of the network")
        for place, width in enumerate(_WIDTHS):
            self.setColumnWidth(place, width)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(64)
        self.horizontalHeader().setHighlightSections(False)

    def show_rows(self, rows: Sequence[Any]) -> None:
        """Show these layers."""
        self.rows.show_rows(rows)
