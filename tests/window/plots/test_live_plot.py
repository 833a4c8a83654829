from __future__ import annotations

import sys
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from desktop_app.engine.recorder import Recorder
from desktop_app.store.metrics import Histogram, MetricEvent
from desktop_app.window.plots.curve_item import CurveStyle
from desktop_app.window.plots.legend import Swatch
from desktop_app.window.plots.live_plot import LivePlot
from desktop_app.window.plots.shown_run import ShownRun
from desktop_app.window.theme import ask_for, colours

PAINTS = 300
# One that loses references loses more than a hundred a paint; caches and tests around it come and go by some hundreds.
TOLERATED = 5 * PAINTS
STYLES = (CurveStyle("a", "training", noisy=True), CurveStyle("b", "validation", dashed=True))


class Series:
    """A recorder's reading side, over a function of the step."""

    rewinds = 0

    def __init__(self, values: Callable[[np.ndarray], np.ndarray] = lambda steps: 1.0 / steps) -> None:
        self.count = 0
        self.values = values

    def read(self, name: str, start: int = 0) -> tuple[np.ndarray, np.ndarray]:
        steps = np.arange(1, self.count + 1)
        if name == "epoch_train_loss":
            steps = steps[9::10]
        elif name not in ("a", "b", "val_loss"):
            steps = steps[:0]
        return steps[start:], np.asarray(self.values(steps), dtype=np.float64)[start:]

    def names(self) -> list[str]:
        return ["a", "b"]

    def events(self) -> list[MetricEvent]:
        return []

    def histograms(self, name: str, start: int = 0) -> list[Histogram]:
        return []

    def histogram_names(self) -> list[str]:
        return []


def shown(qtbot: QtBot, *others: Series, count: int = 0) -> tuple[LivePlot, Series]:
    plot, source = LivePlot("Loss", STYLES), Series()
    qtbot.addWidget(plot)
    plot.resize(960, 320)
    plot.show()
    qtbot.waitExposed(plot)
    runs = [ShownRun(str(place), f"run {place}", each, place) for place, each in enumerate((source, *others))]
    plot.show_runs(runs)
    for each in (source, *others):
        each.count = count
    for run in runs:
        run.pull()
    while plot.pull():
        pass
    plot.grab()
    return plot, source


def move(plot: LivePlot, x: float, y: float) -> None:
    point = plot.view.mapFromScene(plot.view.getViewBox().mapViewToScene(QPointF(x, y)))
    viewport, none = plot.view.viewport(), Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(point),
        viewport.mapToGlobal(QPointF(point)),
        none,
        none,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(viewport, event)


