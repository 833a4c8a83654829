"""Takes the pictures of the documentation: opens the real window, drives it on the embedded sample, saves what is seen.

    python resources/docs/take_screenshots.py

Needs a display (``xvfb-run -s "-screen 0 1280x800x24"`` makes one). Writes one PNG a page in light and dark, and
``train.gif``, a short film of a real training, into ``screenshots/`` beside this file.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from bundle_screenshot import take_bundle
from PIL import Image
from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, QMimeData, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QSpinBox, QWidget

from desktop_app.engine.export.bundle.writing import write_bundle
from desktop_app.reading.resources import resource_file
from desktop_app.window import theme
from desktop_app.window.application import make_application
from desktop_app.window.frame import Frame
from desktop_app.window.learn.all_lessons import LESSONS
from desktop_app.window.pages.learn import LearnPage

OUT = Path(__file__).parent / "screenshots"
EPOCHS = 4
FRAMES = 40
FRAME_MS = 120
GIF_WIDTH = 960
TIMEOUT_SECONDS = 600
LESSON_MS = 8000
CARDS = (("optimizer", "momentum"), ("initializer", "he"), ("schedule", "one_cycle"), ("activation", "leaky_relu"))


def pause(milliseconds: int) -> None:
    """Let the window live for a while. (``QTest.qWait`` would keep other threads from running.)"""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def wait_for(what: Callable[[], object]) -> None:
    """Let the window live until something is so."""
    end = time.monotonic() + TIMEOUT_SECONDS
    while not what():
        if time.monotonic() > end:
            sys.exit("take_screenshots: what was waited for did not come")
        pause(50)


def click(widget: QWidget) -> None:
    """Click with the left button, in the middle."""
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def drop(widget: QWidget, paths: list[Path]) -> None:
    """Drop files on a widget."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    centre = widget.rect().center()
    action, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(widget, QDragEnterEvent(centre, action, mime, left, none))
    QApplication.sendEvent(widget, QDropEvent(QPointF(centre), action, mime, left, none))


