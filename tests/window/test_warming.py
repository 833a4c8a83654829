"""Features are computed while the pictures are being looked at, and a training goes on from what is there."""

from __future__ import annotations

import shutil
from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop_app.engine.data.feature_cache import FeatureCache, features_folder
from desktop_app.window.frame import Frame
from desktop_app.window.said_once import SaidOnce
from desktop_app.window.train.event_line import EventLine

LONG_MS = 60_000


def open_pictures(frame: Frame, folder: Path, **training: object) -> None:
    frame.workspace.open_values(
        {
            "data": {"source": "image_folder", "path": str(folder), "image_size": 32},
            "model": {"kind": "transfer", "head": []},
            "training": {"epochs": 1, **training},
        },
        folder.parent,
    )


def kept_bytes() -> int:
    with FeatureCache(features_folder()) as cache:
        return cache.size_bytes


def test_features_are_ready_before_train_is_pressed_and_are_used_by_it(
    frame: Frame, qtbot: QtBot, pictures: Path
) -> None:
    said: list[str] = []
    frame.workspace.warming.changed.connect(lambda: said.append(frame.status.text))
    open_pictures(frame, pictures)

    qtbot.waitUntil(lambda: "Preparing features 20 of 20" in said, timeout=LONG_MS)
    assert next(text for text in said if text.startswith("Preparing")) == "Preparing features 0 of 20"
    qtbot.waitUntil(lambda: not frame.workspace.background.busy("features"), timeout=LONG_MS)
    assert kept_bytes() == 20 * 1280 * 4
    assert frame.status.text == "Ready"

    frame.header.press()
    qtbot.waitUntil(lambda: frame.workspace.run is not None, timeout=LONG_MS)
    assert kept_bytes() == 20 * 1280 * 4


def test_another_draft_and_a_training_end_it_at_once(frame: Frame, qtbot: QtBot, pictures: Path) -> None:
    workspace = frame.workspace

    def settled_with(augment: str) -> bool:
        there = workspace.ready_to_train and workspace.network.state == "ready"
        return there and workspace.network.value.experiment.data.augment == augment

    open_pictures(frame, pictures)
    qtbot.waitUntil(lambda: workspace.background.busy("features"), timeout=LONG_MS)

    workspace.draft.set("data.augment", "light")
    assert not workspace.background.busy("features")
    assert workspace.warming.total == 0
    qtbot.waitUntil(lambda: settled_with("light") and not workspace.warming.total, timeout=LONG_MS)
    qtbot.waitUntil(lambda: not workspace.background.busy("features"), timeout=LONG_MS)
    workspace.draft.set("data.augment", "none")
    qtbot.waitUntil(lambda: settled_with("none"), timeout=LONG_MS)
    frame.header.press()

    assert workspace.training.active
    assert not workspace.background.busy("features")
    assert workspace.warming.total == 0


def test_what_has_been_prepared_is_not_prepared_again_for_a_draft_that_needs_the_same(
    frame: Frame, qtbot: QtBot, pictures: Path
) -> None:
    said: list[str] = []
    open_pictures(frame, pictures)
    qtbot.waitUntil(lambda: frame.workspace.background.busy("features"), timeout=LONG_MS)
    qtbot.waitUntil(lambda: not frame.workspace.background.busy("features"), timeout=LONG_MS)
    frame.workspace.warming.changed.connect(lambda: said.append(frame.status.text))

    with qtbot.waitSignal(frame.workspace.checked, timeout=LONG_MS):
        frame.workspace.draft.set("training.epochs", 2)
    qtbot.wait(2000)

    assert not any(text.startswith("Preparing") for text in said)


def test_a_cache_that_cannot_be_written_is_said_once_as_it_happens(frame: Frame, qtbot: QtBot, pictures: Path) -> None:
    folder = features_folder().parent
    shutil.rmtree(folder, ignore_errors=True)
    folder.write_text("in the way")
    said: list[str] = []
    frame.findChild(SaidOnce).said.connect(lambda notice: said.append(notice.text))
    open_pictures(frame, pictures)

    qtbot.waitUntil(lambda: "cannot be kept" in frame.notices.text, timeout=LONG_MS)
    assert frame.notices.isVisible()
    frame.header.press()
    qtbot.waitUntil(lambda: frame.workspace.run is not None, timeout=LONG_MS)

    lines = frame.pages["train"].findChild(EventLine).lines
    assert [line for line in lines if "cannot be kept" in line]
    assert len(said) == 1
    assert frame.workspace.run.status == "finished"
