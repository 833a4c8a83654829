"""Experiments are queued, put in order and trained one after the other, with the mouse and the keyboard."""

import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.engine.events import Ended
from desktop_app.engine.queue import ExperimentQueue
from desktop_app.folders import user_folders
from desktop_app.window.frame import Frame
from desktop_app.window.pages.train import TrainPage
from desktop_app.window.train.queue_panel import QueuePanel

LONG_MS = 120_000


def click(qtbot: QtBot, widget: QWidget) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


@pytest.fixture
def panel(qtbot: QtBot, frame: Frame) -> QueuePanel:
    """Return the queue's panel on the Train page, which is in front, with the digits as the draft."""
    values = {
        "name": "first",
        "data": {"source": "digits", "test": 0.7},
        "training": {"epochs": 1, "threads": 1, "instruments": False},
    }
    frame.workspace.open_values(values, Path.cwd())
    ready(qtbot, frame)
    click(qtbot, frame.rail.button("train"))
    page = frame.pages["train"]
    assert isinstance(page, TrainPage)
    return page.queue


def ready(qtbot: QtBot, frame: Frame) -> None:
    qtbot.waitUntil(lambda: frame.workspace.ready_to_train and frame.header.queue.isEnabled(), timeout=LONG_MS)


def change(qtbot: QtBot, frame: Frame, changes: dict[str, Any]) -> None:
    """Change the draft, as its forms do, and wait until that has been looked at."""
    frame.workspace.draft.update(changes)
    frame.workspace.look()
    ready(qtbot, frame)


def entries(panel: QueuePanel) -> list[tuple[str, str]]:
    return [(each.name.text(), each.detail.text()) for each in panel.rows]


def test_three_experiments_are_trained_in_a_row_and_one_that_fails_stops_no_other(
    qtbot: QtBot, frame: Frame, panel: QueuePanel
) -> None:
    assert not panel.isVisible()
    click(qtbot, frame.header.queue)
    change(qtbot, frame, {"name": "second", "training.optimizer": {"name": "sgd", "lr": 0.5}})
    qtbot.keyClick(frame, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    change(qtbot, frame, {"name": "third", "training.optimizer": None, "training.epochs": 2})
    click(qtbot, frame.header.queue)
    assert entries(panel) == [
        ("first", "Waits"),
        ("second", "optimizer adam to sgd, lr 0.5"),
        ("third", "optimizer sgd, lr 0.5 to adam, epochs 1 to 2"),
    ]
    assert frame.notices.text == "third was added to the queue: 3 experiments wait."
    # What the second one learns from is gone when its turn comes.
    queue = frame.workspace.queue.queue
    assert queue is not None
    second = queue.waiting[1]
    spoiled = {**second.values, "data": {"source": "table", "path": "/nowhere/at-all.csv", "target": "a"}}
    queue._replace(second.identity, values=spoiled)
    draft = frame.workspace.draft.values

    click(qtbot, panel.run)

    assert frame.workspace.training.active
    assert panel.run.text() == "Pause"
    qtbot.waitUntil(lambda: queue.waiting == [] and not frame.workspace.training.active, timeout=LONG_MS)
    qtbot.waitUntil(lambda: frame.notices.text == "third-1 is finished.")
    assert [(each.name, each.state) for each in queue] == [
        ("first", "finished"),
        ("second", "failed"),
        ("third", "finished"),
    ]
    assert "at-all.csv" in panel.rows[1].detail.text()
    assert [Path(each.run).name for each in queue if each.run] == ["first-1", "third-1"]
    assert frame.workspace.run is not None
    assert frame.workspace.run.folder.name == "third-1"
    assert frame.workspace.draft.values == draft
    assert frame.workspace.run_is_current
    click(qtbot, panel.rows[0].buttons["open"])
    assert frame.workspace.run.folder.name == "first-1"
    click(qtbot, panel.forget)
    assert not panel.isVisible()
    assert list(ExperimentQueue(user_folders().runs)) == []


def test_the_order_is_changed_with_buttons_that_keep_the_focus(qtbot: QtBot, frame: Frame, panel: QueuePanel) -> None:
    for name in ("first", "second", "third"):
        change(qtbot, frame, {"name": name})
        click(qtbot, frame.header.queue)
    assert not panel.rows[0].buttons["raise"].isEnabled()
    assert not panel.rows[2].buttons["lower"].isEnabled()
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    panel.rows[2].buttons["raise"].setFocus()
    qtbot.keyClick(panel.rows[2].buttons["raise"], Qt.Key.Key_Space)
    assert [each.name.text() for each in panel.rows] == ["first", "third", "second"]
    assert panel.rows[1].buttons["raise"].hasFocus()
    click(qtbot, panel.rows[1].buttons["remove"])
    assert [each.name.text() for each in panel.rows] == ["first", "second"]
    click(qtbot, panel.clear)
    assert not panel.isVisible()


def test_a_draft_is_changed_and_queued_while_another_is_trained_and_a_pause_holds_it_back(
    qtbot: QtBot, frame: Frame, panel: QueuePanel
) -> None:
    change(qtbot, frame, {"training.epochs": 100_000})
    click(qtbot, frame.header.main)
    training = frame.workspace.training
    qtbot.waitUntil(lambda: training.state == "running", timeout=LONG_MS)
    assert frame.header.queue.text() == "Add to queue"
    change(qtbot, frame, {"name": "next", "training.epochs": 1})
    click(qtbot, frame.header.queue)
    assert entries(panel) == [("next", "epochs 100000 to 1")]
    click(qtbot, panel.run)
    assert frame.workspace.queue.queue is not None
    assert frame.workspace.queue.queue.paused
    assert training.active
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.run_status == "stopped", timeout=LONG_MS)
    qtbot.wait(100)
    assert not training.active
    assert [each.name for each in frame.workspace.queue.queue.waiting] == ["next"]
    click(qtbot, panel.run)
    qtbot.waitUntil(lambda: frame.workspace.run_status == "finished", timeout=LONG_MS)
    assert frame.workspace.run is not None
    assert frame.workspace.run.folder.name == "next-1"


