"""The Layers view, driven with mouse and keys, on what a recorder has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.engine.recorder import Recorder
from desktop_app.store.metrics import Histogram
from desktop_app.window import theme
from desktop_app.window.theme import colours
from desktop_app.window.train.layers_view import LayersView
from desktop_app.window.workspace import Workspace

LAYERS = ("stem", "blocks.2.a_name_that_is_far_too_long_for_the_edge_of_a_picture.conv", "blocks.10", "head")
STEPS = tuple(range(1, 400, 3))


@pytest.fixture
def view(qtbot: QtBot, workspace: Workspace) -> LayersView:
    made = LayersView(workspace)
    qtbot.addWidget(made)
    made.resize(900, 640)
    made.show()
    qtbot.waitExposed(made)
    return made


@pytest.fixture
def recorder() -> Recorder:
    made = Recorder()
    for step in STEPS:
        spike = 1000.0 if step == 199 else 1.0
        row = {f"gradient_norm/{layer}": spike * 10.0**-place for place, layer in enumerate(LAYERS)}
        row |= {f"update_ratio/{layer}": 1e-3 for layer in LAYERS}
        row |= {f"dead_share/{layer}": 0.25 for layer in LAYERS[1:]}
        row["state.exp_avg/head"] = 0.5
        made.add_row(step, row)
    for step in (1, 100, 397):
        counts = np.array([1, 2, 4, 2, 1]) * step
        made.add_histograms({f"gradients/{layer}": Histogram(step, -1.0, 1.0, counts) for layer in LAYERS})
    made.add_histograms({"weights/head": Histogram(1, -2.0, 2.0, np.array([3, 3]))})
    made.add("instrument_share", [397], [0.018])
    made.add("instrument_interval", [397], [40.0])
    return made


def at(view: LayersView, row: int, step: float) -> QPoint:
    """Return where a layer's value at a step is seen in the heat map."""
    return view.heat.mapFromScene(view.heat.getViewBox().mapViewToScene(QPointF(step, row + 0.5)))


