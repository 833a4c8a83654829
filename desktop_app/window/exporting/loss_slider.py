"""How much accuracy may be lost, as a slider in tenths of a point with the number beside it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QSlider, QWidget

from desktop_app.window.building_blocks import label, row
from desktop_app.window.exporting.card_words import points

_PER_SHARE = 1000  # tenths of a point
_MOST = 50


class _Slider(QSlider):
    def wheelEvent(self, event: QWheelEvent) -> None:
        """Leave the wheel to the page unless the slider has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class LossSlider(QWidget):
    """From 0 to 5 points; ``chosen`` carries the share of accuracy, 0 to 1, that may be lost."""

    chosen = Signal(float)

    def __init__(self, before: str, most_lost: float) -> None:
        super().__init__()
        self.slider = _Slider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, _MOST)
        self.slider.setPageStep(5)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.slider.setFixedWidth(160)
        self.slider.setAccessibleName("Accuracy that may be lost")
        self.slider.setToolTip("The smallest file that loses no more than this is recommended; 1 point is 1 in 100")
        self.number = label("")
        self.number.setMinimumWidth(self.number.fontMetrics().horizontalAdvance("5.0 points") + 8)
        layout = row(label(before, "muted"), self.slider, self.number, spacing=8)
        self.setLayout(layout)
        self.show_loss(most_lost)
        self.slider.valueChanged.connect(self._moved)

    def show_loss(self, most_lost: float) -> None:
        """Show a loss without saying that it was chosen."""
        self.slider.blockSignals(True)
        self.slider.setValue(round(most_lost * _PER_SHARE))
        self.slider.blockSignals(False)
        self.number.setText(points(most_lost))

    def _moved(self, tenths: int) -> None:
        self.number.setText(points(tenths / _PER_SHARE))
        self.chosen.emit(tenths / _PER_SHARE)
