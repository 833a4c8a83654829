"""Every backbone as a row: name, size, work, input, licence, and where its weights are; sorted and filtered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTableView

from desktop_app.engine.networks.known_backbones import BackboneFacts, WeightsState
from desktop_app.window.building_blocks import make_row_list
from desktop_app.window.icons import icon
from desktop_app.window.theme import colours
from desktop_app.window.wording import about

Index = QModelIndex | QPersistentModelIndex
_COLUMNS = ("Name", "Parameters", "GMACs", "Input", "Licence", "Weights")
_NAME, _PARAMETERS, _MACS, _PIXELS, _LICENCE, _WEIGHTS = range(6)
_WIDTHS = {_PARAMETERS: 96, _MACS: 72, _PIXELS: 72, _LICENCE: 128, _WEIGHTS: 96}
_TOOLTIPS = (
    "Those with a star are recommended",
    "Of what is used of it: without its old classifier",
    "Billions of multiply-accumulates for one picture: about how slow it is",
    "Width and height of the pictures it was trained on, in pixels",
    "Of the pretrained weights",
    "Where the pretrained weights are",
)
_DASH = "–"
STATES: dict[WeightsState, str] = {
    "installed": "installed",
    "here": "here",
    "download": "download",
    "none": "none",
    "unknown": _DASH,
}
_STATE_ORDER: tuple[WeightsState, ...] = ("installed", "here", "download", "unknown", "none")


def gigamacs(macs: int | None) -> str:
    """Return multiply-accumulates in billions: ``0.38``, ``15.3``."""
    if macs is None:
        return _DASH
    value = macs / 1e9
    return f"{value:.2f}" if value < 10 else f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def licence_in_words(facts: BackboneFacts) -> str:
    """Return the licence's name, or that it is not stated."""
    return facts.licence or "not stated"


def _alignment(column: int) -> Qt.AlignmentFlag:
    numbers = column in (_PARAMETERS, _MACS, _PIXELS)
    return (Qt.AlignmentFlag.AlignRight if numbers else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True)
class Wanted:
    """What the filters leave: names that hold every typed word, ``parameters`` at most, weights and licences so."""

    typed: str = ""
    parameters: int | None = None
    here: bool = False
    uses: frozenset[str] | None = None

    def takes(self, facts: BackboneFacts, state: WeightsState) -> bool:
        """Return whether a backbone is shown."""
        text = f"{facts.name} {facts.title} {facts.recommended}".lower()
        if not all(word in text for word in self.typed.lower().split()):
            return False
        if self.parameters is not None and (facts.parameters is None or facts.parameters > self.parameters):
            return False
        if self.here and state not in ("installed", "here"):
            return False
        return self.uses is None or facts.use in self.uses


