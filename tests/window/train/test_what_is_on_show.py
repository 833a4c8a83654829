"""The Train page shows the run that it names: after others were opened, when one cannot be gone on with, or is gone."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.train import TrainPage

LONG_MS = 120_000


def click(qtbot: QtBot, widget: QWidget) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.fixture
def page(frame: Frame) -> TrainPage:
    found = frame.pages["train"]
    assert isinstance(found, TrainPage)
    return found


def digits(name: str, epochs: int, **training: Any) -> dict[str, Any]:
    made = {"epochs": epochs, "threads": 1, "instruments": False, **training}
    return {"name": name, "data": {"source": "digits", "test": 0.7}, "training": made}


def points(table: Path, epochs: int) -> dict[str, Any]:
    data = {"source": "table", "path": str(table), "target": "side"}
    return {"name": "points", "data": data, "training": {"epochs": epochs, "threads": 1}}


def begin(qtbot: QtBot, frame: Frame, values: dict[str, Any], folder: Path) -> None:
    """Open an experiment and click Train; returns once it is running."""
    frame.workspace.open_values(values, folder)
    qtbot.waitUntil(lambda: frame.workspace.ready_to_train, timeout=LONG_MS)
    click(qtbot, frame.rail.button("train"))
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.training.state not in ("idle", "preparing"), timeout=LONG_MS)


def train(qtbot: QtBot, frame: Frame, values: dict[str, Any], folder: Path) -> Path:
    """Train to the end and return the run's folder."""
    begin(qtbot, frame, values, folder)
    qtbot.waitUntil(lambda: frame.workspace.training.is_over, timeout=LONG_MS)
    run = frame.workspace.run
    assert run is not None
    return run.folder


def epochs_on_show(page: TrainPage) -> int:
    return len(page.curves.loss.buffers["val_loss"])


def test_the_newest_run_is_shown_again_after_another_one_was_opened(
    qtbot: QtBot, frame: Frame, page: TrainPage, tmp_path: Path
) -> None:
    first = train(qtbot, frame, digits("first", 1), tmp_path)
    second = train(qtbot, frame, digits("second", 2), tmp_path)
    qtbot.waitUntil(lambda: epochs_on_show(page) == 2, timeout=LONG_MS)

    frame.workspace.open_path(first)
    qtbot.waitUntil(lambda: epochs_on_show(page) == 1, timeout=LONG_MS)
    frame.workspace.open_path(second)

    qtbot.waitUntil(lambda: epochs_on_show(page) == 2, timeout=LONG_MS)
    assert [run.name for run in page.comparison.runs] == ["second-1"]


def test_a_run_that_could_not_be_gone_on_with_is_shown_as_it_was(
    qtbot: QtBot, frame: Frame, page: TrainPage, table: Path
) -> None:
    run = train(qtbot, frame, points(table, 3), table.parent)
    qtbot.waitUntil(lambda: epochs_on_show(page) == 3, timeout=LONG_MS)
    table.write_text("x,y,side\n1.0,2.0,up\n", encoding="utf-8")

    click(qtbot, page.run_panel.controls.extend)
    qtbot.waitUntil(lambda: frame.workspace.training.is_over, timeout=LONG_MS)

    qtbot.waitUntil(lambda: epochs_on_show(page) == 3, timeout=LONG_MS)
    assert frame.workspace.training.state == "failed"
    assert frame.notices.text
    assert [(shown.name, shown.key) for shown in page.comparison.runs] == [("points-1", str(run))]


def test_the_boundary_stays_in_front_when_its_training_ends_and_goes_on(
    qtbot: QtBot, frame: Frame, page: TrainPage, table: Path
) -> None:
    begin(qtbot, frame, points(table, 200), table.parent)
    boundary = page.tools.segments.buttons[2]
    qtbot.waitUntil(boundary.isVisible, timeout=LONG_MS)
    click(qtbot, boundary)
    places: set[int] = set()
    page.views.currentChanged.connect(places.add)

    qtbot.waitUntil(lambda: frame.workspace.training.is_over, timeout=LONG_MS)
    click(qtbot, page.run_panel.controls.extend)
    qtbot.waitUntil(lambda: not frame.workspace.training.is_over, timeout=LONG_MS)
    qtbot.waitUntil(lambda: frame.workspace.training.is_over, timeout=LONG_MS)

    assert places == set()
    assert page.views.currentWidget() is page.boundary


def test_a_training_whose_folder_is_taken_away_says_what_happened(
    qtbot: QtBot, frame: Frame, page: TrainPage, tmp_path: Path
) -> None:
    begin(qtbot, frame, digits("gone", 100_000), tmp_path)
    session = frame.workspace.training.session
    assert session is not None
    qtbot.waitUntil(lambda: session.run is not None and session.progress().epochs > 0, timeout=LONG_MS)
    assert session.run is not None
    session.run.folder.rename(tmp_path / "elsewhere")  # at once, while files are written into it

    qtbot.waitUntil(lambda: frame.workspace.training.is_over, timeout=LONG_MS)

    outcome = session.wait(0)
    assert outcome is not None
    assert outcome.status == "failed"
    assert frame.notices.text == outcome.reason
    assert frame.workspace.run is None
    assert page.panel.isVisible()
    assert page.panel.text.startswith("The training has failed")


def test_a_draft_is_changed_although_the_run_on_show_was_deleted(
    qtbot: QtBot, frame: Frame, page: TrainPage, tmp_path: Path
) -> None:
    run = train(qtbot, frame, digits("gone", 1), tmp_path)
    click(qtbot, page.tools.segments.buttons[1])
    shutil.rmtree(run)

    with qtbot.captureExceptions() as exceptions:
        frame.workspace.draft.set("training.epochs", 2)
        qtbot.waitUntil(lambda: frame.workspace.ready_to_train, timeout=LONG_MS)

    assert exceptions == []
