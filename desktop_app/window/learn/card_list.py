"""The list at the left of the Learn page: moving pictures, then the card of every plugin by kind, found by typing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QLineEdit, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from desktop_app.window.building_blocks import column
from desktop_app.window.icons import icon
from desktop_app.window.learn.all_lessons import ListedLesson
from desktop_app.window.theme import colours
from desktop_app.window.wording import count, words

# What is shown: a lesson as ("lesson", NAME), a card as (kind, name).
Subject = tuple[str, str]

LESSON = "lesson"
KINDS = {
    "initializer": "Initializers",
    "activation": "Activations",
    "normalization": "Normalizations",
    "optimizer": "Optimizers",
    "schedule": "Schedules",
    "network": "Networks",
    "backbone": "Backbones",
    "data_source": "Data sources",
    "tracker": "Trackers",
}
"""The kinds in the order in which a network is put together and trained, with their headings."""

_SUBJECT = Qt.ItemDataRole.UserRole
_DETAIL = Qt.ItemDataRole.UserRole + 1
_ICON = Qt.ItemDataRole.UserRole + 2
_HAYSTACK = Qt.ItemDataRole.UserRole + 3
# The thousand backbones of timm would bury what comes after them; so would a whole library's optimizers.
_FOLDED = ("Backbones", "Data sources", "Trackers")
# Holding an arrow key down runs through the list without opening every card on the way.
_REST_MS = 60
Index = QModelIndex | QPersistentModelIndex


def _library(card: Any) -> str:
    """Return the library that a card comes from, where its name says so (``library.name``), or an empty text."""
    library, dot, _ = card.name.partition(".")
    return library if dot and card.source == "built-in" else ""


class _Rows(QStyledItemDelegate):
    """Draws a heading with its count, a lesson in two lines, a card in one."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        if index.data(_SUBJECT) is None:
            return QSize(100, 32)
        return QSize(100, 44 if index.data(_ICON) else 26)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        shades = colours()
        area = QRectF(option.rect)  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        subject, detail, icon_name = index.data(_SUBJECT), str(index.data(_DETAIL) or ""), index.data(_ICON)
        if subject is not None and option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(shades.accent_soft))
            painter.drawRoundedRect(area.adjusted(4, 0, -4, 0), 6, 6)
        font = QFont(option.font)  # type: ignore[attr-defined]
        small = QFont(font)
        small.setPixelSize(11)
        room = area.adjusted(12, 0, -12, 0)
        if subject is None:
            arrow = icon("expanded" if option.state & QStyle.StateFlag.State_Open else "collapsed")  # type: ignore[attr-defined]
            arrow.paint(painter, QRect(int(room.left()) - 2, int(room.top()) + 10, 12, 12))
            room.adjust(14, 0, 0, 0)
            small.setWeight(QFont.Weight.DemiBold)
            self._line(painter, room, small, shades.muted, str(index.data()), detail)
        elif icon_name:
            icon(icon_name, shades.accent).paint(painter, QRect(int(room.left()), int(room.top()) + 11, 20, 20))
            room.adjust(32, 4, 0, -4)
            self._line(painter, room.adjusted(0, 0, 0, -room.height() / 2), font, shades.text, str(index.data()), "")
            self._line(painter, room.adjusted(0, room.height() / 2, 0, 0), small, shades.muted, detail, "")
        else:
            self._line(painter, room.adjusted(14, 0, 0, 0), font, shades.text, str(index.data()), detail)
        painter.restore()

    @staticmethod
    def _line(painter: QPainter, room: QRectF, font: QFont, colour: str, text: str, right: str) -> None:
        painter.setFont(font)
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(right) + 8 if right else 0
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width() - width))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(colour))
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignLeft, shown)
        painter.setPen(QColor(colours().muted))
        painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, right)


class _Filter(QSortFilterProxyModel):
    """Keeps the rows that hold every typed word, and the headings above them."""

    def __init__(self) -> None:
        super().__init__()
        self._wanted: list[str] = []
        self.setRecursiveFilteringEnabled(True)

    def look_for(self, typed: str) -> None:
        self.beginFilterChange()
        self._wanted = typed.lower().split()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, row: int, parent: Index) -> bool:
        index = self.sourceModel().index(row, 0, parent)
        if index.data(_SUBJECT) is None:
            return False  # a heading stands where something below it does
        haystack = str(index.data(_HAYSTACK))
        return all(word in haystack for word in self._wanted)


