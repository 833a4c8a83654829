"""One finding of a diagnosis: how grave it is, what is wrong and where, and buttons to see it and to mend it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy

from desktop_app.engine.insight.finding import Code, Finding, Severity
from desktop_app.window.building_blocks import button, column, label, restyle, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.icons import icon, put
from desktop_app.window.theme import colours
from desktop_app.window.wrapped_text import WrappedText

_ICON_PIXELS = 16
_INDENT = 16
_DEEPEST = 2
_WORDS: dict[Severity, tuple[str, str, str]] = {
    "error": ("Error", "wrong", "bad"),
    "warning": ("Warning", "warning", "warning"),
    "note": ("Note", "note", "muted"),
}


class DiagnosisCard(QFrame):
    """``evidence_asked`` carries the finding's first ``Exhibit``, ``mending_asked`` the finding itself."""

    evidence_asked = Signal(object)
    mending_asked = Signal(object)

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding
        self._icon = QLabel()
        self._severity = label("")
        self.layer = ElidedLabel("", "small")
        self.layer.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.cause = label("", "small", wrap=True)
        self.message, self.advice = WrappedText(), WrappedText(tone="muted")
        self.show_evidence = button("Show", self._ask_for_evidence, "curves", look="flat")
        self.show_evidence.setToolTip("See the numbers that say so")
        self.mend = _Shortened(self._ask_to_mend)
        head = row(self._icon, self._severity, self.layer, self.show_evidence, spacing=6)
        head.setStretch(2, 1)
        self._body = QFrame()
        self._body.setProperty("look", "finding")
        inner = column(head, self.cause, self.message, self.advice, self.mend, spacing=6)
        inner.setContentsMargins(12, 8, 8, 8)
        self._body.setLayout(inner)
        self._outer = row(self._body)
        self.setLayout(self._outer)
        self.show_finding(finding, 0, "")

    @property
    def key(self) -> tuple[Code, str]:
        """What tells this card from the others while a diagnosis is made again and again."""
        return self.finding.code, self.finding.layer

    def show_finding(self, finding: Finding, depth: int, cause: str) -> None:
        """Show this finding in the card; ``cause`` is what it follows from in words, ``depth`` how far it is set in."""
        self.finding = finding
        word, _, look = _WORDS[finding.severity]
        self._severity.setText(word)
        restyle(self._severity, "look", look)
        restyle(self._body, "tone", finding.severity)
        self._paint_icon()
        self.layer.setText(finding.layer)
        self.cause.setText(f"Follows from: {cause}" if cause else "")
        self.cause.setVisible(bool(cause))
        # A text that stays the same is left alone, with what is selected in it.
        for shown, text in ((self.message, finding.message), (self.advice, finding.advice)):
            if shown.toPlainText() != text:
                shown.show_text(text)
            shown.setVisible(bool(text))
        self.show_evidence.setVisible(bool(finding.exhibits))
        self.mend.show_text(finding.button if finding.changes else "")
        self.mend.setVisible(bool(finding.changes and finding.button))
        self.setAccessibleName(f"{word}: {finding.message}")
        self._outer.setContentsMargins(min(depth, _DEEPEST) * _INDENT, 0, 0, 0)

    def changeEvent(self, event: QEvent) -> None:
        """Paint the icon in the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_icon"):
            self._paint_icon()
        super().changeEvent(event)

    def _paint_icon(self) -> None:
        _, name, look = _WORDS[self.finding.severity]
        self._icon.setPixmap(icon(name, getattr(colours(), look)).pixmap(_ICON_PIXELS))

    def _ask_for_evidence(self) -> None:
        if self.finding.exhibits:
            self.evidence_asked.emit(self.finding.exhibits[0])

    def _ask_to_mend(self) -> None:
        self.mending_asked.emit(self.finding)


class _Shortened(QPushButton):
    """A button that shortens its text at the end where there is no room for it; the tooltip has the whole."""

    def __init__(self, pressed: object) -> None:
        super().__init__()
        self._whole = ""
        put(self, "add", "text")
        self.setIconSize(QSize(_ICON_PIXELS, _ICON_PIXELS))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.clicked.connect(pressed)

    def show_text(self, text: str) -> None:
        """Show ``text``, as far as there is room."""
        self._whole = text
        self.setToolTip(
            f"{text}\nOpens a clone of this experiment with that changed; this run stays as it is." * bool(text)
        )
        self.setAccessibleName(text)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        room = self.width() - _ICON_PIXELS - 36
        text = self.fontMetrics().elidedText(self._whole, Qt.TextElideMode.ElideRight, max(room, 24))
        if text != self.text():
            self.setText(text)
