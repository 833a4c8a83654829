"""The chosen result in large: picture, answer, how sure the model is of each label, and what it may be added as."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QWidget

from desktop_app.window.background import Background
from desktop_app.window.building_blocks import button, column, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.labelling.session import CLASS_KEYS
from desktop_app.window.probability_bars import ProbabilityBars
from desktop_app.window.showing import show_outside
from desktop_app.window.thumbnails import image_of
from desktop_app.window.wording import figure, share
from desktop_app.window.workspace import Workspace

if TYPE_CHECKING:
    from desktop_app.inference.prediction import Prediction

_PLACE = "predict-picture"
_SIDE = 640
_TALLEST = 240
_BARS = 10
_SETTLE_MS = 40


class _Picture(QLabel):
    """A picture scaled to the width there is, as tall as it needs within bounds."""

    def __init__(self) -> None:
        super().__init__()
        self._image = QImage()
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(_TALLEST)
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.PlainText)

    def show_image(self, image: QImage) -> None:
        self._image = image
        self._scale()

    def show_words(self, words: str) -> None:
        self._image = QImage()
        self.setPixmap(QPixmap())
        self.setText(words)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._image.isNull():
            self._scale()

    def _scale(self) -> None:
        small = max(self._image.width(), self._image.height()) < _TALLEST // 3
        how = Qt.TransformationMode.FastTransformation if small else Qt.TransformationMode.SmoothTransformation
        room = QSize(max(self.width(), 1), _TALLEST)
        scaled = self._image.scaled(room, Qt.AspectRatioMode.KeepAspectRatio, how)
        self.setPixmap(QPixmap.fromImage(scaled))


class Inspector(QWidget):
    """``added`` carries the class that the chosen picture is to be added to the training data as."""

    added = Signal(str)
    undone = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._background: Background = workspace.background
        self._shown: Prediction | None = None
        self._wanted: Path | None = None
        self._soon = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._soon.timeout.connect(self._read)
        self.picture = _Picture()
        self.name = ElidedLabel("", "small")
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.answer = ElidedLabel("", "figure")
        self.unsure = label("", "warning", wrap=True)
        self.problem = label("", "bad", wrap=True)
        self.bars = ProbabilityBars()
        self.bars.chosen.connect(self.added)
        self.section = label("Put it into the training data", "section")
        self.words = label("", "muted", wrap=True)
        self.confirm = button("", self._confirm, "add")
        self.other = button("As another class", lambda: None)
        self._menu = QMenu(self.other)
        self.other.setMenu(self._menu)
        self.already = label("", "good", wrap=True)
        self.undo = button("Take it out again", self.undone.emit, "undo")
        self.open = button("Open the file", self._open, "open", "flat")
        parts = (self.picture, self.name, self.answer, self.unsure, self.problem, self.bars)
        deeds = (row(self.confirm, None), row(self.other, None), self.already, row(self.undo, None))
        layout = column(*parts, self.section, self.words, *deeds, row(self.open, None), spacing=8)
        self.setLayout(layout)

    def show_nothing(self, words: str) -> None:
        """Say what will be seen here."""
        self._shown = self._wanted = None
        self.picture.show_words(words)
        self.picture.show()
        for part in (self.name, self.answer, self.unsure, self.problem, self.bars, self.open):
            part.hide()
        self._show_adding(None, (), "", None)

    def show_prediction(
        self, found: Prediction, threshold: float, classes: tuple[str, ...], why_not: str, added: str | None
    ) -> None:
        """Show what was predicted.

        ``threshold`` is the probability below which the model is not sure. ``classes``, else ``why_not``, say what the
        picture may be added to the training data as; ``added`` as what it was added already.
        """
        picture = Path(found.input)
        is_picture = ": row " not in found.input
        if self._shown is None or found.input != self._shown.input:
            self._show_picture(picture if is_picture and not found.problem else None)
        self._shown = found
        self.picture.setVisible(is_picture and not found.problem)
        self.name.setText(picture.name)
        self.name.setToolTip(found.input)
        self.answer.setText(found.label if found.label is not None else figure(found.value) if found.value else "")
        self.unsure.setText(_why_unsure(found, threshold))
        self.problem.setText(f"The file {found.problem}." if found.problem else "")
        self.bars.show_pairs(_best(found), _keys(classes) if classes and added is None and is_picture else None)
        self.name.show()
        self.answer.setVisible(bool(self.answer.text()))
        self.unsure.setVisible(bool(self.unsure.text()))
        self.problem.setVisible(bool(found.problem))
        self.bars.setVisible(bool(found.probabilities))
        self.open.setVisible(is_picture)
        can_be_added = is_picture and found.problem is None and found.label is not None
        self._show_adding(found if can_be_added else None, classes, why_not, added)

    def _show_adding(self, found: Prediction | None, classes: tuple[str, ...], why_not: str, added: str | None) -> None:
        free = found is not None and added is None
        known = found is not None and found.label in classes
        self.section.setVisible(found is not None)
        self.words.setVisible(free)
        self.words.setText(_how_to_add(found.label, classes, why_not) if found is not None and free else "")
        self.confirm.setVisible(free and known)
        self.other.setVisible(free and bool(classes))
        self.already.setVisible(added is not None)
        self.already.setText(f"It is in the training data as {added} now." if added is not None else "")
        self.undo.setVisible(added is not None)
        if found is None or not free:
            return
        name = self.fontMetrics().elidedText(str(found.label), Qt.TextElideMode.ElideMiddle, 160)
        self.confirm.setText(f"Add as {name.replace('&', '&&')}")
        self.confirm.setToolTip(f"Copy the picture into the training data as {found.label} (Enter)")
        self._list_classes(classes)

    def _list_classes(self, classes: tuple[str, ...]) -> None:
        self._menu.clear()
        for name, key in _keys(classes).items():
            text = name.replace("&", "&&") + (f"\t{key.upper()}" if key else "")
            self._menu.addAction(text).triggered.connect(lambda _=False, name=name: self.added.emit(name))

    def _show_picture(self, picture: Path | None) -> None:
        self._wanted = picture
        if picture is not None:
            self._soon.start()

    def _read(self) -> None:
        """Read the wanted picture, one at a time: a key that is held down passes more than can be read."""
        picture = self._wanted
        if picture is None or self._background.busy(_PLACE):
            return

        def arrived(image: QImage) -> None:
            if picture != self._wanted:
                self._read()
            elif image.isNull():
                self.picture.show_words("The picture cannot be read any more.")
            else:
                self.picture.show_image(image)

        self._background.run(_PLACE, lambda: image_of(picture, _SIDE), arrived, lambda _error: arrived(QImage()))

    def _confirm(self) -> None:
        if self._shown is not None and self._shown.label is not None:
            self.added.emit(self._shown.label)

    def _open(self) -> None:
        if self._shown is not None:
            show_outside(self._workspace, Path(self._shown.input))


def _keys(classes: tuple[str, ...]) -> Mapping[str, str]:
    """Return the key of each class, as on the page where pictures are labelled; empty where all keys are taken."""
    return {name: CLASS_KEYS[place] if place < len(CLASS_KEYS) else "" for place, name in enumerate(classes)}


def _best(found: Prediction) -> list[tuple[str, float]]:
    pairs = zip(found.labels, found.probabilities, strict=True)
    return sorted(pairs, key=lambda pair: -pair[1])[:_BARS]


def _why_unsure(found: Prediction, threshold: float) -> str:
    if not found.unsure:
        return ""
    return (
        f"Not sure: {share(found.probability)} is less than the {share(threshold)} from which this model's answers "
        "can be relied on. Look for yourself."
    )


def _how_to_add(name: str | None, classes: tuple[str, ...], why_not: str) -> str:
    if not classes:
        return why_not
    if name not in classes:
        return f"The training data has no class {name}. A key or a click on a label adds the picture as that class."
    return f"Enter adds it as {name}; a key or a click on a label as that class. Ctrl+Z takes it back."