class CardList(QWidget):
    """``chosen`` carries the subject that a person picked: a lesson, or a kind and a name."""

    chosen = Signal(object)

    def __init__(self, lessons: Sequence[ListedLesson]) -> None:
        super().__init__()
        self._lessons = lessons
        self._rows: dict[Subject, QStandardItem] = {}
        self._model = QStandardItemModel()
        self._filter = _Filter()
        self._filter.setSourceModel(self._model)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search lessons and cards")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._find)
        self.search.returnPressed.connect(self._take_first)
        self.tree = QTreeView()
        self.tree.setModel(self._filter)
        self.tree.setItemDelegate(_Rows(self))
        self.tree.setHeaderHidden(True)
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(0)
        self.tree.setExpandsOnDoubleClick(False)
        self.tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.tree.setVerticalScrollMode(QTreeView.ScrollMode.ScrollPerPixel)
        self.tree.setAccessibleName("Lessons and cards")
        self.tree.setProperty("look", "index")
        self.tree.clicked.connect(self._clicked)
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self._choose_current)
        self.tree.selectionModel().currentChanged.connect(lambda _now, _before: self._rest.start())
        self._shown: Subject | None = None
        layout = column(self.search, self.tree, spacing=8)
        layout.setContentsMargins(12, 12, 0, 8)
        self.setLayout(layout)

    def show_cards(self, cards: Iterable[Any]) -> None:
        """List the lessons and these cards, which have kind, name, title, summary and source."""
        unfolded = {self._model.item(row).text() for row in range(self._model.rowCount()) if self._is_open(row)}
        first = not self._model.rowCount()
        self._rest.stop()
        self._model.clear()
        self._rows = {}
        if self._lessons:
            heading = self._heading("Moving pictures", "", fixed=True)
            for lesson in self._lessons:
                self._add(heading, (LESSON, lesson.name), lesson.title, lesson.summary, lesson.icon)
        grouped: dict[tuple[str, str], list[Any]] = {(kind, ""): [] for kind in KINDS}
        for card in cards:
            grouped.setdefault((card.kind, _library(card)), []).append(card)
        folded = {*_FOLDED}
        for kind, library in sorted(grouped, key=lambda group: (list(KINDS).index(group[0]), group[1])):
            found = sorted(grouped[kind, library], key=lambda card: (card.title or card.name).lower())
            if found:
                title = f"From {library}" if library else KINDS[kind]
                folded |= {title} if library else set()
                heading = self._heading(title, count(len(found)))
                for card in found:
                    source = "" if card.source == "built-in" else card.source
                    item = self._add(heading, (card.kind, card.name), card.title or card.name, source)
                    item.setData(f"{card.title} {card.name} {words(card.kind)} {card.summary}".lower(), _HAYSTACK)
                    item.setToolTip(card.summary)
        for row in range(self._model.rowCount()):
            text = self._model.item(row).text()
            self._open(row, text not in folded if first else text in unfolded or text == "Moving pictures")
        if self.search.text():
            self.tree.expandAll()
        if self._shown is not None:
            self.show_subject(self._shown)

    def show_subject(self, subject: Subject) -> bool:
        """Mark what is in front, unfolding its heading; returns whether it is listed."""
        self._shown = subject
        item = self._rows.get(subject)
        if item is None:
            return False
        index = self._filter.mapFromSource(item.index())
        if not index.isValid():  # what is asked for by name is not to be hidden by a search
            self.search.clear()
            index = self._filter.mapFromSource(item.index())
        self.tree.setExpanded(index.parent(), True)
        self.tree.setCurrentIndex(index)
        self.tree.scrollTo(index)
        self._rest.stop()
        return True

    @property
    def listed(self) -> list[Subject]:
        """What the search leaves, in the order it is listed."""
        found = []
        for row in range(self._filter.rowCount()):
            heading = self._filter.index(row, 0)
            inside = range(self._filter.rowCount(heading))
            found += [self._filter.index(place, 0, heading).data(_SUBJECT) for place in inside]
        return [tuple(subject) for subject in found]  # type: ignore[misc]

    def _heading(self, title: str, detail: str, *, fixed: bool = False) -> QStandardItem:
        item = QStandardItem(title)
        item.setData(detail, _DETAIL)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        self._model.appendRow(item)
        return item

    def _add(
        self, heading: QStandardItem, subject: Subject, title: str, detail: str, icon_name: str = ""
    ) -> QStandardItem:
        item = QStandardItem(title)
        item.setData(subject, _SUBJECT)
        item.setData(detail, _DETAIL)
        item.setData(icon_name, _ICON)
        item.setData(f"{title} {detail} lesson".lower(), _HAYSTACK)
        item.setToolTip(detail)
        heading.appendRow(item)
        self._rows[subject] = item
        return item

    def _find(self, typed: str) -> None:
        self._filter.look_for(typed)
        if typed.strip():
            self.tree.expandAll()
        elif self._shown is not None:
            self.show_subject(self._shown)

    def _take_first(self) -> None:
        if self.search.text().strip() and self.listed:
            subject = self.listed[0]
            self.show_subject(subject)
            self.chosen.emit(subject)

    def _clicked(self, index: QModelIndex) -> None:
        if index.data(_SUBJECT) is None:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))
        else:
            self._rest.stop()
            self._choose_current()

    def _choose_current(self) -> None:
        subject = self.tree.currentIndex().data(_SUBJECT)
        if subject is not None and tuple(subject) != self._shown:
            self._shown = (str(subject[0]), str(subject[1]))
            self.chosen.emit(self._shown)

    def _is_open(self, row: int) -> bool:
        return self.tree.isExpanded(self._filter.mapFromSource(self._model.item(row).index()))

    def _open(self, row: int, opened: bool) -> None:
        self.tree.setExpanded(self._filter.mapFromSource(self._model.item(row).index()), opened)
