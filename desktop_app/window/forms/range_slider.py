"""A slider over a ``Range``: by equal steps, or by equal factors where the range is logarithmic."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSlider

from desktop_app.api.markers import Range

_STEPS = 400


def place_of(value: float, span: Range) -> float:
    """Return where ``value`` lies in ``span``, from 0 to 1; values outside lie at the ends."""
    value = min(max(value, span.low), span.high)
    if span.log:
        return math.log(value / span.low) / math.log(span.high / span.low)
    return (value - span.low) / (span.high - span.low)


def value_at(place: float, span: Range) -> float:
    """Return the value at ``place`` (0 to 1), rounded to two digits (logarithmic) or a hundredth of the span."""
    if span.log:
        value = span.low * (span.high / span.low) ** place
        return min(max(float(f"{value:.1e}"), span.low), span.high)
    step = 10.0 ** math.floor(math.log10((span.high - span.low) / 100.0))
    value = round((span.low + place * (span.high - span.low)) / step) * step
    return min(max(float(f"{value:.12g}"), span.low), span.high)


class RangeSlider(QSlider):
    """Emits ``slid`` with a value of the range when a person moves it."""

    slid = Signal(float)

    def __init__(self, span: Range) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._span = span
        self.setRange(0, _STEPS)
        self.setSingleStep(1)
        self.setPageStep(_STEPS // 20)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumWidth(48)
        self.valueChanged.connect(lambda place: self.slid.emit(value_at(place / _STEPS, span)))

    def show_value(self, value: float) -> None:
        """Put the handle where ``value`` lies, without saying that it was moved."""
        if not self.isSliderDown():
            self.blockSignals(True)
            self.setValue(round(_STEPS * place_of(value, self._span)))
            self.blockSignals(False)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless the slider has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()
