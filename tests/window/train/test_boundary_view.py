"""The plane of a network with two inputs, with its points and what is said of a place."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.engine.insight.boundary import Boundary
from desktop_app.window.frame import Frame
from desktop_app.window.theme import LIGHT, ask_for
from desktop_app.window.train.boundary_view import BoundaryView

LONG_MS = 60_000


def boundary(step: int, wrong: int = 0) -> Boundary:
    """Return a plane that is the first class's at the left and the second's at the right, sure only far out."""
    axis = np.linspace(-1.0, 1.0, 41)
    x = np.broadcast_to(axis, (41, 41))
    points = np.array([[-0.5, 0.0], [-0.8, 0.4], [0.5, 0.1], [0.9, -0.9]], dtype=np.float32)
    labels = np.array([0, 0, 1, 1])
    labels[:wrong] = 1
    return Boundary(
        step, axis, axis, (x > 0).astype(np.int64), 0.5 + 0.5 * np.abs(x), points, labels, ("a<b", "y"), ("up", "down")
    )


@pytest.fixture
def view(qtbot: QtBot) -> BoundaryView:
    ask_for("light")
    made = BoundaryView()
    qtbot.addWidget(made)
    made.resize(500, 500)
    made.show()
    qtbot.waitExposed(made)
    return made


def shade(view: BoundaryView, x: float, y: float) -> QColor:
    picture = view.view.viewport().grab().toImage()
    point = view.view.mapFromScene(view.view.getViewBox().mapViewToScene(QPointF(x, y)))
    ratio = picture.devicePixelRatio()
    return picture.pixelColor(round(point.x() * ratio), round(point.y() * ratio))


def distance(shade: QColor, name: str) -> int:
    other = QColor(name)
    return abs(shade.red() - other.red()) + abs(shade.green() - other.green()) + abs(shade.blue() - other.blue())


def test_each_side_has_its_class_s_colour_stronger_where_it_is_certain(view: BoundaryView) -> None:
    view.show_boundary(boundary(7))
    view.grab()
    first, second = LIGHT.runs[:2]
    assert distance(shade(view, -0.95, -0.6), first) < distance(shade(view, -0.95, -0.6), second)
    assert distance(shade(view, 0.95, 0.6), second) < distance(shade(view, 0.95, 0.6), first)
    assert distance(shade(view, -0.95, -0.6), first) < distance(shade(view, -0.1, -0.6), first)


def test_its_caption_has_the_step_and_how_many_points_are_right(view: BoundaryView) -> None:
    view.show_boundary(boundary(1234, wrong=1), "best epoch, accuracy 98.0 %")
    assert view.caption.text() == "best epoch, accuracy 98.0 %  ·  step 1,234  ·  75.0 % of the points right"
    view.show_boundary(None, "Working it out…")
    assert view.caption.text() == "Working it out…"


def test_the_place_under_the_mouse_is_told_in_the_columns_own_names(qtbot: QtBot, view: BoundaryView) -> None:
    view.show_boundary(boundary(7))
    view.grab()
    point = QPointF(view.view.mapFromScene(view.view.getViewBox().mapViewToScene(QPointF(0.5, 0.25))))
    viewport, none = view.view.viewport(), Qt.MouseButton.NoButton
    QApplication.sendEvent(
        viewport,
        QMouseEvent(
            QEvent.Type.MouseMove,
            point,
            QPointF(viewport.mapToGlobal(point)),
            none,
            none,
            Qt.KeyboardModifier.NoModifier,
        ),
    )
    qtbot.waitUntil(lambda: bool(view.readout))
    assert view.readout.startswith("a<b 0.")
    assert view.readout.endswith("down, 75.0 % certain")


def test_all_of_the_plane_is_saved(view: BoundaryView) -> None:
    view.show_boundary(boundary(7))
    sheet = view.sheet()
    assert sheet.header == ("a<b", "y", "class", "certainty")
    assert len(sheet.rows) == 41 * 41
    assert sheet.rows[0] == (-1.0, -1.0, "up", 1.0)


def test_without_a_plane_nothing_of_the_one_before_is_left(view: BoundaryView) -> None:
    view.show_boundary(boundary(7))
    assert view.legend.isVisible()
    view.show_boundary(None, "Working it out…")
    assert not view.legend.isVisible()
    assert view.legend.swatches == []
    for side in ("bottom", "left"):
        assert not view.view.getAxis(side).isVisible()
        assert view.view.getAxis(side).labelText == ""
    view.show_boundary(boundary(8))
    assert view.legend.isVisible()
    assert view.view.getAxis("left").isVisible()
    assert view.view.getAxis("left").labelText == "y"


def test_a_training_without_instruments_says_why_no_boundary_is_drawn(frame: Frame, qtbot: QtBot, table: Path) -> None:
    workspace, page = frame.workspace, frame.pages["train"]
    data = {"source": "table", "path": str(table), "target": "side"}
    settings = {"threads": 1, "epochs": 100_000, "instruments": False}
    page.boundary.show_boundary(boundary(7), "of the run before")
    workspace.open_values({"name": "points", "data": data, "training": settings}, table.parent)
    qtbot.mouseClick(frame.rail.button("train"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: frame.header.main.text() == "Train" and frame.header.main.isEnabled(), timeout=LONG_MS)
    qtbot.mouseClick(frame.header.main, Qt.MouseButton.LeftButton)
    button = page.tools.segments.buttons[2]
    qtbot.waitUntil(button.isVisible, timeout=LONG_MS)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert page.boundary.isVisible()
    assert workspace.training.active
    assert page.boundary.caption.text() == (
        "Drawn while instruments watch a training; they are switched off for this one"
    )
    workspace.training.stop()
    qtbot.waitUntil(lambda: page.boundary.boundary is not None, timeout=LONG_MS)
