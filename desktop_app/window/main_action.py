"""The one main button: it says the next sensible thing, and why it cannot be done where it cannot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from desktop_app.window.wording import count
from desktop_app.window.workspace import Workspace

Deed = Literal["choose", "train", "stop", "continue", "resume", "export", "predict", "label", "none"]


@dataclass(frozen=True)
class MainAction:
    """What the button says and does; ``why`` is its tooltip."""

    text: str
    icon: str
    deed: Deed
    why: str
    enabled: bool = True


def next_action(workspace: Workspace) -> MainAction:
    """Return what comes next for what is open in ``workspace``."""
    training = workspace.training
    if training.active:
        if training.stopping:
            return MainAction("Stopping…", "stop", "none", "The step is finished and saved first.", enabled=False)
        if training.state == "paused":
            return MainAction("Continue", "play", "continue", "Go on with the training.")
        return MainAction("Stop", "stop", "stop", "End the training; what has been learned is kept.")
    if workspace.labelling.state == "open":
        return _while_labelling(workspace)
    if not workspace.draft.get("data.source"):
        return MainAction("Choose data", "folder", "choose", "Choose the pictures or the table to learn from.")
    if workspace.run is not None and workspace.run_is_current:
        return _after_training(workspace)
    if workspace.shelf.registry is None:
        failed = workspace.shelf.error is not None
        return MainAction(
            "Train", "play", "none", "Plugins failed." if failed else "Still loading PyTorch…", enabled=False
        )
    if workspace.problem is not None:
        return MainAction("Train", "play", "none", str(workspace.problem), enabled=False)
    if workspace.presets.deciding:
        return MainAction("Train", "play", "none", "A recipe is being chosen for your pictures…", enabled=False)
    if not workspace.ready_to_train:
        return MainAction("Train", "play", "none", "The data cannot be used yet; see the Data page.", enabled=False)
    return MainAction("Train", "play", "train", "Train the network on the data.")


def _while_labelling(workspace: Workspace) -> MainAction:
    from desktop_app.window.labelling.guidance import why_not_trained

    session = workspace.labelling.session
    if session is None or not session.can_train:
        why = why_not_trained(session) if session is not None else ""
        return MainAction("Train", "play", "none", why, enabled=False)
    pictures = count(session.labelled, "labelled picture")
    return MainAction(f"Train with {pictures}", "play", "label", "Take the labelled pictures as data and train.")


def _after_training(workspace: Workspace) -> MainAction:
    if workspace.run_status in ("stopped", "interrupted"):
        return MainAction("Resume", "play", "resume", "Go on where the training was stopped.")
    if workspace.run_status == "failed":
        return MainAction("Train", "play", "train", "Train again from the start.")
    if workspace.export.state == "loading":
        return MainAction("Exporting…", "export", "none", "The files are being written and verified.", enabled=False)
    if workspace.export.state == "ready" and not workspace.export.value.is_outdated:
        return MainAction("Predict", "predict", "predict", "Try the exported model on other pictures.")
    return MainAction("Export", "export", "export", "Write the model as ONNX files and verify them.")
