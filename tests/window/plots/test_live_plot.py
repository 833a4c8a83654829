from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.window.plots.live_plot import CurveStyle, LivePlot

PAINTS = 300
# One that loses references loses more than a hundred a paint; caches and tests around it come and go by some hundreds.
TOLERATED = 5 * PAINTS


class Growing:
    """A series that is longer at each reading."""

    def __init__(self) -> None:
        self.count = 0

    def read(self, name: str, start: int) -> tuple[np.ndarray, np.ndarray]:
        steps = np.arange(1, self.count + 1)
        return steps[start:], 1.0 / steps[start:]


def shown(qtbot: QtBot) -> tuple[LivePlot, Growing]:
    plot = LivePlot("Loss", (CurveStyle("a", "training", noisy=True), CurveStyle("b", "validation", dashed=True)))
    qtbot.addWidget(plot)
    plot.resize(480, 320)
    plot.show()
    qtbot.waitExposed(plot)
    return plot, Growing()


def test_painting_hundreds_of_times_takes_no_references_from_none(qtbot: QtBot) -> None:
    plot, source = shown(qtbot)
    before = sys.getrefcount(None)
    for _ in range(PAINTS):
        source.count += 20
        plot.pull(source)
        plot.grab()
    assert sys.getrefcount(None) > before - TOLERATED


def test_what_is_drawn_is_never_more_than_five_hundred_points(qtbot: QtBot) -> None:
    plot, source = shown(qtbot)
    source.count = 100_000
    plot.pull(source)
    assert all(len(line.xData) <= 500 for line in plot._lines.values())
    assert plot._faint["a"].yData.max() == 1.0


def test_the_values_under_the_mouse_stand_above(qtbot: QtBot) -> None:
    plot, source = shown(qtbot)
    source.count = 10
    plot.pull(source)
    plot.grab()
    place = plot.view.getViewBox().mapViewToScene(QPointF(4.3, 0.5))
    point = plot.view.mapFromScene(place)
    qtbot.mouseMove(plot.view.viewport(), point)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(point),
        plot.view.viewport().mapToGlobal(QPointF(point)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(plot.view.viewport(), event)
    qtbot.waitUntil(lambda: "validation" in plot._readout.text())
    assert "validation 0.25" in plot._readout.text()
    assert "step 4" in plot._readout.text()


def test_a_double_click_fits_again_after_zooming(qtbot: QtBot) -> None:
    plot, source = shown(qtbot)
    source.count = 100
    plot.pull(source)
    plot.view.setXRange(10, 20)
    assert not plot.view.getViewBox().autoRangeEnabled()[0]
    centre = plot.view.viewport().rect().center()
    qtbot.mouseClick(plot.view.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    qtbot.mouseDClick(plot.view.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    qtbot.waitUntil(lambda: bool(plot.view.getViewBox().autoRangeEnabled()[0]))


def test_a_right_click_saves_the_numbers(qtbot: QtBot, tmp_path: Path) -> None:
    plot, source = shown(qtbot)
    source.count = 2
    plot.pull(source)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    centre = plot.view.viewport().rect().center() + QPoint(3, 3)
    qtbot.mouseClick(plot.view.viewport(), Qt.MouseButton.RightButton, pos=centre)
    qtbot.waitUntil(lambda: bool(plot.view.findChildren(QMenu)))
    [menu] = plot.view.findChildren(QMenu)
    action = next(action for action in menu.actions() if action.text() == "Save numbers…")
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    qtbot.waitUntil(lambda: bool(plot.findChildren(QFileDialog)))
    [dialog] = plot.findChildren(QFileDialog)
    file = tmp_path / "loss.csv"
    name = dialog.findChild(QLineEdit, "fileNameEdit")
    name.setText(str(file))
    save = next(button for button in dialog.findChildren(QPushButton) if "Save" in button.text())
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(file.is_file)
    assert file.read_text().splitlines() == ["series,step,value", "a,1,1.0", "a,2,0.5", "b,1,1.0", "b,2,0.5"]
