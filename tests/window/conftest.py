"""The real window with the real plugins, and small data to open in it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame

LONG_MS = 60_000


@pytest.fixture(autouse=True)
def garbage_on_this_thread() -> Iterator[None]:
    """Have no worker thread take Qt's objects apart, which crashes: what a test leaves is collected here."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


@pytest.fixture
def frame(qtbot: QtBot) -> Iterator[Frame]:
    """Return the window with its plugins loaded; every thread of it has ended afterwards."""
    before = set(threading.enumerate())
    made = Frame()
    made.show()
    qtbot.waitExposed(made)
    made.load()
    qtbot.waitUntil(lambda: made.workspace.shelf.registry is not None, timeout=LONG_MS)
    yield made
    if made.workspace.training.active:
        made.workspace.training.stop()
        qtbot.waitUntil(lambda: not made.workspace.training.active, timeout=LONG_MS)
    made.close()
    left = [thread.name for thread in set(threading.enumerate()) - before if not thread.daemon]
    made.deleteLater()
    gc.collect()
    assert left == []


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Return a folder with two classes of ten small pictures: dark and light ones."""
    generator = np.random.default_rng(0)
    folder = tmp_path / "shades"
    for name, middle in (("dark", 60), ("light", 190)):
        (folder / name).mkdir(parents=True)
        for place in range(10):
            pixels = generator.integers(middle - 40, middle + 40, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{place}.png")
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Return a table of two columns of numbers and a column of classes that follows from them."""
    generator = np.random.default_rng(0)
    values = generator.normal(size=(60, 2))
    lines = [f"{x:.3f},{y:.3f},{'up' if x + y > 0 else 'down'}" for x, y in values]
    file = tmp_path / "points.csv"
    file.write_text("\n".join(["x,y,side", *lines]) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def drop() -> Callable[[QWidget, list[Path]], None]:
    """Return a function that drops files on a widget, as the window system would."""

    def drop_on(widget: QWidget, paths: list[Path]) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        action, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        centre = widget.rect().center()
        # Entering comes first: it makes the widget the target that the drop goes to.
        QApplication.sendEvent(widget, QDragEnterEvent(centre, action, mime, left, none))
        QApplication.sendEvent(widget, QDropEvent(QPointF(centre), action, mime, left, none))

    return drop_on
