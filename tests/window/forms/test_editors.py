"""What is clicked and typed in an editor is told with its value."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.api.parameters import Parameter
from desktop_app.window.forms.field import Field


def shown(qtbot: QtBot, parameter: Parameter) -> tuple[Field, list[object]]:
    field, told = Field(parameter), []
    field.edited.connect(told.append)
    qtbot.addWidget(field)
    field.show()
    return field, told


def test_a_switch_that_is_clicked_tells_whether_it_is_on(qtbot: QtBot) -> None:
    field, told = shown(qtbot, Parameter("gradual", "switch", False))

    qtbot.mouseClick(field.editor.box, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(field.editor.box, Qt.MouseButton.LeftButton)

    assert told == [True, False]


def test_the_arrows_of_a_whole_number_tell_the_number(qtbot: QtBot) -> None:
    field, told = shown(qtbot, Parameter("epochs", "integer", 10))

    field.editor.box.setFocus()
    qtbot.keyClick(field.editor.box, Qt.Key.Key_Up)

    assert told == [11]
