"""Why a run failed, and the one button that goes on with what would have helped."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from desktop_app.window.building_blocks import button, column, label, row
from desktop_app.window.wording import count
from desktop_app.window.workspace import Workspace

if TYPE_CHECKING:
    from desktop_app.engine.remedy import Remedy
    from desktop_app.engine.run import Run


class FailedRun(QWidget):
    """The sentence, and a button where the run names a remedy. Hidden where nothing failed."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._remedy: Remedy | None = None
        self.reason = label("", "bad", wrap=True)
        self.go_on = button("", self._go_on, "play")
        self.setLayout(column(self.reason, row(self.go_on, None), spacing=8))
        self.hide()

    def show_run(self, run: Run | None) -> None:
        """Show why ``run`` failed, or nothing for ``None``."""
        self._remedy = run.remedy if run is not None else None
        self.reason.setText(run.reason if run is not None else "")
        # What the process that trained has learned of the network is gone: going on takes the plugins.
        self.go_on.setVisible(self._remedy is not None and self._workspace.shelf.registry is not None)
        if self._remedy is not None:
            text, tip = _words(self._remedy)
            self.go_on.setText(text)
            self.go_on.setToolTip(tip)
        self.setVisible(run is not None)

    def _go_on(self) -> None:
        if self._remedy is not None:
            self._workspace.resume_run(remedy=self._remedy)


def _words(remedy: Remedy) -> tuple[str, str]:
    """Return a remedy's button and its tooltip."""
    if remedy.micro_batch:
        return (
            f"Go on with {count(remedy.micro_batch)} at a time",
            "Goes on from the last checkpoint. The gradient is still that of the whole batch, added up from its parts.",
        )
    rate = f"{remedy.learning_rate:.3g}"
    return (
        f"Go on at learning rate {rate}",
        f"Goes on from the last checkpoint, from before what went wrong, with a learning rate of {rate}.",
    )
