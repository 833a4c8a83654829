"""One sentence under the header, with at most one button, until it is closed or the next one comes."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QToolButton, QWidget

from desktop_app.window.building_blocks import button, holding, label, restyle, row
from desktop_app.window.icons import put
from desktop_app.window.workspace import Notice

_NOTE_MS = 6000
_ACTION_MS = 20_000


class NoticeBar(QWidget):
    """Shows notices; good news goes away by itself, bad news stays until it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self._text = label("", wrap=True)
        close = QToolButton()
        put(close, "close")
        close.setToolTip("Close this message")
        close.setAccessibleName("Close this message")
        close.clicked.connect(self.hide)
        self._notice = Notice("")
        self.button = button("", self._act)
        inner = row(self._text, self.button, close)
        inner.setContentsMargins(16, 4, 8, 4)
        inner.setStretch(0, 1)
        self._frame = holding(inner, "notice")
        outer = row(self._frame)
        self.setLayout(outer)
        self._timer = QTimer(self, singleShot=True, interval=_NOTE_MS)
        self._timer.timeout.connect(self.hide)
        self.hide()

    @property
    def text(self) -> str:
        """The sentence on show."""
        return self._text.text()

    def say(self, notice: Notice) -> None:
        """Show a notice in place of the one before."""
        self._notice = notice
        self._text.setText(notice.text)
        self.button.setText(notice.action)
        self.button.setVisible(bool(notice.action))
        restyle(self._frame, "tone", notice.tone)
        self.show()
        self._timer.stop()
        if notice.tone == "note":
            self._timer.start(_NOTE_MS if not notice.action else _ACTION_MS)

    def _act(self) -> None:
        self.hide()
        if self._notice.deed is not None:
            self._notice.deed()