class BackboneModel(QAbstractTableModel):
    """Facts in the order they are given; the weights' states follow once the hub's cache was looked through."""

    def __init__(self) -> None:
        super().__init__()
        self.facts: Sequence[BackboneFacts] = ()
        self.in_cache: frozenset[str] | None = None

    def show_facts(self, facts: Sequence[BackboneFacts], in_cache: frozenset[str] | None) -> None:
        """Show these backbones; ``in_cache`` is ``None`` as long as it is not known which weights are here."""
        self.beginResetModel()
        self.facts, self.in_cache = facts, in_cache
        self.endResetModel()

    def state(self, row: int) -> WeightsState:
        """Return where a backbone's weights are, as far as is known."""
        return self.facts[row].state(self.in_cache or frozenset())

    def rowCount(self, parent: Index | None = None) -> int:
        """Return how many backbones there are."""
        return 0 if parent is not None and parent.isValid() else len(self.facts)

    def columnCount(self, parent: Index | None = None) -> int:
        """Return how many things are said of each."""
        return 0 if parent is not None and parent.isValid() else len(_COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a column's title and what it means."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        if role == Qt.ItemDataRole.DisplayRole:
            return _COLUMNS[section]
        return _TOOLTIPS[section] if role == Qt.ItemDataRole.ToolTipRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return what is said of a backbone; a licence that forbids commercial use is marked."""
        facts, column = self.facts[index.row()], index.column()
        shades = colours()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._text(index.row(), column, whole=role == Qt.ItemDataRole.ToolTipRole)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = (
                Qt.AlignmentFlag.AlignRight if column in (_PARAMETERS, _MACS, _PIXELS) else Qt.AlignmentFlag.AlignLeft
            )
            return side | Qt.AlignmentFlag.AlignVCenter
        warns = column == _LICENCE and facts.use == "non-commercial"
        if role == Qt.ItemDataRole.ForegroundRole:
            if warns:
                return QColor(shades.warning)
            here = column == _WEIGHTS and self.state(index.row()) in ("installed", "here")
            quiet = column in (_LICENCE, _WEIGHTS) and not here
            return QColor(shades.good if here else shades.muted if quiet else shades.text)
        if role == Qt.ItemDataRole.DecorationRole:
            if warns:
                return icon("wrong", shades.warning)
            if column == _NAME and facts.recommended:
                return icon("star", shades.accent)
        return None

    def sort_key(self, row: int, column: int) -> float | str | None:
        """Return what a column is sorted by; ``None`` comes last whichever way."""
        facts = self.facts[row]
        keys: tuple[float | str | None, ...] = (
            facts.name.lower(),
            facts.parameters,
            facts.macs,
            facts.pixels,
            facts.licence.lower() or None,
            float(_STATE_ORDER.index(self.state(row))),
        )
        return keys[column]

    def _text(self, row: int, column: int, whole: bool) -> str:
        facts = self.facts[row]
        licence = licence_in_words(facts)
        if whole and facts.use == "non-commercial":
            licence += ": not for commercial use"
        return (
            f"{facts.name}\n{facts.recommended}".strip() if whole else facts.name,
            _DASH if facts.parameters is None else about(facts.parameters),
            gigamacs(facts.macs),
            _DASH if facts.pixels is None else f"{facts.pixels} px",
            licence,
            "…" if self.in_cache is None and facts.pretrained.startswith("hf-hub") else STATES[self.state(row)],
        )[column]


class _Filter(QSortFilterProxyModel):
    def __init__(self, rows: BackboneModel) -> None:
        super().__init__()
        self._rows = rows
        self._wanted = Wanted()
        self.setSourceModel(rows)

    def want(self, wanted: Wanted) -> None:
        self.beginFilterChange()
        self._wanted = wanted
        self.endFilterChange()

    def filterAcceptsRow(self, row: int, _parent: Index) -> bool:
        return self._wanted.takes(self._rows.facts[row], self._rows.state(row))

    def lessThan(self, left: Index, right: Index) -> bool:
        ascending = self.sortOrder() == Qt.SortOrder.AscendingOrder
        first, second = (self._rows.sort_key(index.row(), index.column()) for index in (left, right))
        if first is None or second is None:
            return (second is None) == ascending and first != second
        return bool(first < second)  # type: ignore[operator]


class BackboneTable(QTableView):
    """``chosen`` comes with the facts of the row that is chosen, or ``None``."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rows = BackboneModel()
        self._filter = _Filter(self.rows)
        self.setModel(self._filter)
        self.setSortingEnabled(True)
        make_row_list(self, "Backbones")
        head = self.horizontalHeader()
        # A third click on a title brings back the order in which the recommended ones come first.
        head.setSortIndicatorClearable(True)
        head.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        head.setSectionResizeMode(_NAME, QHeaderView.ResizeMode.Stretch)
        for place, width in _WIDTHS.items():
            self.setColumnWidth(place, width)
        self.selectionModel().currentRowChanged.connect(lambda now, _before: self.chosen.emit(self._facts(now)))

    @property
    def shown(self) -> list[str]:
        """The names that the filters leave, in the order they are shown."""
        rows = range(self._filter.rowCount())
        return [self.rows.facts[self._filter.mapToSource(self._filter.index(row, 0)).row()].name for row in rows]

    @property
    def current(self) -> BackboneFacts | None:
        """The backbone that is chosen."""
        return self._facts(self.currentIndex())

    def show_facts(self, facts: Sequence[BackboneFacts], in_cache: frozenset[str] | None) -> None:
        """Show these backbones; the one that was chosen stays so."""
        before = self.current
        self.rows.show_facts(facts, in_cache)
        if before is not None:
            self.choose(before.name)

    def want(self, wanted: Wanted) -> None:
        """Filter; where the chosen one is no longer shown, the first is chosen."""
        before = self.current
        self._filter.want(wanted)
        if before is None or not self.choose(before.name):
            self.go(-self._filter.rowCount())

    def go(self, steps: int) -> None:
        """Choose the row so many below the chosen one, the nearest there is."""
        last = self._filter.rowCount() - 1
        if last >= 0:
            self._choose_row(min(max(self.currentIndex().row() + steps, 0), last))
        else:
            self.chosen.emit(None)

    def choose(self, name: str) -> bool:
        """Choose a backbone by its name; returns whether it is shown."""
        place = next((place for place, shown in enumerate(self.shown) if shown == name), None)
        if place is not None:
            self._choose_row(place)
        return place is not None

    def _choose_row(self, row: int) -> None:
        index = self._filter.index(row, 0)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)
        self.chosen.emit(self._facts(index))

    def _facts(self, index: QModelIndex) -> BackboneFacts | None:
        return self.rows.facts[self._filter.mapToSource(index).row()] if index.isValid() else None
