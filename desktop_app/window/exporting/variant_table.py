"""The exported variants as rows: how large, how right, how fast, and what to think of each; refused ones too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QTableWidget, QTableWidgetItem, QVBoxLayout, QWidget

from desktop_app.engine.export import Exported, ParityCard
from desktop_app.engine.export.exported import Latency
from desktop_app.engine.export.smaller.choosing import lost
from desktop_app.window.evaluate.number_items import RIGHT, NumberItem, plain_table
from desktop_app.window.exporting.card_words import (
    OUTDATED,
    difference_in_words,
    lost_in_words,
    milliseconds,
    points,
    provider_name,
    row_verdict,
    title_of,
)
from desktop_app.window.icons import icon
from desktop_app.window.theme import colours
from desktop_app.window.wording import share, size

if TYPE_CHECKING:
    from desktop_app.window.exporting.exports import Exports

_ROW_PIXELS = 32
_COLUMNS = (
    ("Variant", 108, "What the weights are: 32-bit or 16-bit floats, or 8-bit whole numbers"),
    ("Size", 72, "Of the file"),
    ("Accuracy", 76, "Of the file, on the validation samples"),
    (
        "Lost",
        116,
        "Accuracy that is lost, in points of a hundred; of a network that predicts numbers, explained variance",
    ),
    ("Same label", 84, "Samples that get the same label from the file and from the trained network"),
    (
        "Largest difference",
        124,
        "Between a probability of the file and the network's, from 0 to 1; for a regression in standard deviations "
        "(σ) of what was learned from",
    ),
    ("One alone", 80, "Milliseconds for one sample alone, the median"),
    ("In a batch", 78, "Milliseconds for one sample of a batch, the median"),
    ("Verdict", 0, "What to think of it"),
)
_OF_CLASSES = (2, 4)
_LATENCIES = (6, 7)


@dataclass(frozen=True)
class Row:
    """One line: a file that was kept, or one that was refused, then with the reason."""

    variant: str
    card: ParityCard | None
    exported: Exported | None = None
    reason: str = ""


def rows_of(exports: Exports) -> tuple[Row, ...]:
    """Return the lines of the table, the kept ones first."""
    kept = [Row(title_of(each), each.card, each) for each in exports.exported]
    return (*kept, *(Row(each.variant, each.card, None, each.reason) for each in exports.refused))


class VariantTable(QWidget):
    """``chosen`` carries the place of the line that was chosen."""

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[Row, ...] = ()
        self._exports: Exports | None = None
        self.table = plain_table("Exported variants")
        self.table.setColumnCount(len(_COLUMNS))
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.verticalHeader().setDefaultSectionSize(_ROW_PIXELS)
        self.table.setSelectionMode(QTableWidget.SelectionMode.SingleSelection)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        header = self.table.horizontalHeader()
        header.setMinimumSectionSize(40)
        for place, (name, width, tip) in enumerate(_COLUMNS):
            head = QTableWidgetItem(name)
            head.setToolTip(tip)
            head.setTextAlignment(left if place in (0, len(_COLUMNS) - 1) else RIGHT)
            self.table.setHorizontalHeaderItem(place, head)
            self.table.setColumnWidth(place, width)
        header.setSectionResizeMode(len(_COLUMNS) - 1, QHeaderView.ResizeMode.Stretch)
        self.table.currentCellChanged.connect(self._changed)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)

    @property
    def place(self) -> int:
        """Which line is chosen; -1 where none is."""
        return self.table.currentRow()

    def show_exports(self, exports: Exports, place: int) -> None:
        """Show these in place of those before, with the line at ``place`` chosen; tells nobody."""
        self._exports = exports
        self.rows = rows_of(exports)
        self.table.blockSignals(True)
        self.table.setRowCount(len(self.rows))
        for line, each in enumerate(self.rows):
            for at, cell in enumerate(_cells(each, exports)):
                self.table.setItem(line, at, cell)
        self.table.setCurrentCell(place, 0)
        self.table.blockSignals(False)
        classes = any(each.card is not None and each.card.labels for each in self.rows)
        timed = any(each.exported is not None and each.exported.latency is not None for each in self.rows)
        for at in _OF_CLASSES:
            self.table.setColumnHidden(at, not classes)
        for at in _LATENCIES:
            self.table.setColumnHidden(at, not timed)
        self.table.setFixedHeight(self.table.horizontalHeader().sizeHint().height() + _ROW_PIXELS * len(self.rows) + 2)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and self._exports is not None:
            self.show_exports(self._exports, self.place)
        super().changeEvent(event)

    def _changed(self, line: int, _column: int, _before: int, _column_before: int) -> None:
        if line >= 0:
            self.chosen.emit(line)


def _cells(line: Row, exports: Exports) -> list[QTableWidgetItem]:
    shades = colours()
    recommended = line.exported is not None and line.exported == exports.recommended
    name = QTableWidgetItem(line.variant)
    card, exported = line.card, line.exported
    if recommended:
        name.setIcon(icon("star", shades.accent))
        font = name.font()
        font.setBold(True)
        name.setFont(font)
    elif exported is None:
        name.setIcon(icon("wrong", shades.bad))
    name.setToolTip(str(exported.onnx) if exported is not None else "Not kept")
    cells: list[QTableWidgetItem] = [name]
    if card is None:
        cells += [NumberItem("–", None) for _ in range(5)]
    else:
        parity = card.parity
        cells += [
            NumberItem(size(card.size_bytes), card.size_bytes),
            NumberItem(share(parity.accuracy_onnx), parity.accuracy_onnx),
            NumberItem(lost_in_words(lost(card)), lost(card)),
            NumberItem(share(parity.top1_agreement) if card.labels else "–", parity.top1_agreement),
            NumberItem(difference_in_words(parity), parity.max_abs_diff),
        ]
    cells += _times(exported.latency if exported is not None else None)
    words = row_verdict(exported, exports) if exported is not None else _refusal(line, exports)
    told = QTableWidgetItem(words)
    told.setToolTip(line.reason or (OUTDATED if words == "outdated" else words))
    if words not in ("recommended", "passed"):
        told.setForeground(QColor(shades.bad))
    elif recommended:
        told.setForeground(QColor(shades.good))
    return [*cells, told]


def _refusal(line: Row, exports: Exports) -> str:
    limit = line.card.rule.most_lost if line.card is not None else None
    if line.card is not None and limit is not None and lost(line.card) > limit:
        if exports.allows(line.card):
            return f"refused at {points(limit)}; export again to keep it"
        return f"refused: {lost_in_words(lost(line.card))} lost"
    return f"refused: {line.reason}"


def _times(latency: Latency | None) -> list[QTableWidgetItem]:
    if latency is None:
        return [NumberItem("–", None), NumberItem("–", None)]
    by = f"{provider_name(latency.provider)}, {latency.threads} threads" if latency.threads else latency.provider
    one, many = (NumberItem(milliseconds(value), value) for value in (latency.single_ms, latency.batch_ms))
    one.setToolTip(f"One sample alone, on {by}")
    many.setToolTip(f"One sample in a batch of {latency.batch}, on {by}")
    return [one, many]