def wheel(plot: LivePlot, turns: int) -> None:
    viewport = plot.view.viewport()
    centre = QPointF(viewport.rect().center())
    event = QWheelEvent(
        centre,
        viewport.mapToGlobal(centre),
        QPoint(),
        QPoint(0, 120 * turns),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


def test_painting_hundreds_of_times_takes_no_references_from_none(qtbot: QtBot) -> None:
    plot, source = shown(qtbot)
    before = sys.getrefcount(None)
    for _ in range(PAINTS):
        source.count += 20
        plot.pull()
        plot.grab()
    assert sys.getrefcount(None) > before - TOLERATED


def test_what_is_drawn_is_never_more_than_a_thousand_points_and_keeps_the_spike(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, count=100_000)
    assert all(len(line.places) <= 1000 for item in plot.items for line in item.lines)
    assert plot.items[0].faint.heights.max() == 1.0


def test_the_values_under_the_mouse_stand_above(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, count=10)
    move(plot, 4.3, 0.5)
    qtbot.waitUntil(lambda: "validation" in plot.readout.text())
    assert "validation 0.25" in plot.readout.text()
    assert "(0.25)" in plot.readout.text()
    assert "step 4" in plot.readout.text()


def test_the_values_of_several_runs_stand_on_a_card(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, Series(lambda steps: steps * 100.0), count=10)
    move(plot, 4.3, 300)
    qtbot.waitUntil(plot.card.isVisible)
    assert "run 0" in plot.card.text()
    assert "run 1" in plot.card.text()
    assert "400" in plot.card.text()
    assert "0.25" in plot.card.text()


def test_a_double_click_fits_again_after_the_wheel_has_zoomed(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, count=10_000)
    with qtbot.waitSignal(plot.range_changed) as zoomed:
        wheel(plot, 10)
    low, high = zoomed.args
    assert high - low < 6000
    assert not plot.is_following
    centre = plot.view.viewport().rect().center()
    with qtbot.waitSignal(plot.fitted):
        qtbot.mouseClick(plot.view.viewport(), Qt.MouseButton.LeftButton, pos=centre)
        qtbot.mouseDClick(plot.view.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert plot.is_following


def test_zooming_in_draws_every_value(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, count=50_000)
    plot.view.setXRange(1000, 1100, padding=0)
    drawn = plot.items[0].faint.places
    assert set(range(1000, 1101)) <= set(drawn.tolist())


def test_a_logarithmic_scale_says_what_it_leaves_out(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, count=100)
    plot.items[0].run.source.values = lambda steps: steps - 3.0
    plot.items[0].buffer.clear()
    plot.items[1].buffer.clear()
    plot.pull()
    plot.set_log(True)
    assert "6 values of 0 and below left out" in plot.view.note
    assert np.nanmax(plot.items[1].line.heights) == np.log10(97.0)
    plot.set_log(False)
    assert plot.view.note == ""


def test_a_star_stands_on_the_best_epoch(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, count=40)
    assert plot.items[0].run.best_step == 40
    assert plot.best.words == "best 0.025"


def test_the_words_at_the_best_epoch_stay_inside_the_plot(qtbot: QtBot) -> None:
    styles = (CurveStyle("val_loss", "validation", dashed=True),)
    for top in (1.0, 5.0):
        plot, source = LivePlot("Loss", styles), Series(lambda steps, top=top: np.where(steps == 1, top, 2.0))
        qtbot.addWidget(plot)
        plot.resize(500, 200)
        plot.show()
        source.count = 10
        run = ShownRun("0", "run", source)
        plot.show_runs([run])
        run.pull()
        run.best_step = 1
        plot.pull()
        plot.grab()
        box = plot.view.getViewBox()
        words = plot.best._text.mapRectToItem(box, plot.best._text.boundingRect())
        assert plot.best.words
        assert box.boundingRect().adjusted(-1, -1, 1, 1).contains(words)


def test_the_words_at_the_best_epoch_stand_out_from_curves_behind_them(qtbot: QtBot) -> None:
    ask_for("light")
    plot, _ = shown(qtbot, count=400)
    words = plot.best._text
    area = plot.view.mapFromScene(words.mapRectToScene(words.boundingRect())).boundingRect()
    # A curve that goes through the words.
    middle = words.mapRectToView(words.boundingRect()).center().y()
    plot.view.addItem(pg.InfiniteLine(middle, 0.0, pen=pg.mkPen("#ff0000", width=3)))
    picture = plot.view.grab().toImage()
    inside = picture.pixelColor(area.left() + 2, area.center().y())
    outside = picture.pixelColor(area.left() - 20, area.center().y())
    surface = QColor(colours().surface)
    distances = [
        abs(shade.red() - surface.red()) + abs(shade.green() - surface.green()) + abs(shade.blue() - surface.blue())
        for shade in (inside, outside)
    ]
    assert plot.best.words
    assert distances[0] < 80
    assert distances[1] > 200


def test_losses_that_are_all_not_a_number_are_drawn_without_a_warning(qtbot: QtBot) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plot, _ = shown(qtbot, Series(lambda steps: steps * np.nan), count=40)
        plot.items[0].run.source.values = lambda steps: steps * np.nan
        for item in plot.items:
            item.buffer.clear()
        while plot.pull():
            pass
        plot.set_log(True)
        plot.fit()
        plot.grab()
    assert plot.buffers["b"].range is None


def test_a_training_that_was_rolled_back_is_drawn_as_it_goes_on(qtbot: QtBot) -> None:
    recorder = Recorder()
    recorder.add("a", list(range(1, 101)), [2.0] * 100)
    recorder.add("val_loss", [50, 100], [2.0, 1.0])
    plot = LivePlot("Loss", STYLES)
    qtbot.addWidget(plot)
    plot.show()
    run = ShownRun("0", "run", recorder)
    plot.show_runs([run])
    run.pull()
    plot.pull()
    assert run.best_step == 100
    recorder.go_back(60)
    recorder.add("a", list(range(61, 141)), [1.0] * 39 + [2.0] * 41)
    recorder.add("val_loss", [100], [3.0])
    run.pull()
    plot.pull()
    assert run.best_step == 50
    line = plot.items[0].faint
    assert line.places[-1] == 140.0
    assert line.heights[line.places == 80.0].tolist() == [1.0]
    recorder.go_back(0)
    run.pull()
    plot.pull()
    assert run.best_step is None
    assert len(line.places) == 0


def test_while_the_plot_is_dragged_no_values_stand_above(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, count=1000)
    move(plot, 500, 0.1)
    qtbot.waitUntil(lambda: "step 500" in plot.readout.text())
    viewport = plot.view.viewport()
    centre = viewport.rect().center()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=centre)
    for far in (20, 40, 60):
        qtbot.wait(15)
        point = QPointF(centre + QPoint(far, 0))
        left, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        event = QMouseEvent(QEvent.Type.MouseMove, point, viewport.mapToGlobal(point), left, left, keys)
        QApplication.sendEvent(viewport, event)
    assert not plot.is_following
    assert plot.readout.text() == ""
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=centre + QPoint(60, 0))
    qtbot.wait(15)
    move(plot, 500, 0.1)
    qtbot.waitUntil(lambda: "step" in plot.readout.text())


