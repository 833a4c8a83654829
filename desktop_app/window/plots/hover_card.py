"""The values of several runs at the step under the mouse, on a small card that follows it."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.window.short_names import short_names
from desktop_app.window.theme import colours

_MOST_ROWS = 12
_LONGEST_NAME = 28
_AWAY = 14


class HoverCard(QLabel):
    """A table of one row a run; the mouse goes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self._title = ""
        self._rows: list[tuple[int, str, Sequence[str]]] = []
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setProperty("look", "hover")
        self.hide()

    def show_rows(self, title: str, rows: Sequence[tuple[int, str, Sequence[str]]], place: QPoint) -> None:
        """Show a row of colour, name and values for each run, beside ``place`` of the parent."""
        self._title, self._rows = title, list(rows)
        self._write()
        self.adjustSize()
        left = place.x() + _AWAY
        if left + self.width() > self._room.width():
            left = place.x() - _AWAY - self.width()
        top = min(place.y() + _AWAY, self._room.height() - self.height())
        self.move(max(left, 0), max(top, 0))
        self.show()
        self.raise_()

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and self.isVisible():
            self._write()
        super().changeEvent(event)

    def _write(self) -> None:
        shades = colours().runs
        lines = []
        names = short_names([name for _, name, _ in self._rows], _LONGEST_NAME)
        for (colour, _, values), short in list(zip(self._rows, names, strict=True))[:_MOST_ROWS]:
            cells = "".join(f"<td align='right'>&nbsp;&nbsp;{html.escape(value)}</td>" for value in values)
            mark = f"<font color='{shades[colour % len(shades)]}'>━</font>"
            lines.append(f"<tr><td>{mark}&nbsp;{html.escape(short)}</td>{cells}</tr>")
        more = len(self._rows) - _MOST_ROWS
        rest = f"<br>and {more} more" if more > 0 else ""
        table = f"<table cellspacing='0'>{''.join(lines)}</table>" if lines else ""
        self.setText(html.escape(self._title).replace("\n", "<br>") + table + rest)
