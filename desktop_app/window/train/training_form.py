"""The forms of [training] and [fine_tuning]."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.engine.experiment import FineTuningSettings, TrainingSettings
from desktop_app.window.building_blocks import column, holding, label
from desktop_app.window.forms.field import Field
from desktop_app.window.forms.form import Entry, Form
from desktop_app.window.forms.plugin_form import PluginForm
from desktop_app.window.forms.section import Section
from desktop_app.window.forms.settings_parameters import section_parameters
from desktop_app.window.train.preset_card import PresetCard
from desktop_app.window.train.trackers_form import TrackersForm
from desktop_app.window.workspace import Workspace

_FIRST = ("epochs", "batch_size")
_MORE = ("device", "precision", "threads", "seed", "early_stopping", "clip_gradient", "non_finite", "micro_batch")
_REGULARISATION = ("label_smoothing", "ema_decay")
_SMOOTHING = "training.label_smoothing"
_FINE_TUNING = ("epochs", "unfreeze_last", "gradual", "layer_decay")
_FINE_TUNING_OPTIMIZER = {"name": "adam", "lr": 1e-4}
_TITLES = {
    ("training", "non_finite"): "Overflow",
    ("training", "micro_batch"): "Samples at once",
    ("training", "label_smoothing"): "Label smoothing",
    ("training", "ema_decay"): "Average weights",
    ("fine_tuning", "epochs"): "Epochs more",
    ("fine_tuning", "gradual"): "Block by block",
    ("fine_tuning", "layer_decay"): "Layer decay",
}
_TEXTS: dict[Any, str] = {
    "auto": "Automatic", "float32": "float32", "bfloat16": "bfloat16", "float16": "float16",
    "stop": "Stop", "skip": "Skip the step", "roll_back": "Go back, learn slower",
}  # fmt: skip
# An average of the weights reaches back over 1 / (1 - decay) steps.
_AVERAGES: dict[Any, str] = {
    0.0: "Off", 0.9: "Over 10 steps", 0.99: "Over 100 steps", 0.999: "Over 1,000 steps", 0.9999: "Over 10,000 steps",
}  # fmt: skip


class TrainingForm(QWidget):
    """How long, how fast, on what; and the second stage where the network has a backbone."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._kept: dict[str, Any] = {}
        draft, shelf = workspace.draft, workspace.shelf
        first = Form(draft, _entries("training", TrainingSettings, _FIRST))
        more = Form(draft, _entries("training", TrainingSettings, _MORE))
        self._regularisation = Form(draft, _entries("training", TrainingSettings, _REGULARISATION))
        self._regularisation_section = Section("Regularisation", self._regularisation, opened=False)
        self.trackers = TrackersForm(draft, shelf)
        self.optimizer = PluginForm(draft, shelf, "training.optimizer", "optimizer", "adam")
        self.schedule = PluginForm(draft, shelf, "training.schedule", "schedule", "constant")
        switch = Parameter("fine_tuning", "switch", False, help="Train the backbone's last layers in a second stage")
        self.fine_tune = Field(switch, "Fine-tune")
        self.fine_tune.edited.connect(self._switch_fine_tuning)
        self.fine_tune.put_back.connect(lambda: self._switch_fine_tuning(False))
        tuning = Form(draft, _entries("fine_tuning", FineTuningSettings, _FINE_TUNING))
        tuning_optimizer = PluginForm(draft, shelf, "fine_tuning.optimizer", "optimizer", _FINE_TUNING_OPTIMIZER)
        tuning_schedule = PluginForm(draft, shelf, "fine_tuning.schedule", "schedule", "constant")
        self._tuning = (tuning, tuning_optimizer, tuning_schedule)
        self._parts: tuple[Any, ...] = (
            first,
            more,
            self._regularisation,
            self.optimizer,
            self.schedule,
            self.trackers,
            *self._tuning,
        )
        self._fine_tuning = Section("Fine-tuning", self.fine_tune)
        self.recipe = PresetCard(workspace.presets)
        inside = QVBoxLayout()
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(12)
        for part in (
            first,
            self.optimizer,
            self.schedule,
            self._fine_tuning,
            *self._tuning,
            self._regularisation_section,
            Section("Device and more", more, self.trackers, opened=False),
        ):
            inside.addWidget(part)
        self.details = Section("Details", holding(inside))
        self._next = label("", "small", wrap=True)
        self._next.hide()
        self._active, self._unfolded = False, True
        self._next.setText("The training that runs keeps its settings. These are the next one's, which can be queued.")
        self.setLayout(column(self._next, self.recipe, self.details, spacing=12))
        self._folded_for: object = None
        draft.changed.connect(self.refresh)
        workspace.network.changed.connect(self.refresh)
        workspace.data.changed.connect(self.refresh)
        workspace.training.state_changed.connect(self._show_whose)
        self.refresh()

    def refresh(self) -> None:
        """Show the second stage where there can be one; where a recipe is offered, the details are folded at first."""
        draft, network = self._workspace.draft, self._workspace.network
        section = draft.get("fine_tuning")
        has_backbone = network.state == "ready" and network.value.experiment.model.backbone is not None
        self._fine_tuning.setVisible(has_backbone or section is not None)
        self.fine_tune.show_value(section is not None, differs=section is not None)
        for part in self._tuning:
            part.setVisible(section is not None)
        data = self._workspace.data
        begun = (draft.get("data.source"), draft.get("data.path"), self._workspace.presets.facts is not None)
        if begun != self._folded_for:
            self._folded_for = begun
            self.details.title.setChecked(self._workspace.presets.facts is None)
        self._regularisation.fields[_SMOOTHING].setVisible(data.value is None or bool(data.value[0].classes))

    def _show_whose(self) -> None:
        """Say, while something is trained, that the forms are about what comes after it."""
        active = self._workspace.training.active
        if active == self._active:
            return
        self._active = active
        self._next.setVisible(active)
        # The numbers of what runs are worth more room than what may come next.
        self._unfolded, unfolded = self.details.title.isChecked(), self._unfolded and not active
        self.details.title.setChecked(unfolded)

    def show_problem(self, key: str, sentence: str) -> bool:
        """Say what is wrong beside the field."""
        self.fine_tune.show_wrong(sentence if key == "fine_tuning" else "")
        shown = [part.show_problem(key, sentence) for part in self._parts]
        if any(shown):
            self.details.open()
        if key in self._regularisation.fields:
            self._regularisation_section.open()
        return any(shown) or key == "fine_tuning"

    def _switch_fine_tuning(self, wanted: bool) -> None:
        draft = self._workspace.draft
        if wanted:
            draft.set("fine_tuning", self._kept)
        else:
            self._kept = draft.get("fine_tuning") or self._kept
            draft.remove("fine_tuning")


def _entries(section: str, settings: Any, names: tuple[str, ...]) -> list[Entry]:
    entries = []
    for parameter in section_parameters(settings, names):
        if parameter.name == "device":
            parameter = Parameter("device", "choice", "auto", None, ("auto", "cpu", "cuda", "mps"), help=parameter.help)
        if parameter.name == "ema_decay":
            parameter = Parameter("ema_decay", "choice", 0.0, None, tuple(_AVERAGES), help=parameter.help)
        title = _TITLES.get((section, parameter.name), "")
        texts = _AVERAGES if parameter.name == "ema_decay" else _TEXTS | {"cpu": "CPU", "cuda": "CUDA", "mps": "MPS"}
        entries.append(Entry(f"{section}.{parameter.name}", parameter, title, texts))
    return entries
