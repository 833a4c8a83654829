"""One finding of the scan: what was found, what it is about, and buttons that do something about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListWidget, QListWidgetItem, QPushButton, QSizePolicy

from desktop_app.window import data_changes
from desktop_app.window.building_blocks import button, column, label, row
from desktop_app.window.captioned_grid import CELL, CaptionedGrid
from desktop_app.window.draft import Draft
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.wording import count

if TYPE_CHECKING:
    from desktop_app.engine.scan.finding import Finding

_WORDS = {"error": ("Error", "bad"), "warning": ("Warning", "warning"), "note": ("Note", "muted")}
_SETTINGS = {"data.unreadable": "Skip whatever cannot be read", "data.balance": "Weight rare classes higher"}
_ROW_HEIGHT = 26
_MOST_ROWS = 5
_SEVERITY_PIXELS = 56
_LISTED = 1000


class FindingCard(QFrame):
    """``kept`` carries the names that are to stay as they are; ``enlarged`` the place of a picture to look at."""

    kept = Signal(object)
    enlarged = Signal(object, str)

    def __init__(self, draft: Draft, finding: Finding, items: Mapping[str, Any], columns: tuple[str, ...]) -> None:
        """Make the card; ``items`` are pictures by name, empty for a table, whose columns are ``columns``."""
        super().__init__()
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._draft, self.finding, self._items, self._columns = draft, finding, items, columns
        self.grid: CaptionedGrid | None = None
        self.list: QListWidget | None = None
        self.about = ElidedLabel("", "small")
        word, look = _WORDS[finding.severity]
        severity = label(word, look)
        severity.setFixedWidth(_SEVERITY_PIXELS)
        message, advice = label(finding.message, "heading", wrap=True), label(finding.advice, "muted", wrap=True)
        for text in (message, advice):  # a name of 200 letters in it must not make the card wider than the page
            policy = text.sizePolicy()
            policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
            text.setSizePolicy(policy)
        head = row(severity, message)
        head.setStretch(1, 1)
        self._leave_out = button("", self.leave_out)
        self._relabel = button("", self.relabel)
        self._set = button("", self.set_setting)
        self._keep = button("", self.keep, look="flat")
        self._leave_out.setVisible(bool(finding.leave_out))
        self._relabel.setVisible(bool(finding.suggested))
        self._set.setVisible(finding.setting is not None)
        buttons = row(self._relabel, self._leave_out, self._set, self._keep, None)
        self.setLayout(column(head, advice, self._make_samples(), self.about, buttons, margins=12))
        self.about.setVisible(False)
        self._selection_changed()

    @property
    def buttons(self) -> dict[str, QPushButton]:
        """What can be done, by what it does."""
        return {"leave out": self._leave_out, "relabel": self._relabel, "set": self._set, "keep": self._keep}

    def join(self) -> None:
        """Have the thread that reads pictures end; the card can be taken apart then."""
        if self.grid is not None:
            self.grid.pictures.join()

    def leave_out(self) -> None:
        """Leave out what is selected, or where nothing is, everything without which the finding is gone."""
        names = self.selected or self.finding.leave_out
        if self.finding.about == "columns":
            data_changes.leave_columns_out(self._draft, names, self._columns)
        else:
            data_changes.leave_out(self._draft, names)

    def relabel(self) -> None:
        """Give what is selected, or everything, the class that it looks like."""
        chosen = set(self.selected or self.finding.names)
        pairs = zip(self.finding.names, self.finding.suggested, strict=True)
        data_changes.relabel(self._draft, {name: suggested for name, suggested in pairs if name in chosen})

    def set_setting(self) -> None:
        """Write the setting that deals with the finding."""
        if self.finding.setting is not None:
            self._draft.set(*self.finding.setting)

    def keep(self) -> None:
        """Accept what is selected, or everything, as it is."""
        self.kept.emit(self.selected or self.finding.names)

    @property
    def selected(self) -> tuple[str, ...]:
        """The names that are selected."""
        if self.grid is not None:
            places = self.grid.selected_places()
        elif self.list is not None:
            places = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        else:
            places = []
        return tuple(self.finding.names[place] for place in places)

    def _make_samples(self) -> QAbstractItemView:
        # There is nothing to see of what cannot be read.
        if self.finding.about == "samples" and self._items and self.finding.code != "unreadable":
            return self._make_grid()
        return self._make_list()

    def _make_grid(self) -> CaptionedGrid:
        finding = self.finding
        grid = self.grid = CaptionedGrid()
        words = list(finding.details) or [name.rpartition("/")[2] for name in finding.names]
        tooltips = list(finding.names)
        if finding.details:
            tooltips = [f"{name}\n{detail}" for name, detail in zip(finding.names, finding.details, strict=True)]
        grid.pictures.show_captioned([self._items[name] for name in finding.names], words, tooltips)
        rows = 1 if len(finding.names) <= _MOST_ROWS else 2
        grid.setFixedHeight(rows * CELL.height() + 8)
        grid.setAccessibleName(finding.message)
        grid.setToolTip("Click selects, double click enlarges")
        grid.selectionModel().selectionChanged.connect(self._selection_changed)
        grid.activated.connect(lambda index: self._enlarge(index.row()))
        grid.doubleClicked.connect(lambda index: self._enlarge(index.row()))
        return grid

    def _make_list(self) -> QListWidget:
        finding = self.finding
        made = self.list = QListWidget()
        made.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setUniformItemSizes(True)
        made.setAccessibleName(finding.message)
        details = finding.details or ("",) * len(finding.names)
        for name, detail in list(zip(finding.names, details, strict=True))[:_LISTED]:
            item = QListWidgetItem(f"{name}:  {detail}" if detail else name)
            item.setToolTip(item.text())
            item.setSizeHint(QSize(0, _ROW_HEIGHT))  # said, as it would be measured before the style sheet is there
            made.addItem(item)
        made.setFixedHeight(min(len(finding.names), _MOST_ROWS) * _ROW_HEIGHT + 8)
        made.itemSelectionChanged.connect(self._selection_changed)
        return made

    def _enlarge(self, place: int) -> None:
        name = self.finding.names[place]
        self.enlarged.emit(self._items[name], name)

    def _selection_changed(self) -> None:
        finding, selected = self.finding, self.selected
        number = len(selected) or len(finding.leave_out)
        things = {"columns": "column", "samples": "picture" if self._items else "row"}.get(finding.about, "")
        some = f"{count(len(selected))} selected"
        self._leave_out.setText(f"Leave out {some if selected else count(number, things)}")
        if finding.groups and not selected:
            copies = len(finding.leave_out) < len(finding.names)
            self._leave_out.setToolTip("All but the first of each" if copies else "All of them")
        everything = "Use suggested labels" if len(finding.suggested) > 1 else "Use suggested label"
        self._relabel.setText(f"{everything} of {some}" if selected else everything)
        self._set.setText(_SETTINGS.get(finding.setting[0], "") if finding.setting else "")
        self._keep.setText(f"Keep {some}" if selected else "Keep")
        self._keep.setToolTip("That is as it should be; the finding goes away")
        self.about.setText("  ·  ".join(selected[:3]) + (" …" if len(selected) > 3 else ""))
        self.about.setVisible(bool(selected))