def hover(qtbot: QtBot, view: LayersView, row: int, step: float, layer: str, value: str) -> None:
    """Move the mouse there; moves that follow closely upon each other are left out, as by a real mouse."""
    viewport, none = view.heat.viewport(), Qt.MouseButton.NoButton

    def says() -> bool:
        # Anew each time: the layout settles while events are handled.
        point = QPointF(at(view, row, step))
        place = QPointF(viewport.mapToGlobal(point))
        event = QMouseEvent(QEvent.Type.MouseMove, point, place, none, none, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(viewport, event)
        words = view.readout.split()
        # A pixel is some steps wide.
        return [words[0], words[-1]] == [layer, value] and abs(int(words[-2]) - step) <= 3

    qtbot.waitUntil(says, timeout=30_000)


def shade(view: LayersView, row: int, step: float) -> QColor:
    picture = view.heat.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    point = at(view, row, step)
    return picture.pixelColor(round(point.x() * ratio), round(point.y() * ratio))


def shades_of_row(view: LayersView, row: int) -> set[str]:
    """Return every colour along a row, from edge to edge of the picture."""
    picture = view.heat.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    (low, high), _ = view.heat.getViewBox().viewRange()
    left, right = (round(at(view, row, step).x() * ratio) for step in (low, high))
    height = round(at(view, row, low).y() * ratio)
    return {picture.pixelColor(across, height).name() for across in range(left + 3, right - 3)}


def choose(qtbot: QtBot, view: LayersView, key: str) -> None:
    """Choose a quantity with the keyboard."""
    view.quantities.setFocus()
    while view.quantities.currentData() != key:
        before = view.quantities.currentIndex()
        wanted = view.quantities.findData(key)
        qtbot.keyClick(view.quantities, Qt.Key.Key_Down if wanted > before else Qt.Key.Key_Up)
        assert view.quantities.currentIndex() != before


def test_what_was_measured_is_offered_the_state_of_the_optimizer_last(view: LayersView, recorder: Recorder) -> None:
    view.show_source(recorder)
    offered = [view.quantities.itemText(place) for place in range(view.quantities.count())]
    assert offered == [
        "Gradient norm",
        "Update to weight ratio",
        "Dead units",
        "Optimizer: mean gradient (exp_avg)",
    ]
    assert "powers of ten" in view.sentence.text()
    assert view.cost.text() == "Instruments take 1.8 % of the time; every 40 steps"


def test_a_click_and_the_arrow_keys_choose_a_layer(qtbot: QtBot, view: LayersView, recorder: Recorder) -> None:
    view.show_source(recorder)
    view.grab()
    order = ["blocks.2.a_name_that_is_far_too_long_for_the_edge_of_a_picture.conv", "blocks.10", "head", "stem"]
    qtbot.mouseClick(view.heat.viewport(), Qt.MouseButton.LeftButton, pos=at(view, 2, 200))
    assert view.layer == "head"
    qtbot.keyClick(view.heat, Qt.Key.Key_Up)
    assert view.layer == order[1]
    for _ in range(6):
        qtbot.keyClick(view.heat, Qt.Key.Key_Down)
    assert view.layer == "stem"
    choose(qtbot, view, "update_ratio")
    assert view.layer == "stem"


def test_the_mouse_and_the_keys_read_off_layer_step_and_value(
    qtbot: QtBot, view: LayersView, recorder: Recorder
) -> None:
    view.show_source(recorder)
    view.grab()
    hover(qtbot, view, 1, 199, "blocks.10", "10")
    hover(qtbot, view, 3, 100, "stem", "1")
    qtbot.mouseClick(view.heat.viewport(), Qt.MouseButton.LeftButton, pos=at(view, 2, 50))
    qtbot.keyClick(view.heat, Qt.Key.Key_Home)
    assert "step 1 " in view.readout
    qtbot.keyClick(view.heat, Qt.Key.Key_Right)
    assert "step 4 " in view.readout
    qtbot.keyClick(view.heat, Qt.Key.Key_End)
    assert "step 397 " in view.readout


def test_a_spike_of_one_step_and_a_value_that_is_not_a_number_are_seen(view: LayersView, recorder: Recorder) -> None:
    recorder.add_row(400, {f"gradient_norm/{layer}": 1.0 for layer in LAYERS} | {"gradient_norm/head": float("nan")})
    for step in range(401, 2000):
        recorder.add_row(step, {f"gradient_norm/{layer}": 10.0**-place for place, layer in enumerate(LAYERS)})
    view.show_source(recorder)
    assert view.heat.has_broken
    bad = QColor(colours().bad).name()
    assert [bad in shades_of_row(view, row) for row in range(4)] == [False, False, True, False]
    # What is usual, the spike of step 199 and what came at step 400, in the frame of the row.
    assert len(shades_of_row(view, 1)) >= 3


def test_what_comes_while_it_is_watched_is_drawn(qtbot: QtBot, view: LayersView, recorder: Recorder) -> None:
    view.show_source(recorder)
    view.grab()
    recorder.add_row(5000, {f"gradient_norm/{layer}": 0.5 for layer in LAYERS})

    def drawn() -> None:
        view.pull()
        assert view.heat.getViewBox().viewRange()[0][1] == 5000

    qtbot.waitUntil(drawn)
    assert view.readout.split()[-3:] == ["step", "5,000", "0.5"]


def test_a_single_sample_fills_the_picture(view: LayersView) -> None:
    recorder = Recorder()
    recorder.add_row(1, {"gradient_norm/a": 0.5, "gradient_norm/b": 5.0})
    view.show_source(recorder)
    low, high = shades_of_row(view, 0), shades_of_row(view, 1)
    assert low != high
    assert QColor(colours().surface).name() not in low | high


def test_the_wheel_zooms_and_a_double_click_fits(qtbot: QtBot, view: LayersView, recorder: Recorder) -> None:
    view.show_source(recorder)
    view.grab()
    box = view.heat.getViewBox()
    box.scaleBy(x=0.5, center=(200, 0))
    box.sigRangeChangedManually.emit(box.state["mouseEnabled"])
    view.heat.draw()
    assert box.viewRange()[0][0] > 50
    qtbot.mouseDClick(view.heat.viewport(), Qt.MouseButton.LeftButton, pos=at(view, 1, 200))
    qtbot.waitUntil(lambda: box.viewRange()[0] == [1, 397])


def test_the_good_range_is_shaded_with_its_source_at_hand(qtbot: QtBot, view: LayersView, recorder: Recorder) -> None:
    view.show_source(recorder)
    choose(qtbot, view, "update_ratio")
    graph = view._graphs["update_ratio"]
    assert graph.isVisible()
    assert graph.hint.text() == "shaded: 1e-4 to 0.01"
    assert "Karpathy" in graph.hint.toolTip()
    assert [curve.y.tolist() for curve in graph.curves] == [[1e-3] * len(STEPS)]


def test_histograms_of_the_chosen_layer_are_shown_the_latest_large(
    qtbot: QtBot, view: LayersView, recorder: Recorder
) -> None:
    view.show_source(recorder)
    view.show_layer("gradient_norm", "head")
    assert view.spread.key == "gradients"
    assert view.spread.caption == "step 397, the latest"
    view.spread.keys.setFocus()
    qtbot.keyClick(view.spread.keys, Qt.Key.Key_Up)
    assert view.spread.key == "weights"
    assert view.spread.caption == "step 1, the latest"
    view.show_layer("gradient_norm", "stem")
    assert view.spread.key == "gradients"
    assert len(view.spread.sheet().rows) == 15


def test_evidence_comes_to_the_front(view: LayersView, recorder: Recorder) -> None:
    view.show_source(recorder)
    view.show_layer("dead_share", "blocks.10")
    assert view.quantities.currentText() == "Dead units"
    assert view.layer == "blocks.10"
    assert "25.0 %" in view.readout
    assert view.bar.texts == ["0 %", "50 %", "100 %"]
    view.show_layer("nothing_like_it", "stem")
    assert view.layer == "blocks.10"


def test_the_numbers_are_saved_by_the_button(
    qtbot: QtBot, view: LayersView, recorder: Recorder, tmp_path: Path
) -> None:
    view.show_source(recorder)
    view.grab()
    qtbot.mouseClick(view.save, Qt.MouseButton.LeftButton)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == "Save numbers…").trigger()
    menu.close()
    dialog = view.findChild(QFileDialog)
    assert dialog is not None
    field = dialog.findChild(QLineEdit)
    assert field is not None
    field.setText(str(tmp_path / "layers.csv"))
    qtbot.mouseClick(
        next(button for button in dialog.findChildren(QPushButton) if "Save" in button.text()),
        Qt.MouseButton.LeftButton,
    )
    qtbot.waitUntil(lambda: (tmp_path / "layers.csv").exists())
    lines = (tmp_path / "layers.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "layer,step,gradient_norm"
    assert len(lines) == 1 + len(LAYERS) * len(STEPS)


def test_where_instruments_are_off_a_button_switches_them_on(
    qtbot: QtBot, view: LayersView, workspace: Workspace
) -> None:
    workspace.draft.open({"data": {"source": "digits"}, "training": {"instruments": False}}, Path())
    view.show_source(Recorder())
    assert "Instruments are switched off" in view.text
    qtbot.mouseClick(view._nothing.button, Qt.MouseButton.LeftButton)
    assert workspace.draft.get("training.instruments", True) is True
    assert "switched on for the next run" in view.text


def test_in_the_dark_a_layer_that_was_not_measured_has_the_colour_of_the_ground(
    view: LayersView, recorder: Recorder
) -> None:
    for step in range(500, 900, 10):
        recorder.add_row(step, {"gradient_norm/stem": 1.0})
    view.show_source(recorder)
    try:
        theme.ask_for("dark")
        QApplication.processEvents()
        assert colours().surface == theme.DARK.surface
        assert shade(view, 1, 700) == QColor(theme.DARK.surface)
        assert shade(view, 3, 700) != QColor(theme.DARK.surface)
    finally:
        theme.ask_for(None)