def test_epochs_can_be_counted_instead_of_steps(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, count=40)
    plot.set_by_epoch(True)
    plot.grab()
    assert plot.items[1].line.places[-1] == 4.0
    move(plot, 2.5, 0.5)
    qtbot.waitUntil(lambda: plot.readout.text().startswith("epoch 2.5"))


def test_what_happened_is_said_where_the_mouse_is_near_its_line(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, count=100)
    plot.show_events([MetricEvent(50, "learning_rate", "0.001")])
    plot.grab()
    move(plot, 50, 0.5)
    qtbot.waitUntil(lambda: "Learning rate set to 0.001" in plot.card.text())

    def is_gone() -> bool:
        # Again and again: a mouse that moves twice within ten milliseconds is heard once.
        move(plot, 80, 0.5)
        return not plot.card.isVisible()

    qtbot.waitUntil(is_gone)


def test_a_right_click_saves_the_numbers(qtbot: QtBot, tmp_path: Path) -> None:
    plot, _ = shown(qtbot, count=2)
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


def test_pictures_and_drawings_are_saved(qtbot: QtBot, tmp_path: Path) -> None:
    plot, _ = shown(qtbot, Series(), count=30)
    plot.show_events([MetricEvent(5, "non_finite", "The loss was NaN.")])
    plot.saver.save_png(tmp_path / "loss.png")
    plot.saver.save_svg(tmp_path / "loss.svg")
    plot.saver.save_csv(tmp_path / "loss.csv")
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert "<path" in (tmp_path / "loss.svg").read_text()
    assert (tmp_path / "loss.csv").read_text().splitlines()[1] == "run 0,a,1,1.0"


def test_a_plot_that_is_too_narrow_for_its_legend_keeps_its_title_whole(qtbot: QtBot) -> None:
    plot, _ = shown(qtbot, count=10)
    [title] = [each for each in plot.findChildren(QLabel) if each.text() == "Loss"]
    legend = plot.findChildren(Swatch)
    asked = plot.minimumSizeHint().width()
    plot.resize(asked, 320)
    qtbot.waitUntil(lambda: all(swatch.isVisible() for swatch in legend))
    parts = sorted((part.geometry().left(), part.geometry().right()) for part in (title, *legend))
    assert all(left[1] < right[0] for left, right in pairwise(parts))
    plot.setMinimumWidth(1)
    plot.resize(asked - 1, 320)
    qtbot.waitUntil(lambda: not any(swatch.isVisible() for swatch in legend))
    assert plot.minimumSizeHint().width() == asked
    qtbot.waitUntil(lambda: title.width() >= title.sizeHint().width())
    plot.resize(asked, 320)
    qtbot.waitUntil(lambda: all(swatch.isVisible() for swatch in legend))
