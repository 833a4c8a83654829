"""A run's experiment as a new draft, with some of it changed: what advice and *Clone* open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from desktop_app.engine.run import Run
from desktop_app.errors import DownslopeError
from desktop_app.window.differences import differences_in_words
from desktop_app.window.opening import differences
from desktop_app.window.workspace import Notice, Workspace


def clone_run(workspace: Workspace, run: Run, changes: Mapping[str, Any], reason: str = "") -> None:
    """Open the experiment of ``run`` as a draft of its own, with ``changes`` (dotted keys, ``None`` for the default).

    The run itself is left as it is, and stays on show; one step of undo brings the draft back that was there before. A
    notice says what is new in the clone, also while a training runs: its draft is free then, and can be queued.
    ``reason`` says in a few words what the clone is for.
    """
    try:
        experiment = run.experiment
        changed = experiment.with_values(changes, run.folder)
    except DownslopeError as error:
        workspace.say_error(error)
        return
    workspace.labelling.close()
    values = differences(changed)

    def take_back() -> None:
        """Undo the clone, not what was written into it since."""
        if workspace.draft.values == values:
            workspace.draft.undo()

    is_new = workspace.draft.values != values
    if is_new:  # else it would be an empty step of undo
        workspace.draft.open(values, run.folder)
    workspace.look()
    workspace.page_asked.emit("train")
    told = ", ".join(differences_in_words(experiment, changed, workspace.shelf.registry)) or "nothing is changed yet"
    text = f"Cloned from {run.folder.name}: {told}."
    if reason:
        text += f" {reason[:1].upper()}{reason[1:].rstrip('.')}."
    workspace.said.emit(Notice(text, action="Undo" if is_new else "", deed=take_back))
