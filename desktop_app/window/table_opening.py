"""A table is opened at once where it is small; a large one is read behind the window first."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from desktop_app.window.opening import table_experiment

if TYPE_CHECKING:
    from desktop_app.window.workspace import Workspace

# What is read within a blink.
SMALL_BYTES = 1_000_000


def open_table(path: Path, workspace: Workspace) -> None:
    """Open the experiment that the table in ``path`` begins.

    Raises: ``DataError`` where a small table cannot be used; of a large one the workspace says it later.
    """
    folder = path.absolute().parent
    if path.stat().st_size <= SMALL_BYTES:
        workspace.open_values(table_experiment(path), folder)
        return
    workspace.say(f"Reading {path.name} …")

    def done(values: dict[str, Any]) -> None:
        workspace.say(f"{path.name} is open.")
        workspace.open_values(values, folder)

    workspace.background.run("opening", lambda: table_experiment(path), done, workspace.say_error)
