"""Code to read, copy and save: coloured in light and dark, never wrapped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt, QTimer
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetrics, QGuiApplication, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from desktop_app.window.building_blocks import button, column, label, row
from desktop_app.window.choosing import choose_new_file
from desktop_app.window.theme import colours, scheme

_SAID_MS = 1500
_MOST_LINES = 32
# One palette for each scheme, of at least 4.5 : 1 against the card.
_LIGHT = {"keyword": "#7A3E9D", "string": "#1B7A3D", "comment": "#5C6675", "number": "#9A4B00", "name": "#1F5FBF"}
_DARK = {"keyword": "#C9A0F0", "string": "#8FD19E", "comment": "#98A2B3", "number": "#F0B072", "name": "#82B5FF"}


def spans(code: str) -> list[tuple[int, int, str]]:
    """Return what is to be coloured in Python code: first character, length, and keyword, string, comment, ..."""
    from pygments.lexers.python import PythonLexer
    from pygments.token import Token

    looks = (
        (Token.Comment, "comment"),
        (Token.Literal.String, "string"),
        (Token.Literal.Number, "number"),
        (Token.Keyword, "keyword"),
        (Token.Operator.Word, "keyword"),
        (Token.Name.Decorator, "name"),
        (Token.Name.Function, "name"),
        (Token.Name.Class, "name"),
    )
    found = []
    for start, token, text in PythonLexer(stripnl=False, ensurenl=False).get_tokens_unprocessed(code):
        look = next((name for kind, name in looks if token in kind), None)
        if look is not None and text.strip():
            found.append((start, len(text), look))
    return found


class CodeView(QWidget):
    """Shows a script with buttons to copy it and to save it as a file."""

    def __init__(self, failed: Callable[[str], object]) -> None:
        super().__init__()
        self._failed = failed
        self._name = "code"
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setFrameShape(QFrame.Shape.NoFrame)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setAccessibleName("Code")
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.text.document().setDocumentMargin(12)
        self.copy = button("Copy", self._copy, "copy", "flat")
        self.save = button("Save as .py…", self._ask, "save", "flat")
        head = row(label("As code", "heading"), None, self.copy, self.save, spacing=4)
        head.setContentsMargins(12, 4, 8, 4)
        self.setLayout(column(head, self.text, spacing=0))
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)

    @property
    def code(self) -> str:
        """The script that is shown."""
        return self.text.toPlainText()

    def show_code(self, code: str, name: str) -> None:
        """Show ``code``; it is saved as ``name.py``. What was scrolled to stays where only settings changed."""
        place = self.text.verticalScrollBar().value() if name == self._name else 0
        self._name = name
        font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
        font.setStyleHint(QFont.StyleHint.Monospace)
        font.setPixelSize(12)
        self.text.setFont(font)
        if code != self.code:
            self.text.setPlainText(code)
        self._colour()
        lines = min(code.count("\n") + 2, _MOST_LINES)
        self.text.setFixedHeight(lines * QFontMetrics(font).lineSpacing() + 28)
        self.text.verticalScrollBar().setValue(place)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and self.code:
            self._colour()
        super().changeEvent(event)

    def save_as(self, file: Path) -> None:
        """Write the script; says so where it cannot be written."""
        try:
            file.write_text(self.code, encoding="utf-8")
        except OSError as error:
            self._failed(f"{file} cannot be written: {error.strerror or error}.")

    def _colour(self) -> None:
        shades = _DARK if scheme() == "dark" else _LIGHT
        plain = QTextCharFormat()
        plain.setForeground(QColor(colours().text))
        code = self.code
        # Qt counts in UTF-16: a letter beyond it counts twice.
        wide = [place for place, letter in enumerate(code) if ord(letter) > 0xFFFF]
        cursor = QTextCursor(self.text.document())
        cursor.beginEditBlock()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.setCharFormat(plain)
        for start, length, look in spans(code):
            shown = QTextCharFormat()
            shown.setForeground(QColor(shades[look]))
            first, last = (place + sum(1 for at in wide if at < place) for place in (start, start + length))
            cursor.setPosition(first)
            cursor.setPosition(last, QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(shown)
        cursor.endEditBlock()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.code)
        self.copy.setText("Copied")
        QTimer.singleShot(_SAID_MS, self.copy, lambda: self.copy.setText("Copy"))

    def _ask(self) -> None:
        choose_new_file(self, "Save code", "Python (*.py)", ".py", f"{self._name}.py", self.save_as)
