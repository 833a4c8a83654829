"""Comparing runs on the Train page, with mouse and keys, in a real window."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QIcon, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from desktop_app.engine.insight.finding import Exhibit
from desktop_app.folders import user_folders
from desktop_app.store.metrics import MetricsWriter
from desktop_app.store.run_folder import RunFolder
from desktop_app.window import theme
from desktop_app.window.pages.train import TrainPage
from desktop_app.window.plots.legend import Swatch
from desktop_app.window.plots.live_plot import LivePlot
from desktop_app.window.plots.series_buffer import SeriesBuffer
from desktop_app.window.workspace import Workspace

STEPS = 400
LONG_MS = 120_000


def write_run(name: str, rate: float, *, regression: bool = False) -> Path:
    folder = RunFolder.create(user_folders().runs, name)
    optimizer = f'{{ name = "adam", lr = {rate} }}'
    folder.experiment.write_text(f'[data]\nsource = "digits"\n[training]\noptimizer = {optimizer}\n')
    task = {"input": {"kind": "pictures", "height": 8, "width": 8}}
    answer = {"output": "number", "target": "price"} if regression else {"classes": ["one", "other"]}
    folder.write_json(folder.task, task | answer)
    writer = MetricsWriter(folder.metrics)
    steps = np.arange(1, STEPS + 1)
    writer.append("train_loss", steps, 1.0 / steps)
    writer.append("lr", steps, np.full(STEPS, rate))
    ends = steps[99::100]
    writer.append("epoch_train_loss", ends, 1.0 / ends)
    writer.append("val_loss", ends, [0.5, 0.3, 0.4, 0.6])
    if regression:
        writer.append("val_mae", ends, [3.0, 2.0, 2.5, 2.7])
    else:
        writer.append("val_accuracy", ends, [0.5, 0.8, 0.7, 0.6])
    writer.event(0, "stage", "training")
    writer.event(200, "learning_rate", "0.0005")
    best: dict[str, Any] = {"val_loss": 0.3} | ({"val_mae": 2.0} if regression else {"val_accuracy": 0.8})
    writer.set_state("status", "finished")
    writer.set_state("result", {"best": best, "epochs": 4, "steps": STEPS, "device": "CPU"})
    writer.close()
    return folder.path


@pytest.fixture
def page(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[TrainPage]:
    monkeypatch.setenv("DOWNSLOPE_HOME", str(tmp_path / "home"))
    workspace = Workspace()
    made = TrainPage(workspace)
    qtbot.addWidget(made)
    made.resize(1200, 720)
    made.show()
    qtbot.waitExposed(made)
    yield made
    workspace.training.stop()
    made.join()
    made.close()
    workspace.shut_down()


def open_run(qtbot: QtBot, page: TrainPage, folder: Path) -> None:
    page.workspace.open_run(folder)
    qtbot.waitUntil(lambda: len(page.curves.loss.buffers.get("train_loss", ())) == STEPS, timeout=LONG_MS)


def tick(qtbot: QtBot, page: TrainPage, name: str) -> None:
    """Open the list of runs, search for one and tick it with the mouse."""
    chooser = page._chooser
    qtbot.mouseClick(page.tools.compare, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: chooser.list.count() > 0, timeout=LONG_MS)
    qtbot.keyClicks(chooser.search, name)
    [item] = [each for each in chooser._items() if not each.isHidden()]
    qtbot.mouseClick(chooser.list.viewport(), Qt.MouseButton.LeftButton, pos=chooser.list.visualItemRect(item).center())
    qtbot.keyClick(chooser, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not chooser.isVisible(), timeout=LONG_MS)


def begin_training(qtbot: QtBot, page: TrainPage) -> None:
    """Train the open experiment, for longer than any test takes."""
    workspace = page.workspace
    workspace.shelf.load()
    workspace.draft.update({"name": "live", "data.test": 0.7, "training.epochs": 100_000, "training.threads": 1})
    qtbot.waitUntil(lambda: workspace.shelf.registry is not None, timeout=LONG_MS)
    workspace.look()
    qtbot.waitUntil(lambda: workspace.ready_to_train, timeout=LONG_MS)
    workspace.start_training()
    qtbot.waitUntil(lambda: workspace.training.session.progress().step > 3, timeout=LONG_MS)


def stop_training(qtbot: QtBot, page: TrainPage) -> None:
    page.workspace.training.stop()
    qtbot.waitUntil(lambda: page.workspace.run_status == "stopped", timeout=LONG_MS)


def states(page: TrainPage) -> list[tuple[str, str]]:
    """Return name and state of each row of the table."""
    table = page.curves.table
    return [(table.item(row, 0).text(), table.item(row, 3).text()) for row in range(table.rowCount())]


def last_series(plot: LivePlot) -> SeriesBuffer:
    """Return the numbers of the last run's first curve."""
    return next(item.buffer for item in plot.items if item.run is plot.items[-1].run)


