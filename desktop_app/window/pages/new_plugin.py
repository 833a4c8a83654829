"""Asks for a kind and a name, and writes a plugin of the user's to begin with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QWidget

from desktop_app.api.contributions import KINDS
from desktop_app.errors import DownslopeError
from desktop_app.window.building_blocks import button, column, label, restyle, row
from desktop_app.window.forms.editors import ChoiceBox
from desktop_app.window.wording import words

_WIDTH = 400
# What people write most often comes first.
_FIRST = (
    "optimizer", "activation", "initializer", "schedule", "normalization",
    "network", "data_source", "backbone", "tracker",
)  # fmt: skip


class NewPlugin(QDialog):
    """``written`` is called with the file of the plugin; what is wrong with the name is said below it.

    ``taken`` says whether there is something of that kind and name already.
    """

    def __init__(
        self,
        folder: Path,
        taken: Callable[[str, str], bool],
        written: Callable[[Path], object],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("New plugin")
        self._folder, self._taken, self._written = folder, taken, written
        self.kind = ChoiceBox()
        self.kind.setAccessibleName("Kind")
        known = {kind.KIND for kind in KINDS}
        for kind in _FIRST:
            if kind in known:
                self.kind.addItem(words(kind), kind)
        self.name = QLineEdit()
        self.name.setAccessibleName("Name")
        self.name.setPlaceholderText("such as my_rule")
        self.name.textChanged.connect(self._typed)
        self._wrong = label("", "bad", wrap=True)
        self._wrong.hide()
        self.create_button = button("Create", self._create, look="main")
        self.create_button.setDefault(True)
        self.create_button.setEnabled(False)
        cancel = button("Cancel", self.reject)
        cancel.setAutoDefault(False)
        text = label(
            "Writes a plugin that works as it is, with a test beside it, and opens it in your editor. "
            "Each time you save it, the new version is here at once.",
            "muted",
            wrap=True,
        )
        self.setLayout(
            column(
                text,
                label("Kind", "muted"),
                self.kind,
                label("Name", "muted"),
                self.name,
                self._wrong,
                row(None, cancel, self.create_button),
                spacing=8,
                margins=16,
            )
        )
        self.setFixedWidth(_WIDTH)
        self.name.setFocus()

    def _typed(self) -> None:
        self.create_button.setEnabled(bool(self.name.text().strip()))
        self._say("")

    def _create(self) -> None:
        from desktop_app.registry.templates import write_plugin

        kind, name = self.kind.currentData(), self.name.text().strip()
        if self._taken(kind, name):
            self._say(f'There is a plugin with the {words(kind).lower()} "{name}" already; choose another name.')
            return
        try:
            file, _test = write_plugin(kind, name, self._folder)
        except DownslopeError as error:
            self._say(str(error))
            return
        except OSError as error:
            self._say(f"The plugin cannot be written to {self._folder}: {error.strerror or error}.")
            return
        self.accept()
        self._written(file)

    def _say(self, text: str) -> None:
        self._wrong.setText(text)
        self._wrong.setVisible(bool(text))
        restyle(self.name, "wrong", bool(text))
        self.adjustSize()
