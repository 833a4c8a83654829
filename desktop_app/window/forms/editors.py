"""One editor for each kind of value; each shows a value and says when a person has changed it."""

from __future__ import annotations

import ast
from typing import Any

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
    QWidget,
)

from desktop_app.api.parameters import Parameter
from desktop_app.window.forms.range_slider import RangeSlider
from desktop_app.window.forms.searching import make_searchable
from desktop_app.window.forms.switch import Switch
from desktop_app.window.icons import icon
from desktop_app.window.wording import short, words

_SPIN_LOW, _SPIN_HIGH = -(2**31), 2**31 - 1
_AUTOMATIC = "Automatic"
# A list that is longer than a screen is searched by typing.
_MANY = 40


class Editor(QWidget):
    """``edited`` carries a value, ``mistyped`` the rest of a sentence about a text that is none."""

    edited = Signal(object)
    mistyped = Signal(str)

    def __init__(self, parameter: Parameter) -> None:
        super().__init__()
        self.parameter = parameter
        self.inner = QHBoxLayout(self)
        self.inner.setContentsMargins(0, 0, 0, 0)
        self.inner.setSpacing(8)

    def show_value(self, value: Any) -> None:
        """Show ``value`` without saying that it was edited."""
        raise NotImplementedError

    def show_automatic(self, value: Any) -> None:
        """Say which value ``None`` stands for; ``None`` where that is not known."""


class ChoiceBox(QComboBox):
    """A combo box that the mouse wheel only turns while it has the focus, so that a page can be scrolled over it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumContentsLength(8)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box with as much of its text as there is room for, and the arrow that a styled box lacks."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        style = self.style()
        room = style.subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, self
        ).width()
        if not option.currentIcon.isNull():  # type: ignore[attr-defined]
            room -= option.iconSize.width() + 4  # type: ignore[attr-defined]
        text = self.fontMetrics().elidedText(self.currentText(), Qt.TextElideMode.ElideRight, room)
        option.currentText = text  # type: ignore[attr-defined]
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()
        _paint_arrows(self, "down")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless the box has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


def _paint_arrows(box: QWidget, *directions: str) -> None:
    """Paint small arrows at the right edge of ``box``, the first on top."""
    painter = QPainter(box)
    side = 12
    for place, direction in enumerate(directions):
        middle = box.height() * (2 * place + 1) // (2 * len(directions))
        shift = (2 - 4 * place) if len(directions) > 1 else 0
        corner = QRect(box.width() - side - 6, middle - side // 2 + shift, side, side)
        icon(direction).paint(painter, corner)


class SpinBox(QSpinBox):
    """A box for whole numbers that the mouse wheel only turns while it has the focus."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(6, 0, 0, 0)  # a styled box puts its text at the very edge

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the box, and the arrows that a styled box lacks."""
        super().paintEvent(event)
        _paint_arrows(self, "up", "down")

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless the box has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class ChoiceEditor(Editor):
    """A list to choose from."""

    def __init__(self, parameter: Parameter, texts: dict[Any, str] | None = None) -> None:
        super().__init__(parameter)
        self.box = ChoiceBox()
        self.box.setAccessibleName(words(parameter.name))
        if parameter.optional or parameter.default is None:
            self.box.addItem(_AUTOMATIC, None)
        for choice in parameter.choices:
            self.box.addItem((texts or {}).get(choice) or words(str(choice)), choice)
        self.box.activated.connect(lambda _place: self.edited.emit(self.box.currentData()))
        if self.box.count() > _MANY:
            make_searchable(self.box)
        self.inner.addWidget(self.box)

    def show_automatic(self, value: Any) -> None:
        """Name the value in the first entry, where that entry is the automatic one."""
        if self.box.count() and self.box.itemData(0) is None:
            known = next(
                (
                    self.box.itemText(place)
                    for place in range(self.box.count())
                    if value is not None and self.box.itemData(place) == value
                ),
                "" if value is None else words(str(value)),
            )
            self.box.setItemText(0, f"{_AUTOMATIC} ({known.lower()})" if known else _AUTOMATIC)

    def show_value(self, value: Any) -> None:
        """Choose ``value``; one that is not in the list is added to it."""
        place = next((place for place in range(self.box.count()) if self.box.itemData(place) == value), -1)
        if place < 0:
            self.box.addItem(str(value), value)
            place = self.box.count() - 1
        self.box.setCurrentIndex(place)


class SwitchEditor(Editor):
    """On or off."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.box = Switch()
        self.box.setAccessibleName(words(parameter.name))
        self.box.clicked.connect(self._clicked)
        self.inner.addWidget(self.box)
        self.inner.addStretch(1)

    def _clicked(self, ticked: bool) -> None:
        # Not connected to ``edited.emit`` itself: PySide then calls it without the value.
        self.edited.emit(ticked)

    def show_value(self, value: Any) -> None:
        """Tick the box or not."""
        self.box.setChecked(bool(value))


