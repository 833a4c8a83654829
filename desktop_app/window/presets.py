"""Whole recipes for the draft: Fast, Balanced and Best, and which of them the draft is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.presets import MANAGED, Facts, Preset, PresetName, choose, recognise

if TYPE_CHECKING:
    from desktop_app.window.workspace import Workspace

FIRST: PresetName = "balanced"
"""What pictures that were just opened begin with."""


class Presets(QObject):
    """Writes presets into the draft, and says which one stands there; ``changed`` tells of either."""

    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._begun = ""
        workspace.network.changed.connect(self._look)
        workspace.draft.changed.connect(self.changed)

    @property
    def facts(self) -> Facts | None:
        """What the choice depends on; ``None`` where presets do not apply to the data or the network."""
        network = self._workspace.network
        found: Facts | None = network.value.facts if network.value is not None else None
        return found

    @property
    def current(self) -> PresetName | None:
        """The preset that the draft is, if any."""
        return recognise(self._managed(), self.facts) if self.facts else None

    @property
    def deciding(self) -> bool:
        """Whether the first preset of pictures that were just opened is about to be written."""
        return self._is_untouched() and self._workspace.network.state == "loading"

    def preset(self, name: PresetName) -> Preset | None:
        """Return what a preset would be here."""
        return choose(name, self.facts) if self.facts else None

    def apply(self, name: PresetName) -> None:
        """Write a preset into the draft, in one step of undo."""
        preset = self.preset(name)
        if preset is not None:
            self._workspace.draft.update({key: preset.values.get(key) for key in MANAGED})

    def _look(self) -> None:
        workspace = self._workspace
        if workspace.network.state == "ready" and self._is_untouched():
            self._begun = workspace.draft.get("data.path")
            self.apply(FIRST)
        self.changed.emit()

    def _managed(self) -> dict[str, Any]:
        draft = self._workspace.draft
        return {key: value for key in MANAGED if (value := draft.get(key)) is not None}

    def _is_untouched(self) -> bool:
        """Return whether the draft is a folder that was just opened: nothing was set, and nothing taken back."""
        workspace, draft = self._workspace, self._workspace.draft
        is_bare = set(draft.values) <= {"name", "data"} and set(draft.get("data", {})) == {"source", "path"}
        is_new = draft.file is None and workspace.run is None and not workspace.training.active
        return (
            is_new and is_bare and draft.get("data.source") == "image_folder" and draft.get("data.path") != self._begun
        )
