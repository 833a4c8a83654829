"""The experiments that wait for their turn, what each has other than the one before, and how others ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QFrame, QToolButton, QVBoxLayout, QWidget

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.queue import Queued
from desktop_app.errors import DownslopeError
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.differences import differences_in_words
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.icons import put
from desktop_app.window.wording import count
from desktop_app.window.workspace import Workspace

_STATES = {
    "running": "Training",
    "finished": "Finished",
    "stopped": "Stopped",
    "failed": "Failed",
    "interrupted": "Interrupted",
}
_CUT = ("stopped", "interrupted")


class QueueRow(QFrame):
    """One experiment with its buttons."""

    def __init__(self, workspace: Workspace, queued: Queued, before: Experiment | None, place: int, last: int) -> None:
        super().__init__()
        queue = workspace.queue
        self.identity = queued.identity
        self.name = ElidedLabel(Path(queued.run).name if queued.run else queued.name)
        self.detail = label(_detail(queued, before, workspace), "small", wrap=True)
        self.detail.setMinimumWidth(1)  # else a long path, which no line breaks, would widen the whole panel
        self.detail.setToolTip(self.detail.text())
        identity, name = queued.identity, queued.name
        self.buttons: dict[str, QToolButton] = {}
        if queued.state == "waiting":
            self._add("raise", f"Train {name} earlier", lambda: queue.move(identity, -1)).setEnabled(place > 0)
            self._add("lower", f"Train {name} later", lambda: queue.move(identity, 1)).setEnabled(place < last)
            self._add("remove", f"Take {name} out of the queue", lambda: queue.remove(identity))
        elif queued.state != "running":
            idle = not workspace.training.active
            if queued.state in _CUT or queued.state == "failed":
                what = "Go on with" if queued.state in _CUT and queued.run else "Train again:"
                self._add("play", f"{what} {name}, when its turn comes", lambda: queue.again(identity))
            if queued.run:
                shown = self._add("open", f"Show {Path(queued.run).name}", lambda: _show(workspace, Path(queued.run)))
                shown.setEnabled(idle)
            self._add("remove", f"Take {name} out of the list; its run stays", lambda: queue.remove(identity))
        first = row(self.name, *self.buttons.values(), spacing=0)
        first.setStretch(0, 1)
        self.setLayout(column(first, self.detail, spacing=0))

    def _add(self, icon_name: str, tooltip: str, pressed: Callable[[], object]) -> QToolButton:
        made = QToolButton()
        put(made, icon_name)
        made.setIconSize(QSize(16, 16))
        made.setToolTip(tooltip)
        made.setAccessibleName(tooltip)
        made.clicked.connect(lambda: pressed())
        self.buttons[icon_name] = made
        return made


class QueuePanel(QWidget):
    """Hidden while nothing waits and nothing that had waited is left in the list."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        queue = workspace.queue
        self._said = label("", "small", wrap=True)
        self.run = button("Start", self._start_or_pause, "play")
        self.run.setMinimumWidth(96)
        self.clear = button("Clear", queue.clear, look="flat")
        self.clear.setToolTip("Take out all that wait")
        self.forget = button("Tidy up", queue.forget_ended, look="flat")
        self.forget.setToolTip("Take out all that have ended; their runs stay")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.rows: list[QueueRow] = []
        self.setLayout(
            column(
                label("Queue", "heading"),
                self._said,
                holding(self._rows),
                row(self.run, self.clear, self.forget, None),
            )
        )
        queue.changed.connect(self.refresh)
        workspace.training.state_changed.connect(self.refresh)
        workspace.shelf.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show the list as it is now; the button that has the focus keeps it."""
        workspace = self._workspace
        queue = workspace.queue.queue
        self.setVisible(queue is not None and len(queue) > 0)
        if queue is None:
            return
        waiting, everything = queue.waiting, list(queue)
        focused = next(
            ((made.identity, name) for made in self.rows for name, each in made.buttons.items() if each.hasFocus()),
            None,
        )
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = []
        before: Experiment | None = None
        for queued in everything:
            place = waiting.index(queued) if queued in waiting else 0
            if queue.running is None and queued in waiting and place == 0:
                # What waits first comes after what is being trained, which need not be in the queue.
                before = _trained(workspace, everything) or before
            made = QueueRow(workspace, queued, before, place, len(waiting) - 1)
            self._rows.addWidget(made)
            made.show()
            self.rows.append(made)
            before = _experiment(queued) or before
            if focused is not None and made.identity == focused[0] and focused[1] in made.buttons:
                made.buttons[focused[1]].setFocus()
        goes_on = not queue.paused and (workspace.training.active or queue.running is not None)
        self.run.setText("Pause" if goes_on else "Start")
        put(self.run, "pause" if goes_on else "play", "text")
        self.run.setToolTip(
            "Begin nothing by itself any more; what is being trained goes on"
            if goes_on
            else "Train what waits, one after the other"
        )
        self.run.setEnabled(goes_on or (bool(waiting) and workspace.shelf.registry is not None))
        self.clear.setVisible(bool(waiting))
        self.forget.setVisible(any(each.state not in ("waiting", "running") for each in everything))
        self._said.setText(_said(len(waiting), paused=queue.paused, goes_on=goes_on))

    def _start_or_pause(self) -> None:
        queue = self._workspace.queue
        if self.run.text() == "Pause":
            queue.pause()
        else:
            queue.start()


def _said(waiting: int, *, paused: bool, goes_on: bool) -> str:
    if not waiting:
        return "Nothing waits."
    wait = count(waiting, "experiment waits", "experiments wait")
    if goes_on:
        return f"{wait}; the next begins when the training ends."
    return f"{wait}. The queue is paused." if paused else f"{wait} to be started."


def _detail(queued: Queued, before: Experiment | None, workspace: Workspace) -> str:
    """Return how it has ended, or what it has other than the one before it in the list."""
    if queued.state == "failed":
        return f"Failed: {queued.reason}" if queued.reason else "Failed"
    experiment = _experiment(queued)
    if experiment is None:
        return "Cannot be read any more"
    if before is None:
        told = ""
    else:
        told = ", ".join(differences_in_words(before, experiment, workspace.shelf.registry)) or "same settings"
    if queued.state == "waiting":
        return f"Goes on; {told}" if queued.run and told else "Goes on" if queued.run else told or "Waits"
    return f"{_STATES[queued.state]}: {told}" if told else _STATES[queued.state]


def _trained(workspace: Workspace, everything: Sequence[Queued]) -> Experiment | None:
    """Return what is being trained, as a person has put it: not as its run has it, with every default filled in."""
    session = workspace.training.session
    if session is None or not workspace.training.active:
        return None
    if session.resumed is None:
        return session.experiment
    for queued in everything:
        if queued.run == str(session.resumed):
            return _experiment(queued)
    try:
        return Experiment.from_dict(workspace.trained_values or {}, workspace.draft.folder)
    except DownslopeError:
        return session.experiment


def _experiment(queued: Queued) -> Experiment | None:
    try:
        return queued.experiment
    except DownslopeError:
        return None


def _show(workspace: Workspace, run: Path) -> None:
    try:
        workspace.open_run(run)
    except DownslopeError as error:
        workspace.say_error(error)
