"""A page-sized dialog to find a backbone in: by typing, by size, by licence, by where its weights are."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QStackedWidget, QWidget

from desktop_app.engine.networks.known_backbones import BackboneFacts, known_backbones, weights_in_cache
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.forms.editors import ChoiceBox
from desktop_app.window.icons import icon
from desktop_app.window.pages.backbone_details import BackboneDetails
from desktop_app.window.pages.backbone_table import BackboneTable, Wanted
from desktop_app.window.state_panel import StatePanel
from desktop_app.window.wording import count
from desktop_app.window.workspace import Workspace

_MARGIN, _DETAILS_PIXELS, _ROWS_A_PAGE = 24, 256, 10
_MILLION = 1_000_000
_SIZES = (5, 10, 25, 50, 100)
_USES: dict[str, frozenset[str] | None] = {
    "Any licence": None,
    "Free for any use": frozenset({"free"}),
    "Without non-commercial": frozenset({"free", "own terms", "not stated"}),
}
_PLACE = "backbones"


class BackboneBrowser(QDialog):
    """``used`` is called with the name of the backbone that was taken; ``current`` is chosen at first.

    It stands at once: the catalogue is read from a file, and the hub's cache is looked through on a thread.
    """

    def __init__(self, workspace: Workspace, current: str, used: Callable[[str], object], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Choose a backbone")
        self._workspace, self._used = workspace, used
        self._in_cache: frozenset[str] | None = None
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search, such as resnet")
        self.search.setAccessibleName("Search backbones")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.installEventFilter(self)
        self.weights = ChoiceBox()
        self.weights.setAccessibleName("Weights")
        self.weights.addItem("All weights", False)
        self.weights.addItem("Weights here", True)
        self.parameters = ChoiceBox()
        self.parameters.setAccessibleName("Parameters")
        self.parameters.addItem("Any size", None)
        for millions in _SIZES:
            self.parameters.addItem(f"At most {millions} M", millions * _MILLION)
        self.licence = ChoiceBox()
        self.licence.setAccessibleName("Licence")
        for text, uses in _USES.items():
            self.licence.addItem(text, uses)
        self._count = label("", "muted")
        self.table = BackboneTable()
        self.table.installEventFilter(self)
        self.details = BackboneDetails()
        self.use = button("Use it", self._use, look="main")
        self.use.setDefault(True)
        cancel = button("Cancel", self.reject)
        cancel.setAutoDefault(False)
        self._nothing = StatePanel()
        self._body = QStackedWidget()
        self._body.addWidget(holding(row(self.table, margins=8), "card"))
        self._body.addWidget(self._nothing)
        right = holding(column(self.details, row(None, cancel, self.use), margins=16), "card")
        right.setFixedWidth(_DETAILS_PIXELS)
        filters = row(self.search, self.weights, self.parameters, self.licence)
        filters.setStretch(0, 1)
        middle = row(self._body, right, spacing=12)
        middle.setStretch(0, 1)
        title = row(label("Backbones", "title"), self._count, None)
        layout = column(title, filters, middle, spacing=12, margins=16)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        self._connect()
        self._show()
        if not self.table.choose(current):
            self.table.go(0)
        inside = parent.window().geometry().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        self.resize(inside.size())
        self.move(inside.topLeft())
        self.search.setFocus()
        workspace.background.run(_PLACE, weights_in_cache, self._cache_known, lambda _error: None)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows in the search field move in the table, and Enter in both take what is chosen."""
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._use()
            return True
        if watched is self.search:
            steps = {
                Qt.Key.Key_Down: 1,
                Qt.Key.Key_Up: -1,
                Qt.Key.Key_PageDown: _ROWS_A_PAGE,
                Qt.Key.Key_PageUp: -_ROWS_A_PAGE,
            }.get(Qt.Key(event.key()))
            if steps is not None:
                self.table.go(steps)
                return True
        return super().eventFilter(watched, event)

    def done(self, result: int) -> None:
        """Close, and want nothing more of the thread that looks through the cache."""
        self._workspace.background.forget(_PLACE)
        super().done(result)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._filter)
        for box in (self.weights, self.parameters, self.licence):
            box.currentIndexChanged.connect(self._filter)
        self.table.chosen.connect(self._show_chosen)
        self.table.doubleClicked.connect(self._use)
        self._workspace.shelf.changed.connect(self._show)

    @Slot()
    def _show(self) -> None:
        self.table.show_facts(known_backbones(self._workspace.shelf.cards("backbone")), self._in_cache)
        self._filter()

    def _cache_known(self, in_cache: frozenset[str]) -> None:
        self._in_cache = in_cache
        self._show()

    @Slot()
    def _filter(self) -> None:
        self.table.want(
            Wanted(
                self.search.text(),
                self.parameters.currentData(),
                self.weights.currentData(),
                self.licence.currentData(),
            )
        )
        shown, there = len(self.table.shown), self.table.rows.rowCount()
        self._count.setText(count(there) if shown == there else f"{count(shown)} of {count(there)}")
        self._body.setCurrentIndex(0 if shown else 1)
        if not there:
            self._nothing.show_loading("Loading the plugins…", "It takes some seconds after the first start.")
        elif not shown:
            self._nothing.show_empty("search", "Nothing found", "No backbone is like that.", "Show all", self._show_all)

    def _show_all(self) -> None:
        self.search.clear()
        for box in (self.weights, self.parameters, self.licence):
            box.setCurrentIndex(0)

    @Slot(object)
    def _show_chosen(self, facts: BackboneFacts | None) -> None:
        self.use.setEnabled(facts is not None)
        self.details.show_facts(facts, facts.state(self._in_cache or frozenset()) if facts else "unknown")

    @Slot()
    def _use(self) -> None:
        facts = self.table.current
        if facts is not None:
            self.accept()
            self._used(facts.name)
