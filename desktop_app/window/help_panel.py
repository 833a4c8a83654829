"""F1: what the page in front is for, from the documentation that ships with Downslope."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QWidget

from desktop_app.errors import DownslopeError
from desktop_app.reading.resources import resource_file
from desktop_app.window.building_blocks import column


class HelpPanel(QDialog):
    """A small window beside the work; it does not stand in its way."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Help")
        self.resize(520, 560)
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.anchorClicked.connect(self._follow)
        self.text.document().setDocumentMargin(16)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        self.setLayout(column(self.text, buttons, margins=12))

    def show_topic(self, topic: str) -> None:
        """Show ``resources/docs/<topic>.md``."""
        try:
            self.text.setMarkdown(resource_file(f"docs/{topic}.md").read_text(encoding="utf-8"))
        except (OSError, DownslopeError):
            self.text.setPlainText(f'There is no help on "{topic}" in this installation.')
        self.show()
        self.raise_()

    def _follow(self, address: QUrl) -> None:
        if address.isRelative():
            self.show_topic(address.path().removesuffix(".md"))
        else:
            QDesktopServices.openUrl(address)