def test_a_ticked_run_lies_over_the_first_in_a_colour_of_its_own(qtbot: QtBot, page: TrainPage) -> None:
    first, _, _ = write_run("one", 0.001), write_run("two", 0.01), write_run("other", 0.1)
    open_run(qtbot, page, first)
    tick(qtbot, page, "two")
    assert [run.name for run in page.comparison.runs] == ["one-1", "two-1"]
    assert [run.colour for run in page.comparison.runs] == [0, 1]
    for plot in (page.curves.loss, page.curves.rate):
        qtbot.waitUntil(lambda plot=plot: len(last_series(plot)) > 0)
        assert {item.run.colour for item in plot.items} == {0, 1}
    table = page.curves.table
    qtbot.waitUntil(lambda: table.isVisible() and table.columnCount() > 4, timeout=LONG_MS)
    assert table.horizontalHeaderItem(4).text() == "lr"
    assert [table.item(row, 4).text() for row in range(2)] == ["1e-3", "0.01"]
    assert table.item(1, 1).text() == "80.0 %"


def test_enter_in_the_search_takes_the_first_that_is_left(qtbot: QtBot, page: TrainPage) -> None:
    first, _ = write_run("one", 0.001), write_run("two", 0.01)
    open_run(qtbot, page, first)
    qtbot.mouseClick(page.tools.compare, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page._chooser.list.count() == 1, timeout=LONG_MS)
    qtbot.keyClicks(page._chooser.search, "nothing like it")
    qtbot.keyClick(page._chooser.search, Qt.Key.Key_Return)
    assert page.comparison.others == []
    page._chooser.search.clear()
    qtbot.keyClicks(page._chooser.search, "TWO")
    qtbot.keyClick(page._chooser.search, Qt.Key.Key_Return)
    assert [run.name for run in page.comparison.others] == ["two-1"]


def test_the_legend_hides_shows_and_removes(qtbot: QtBot, page: TrainPage) -> None:
    first, _ = write_run("one", 0.001), write_run("two", 0.01)
    open_run(qtbot, page, first)
    tick(qtbot, page, "two")
    legend = page.curves.legend
    assert legend.isVisible()
    other = next(item for item in page.curves.loss.items if item.run.name == "two-1")
    for hidden in (True, False):
        entry = next(each for each in legend.widget().children() if getattr(each, "text", str)() == "two-1")
        qtbot.mouseClick(entry, Qt.MouseButton.LeftButton)
        assert other.line.is_visible is not hidden
    [cross] = legend.widget().findChildren(QToolButton)
    qtbot.mouseClick(cross, Qt.MouseButton.LeftButton)
    assert [run.name for run in page.comparison.runs] == ["one-1"]
    assert not legend.isVisible()
    assert not page.curves.table.isVisible()


def test_a_run_that_is_deleted_meanwhile_costs_one_sentence(qtbot: QtBot, page: TrainPage) -> None:
    first, second = write_run("one", 0.001), write_run("two", 0.01)
    open_run(qtbot, page, first)
    said: list[str] = []
    page.workspace.said.connect(lambda notice: said.append(notice.text))
    qtbot.mouseClick(page.tools.compare, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page._chooser.list.count() == 1, timeout=LONG_MS)
    shutil.rmtree(second)
    qtbot.keyClick(page._chooser.search, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(said), timeout=LONG_MS)
    assert len(said) == 1
    assert "two-1" in said[0]
    assert page.comparison.others == []


