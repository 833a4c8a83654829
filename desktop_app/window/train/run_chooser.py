"""Choosing the runs to compare with: a list to search, of the runs in the folder of runs, the newest first."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QWidget

from desktop_app.window.background import Background, sentence
from desktop_app.window.building_blocks import column, label
from desktop_app.window.wording import count, figure, share

if TYPE_CHECKING:
    from desktop_app.engine.run import RunLine

_FOLDER = Qt.ItemDataRole.UserRole
_WIDTH, _HEIGHT = 460, 340
_LONGEST = 32
_PLACE = "list of runs"


class RunChooser(QFrame):
    """Opens below its button. ``chosen`` carries a run's folder and whether it is to be compared with."""

    chosen = Signal(object, bool)

    def __init__(self, parent: QWidget, background: Background) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._background = background
        self._taken: set[Path] = set()
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search runs by name")
        self.search.setAccessibleName("Search runs")
        self.search.setClearButtonEnabled(True)
        self.list = _Lines(self._toggle)
        self.list.setAccessibleName("Runs to compare with")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._note = label("", "small", wrap=True)
        self.setLayout(column(self.search, self.list, self._note, margins=12))
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._take_first)
        self.list.itemClicked.connect(self._toggle)

    def open_below(self, button: QWidget, folder: Path, taken: Collection[Path], but: Path | None) -> None:
        """List the runs in ``folder`` without ``but``, those in ``taken`` with a tick."""
        self._taken = set(taken)
        self.search.clear()
        self.list.clear()
        self._note.setText("Reading the runs…")
        self._background.run(_PLACE, lambda: _lines(folder, but), self._show, self._fail)
        self.resize(_WIDTH, _HEIGHT)
        corner = button.mapToGlobal(QPoint(button.width(), button.height() + 4))
        self.move(corner - QPoint(_WIDTH, 0))
        self.show()
        self.search.setFocus()

    def _show(self, lines: list[tuple[RunLine, float]]) -> None:
        for line, changed in lines:
            item = QListWidgetItem(_words(line, changed))
            item.setData(_FOLDER, line.folder)
            item.setToolTip(f"{line.folder}\n{line.problem}".strip())
            if line.problem:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            else:
                # A click on the box is a click on the line: it must not tick by itself too.
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsUserCheckable)
                item.setCheckState(_state(line.folder in self._taken))
            self.list.addItem(item)
        self._filter(self.search.text())

    def _fail(self, error: BaseException) -> None:
        self._note.setText(sentence(error))

    def _filter(self, text: str) -> None:
        wanted = text.casefold().split()
        shown = 0
        for item in self._items():
            fits = all(word in f"{item.text()} {item.data(_FOLDER).name}".casefold() for word in wanted)
            item.setHidden(not fits)
            shown += fits
        found = count(shown, "run") if self.list.count() else "No other run yet"
        self._note.setText(f"{found}. A tick puts its curves over these.")

    def _take_first(self) -> None:
        """Tick the first run that the search has left."""
        first = next((item for item in self._items() if not item.isHidden()), None)
        if first is not None:
            self._toggle(first)

    def _toggle(self, item: QListWidgetItem) -> None:
        folder = item.data(_FOLDER)
        if not item.flags() & Qt.ItemFlag.ItemIsEnabled:
            return
        wanted = folder not in self._taken
        (self._taken.add if wanted else self._taken.discard)(folder)
        item.setCheckState(_state(wanted))
        self.chosen.emit(folder, wanted)

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(place) for place in range(self.list.count())]


class _Lines(QListWidget):
    """Space and Enter tick the line that the keys have gone to."""

    def __init__(self, pressed: Callable[[QListWidgetItem], None]) -> None:
        super().__init__()
        self._pressed = pressed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Tick, or go on to another line."""
        item = self.currentItem()
        if item is not None and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._pressed(item)
        else:
            super().keyPressEvent(event)


def _state(ticked: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked


def _lines(folder: Path, but: Path | None) -> list[tuple[RunLine, float]]:
    from desktop_app.engine.run import list_runs

    lines = [line for line in list_runs(folder) if line.folder != but]
    return [(line, _changed_at(line.folder)) for line in lines]


def _changed_at(folder: Path) -> float:
    try:
        return (folder / "metrics.sqlite").stat().st_mtime
    except OSError:
        return 0.0


def _words(line: RunLine, changed: float) -> str:
    when = datetime.datetime.fromtimestamp(changed).strftime("%Y-%m-%d %H:%M")
    told: Any = share(line.val_accuracy) if line.val_accuracy is not None else figure(line.val_loss)
    name = line.name if len(line.name) <= _LONGEST else f"{line.name[:15]}…{line.name[-16:]}"
    return f"{name}   {told}   {line.status}, {when}"
