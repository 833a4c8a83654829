"""A lesson whose picture is computed behind the window from what stands in a panel at its right."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, ClassVar

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QProgressBar, QScrollArea, QSizePolicy, QWidget

from desktop_app.errors import DownslopeError
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import column, holding, label, row
from desktop_app.window.learn.lesson import Lesson
from desktop_app.window.workspace import Workspace

PANEL_PIXELS = 320
# Long enough that a slider can be dragged without a computation for each place, short enough to feel immediate.
_SETTLE_MS = 150

Between = Callable[[], None]
Report = Callable[[Any], None]


class CancelledError(DownslopeError):
    """A computation that nobody waits for any more."""


class Explorer(Lesson):
    """Computes anew whatever changes, on a thread, and only while it is in front; what was computed last stays shown.

    A lesson says what to compute (``task``, called on the window's thread, returns what runs on the other one) and
    shows what came out (``show_result``) and what came in between (``show_part``).
    ``WIDE``: from this width on, in pixels, pictures stand side by side.
    """

    WIDE: ClassVar[int] = 720
    _reported = Signal(object)

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.in_front = False
        self.stale = True
        self._number = 0
        self._cancelled = threading.Event()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self.compute)
        self._reported.connect(self._show_report)
        self.pictures = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self.pictures.setSpacing(12)
        self.words = label("", wrap=True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.problem = label("", "bad", wrap=True)
        self.problem.hide()
        self.progress = QProgressBar()
        self.progress.setRange(0, 0)
        self.progress.setTextVisible(False)
        kept = self.progress.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(kept)
        self.progress.hide()
        workspace.shelf.changed.connect(self._shelf_changed)

    @property
    def computing(self) -> bool:
        """Whether something is being computed."""
        return self.workspace.background.busy(self._place)

    def shown(self) -> None:
        """Compute what is not there yet."""
        self.in_front = True
        if self.stale:
            self.compute()

    def hidden(self) -> None:
        """End what is being computed."""
        self.in_front = False
        self._settle.stop()
        self.stop()

    def stop(self) -> None:
        """End what is being computed; it is begun again when the lesson comes back to the front."""
        if self.computing:
            self.stale = True
        self._cancelled.set()
        self.workspace.background.forget(self._place)
        self.progress.hide()

    def change(self) -> None:
        """Compute anew soon: something was changed."""
        self.stale = True
        if self.in_front:
            self._settle.start()

    def compute(self) -> None:
        """Compute now."""
        self._settle.stop()
        if self.workspace.shelf.registry is None:
            return
        self._cancelled.set()
        cancelled = self._cancelled = threading.Event()
        self._number += 1
        number = self._number
        try:
            task = self.task()
        except DownslopeError as error:
            self._failed(error)
            return
        self.stale = False

        def between() -> None:
            if cancelled.is_set():
                raise CancelledError("Nobody waits for this any more.")

        def work() -> Any:
            from desktop_app.engine.device import use_threads

            # One thread: a training that runs meanwhile, and the window, need the others.
            use_threads(1)
            return task(between, lambda part: self._reported.emit((number, part)))

        self.progress.setRange(0, 0)
        self.progress.show()
        self.workspace.background.run(self._place, work, self._done, self._failed)

    def task(self) -> Callable[[Between, Report], Any]:
        """Return what is to be computed: called on a thread with ``between``, which may raise, and ``report``."""
        raise NotImplementedError

    def show_result(self, result: Any) -> None:
        """Show what was computed."""
        raise NotImplementedError

    def show_part(self, part: Any) -> None:
        """Show what was reported on the way."""

    def plugins_changed(self) -> None:
        """Take up plugins that were loaded anew."""

    def add_picture(self, picture: QWidget, least_height: int = 200) -> None:
        """Add a picture that takes the room that is left, and no less than ``least_height`` pixels."""
        picture.setMinimumHeight(least_height)
        # A plot asks for 480 pixels, which would have everything scrolled.
        picture.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.pictures.addWidget(picture, 1)

    def lay_out(self, top: QWidget | None, below: tuple[QWidget, ...], panel: tuple[QWidget, ...]) -> None:
        """Put pictures at the left (more than fit are scrolled to) and the panel at the right."""
        inside = column(*([top] if top else []), self.problem, self.progress, spacing=8)
        inside.addLayout(self.pictures, 1)
        for widget in (*below, self.words):
            inside.addWidget(widget)
        inside.setContentsMargins(16, 8, 16, 16)
        left = _scrolled(holding(inside))
        right_inside = column(*panel, None, spacing=12)
        right_inside.setContentsMargins(16, 12, 12, 16)
        self.panel = _scrolled(holding(right_inside))
        self.panel.setFixedWidth(PANEL_PIXELS)
        self.panel.setProperty("look", "inspector")
        whole = row(left, self.panel, spacing=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put pictures side by side where there is room."""
        super().resizeEvent(event)
        wide = self.width() - PANEL_PIXELS >= self.WIDE
        self.pictures.setDirection(QBoxLayout.Direction.LeftToRight if wide else QBoxLayout.Direction.TopToBottom)

    @property
    def _place(self) -> str:
        return f"lesson {type(self).__name__}"

    @Slot(object)
    def _show_report(self, reported: tuple[int, Any]) -> None:
        number, part = reported
        if number == self._number and self.computing:
            self.show_part(part)

    def _done(self, result: Any) -> None:
        self.progress.hide()
        self._say("")
        self.show_result(result)

    def _failed(self, error: BaseException) -> None:
        self.progress.hide()
        if not isinstance(error, CancelledError):
            self._say(sentence(error))

    def _say(self, problem: str) -> None:
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _shelf_changed(self) -> None:
        if self.workspace.shelf.registry is not None:
            self.plugins_changed()
            self.change()


def _scrolled(inside: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(inside)
    return area