def seen(frame: Frame) -> Image.Image:
    """Return what the window shows."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    frame.grab().save(buffer, "PNG")  # type: ignore[call-overload]
    return Image.open(BytesIO(bytes(buffer.data().data()))).convert("RGB")


def save(frame: Frame, name: str) -> None:
    """Save what the window shows, in light and in dark."""
    for scheme in ("dark", "light"):
        theme.ask_for("dark" if scheme == "dark" else "light")
        pause(300)
        seen(frame).save(OUT / f"{name}_{scheme}.png", optimize=True)


def film(frame: Frame) -> None:
    """Save the Train page as it moves, until the training ends."""
    frames: list[Image.Image] = []
    interval_ms = 250
    while frame.workspace.training.active:
        if frame.workspace.training.state == "running":
            picture = seen(frame)
            height = picture.height * GIF_WIDTH // picture.width
            frames.append(picture.resize((GIF_WIDTH, height), Image.Resampling.LANCZOS))
        if len(frames) >= 2 * FRAMES:  # a slow machine: half of the pictures, half as often
            frames, interval_ms = frames[::2], 2 * interval_ms
        pause(interval_ms)
    chosen = frames[:: max(len(frames) // FRAMES, 1)]
    colours = chosen[-1].quantize(256)
    flat = [picture.quantize(palette=colours, dither=Image.Dither.NONE) for picture in chosen]
    durations = [FRAME_MS] * (len(flat) - 1) + [2000]
    flat[0].save(OUT / "train.gif", save_all=True, append_images=flat[1:], duration=durations, loop=0, optimize=True)


def type_epochs(frame: Frame) -> None:
    """Type the number of epochs into the form of the Train page."""
    boxes = frame.pages["train"].findChildren(QSpinBox)
    line = next(box for box in boxes if box.accessibleName() == "Epochs").findChild(QLineEdit)
    assert isinstance(line, QLineEdit)
    line.selectAll()
    QTest.keyClicks(line, str(EPOCHS))
    QTest.keyClick(line, Qt.Key.Key_Return)
    wait_for(lambda: frame.workspace.ready_to_train)


def button(page: QWidget, text: str) -> QPushButton:
    """Return the button with this text."""
    return next(found for found in page.findChildren(QPushButton) if found.text() == text)


def sample_pictures(folder: Path) -> list[Path]:
    """Return one test picture of each class of the embedded sample, as files."""
    found: dict[str, Path] = {}
    with zipfile.ZipFile(resource_file("sample/fashion_mnist_small.zip")) as archive:
        for name in sorted(archive.namelist()):
            parts = Path(name).parts
            if name.endswith(".png") and "test" in parts and parts[-2] not in found:
                found[parts[-2]] = folder / f"{parts[-2]}.png"
                found[parts[-2]].write_bytes(archive.read(name))
    return list(found.values())


def learn(frame: Frame) -> None:
    """Take every lesson of the Learn page after some seconds, and a card of each kind that has a picture."""
    click(frame.rail.button("learn"))
    for lesson in LESSONS:
        frame.workspace.learn_asked.emit(("lesson", lesson.name))
        pause(LESSON_MS)
        save(frame, f"learn_{lesson.name}")
    page = frame.pages["learn"]
    assert isinstance(page, LearnPage)
    for kind, name in CARDS:
        frame.workspace.learn_asked.emit((kind, name))
        content = page.card.content
        wait_for(lambda content=content: content and content.picture and not content.picture.busy)  # type: ignore[misc]
        if (kind, name) == CARDS[-1]:
            click(content.show_code)  # type: ignore[union-attr]
        save(frame, f"learn_card_{name}")


def inside(frame: Frame) -> None:
    """Take the layers of a network whose gradients vanish, with what is found of it, and the boundary of a toy."""
    too_deep = {"kind": "mlp", "layers": [64] * 12, "activation": "sigmoid", "normalization": "none"}
    training = {"epochs": 20, "optimizer": {"name": "momentum", "lr": 0.01}}
    experiment = {"name": "deep", "data": {"source": "digits"}, "model": too_deep, "training": training}
    train(frame, experiment, "Layers")
    diagnosing = frame.pages["train"].findings.diagnosing
    wait_for(lambda: diagnosing.diagnosis and not diagnosing.live)
    pause(1000)
    save(frame, "train_layers")
    spirals = {"source": {"name": "toy", "shape": "spirals"}}
    train(frame, {"name": "spirals", "data": spirals, "training": {"epochs": 200}}, "Boundary")
    pause(3000)
    save(frame, "train_boundary")


def train(frame: Frame, experiment: dict[str, Any], view: str) -> None:
    """Train an experiment to its end, with one of the views of the Train page in front."""
    workspace = frame.workspace
    workspace.open_values(experiment, Path(tempfile.gettempdir()))
    wait_for(lambda: workspace.ready_to_train)
    click(frame.rail.button("train"))
    click(frame.header.main)
    wait_for(lambda: workspace.training.active)
    wait_for(lambda: not workspace.training.active and workspace.run)
    click(button(frame.pages["train"], view))


def bundle(frame: Frame) -> None:
    """Take the web page of the exported model's bundle."""
    run, exports = frame.workspace.run, frame.workspace.export.value
    with tempfile.TemporaryDirectory() as folder:
        made = write_bundle(run, exports.exported[0], Path(folder) / "bundle", frame.workspace.shelf.registry)
        take_bundle(made.folder, OUT)


def main() -> None:
    """Do the main job once, and take a picture at each station."""
    OUT.mkdir(exist_ok=True)
    application = make_application()
    theme.ask_for("light")
    frame = Frame()
    frame.show()
    frame.load()
    wait_for(lambda: frame.workspace.shelf.registry)
    save(frame, "start")
    click(button(frame.pages["data"], "Use the sample pictures"))
    wait_for(lambda: frame.workspace.network.state == "ready")
    pause(1500)
    save(frame, "data")
    click(frame.rail.button("model"))
    save(frame, "model")
    click(frame.rail.button("train"))
    type_epochs(frame)
    click(frame.header.main)
    film(frame)
    wait_for(lambda: frame.workspace.run)
    save(frame, "train")
    click(frame.rail.button("evaluate"))
    wait_for(lambda: frame.workspace.judging.found.state == "ready")
    pause(1500)
    save(frame, "evaluate")
    click(frame.header.main)
    wait_for(lambda: frame.workspace.export.state in ("ready", "failed"))
    save(frame, "export")
    bundle(frame)
    click(frame.header.main)
    with tempfile.TemporaryDirectory() as folder:
        predict = frame.pages["predict"]
        drop(predict.findChild(QWidget, "drop"), sample_pictures(Path(folder)))
        wait_for(lambda: predict.predictions and not predict.running.active)
        # The gallery reads its pictures from their files, which are gone with the folder.
        pause(1500)
        save(frame, "predict")
    inside(frame)
    learn(frame)
    click(frame.rail.button("plugins"))
    save(frame, "plugins")
    frame.close()
    application.quit()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["DOWNSLOPE_HOME"] = home
        main()
