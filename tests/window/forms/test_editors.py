"""What is clicked and typed in an editor is told with its value."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from desktop_app.api.parameters import Parameter
from desktop_app.window.forms.editors import ChoiceBox
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


def test_a_choice_that_is_too_long_ends_in_dots(qtbot: QtBot) -> None:
    box = ChoiceBox()
    box.addItem("A name of a choice that is far longer than its box")
    qtbot.addWidget(box)
    box.resize(120, 28)
    box.show()
    long = box.grab().toImage()

    shorter = next(
        text
        for length in range(len(box.currentText()), 0, -1)
        if box.fontMetrics().horizontalAdvance(text := box.itemText(0)[:length].rstrip() + "…") < 100
        and drawn(qtbot, text, box.size()) == long
    )
    assert len(shorter) > 5


def drawn(qtbot: QtBot, text: str, size: QSize) -> QImage:
    box = ChoiceBox()
    box.addItem(text)
    qtbot.addWidget(box)
    box.resize(size)
    box.show()
    return box.grab().toImage()
