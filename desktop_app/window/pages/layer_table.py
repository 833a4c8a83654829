"""The layers of a network as a table: name, type, output, parameters, and how fast each learns in which stage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from desktop_app.window.icons import icon
from desktop_app.window.theme import colours
from desktop_app.window.wording import count, figure

_COLUMNS = ("Layer", "Type", "Output", "Parameters")
_WIDTHS = (160, 112, 112, 96, 136, 168)
_HIDDEN_FIRST = (1, 2)
"""Type and output, which the layer's tooltip says too, go where there is no room."""
_STAGE = 4
"""The column of the first stage; one more follows where there is a fine-tuning."""

_MEANING = "{}: the learning rate that the layer's weights have, or a snowflake where they stay as they are"
Index = QModelIndex | QPersistentModelIndex


class LayerModel(QAbstractTableModel):
    """Rows of ``NetworkSummary``."""

    def __init__(self) -> None:
        super().__init__()
        self._rows: Sequence[Any] = ()
        self._stages: Sequence[str] = ("Training",)

    def show_rows(self, rows: Sequence[Any], stages: Sequence[str] = ("Training",)) -> None:
        """Show these layers in place of the ones before, with a column for each of ``stages``."""
        self.beginResetModel()
        self._rows = rows
        self._stages = stages
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many layers there are."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many things are said of each layer."""
        return 0 if parent is not None and parent.isValid() else _STAGE + len(self._stages)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return (*_COLUMNS, *self._stages)[section]
        if role == Qt.ItemDataRole.ToolTipRole and orientation == Qt.Orientation.Horizontal and section >= _STAGE:
            return _MEANING.format(self._stages[section - _STAGE])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            right = orientation == Qt.Orientation.Horizontal and section == 3
            return (
                Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
            ) | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is said of a layer; what is frozen is grey and has a snowflake."""
        layer = self._rows[index.row()]
        if index.column() >= _STAGE:
            return _of_stage(layer, index.column() - _STAGE, role)
        never = not layer.parameters or not any(layer.learning)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            shape = " × ".join(map(str, layer.output_shape)) if layer.output_shape else "–"
            parameters = count(layer.parameters) if layer.parameters else ""
            if role == Qt.ItemDataRole.ToolTipRole and index.column() == 0:
                return f"{layer.name}\n{layer.kind}, {shape}"
            return (layer.name, layer.kind, shape, parameters)[index.column()] or None
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(colours().muted if never else colours().text)
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() == 3:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None


def _of_stage(layer: Any, stage: int, role: int) -> Any:
    """Return what is said of a layer's learning in a stage; nothing of one without weights."""
    if not layer.parameters:
        return None
    learning = layer.learning[stage]
    if role == Qt.ItemDataRole.DisplayRole:
        return _in_words(learning)
    if role == Qt.ItemDataRole.ToolTipRole:
        return _in_a_sentence(learning)
    if role == Qt.ItemDataRole.ForegroundRole:
        return QColor(colours().text if learning else colours().muted)
    if role == Qt.ItemDataRole.DecorationRole:
        return icon("trained" if learning else "frozen", colours().accent if learning else colours().muted)
    return None


def _in_words(learning: Any) -> str:
    if learning is None:
        return "frozen"
    rate = "learns" if learning.rate is None else figure(learning.rate)
    return rate if learning.from_epoch == 1 else f"{rate}, epoch {learning.from_epoch}"


def _in_a_sentence(learning: Any) -> str:
    if learning is None:
        return "Its weights stay as they are, to the bit."
    rate = "Its weights learn" if learning.rate is None else f"Its weights learn at a rate of {figure(learning.rate)}"
    return f"{rate}." if learning.from_epoch == 1 else f"{rate} from epoch {learning.from_epoch} of this stage on."


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
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setMinimumSectionSize(64)
        self.horizontalHeader().setHighlightSections(False)

    def show_rows(self, rows: Sequence[Any], stages: Sequence[str] = ("Training",)) -> None:
        """Show these layers, with a column for each of ``stages``."""
        self.rows.show_rows(rows, stages)
        self._share_width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what there is no room for."""
        super().resizeEvent(event)
        self._share_width()

    def _share_width(self) -> None:
        columns = self.rows.columnCount()
        needed = sum(_WIDTHS[:columns])
        for place in range(1, columns):
            self.setColumnWidth(place, _WIDTHS[place])
        for place in _HIDDEN_FIRST:
            hidden = needed > self.viewport().width()
            self.setColumnHidden(place, hidden)
            needed -= _WIDTHS[place] if hidden else 0
