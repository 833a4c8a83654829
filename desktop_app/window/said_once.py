"""What goes wrong quietly, such as a full disk, said once and not with each training."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from desktop_app.window.training import Training
from desktop_app.window.warming import Warming
from desktop_app.window.workspace import Notice


class SaidOnce(QObject):
    """``said`` carries a notice of each sentence that a training, or what is prepared for one, has, the first time."""

    said = Signal(object)

    def __init__(self, training: Training, warming: Warming, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: set[str] = set()
        training.happened.connect(self._happened)
        warming.noticed.connect(self._say)

    @Slot(object)
    def _happened(self, event: Any) -> None:
        from desktop_app.engine.events import Noticed

        if isinstance(event, Noticed):
            self._say(event.text)

    @Slot(str)
    def _say(self, sentence: str) -> None:
        if sentence not in self._known:
            self._known.add(sentence)
            self.said.emit(Notice(sentence, "bad"))
