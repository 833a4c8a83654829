"""The layers of the run on show in the order in which its network runs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from desktop_app.engine.insight.facts import Facts
from desktop_app.errors import DownslopeError
from desktop_app.window.workspace import Workspace

if TYPE_CHECKING:
    from desktop_app.engine.run import Run


def running_order(workspace: Workspace) -> list[str]:
    """Return the names of the layers of the live run, else of the run on show; none where they are not known."""
    session = workspace.training.session
    run = session.run if session is not None and workspace.training.active else workspace.run
    try:
        return [layer.name for layer in facts_of(run).layers] if run is not None else []
    except (DownslopeError, ValueError):
        # The order is a nicety: without it layers stand in the order of their names.
        return []


def facts_of(run: Run) -> Facts:
    """Return the facts of a run; empty ones of a run that has none."""
    if not run.files.facts.is_file():
        return Facts()
    return Facts.model_validate(run.files.read_json(run.files.facts))
