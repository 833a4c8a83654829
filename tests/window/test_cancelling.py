"""What takes long can be let go of, and shows how far it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame

LONG_MS = 120_000


def test_an_export_can_be_cancelled_and_leaves_no_file(
    qtbot: QtBot, frame: Frame, drop: Callable[[QWidget, list[Path]], None], table: Path
) -> None:
    drop(frame, [table])
    frame.workspace.draft.set("training.epochs", 1)
    qtbot.waitUntil(lambda: frame.workspace.ready_to_train and frame.header.main.text() == "Train", timeout=LONG_MS)
    qtbot.waitUntil(frame.header.main.isEnabled, timeout=LONG_MS)
    qtbot.mouseClick(frame.header.main, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: frame.header.main.text() == "Export", timeout=LONG_MS)
    qtbot.mouseClick(frame.header.main, Qt.MouseButton.LeftButton)
    page = frame.pages["export"]
    assert page.panel.button.text() == "Cancel"
    qtbot.mouseClick(page.panel.button, Qt.MouseButton.LeftButton)
    assert frame.workspace.export.state == "empty"
    assert frame.header.main.text() == "Export"
    frame.workspace.background.join()
    assert not frame.workspace.run.files.onnx.exists()
