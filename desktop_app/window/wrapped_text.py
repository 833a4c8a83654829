"""Text that can be selected and breaks anywhere: a reason with a long path in it is never cut off."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QColor, QResizeEvent, QTextOption
from PySide6.QtWidgets import QSizePolicy, QTextEdit

from desktop_app.window.theme import colours


class WrappedText(QTextEdit):
    """As tall as its text at the width it is given; ``tone`` is the name of a colour of the theme."""

    def __init__(self, text: str = "", tone: str = "text") -> None:
        super().__init__()
        self._tone = tone
        self.setReadOnly(True)
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabChangesFocus(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.show_text(text)

    def show_text(self, text: str, tone: str = "") -> None:
        """Show ``text`` in place of the one before."""
        self._tone = tone or self._tone
        self.setPlainText(text)
        self._colour()
        self._fit()

    def sizeHint(self) -> QSize:
        """Return the height that the text takes at the width that there is."""
        return QSize(200, max(round(self.document().size().height()), 1))

    def minimumSizeHint(self) -> QSize:
        """Return the same height: no line of the text is ever hidden."""
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Become as tall as the text is now."""
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()

    def _fit(self) -> None:
        self.document().setTextWidth(self.viewport().width())
        # Said to the layout, not done: a resize within a resize leaves the viewport at its old height (Qt 6.11).
        self.updateGeometry()

    def _colour(self) -> None:
        cursor = self.textCursor()
        self.selectAll()
        self.setTextColor(QColor(getattr(colours(), self._tone)))
        cursor.clearSelection()
        self.setTextCursor(cursor)