def test_a_click_on_the_time_line_zooms_all_plots_there(qtbot: QtBot, page: TrainPage) -> None:
    open_run(qtbot, page, write_run("one", 0.001))
    strip = page.curves.strip
    qtbot.waitUntil(lambda: len(strip.events) == 2, timeout=LONG_MS)
    qtbot.waitUntil(lambda: page.curves.loss.view.getViewBox().viewRange()[0][1] > 300, timeout=LONG_MS)
    place = QPoint(round(strip.x_of(1)), strip.height() // 2)
    qtbot.mouseClick(strip, Qt.MouseButton.LeftButton, pos=place)
    for plot in (page.curves.loss, page.curves.accuracy, page.curves.rate):
        low, high = plot.view.getViewBox().viewRange()[0]
        assert low < 200 < high < 300
    page.curves.fit()
    qtbot.keyClick(strip, Qt.Key.Key_Left)
    qtbot.keyClick(strip, Qt.Key.Key_Return)
    assert page.curves.loss.view.getViewBox().viewRange()[0][1] < 300


def colour_of(icon: QIcon) -> str:
    picture = icon.pixmap(QSize(20, 12)).toImage()
    return picture.pixelColor(picture.rect().center()).name().upper()


def test_whatever_names_a_run_by_its_colour_goes_with_the_theme(qtbot: QtBot, page: TrainPage) -> None:
    first, _ = write_run("one", 0.001), write_run("two", 0.01)
    open_run(qtbot, page, first)
    tick(qtbot, page, "two")
    loss, table = page.curves.loss, page.curves.table
    qtbot.waitUntil(lambda: loss.best._stars.points().size == 2 and not page.curves.is_reading, timeout=LONG_MS)
    viewport = loss.view.viewport()
    middle, none = QPointF(viewport.rect().center()), Qt.MouseButton.NoButton
    place = viewport.mapToGlobal(middle)
    over = QMouseEvent(QEvent.Type.MouseMove, middle, place, none, none, Qt.KeyboardModifier.NoModifier)
    entry = next(each for each in page.curves.legend.findChildren(QPushButton) if each.text() == "one-1")
    seen = []
    try:
        for scheme in (theme.LIGHT, theme.DARK):
            theme.ask_for("light" if scheme is theme.LIGHT else "dark")
            if not seen:
                QApplication.sendEvent(viewport, over)
            assert loss.card.isVisible()
            star = loss.best._stars.points()[0]
            seen.append(
                [
                    colour_of(entry.icon()),
                    colour_of(table.item(0, 0).icon()),
                    star.brush().color().name().upper(),
                    *(shade for shade in (theme.LIGHT.runs[0], theme.DARK.runs[0]) if shade in loss.card.text()),
                ]
            )
            assert star.pen().color().name().upper() == scheme.surface
    finally:
        theme.ask_for(None)
    assert seen == [[theme.LIGHT.runs[0]] * 4, [theme.DARK.runs[0]] * 4]


def test_long_names_that_differ_in_the_middle_are_told_apart_in_legend_and_table(qtbot: QtBot, page: TrainPage) -> None:
    names = [f"digits-with-a-long-name-lr-{rate}-batch-normalization" for rate in ("0.001", "0.01")]
    first, _ = [write_run(name, 0.01) for name in names]
    open_run(qtbot, page, first)
    tick(qtbot, page, names[1])
    entries = [each.text() for each in page.curves.legend.findChildren(QPushButton)]
    assert entries == ["digits-w…0.001…ation-1", "digits-w…0.01…zation-1"]
    table = page.curves.table
    assert [table.item(row, 0).text() for row in range(2)] == ["digits…0.001…ion-1", "digits…0.01…tion-1"]
    assert [table.item(row, 0).toolTip() for row in range(2)] == [f"{name}-1" for name in names]


def test_evidence_brings_its_steps_or_its_layer_to_the_front(qtbot: QtBot, page: TrainPage) -> None:
    open_run(qtbot, page, write_run("one", 0.001))
    page.findings.evidence_asked.emit(Exhibit(("train_loss",), 100, 200))
    low, high = page.curves.loss.view.getViewBox().viewRange()[0]
    assert 50 < low < 100 < 200 < high < 250
    assert page.curves.loss._region.isVisible()
    assert not page.curves.accuracy._region.isVisible()
    page.findings.evidence_asked.emit(Exhibit(("gradient_norm/layers.0",)))
    assert page.views.currentWidget() is page.layers
    page.findings.evidence_asked.emit(Exhibit(("val_loss",), 100))
    assert page.views.currentWidget() is page.curves


def test_a_regression_shows_its_mean_error_in_place_of_accuracy(qtbot: QtBot, page: TrainPage) -> None:
    open_run(qtbot, page, write_run("prices", 0.001, regression=True))
    qtbot.waitUntil(page.curves.error.isVisible)
    assert not page.curves.accuracy.isVisible()
    qtbot.waitUntil(lambda: page.curves.error.best.words == "best 2", timeout=LONG_MS)


def test_smoothing_and_logarithm_change_what_is_drawn(qtbot: QtBot, page: TrainPage) -> None:
    open_run(qtbot, page, write_run("one", 0.001))
    line = page.curves.loss.items[0].line
    smooth = np.array(line.heights)
    page.tools.smoothing.setFocus()
    qtbot.keyClick(page.tools.smoothing, Qt.Key.Key_Home)
    assert not np.array_equal(line.heights, smooth)
    plain = np.array(line.heights)
    qtbot.mouseClick(page.tools.log, Qt.MouseButton.LeftButton)
    np.testing.assert_allclose(line.heights, np.log10(plain))


def test_a_training_that_begins_beside_others_has_its_state_and_its_settings_in_the_table(
    qtbot: QtBot, page: TrainPage
) -> None:
    first, _ = write_run("one", 0.001), write_run("two", 0.01)
    open_run(qtbot, page, first)
    tick(qtbot, page, "two")
    begin_training(qtbot, page)
    qtbot.waitUntil(lambda: states(page) == [("live-1", "running"), ("two-1", "finished")], timeout=LONG_MS)
    titles = [page.curves.table.horizontalHeaderItem(place).text() for place in range(page.curves.table.columnCount())]
    assert page.curves.table.item(0, titles.index("epochs")).text() == "100000"
    stop_training(qtbot, page)
    qtbot.waitUntil(lambda: states(page) == [("live-1", "stopped"), ("two-1", "finished")], timeout=LONG_MS)


def test_a_run_that_is_compared_and_then_gone_on_with_is_there_once(qtbot: QtBot, page: TrainPage) -> None:
    first, _ = write_run("one", 0.001), write_run("two", 0.01)
    open_run(qtbot, page, first)
    begin_training(qtbot, page)
    stop_training(qtbot, page)
    open_run(qtbot, page, first)
    tick(qtbot, page, "two")
    tick(qtbot, page, "live")
    told = [("one-1", "finished"), ("two-1", "finished"), ("live-1", "stopped")]
    qtbot.waitUntil(lambda: states(page) == told, timeout=LONG_MS)
    page.workspace.resume_queued(Path(page.comparison.runs[2].key), page.workspace.draft.values)
    qtbot.waitUntil(lambda: states(page) == [("live-1", "running"), ("two-1", "finished")], timeout=LONG_MS)
    stop_training(qtbot, page)


def test_three_plots_side_by_side_in_a_small_window_have_whole_titles(qtbot: QtBot, page: TrainPage) -> None:
    open_run(qtbot, page, write_run("one", 0.001))
    write_run("prices", 0.001, regression=True)
    tick(qtbot, page, "prices")
    page.resize(940, 590)
    plots = (page.curves.loss, page.curves.accuracy, page.curves.error)
    qtbot.waitUntil(lambda: all(plot.isVisible() for plot in plots), timeout=LONG_MS)
    swatches = [swatch for plot in plots for swatch in plot.findChildren(Swatch)]
    qtbot.waitUntil(lambda: not any(swatch.isVisible() for swatch in swatches), timeout=LONG_MS)
    for plot in plots:
        [title] = [each for each in plot.findChildren(QLabel) if each.text() == plot.title]
        qtbot.waitUntil(lambda title=title: title.width() >= title.sizeHint().width())
