"""Every plugin as a row: name, kind, source, status and reason; found by typing, failed ones first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QHeaderView, QTableView

from desktop_app.window.building_blocks import make_row_list
from desktop_app.window.icons import icon
from desktop_app.window.theme import colours

if TYPE_CHECKING:
    from desktop_app.registry import PluginRecord

Scope = Literal["all", "mine", "failed"]
_COLUMNS = ("Name", "Kind", "Source", "Status", "Reason")
_WIDTHS = (168, 128, 80, 96)
_STATUS, _REASON = 3, 4
_LEAST_REASON = 140
_SHOWN_KINDS = 3
_STANDING = {"failed": 0, "disabled": 1, "ok": 2}
_SOURCES = {"user": 0, "installed": 1, "built-in": 2}
Index = QModelIndex | QPersistentModelIndex
Key = tuple[str, str]


def kinds_of(record: PluginRecord) -> str:
    """Return what kinds of things a plugin has, in words."""
    kinds = list(dict.fromkeys(kind.replace("_", " ") for kind, _ in record.things))
    more = f" and {len(kinds) - _SHOWN_KINDS} more" if len(kinds) > _SHOWN_KINDS else ""
    return ", ".join(kinds[:_SHOWN_KINDS]) + more or "–"


def state_of(record: PluginRecord) -> str:
    """Return a plugin's status in a word: that of the record, or that all it has was replaced."""
    return "replaced" if record.status == "ok" and record.withheld and not record.contributions else record.status


class PluginModel(QAbstractTableModel):
    """Records of the registry: failed ones first, then the user's own."""

    def __init__(self) -> None:
        super().__init__()
        self.records: Sequence[PluginRecord] = ()

    def show_records(self, records: Sequence[PluginRecord]) -> None:
        """Show these plugins in place of the ones before."""
        self.beginResetModel()
        self.records = sorted(records, key=lambda record: (_STANDING[record.status], _SOURCES[record.source]))
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many plugins there are."""
        return 0 if parent is not None and parent.isValid() else len(self.records)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many things are said of each plugin."""
        return 0 if parent is not None and parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return _COLUMNS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is said of a plugin; what is not in use is grey."""
        record = self.records[index.row()]
        shades = colours()
        failed = record.status == "failed"
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            reason = record.error or record.note
            texts = (record.name, kinds_of(record), record.source, state_of(record), reason)
            text = texts[index.column()]
            if role == Qt.ItemDataRole.ToolTipRole and index.column() == 0:
                return f"{record.name}\n{record.origin}"
            return text
        if role == Qt.ItemDataRole.ForegroundRole:
            if failed and index.column() >= _STATUS:
                return QColor(shades.bad)
            quiet = not (record.contributions or failed) or index.column() not in (0, _STATUS)
            return QColor(shades.muted if quiet else shades.text)
        if role == Qt.ItemDataRole.DecorationRole and index.column() == _STATUS:
            if failed:
                return icon("wrong", shades.bad)
            return icon("good", shades.good) if state_of(record) == "ok" else icon("note", shades.muted)
        return None


class _Filter(QSortFilterProxyModel):
    def __init__(self, rows: PluginModel) -> None:
        super().__init__()
        self._rows = rows
        self._words: list[str] = []
        self._scope: Scope = "all"
        self.setSourceModel(rows)

    def want(self, typed: str, scope: Scope) -> None:
        self.beginFilterChange()
        self._words, self._scope = typed.lower().split(), scope
        self.endFilterChange()

    def filterAcceptsRow(self, row: int, _parent: Index) -> bool:
        record = self._rows.records[row]
        if self._scope == "mine" and record.source != "user":
            return False
        if self._scope == "failed" and record.status != "failed":
            return False
        names = " ".join(f"{name} {kind.replace('_', ' ')}" for kind, name in record.things)
        said = f"{record.name} {record.source} {state_of(record)} {names} {record.error}".lower()
        return all(word in said for word in self._words)


class PluginTable(QTableView):
    """Shows a ``PluginModel``, filtered; ``chosen`` comes with the record of the row that is chosen, or ``None``."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows = PluginModel()
        self._filter = _Filter(self.rows)
        self.setModel(self._filter)
        make_row_list(self, "Plugins")
        head = self.horizontalHeader()
        for place, width in enumerate(_WIDTHS):
            self.setColumnWidth(place, width)
        head.setSectionResizeMode(_REASON, QHeaderView.ResizeMode.Stretch)
        self.selectionModel().currentRowChanged.connect(lambda now, _before: self.chosen.emit(self._record(now)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the reason to the details at the right where there is no room for it."""
        super().resizeEvent(event)
        narrow = self.viewport().width() < sum(_WIDTHS) + _LEAST_REASON
        if narrow != self.isColumnHidden(_REASON):
            modes = QHeaderView.ResizeMode
            self.setColumnHidden(_REASON, narrow)
            self.horizontalHeader().setSectionResizeMode(0, modes.Stretch if narrow else modes.Interactive)
            self.setColumnWidth(0, _WIDTHS[0])

    @property
    def shown(self) -> int:
        """How many plugins the filter leaves."""
        return self._filter.rowCount()

    @property
    def record(self) -> PluginRecord | None:
        """The plugin that is chosen."""
        return self._record(self.currentIndex())

    def show_records(self, records: Sequence[PluginRecord]) -> None:
        """Show these plugins; the one that was chosen stays so."""
        before = self.record.key if self.record else None
        self.rows.show_records(records)
        if before is None or not self.choose(before):
            self.chosen.emit(None)

    def want(self, typed: str, scope: Scope) -> None:
        """Show the plugins that hold every typed word, of all, the user's own, or those that failed."""
        self._filter.want(typed, scope)
        self.chosen.emit(self.record)

    def choose(self, key: Key) -> bool:
        """Choose a plugin by source and name; returns whether it is shown."""
        for row in range(self._filter.rowCount()):
            index = self._filter.index(row, 0)
            found = self._record(index)
            if found is not None and found.key == key:
                flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
                self.selectionModel().setCurrentIndex(index, flags)
                self.scrollTo(index)
                self.chosen.emit(found)
                return True
        return False

    def _record(self, index: QModelIndex) -> PluginRecord | None:
        return self.rows.records[self._filter.mapToSource(index).row()] if index.isValid() else None