def test_what_was_stopped_goes_on_when_it_is_asked_to(qtbot: QtBot, frame: Frame, panel: QueuePanel) -> None:
    change(qtbot, frame, {"training.epochs": 100_000})
    click(qtbot, frame.header.queue)
    click(qtbot, panel.run)
    training = frame.workspace.training
    qtbot.waitUntil(lambda: training.state == "running" and training.session.progress().step > 3, timeout=LONG_MS)
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: "play" in panel.rows[0].buttons, timeout=LONG_MS)
    assert entries(panel) == [("first-1", "Stopped")]
    stopped = frame.workspace.run_result["steps"]
    click(qtbot, panel.rows[0].buttons["play"])
    qtbot.waitUntil(lambda: training.state == "running" and training.session.progress().step > stopped, timeout=LONG_MS)
    assert training.session.run.folder.name == "first-1"


def test_what_waits_is_compared_with_what_trains_and_what_has_ended_is_not(
    qtbot: QtBot, frame: Frame, panel: QueuePanel
) -> None:
    training = frame.workspace.training
    click(qtbot, frame.header.queue)
    click(qtbot, panel.run)
    qtbot.waitUntil(lambda: frame.workspace.run_status == "finished", timeout=LONG_MS)
    assert entries(panel) == [("first-1", "Finished")]
    change(qtbot, frame, {"name": "other", "training.epochs": 100_000, "training.batch_size": 8})

    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: training.state == "running" and training.session.progress().step > 3, timeout=LONG_MS)
    click(qtbot, frame.header.queue)

    told = [("first-1", "Finished"), ("other", "same settings")]
    assert entries(panel) == told
    click(qtbot, panel.run)
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.run_status == "stopped", timeout=LONG_MS)
    # Its run has every default filled in; what waits leaves them open.
    frame.workspace.resume_run()
    qtbot.waitUntil(lambda: training.state == "running", timeout=LONG_MS)
    assert entries(panel) == told


def test_a_queued_run_that_is_resumed_by_hand_is_compared_as_it_was_queued(
    qtbot: QtBot, frame: Frame, panel: QueuePanel
) -> None:
    training = frame.workspace.training
    change(qtbot, frame, {"training.epochs": 100_000})
    click(qtbot, frame.header.queue)
    change(qtbot, frame, {"name": "second", "training.batch_size": 8})
    click(qtbot, frame.header.queue)
    click(qtbot, panel.run)
    qtbot.waitUntil(lambda: training.state == "running" and training.session.progress().step > 3, timeout=LONG_MS)
    click(qtbot, panel.run)
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.run_status == "stopped", timeout=LONG_MS)
    click(qtbot, panel.rows[0].buttons["open"])
    frame.workspace.resume_run()
    qtbot.waitUntil(lambda: training.state == "running", timeout=LONG_MS)
    assert entries(panel) == [("first-1", "Stopped"), ("second", "batch size 32 to 8")]


def test_a_window_that_opens_begins_nothing_by_itself(qtbot: QtBot, frame: Frame, panel: QueuePanel) -> None:
    click(qtbot, frame.header.queue)
    again = Frame()
    qtbot.addWidget(again)
    again.show()
    again.load()
    qtbot.waitUntil(lambda: again.workspace.shelf.registry is not None, timeout=LONG_MS)
    page = again.pages["train"]
    assert isinstance(page, TrainPage)
    again.show_page("train")
    assert entries(page.queue) == [("first", "Waits")]
    assert page.queue.run.text() == "Start"
    assert not again.workspace.training.active
    again.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on the size of files")
def test_a_disk_that_is_full_when_one_has_ended_does_not_hold_up_the_next(
    qtbot: QtBot, frame: Frame, panel: QueuePanel
) -> None:
    import resource

    click(qtbot, frame.header.queue)
    change(qtbot, frame, {"name": "second"})
    click(qtbot, frame.header.queue)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    training, queue = frame.workspace.training, frame.workspace.queue.queue
    assert queue is not None
    refused = []

    def fill_the_disk(event: object) -> None:
        if isinstance(event, Ended) and not refused:
            # Stands for a full disk, which cannot be had here; the training itself has written all it has to.
            resource.setrlimit(resource.RLIMIT_FSIZE, (1, before[1]))

    def make_room(_outcome: object) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        refused.append((frame.notices.text, [each.state for each in queue]))

    training.happened.connect(fill_the_disk)
    training.ended.connect(make_room)
    try:
        click(qtbot, panel.run)
        qtbot.waitUntil(lambda: [each.state for each in queue] == ["interrupted", "finished"], timeout=LONG_MS)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    assert refused[0][0].startswith(f"The queue {user_folders().runs / 'queue.json'} cannot be written: ")
    assert refused[0][1] == ["interrupted", "waiting"]
    assert entries(panel) == [("first-1", "Interrupted"), ("second-1", "Finished: same settings")]
    click(qtbot, panel.forget)
    assert not panel.isVisible()