class WholeNumberEditor(Editor):
    """A whole number with arrows."""

    def __init__(self, parameter: Parameter) -> None:
        super().__init__(parameter)
        self.box = SpinBox()
        self.box.setAccessibleName(words(parameter.name))
        self.box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.box.setGroupSeparatorShown(True)
        self.box.setKeyboardTracking(False)
        low = int(parameter.range.low) if parameter.range else _SPIN_LOW
        high = int(min(parameter.range.high, _SPIN_HIGH)) if parameter.range else _SPIN_HIGH
        self.box.setRange(low, high)
        self.box.valueChanged.connect(self.edited.emit)
        self.inner.addWidget(self.box)

    def show_value(self, value: Any) -> None:
        """Show a whole number; one outside the usual range widens the range."""
        self.box.blockSignals(True)
        number = int(value)
        self.box.setRange(min(self.box.minimum(), number), max(self.box.maximum(), number))
        self.box.setValue(number)
        self.box.blockSignals(False)


class TextEditor(Editor):
    """A line of text that is read as the parameter's kind: text, number, list of numbers or any Python literal."""

    def __init__(self, parameter: Parameter, when_empty: str = "") -> None:
        super().__init__(parameter)
        self.line = QLineEdit()
        self.line.setAccessibleName(words(parameter.name))
        if when_empty:
            self.line.setPlaceholderText(when_empty)
        elif parameter.optional or parameter.default is None:
            self.line.setPlaceholderText(_AUTOMATIC)
        elif parameter.kind == "list":
            self.line.setPlaceholderText("None" if not parameter.default else "128, 128")
        self.line.editingFinished.connect(self._read)
        self.inner.addWidget(self.line, 1)
        self.slider: RangeSlider | None = None
        if parameter.kind == "number" and parameter.range:
            self.slider = RangeSlider(parameter.range)
            self.slider.setAccessibleName(words(parameter.name))
            self.slider.slid.connect(self._slid)
            self.line.setFixedWidth(76)
            self.inner.insertWidget(0, self.slider, 1)

    def show_value(self, value: Any) -> None:
        """Show ``value`` in words, and on the slider where there is one."""
        if not (self.line.hasFocus() and self.line.isModified()):
            self.line.setText(short(value))
            self.line.setModified(False)
        if self.slider is not None and isinstance(value, int | float):
            self.slider.show_value(float(value))

    def show_automatic(self, value: Any) -> None:
        """Show the value in the empty line, and on the slider while the line is empty."""
        self.line.setPlaceholderText(short(value) or _AUTOMATIC)
        if self.slider is not None and isinstance(value, int | float) and not self.line.text():
            self.slider.show_value(float(value))

    def _slid(self, value: float) -> None:
        self.line.setText(short(value))
        self.line.setModified(False)
        self.edited.emit(value)

    def _read(self) -> None:
        if not self.line.isModified():
            return
        self.line.setModified(False)
        text = self.line.text().strip()
        try:
            value = self.parameter.check(self._value_of(text))
        except ValueError as error:
            self.mistyped.emit(str(error))
            return
        self.edited.emit(list(value) if isinstance(value, tuple) else value)

    def _value_of(self, text: str) -> Any:
        if not text and (self.parameter.optional or self.parameter.default is None):
            return None
        if self.parameter.kind == "text":
            return text
        if self.parameter.kind == "list":
            return [_literal(part.strip()) for part in text.strip("[]()").split(",") if part.strip()]
        return _literal(text.replace(",", ".") if self.parameter.kind == "number" else text)


def _literal(text: str) -> Any:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def editor_for(parameter: Parameter, texts: dict[Any, str] | None = None) -> Editor:
    """Return the editor that fits; ``texts`` names choices, and under "" an empty text, in a person's words."""
    automatic = parameter.optional or parameter.default is None
    if parameter.kind == "switch" and automatic:
        choice = Parameter(parameter.name, "choice", None, None, (True, False), True, parameter.help)
        return ChoiceEditor(choice, {True: "On", False: "Off"})
    if parameter.kind == "switch":
        return SwitchEditor(parameter)
    if parameter.kind == "choice":
        return ChoiceEditor(parameter, texts)
    if parameter.kind == "integer" and not automatic:
        return WholeNumberEditor(parameter)
    return TextEditor(parameter, (texts or {}).get("", ""))
