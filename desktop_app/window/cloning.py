"""A run's experiment as a new draft, with some of it changed: what advice and *Clone* open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop_app.engine.run import Run
from desktop_app.window.workspace import Workspace


def clone_run(workspace: Workspace, run: Run, changes: Mapping[str, Any], reason: str = "") -> None:
    """Open the experiment of ``run`` as a draft of its own, with ``changes`` (dotted keys, ``None`` for the default).

    The run itself is left as it is. ``reason`` says in a few words what the clone is for.
    """
    raise NotImplementedError
