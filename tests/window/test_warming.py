"""Features are computed while the pictures are being looked at, and a training goes on from what is there."""

from __future__ import annotations

from pathlib import Path

from pytestqt.qtbot import QtBot

from desktop_app.engine.data.feature_cache import FeatureCache, features_folder
from desktop_app.window.frame import Frame

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
    qtbot.waitUntil(lambda: settled_with("light") and not workspace.warming.total, timeout=LONG_MS)
    qtbot.waitUntil(lambda: not workspace.background.busy("features"), timeout=LONG_MS)
    workspace.draft.set("data.augment", "none")
    qtbot.waitUntil(lambda: settled_with("none"), timeout=LONG_MS)
    frame.header.press()

    assert workspace.training.active
    assert not workspace.background.busy("features")
    assert workspace.warming.total == 0
