"""The layers of the run on show in the order in which its network runs them."""

from __future__ import annotations

from desktop_app.engine.insight.sources import facts_of
from desktop_app.errors import DownslopeError
from desktop_app.window.workspace import Workspace


def running_order(workspace: Workspace) -> list[str]:
    """Return the names of the layers of the live run, else of the run on show; none where they are not known."""
    session = workspace.training.session
    run = session.run if session is not None and workspace.training.active else workspace.run
    try:
        return [layer.name for layer in facts_of(run.files).layers] if run is not None else []
    except DownslopeError:
        # The order is a nicety: without it layers stand in the order of their names.
        return []
