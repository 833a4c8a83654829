"""A newcomer's way through the window: from dropping a folder of photographs to a trained, evaluated model.

Run: python tests/benchmarks/newcomer.py --pictures FOLDER [--screenshots FOLDER] [--size 1280x800] [--scheme light]
(without a display, with QT_QPA_PLATFORM=offscreen)
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ["DOWNSLOPE_HOME"] = tempfile.mkdtemp(prefix="downslope-newcomer-")

from measuring import write_measured
from PySide6.QtCore import QEventLoop, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.window import theme
from desktop_app.window.application import make_application
from desktop_app.window.frame import Frame

TIMEOUT_SECONDS = 900


def pause(milliseconds: int) -> None:
    """Let the window live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_for(what: Callable[[], object]) -> None:
    """Let the window live until something is so."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while not what():
        if time.monotonic() > end:
            sys.exit("what was waited for did not come")
        pause(30)


def drop(widget: QWidget, path: Path) -> None:
    """Drop a path on a widget, as the window system would."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    centre = widget.rect().center()
    action, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(centre, action, mime, left, none))
    QApplication.sendEvent(widget, QDropEvent(QPointF(centre), action, mime, left, none))


class Newcomer:
    """Somebody with a mouse, a watch, and a camera where there is a folder for pictures."""

    def __init__(self, frame: Frame, screenshots: Path | None) -> None:
        self.frame = frame
        self.screenshots = screenshots
        self.clicks = 0
        self.began = 0.0
        self.times: dict[str, float] = {}

    def click(self, widget: QWidget) -> None:
        """Click in the middle of what can be seen and pressed."""
        assert widget.isVisible()
        assert widget.isEnabled()
        self.clicks += 1
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)

    def note(self, what: str) -> None:
        """Note the time, and take a picture."""
        self.times[what] = round(time.monotonic() - self.began, 1)
        if self.screenshots:
            pause(200)
            self.frame.grab().save(str(self.screenshots / f"{len(self.times)}_{what.replace(' ', '_')}.png"))

    def go(self, pictures: Path) -> dict[str, Any]:
        """Drop the pictures, train, evaluate; return what it took."""
        frame, workspace = self.frame, self.frame.workspace
        self.began = time.monotonic()
        drop(frame, pictures)
        wait_for(lambda: workspace.ready_to_train and frame.header.main.isEnabled())
        self.note("data is there")
        recipe = workspace.presets.current
        self.click(frame.header.main)
        wait_for(lambda: workspace.training.state == "running")
        self.note("first step")
        wait_for(lambda: workspace.run is not None)
        self.note("trained")
        self.click(frame.rail.button("evaluate"))
        wait_for(lambda: workspace.judging.found.state == "ready")
        self.note("evaluated")
        result = {
            "recipe": recipe,
            "clicks": self.clicks,
            "seconds": dict(self.times),
            "validation_accuracy": workspace.run_result["val_accuracy"],
        }
        if self.screenshots:
            wait_for(lambda: workspace.judging.folds.state in ("ready", "failed"))
            self.note("five folds")
            for name in ("data", "model", "train"):
                frame.show_page(name)
                pause(600)
                self.note(f"page {name}")
        return result


def main() -> int:
    """Go the way and write what it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, required=True, help="a folder with one sub-folder a class")
    parser.add_argument("--screenshots", type=Path, help="a folder for pictures of the way; then nothing is written")
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--scheme", default="light", choices=("light", "dark"))
    given = parser.parse_args()
    application = make_application()
    frame = Frame()
    frame.resize(*map(int, given.size.split("x")))
    theme.ask_for(given.scheme)
    frame.show()
    frame.load()
    wait_for(lambda: frame.workspace.shelf.registry is not None)
    pause(1000)
    if given.screenshots:
        given.screenshots.mkdir(parents=True, exist_ok=True)
    figures = Newcomer(frame, given.screenshots).go(given.pictures)
    frame.close()
    application.processEvents()
    if given.screenshots:
        sys.stdout.write(f"{figures}\n")
    else:
        figures["pictures"] = sum(1 for file in given.pictures.rglob("*") if file.is_file())
        write_measured("newcomer", "python tests/benchmarks/newcomer.py --pictures FOLDER", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
