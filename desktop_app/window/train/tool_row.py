"""The row of tools over the views of the Train page: which view, smoothing, scale, comparison, saving."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSlider, QToolButton, QWidget

from desktop_app.window.building_blocks import button, holding, label, row
from desktop_app.window.icons import put
from desktop_app.window.plots.live_plot import DEFAULT_STRENGTH, LivePlot
from desktop_app.window.segments import Segments

# A third of the way takes a tenth of what is left to 1: fine where it matters, from none to a memory of 1,000 steps.
_POSITIONS = 90
_DECADES = 3.0


class ToolRow(QWidget):
    """``segments`` chooses the view; the tools for curves are shown beside it while curves are in front."""

    strength_changed = Signal(float)
    log_changed = Signal(bool)
    by_epoch_changed = Signal(bool)
    fit_asked = Signal()
    compare_asked = Signal()

    def __init__(self, views: Sequence[str], plots: Sequence[LivePlot]) -> None:
        super().__init__()
        self._plots = plots
        self.segments = Segments(views, "View")
        self.smoothing = QSlider(Qt.Orientation.Horizontal)
        self.smoothing.setRange(0, _POSITIONS)
        self.smoothing.setValue(position_of(DEFAULT_STRENGTH))
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setMinimumWidth(56)
        self.smoothing.setMaximumWidth(160)
        self.smoothing.setToolTip(
            "How much of what is recorded at each step is averaged away: an exponential moving average, not pulled "
            "towards where it begins. The faint line is what was recorded. Values of an epoch are never smoothed."
        )
        self._strength = label("", "small")
        self._strength.setFixedWidth(32)
        self._strength_name = label("Smoothing", "small")
        self.log = QPushButton("Log")
        self.log.setCheckable(True)
        self.log.setProperty("look", "tab")
        self.log.setToolTip("Losses, errors and learning rates on a logarithmic scale")
        self.compare = button("Compare with…", self.compare_asked.emit, "curves")
        self.compare.setToolTip("Put the curves of other runs over these")
        self.more = QToolButton()
        put(self.more, "save")
        self.more.setToolTip("Save plots, fit them, count steps or epochs")
        self.more.setAccessibleName("Save and more")
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.menu = QMenu(self)
        self.menu.aboutToShow.connect(self._fill)
        self.more.setMenu(self.menu)
        self._by_epoch = False
        smoothing = row(self._strength_name, self.smoothing, self._strength, spacing=6)
        self._of_curves = holding(row(None, smoothing, self.log, self.compare, self.more, spacing=8))
        layout = row(self.segments, self._of_curves, spacing=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self.smoothing.valueChanged.connect(self._smooth)
        self.log.toggled.connect(self.log_changed)
        self._smooth(self.smoothing.value(), quietly=True)

    def show_tools(self, shown: bool) -> None:
        """Show the tools for curves, or hide them while another view is in front."""
        self._of_curves.setVisible(shown)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave words out where there is no room for them."""
        super().resizeEvent(event)
        narrow = self.width() < 660
        self._strength_name.setVisible(not narrow)
        self.compare.setText("Compare…" if narrow else "Compare with…")

    def _smooth(self, position: int, *, quietly: bool = False) -> None:
        strength = strength_of(position)
        self._strength.setText(f"{strength:.3f}".rstrip("0") if strength else "none")
        if not quietly:
            self.strength_changed.emit(strength)

    def _fill(self) -> None:
        self.menu.clear()
        for plot in self._plots:
            if not plot.isHidden():
                plot.saver.add_to(self.menu.addMenu(f"Save {plot.title.lower()}"))
        self.menu.addSeparator()
        group = QActionGroup(self.menu)
        for text, by_epoch in (("Count steps", False), ("Count epochs", True)):
            action = self.menu.addAction(text)
            action.setCheckable(True)
            action.setChecked(by_epoch == self._by_epoch)
            action.triggered.connect(lambda _=False, wanted=by_epoch: self._count(wanted))
            group.addAction(action)
        self.menu.addSeparator()
        self.menu.addAction("Fit all plots", self.fit_asked.emit)

    def _count(self, by_epoch: bool) -> None:
        self._by_epoch = by_epoch
        self.by_epoch_changed.emit(by_epoch)


def strength_of(position: int) -> float:
    """Return the strength of smoothing at a position of the slider: 0 at its left end, 0.999 at its right."""
    return 1.0 - 10.0 ** (-_DECADES * position / _POSITIONS)


def position_of(strength: float) -> int:
    """Return the slider's position that is nearest to a strength."""
    return round(-math.log10(1.0 - strength) * _POSITIONS / _DECADES)
