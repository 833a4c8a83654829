"""A text with ready choices: pick one by its name, or type something of one's own."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QComboBox

from desktop_app.api.parameters import Parameter
from desktop_app.window.forms.editors import ChoiceBox, Editor
from desktop_app.window.wording import words


class ProposalEditor(Editor):
    """A box whose list holds the parameter's choices under the names in ``texts``; any other text may be typed."""

    def __init__(self, parameter: Parameter, texts: dict[Any, str]) -> None:
        super().__init__(parameter)
        self.box = ChoiceBox()
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setCompleter(None)  # type: ignore[arg-type]  # it would take the start of a pattern for the name of a choice
        self.box.setAccessibleName(words(parameter.name))
        for choice in parameter.choices:
            self.box.addItem(texts.get(choice) or str(choice), choice)
        line = self.box.lineEdit()
        assert line is not None
        self.line = line
        self.line.setAccessibleName(words(parameter.name))
        self.box.activated.connect(self._chosen)
        self.line.editingFinished.connect(self._typed)
        self.inner.addWidget(self.box)
        self._value: Any = parameter.default

    def show_value(self, value: Any) -> None:
        """Show a choice by its name and any other text as it is."""
        self._value = value
        place = self.box.findData(value)
        self.box.setCurrentIndex(place)
        self.line.setText(self.box.itemText(place) if place >= 0 else str(value))
        self.line.setCursorPosition(0)

    def _chosen(self, place: int) -> None:
        self._tell(self.box.itemData(place))

    def _typed(self) -> None:
        text = self.line.text().strip()
        named = self.box.findText(text)
        self._tell(self.box.itemData(named) if named >= 0 else text)

    def _tell(self, value: Any) -> None:
        if value != self._value:
            self._value = value
            self.edited.emit(value)
