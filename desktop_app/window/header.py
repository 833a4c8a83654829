"""The header: the experiment's name, what it is in one line, the device, and the one main button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QPushButton, QToolButton

from desktop_app.errors import DownslopeError
from desktop_app.window.building_blocks import label, restyle, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.icons import icon, put
from desktop_app.window.main_action import MainAction, next_action
from desktop_app.window.theme import colours
from desktop_app.window.wording import chosen_plugin, count
from desktop_app.window.workspace import Workspace


class Header(QFrame):
    """Shows the draft in one line; ``acted`` is emitted when the main button is pressed."""

    acted = Signal(object)
    menu_asked = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.setProperty("look", "header")
        self._workspace = workspace
        self._action = next_action(workspace)
        self.name = QLineEdit()
        self.name.setProperty("look", "name")
        self.name.setPlaceholderText("No experiment yet")
        self.name.setToolTip("The experiment's name; runs are named after it")
        self.name.setAccessibleName("Experiment name")
        self.name.setMaxLength(200)
        self.name.setFixedWidth(240)
        self.name.editingFinished.connect(self._rename)
        self._mark = label("", "muted")
        self._summary = ElidedLabel("", "muted")
        self._device = QLabel()
        self._device.setProperty("look", "chip")
        self.commands = QToolButton()
        self.commands.setToolTip("Every command by name (Ctrl+K)")
        self.commands.setAccessibleName("Every command by name")
        self.commands.clicked.connect(self.menu_asked)
        self.queue = QPushButton()
        self.queue.setProperty("look", "flat")
        self.queue.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.queue.clicked.connect(workspace.queue.add_draft)
        put(self.queue, "queue")
        self.main = QPushButton()
        self.main.setProperty("look", "main")
        self.main.setMinimumWidth(128)
        # A click leaves the focus on the page: Space after Train must pause, not press Stop.
        self.main.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.main.clicked.connect(self.press)
        layout = row(
            self.name, self._mark, self._summary, self._device, self.commands, self.queue, self.main, spacing=12
        )
        layout.setContentsMargins(12, 8, 16, 8)
        layout.setStretch(2, 1)
        self.setLayout(layout)
        workspace.draft.changed.connect(self.refresh)
        workspace.shelf.changed.connect(self.refresh)
        workspace.checked.connect(self.refresh)
        workspace.data.changed.connect(self.refresh)
        workspace.network.changed.connect(self.refresh)
        workspace.export.changed.connect(self.refresh)
        workspace.run_changed.connect(self.refresh)
        workspace.training.state_changed.connect(self.refresh)
        workspace.training.ticked.connect(self._show_device)
        workspace.labelling.changed.connect(self.refresh)
        workspace.labelling.edited.connect(self.refresh)
        workspace.queue.changed.connect(self.refresh)
        self.refresh()

    def press(self) -> None:
        """Do what the main button says, where it can be done."""
        if self._action.enabled and self._action.deed != "none":
            self.acted.emit(self._action.deed)

    def refresh(self) -> None:
        """Show the draft and the next sensible thing."""
        draft = self._workspace.draft
        has_data = bool(draft.get("data.source"))
        self.name.setEnabled(has_data)
        if not self.name.hasFocus() or not self.name.isModified():
            self.name.setText(draft.get("name", "experiment") if has_data else "")
            self.name.setCursorPosition(0)
            self.name.setToolTip(self.name.text() or "The experiment's name; runs are named after it")
        unsaved = draft.file is not None and not draft.is_saved
        self._mark.setText("edited" if unsaved else "")
        self._mark.setVisible(unsaved)
        self._summary.setText(self._in_one_line() if has_data else "")
        wanted = str(draft.get("training.device", "auto"))
        if not self._workspace.training.active:
            self._device.setText(self._device_in_words(wanted))
        self._show_action(next_action(self._workspace))
        self._show_queue(has_data=has_data)
        self.commands.setIcon(icon("search"))

    def _in_one_line(self) -> str:
        draft = self._workspace.draft
        network = draft.get("model.backbone") or draft.get("model.kind") or self._chosen_by_data()
        optimizer = draft.get("training.optimizer", "adam")
        parts = [chosen_plugin(network), chosen_plugin(optimizer), _epochs(draft.get("training.epochs", 10))]
        if draft.get("fine_tuning") is not None:
            parts.append("fine-tuning")
        return "  ·  ".join(parts)

    def _device_in_words(self, wanted: str) -> str:
        if self._workspace.shelf.registry is None:  # only then is torch there to be asked
            return "Device: automatic" if wanted == "auto" else wanted.upper()
        from desktop_app.engine.device import choose_device

        try:
            return str(choose_device(wanted)).upper()
        except DownslopeError as error:
            self._device.setToolTip(str(error))
            return f"No {wanted.upper()} here"

    def _chosen_by_data(self) -> str:
        network = self._workspace.network
        if network.state != "ready":
            return "network chosen by the data"
        model = network.value.experiment.model
        return str((model.backbone or model.kind).name)

    def _show_action(self, action: MainAction) -> None:
        self._action = action
        shades = colours()
        self.main.setText(action.text)
        self.main.setIcon(icon(action.icon, shades.on_accent if action.enabled else shades.muted))
        self.main.setEnabled(action.enabled)
        self.main.setToolTip(f"{action.why} (Ctrl+Enter)")
        restyle(self.main, "deed", action.deed)

    def _show_queue(self, *, has_data: bool) -> None:
        """Offer to queue the draft: in words while something is trained, for then it is how the next one is begun."""
        waiting = len(self._workspace.queue.queue.waiting) if self._workspace.queue.queue is not None else 0
        self.queue.setVisible(has_data)
        self.queue.setText("Add to queue" if self._workspace.training.active or waiting else "")
        self.queue.setEnabled(self._workspace.queue.can_add)
        self.queue.setAccessibleName("Add to queue")
        self.queue.setToolTip("Add this experiment to the queue, to be trained after the others (Ctrl+Shift+Enter)")

    def _show_device(self, progress: object) -> None:
        device = str(getattr(progress, "device", "") or "")
        if device:
            self._device.setText(device.upper())

    def _rename(self) -> None:
        text = self.name.text().strip()
        self.name.setModified(False)
        if text and text != self._workspace.draft.get("name"):
            self._workspace.draft.set("name", text)
        self.refresh()


def _epochs(value: object) -> str:
    """Return the draft's epochs in words; a file may have anything in their place."""
    return count(value, "epoch") if isinstance(value, int) else f"{value} epochs"
