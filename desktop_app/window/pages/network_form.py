"""The forms of [model]: the network, what it is made of, and how its weights begin."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from desktop_app.api.parameters import Parameter
from desktop_app.engine.experiment import ModelSettings
from desktop_app.window.building_blocks import button, column, holding, row
from desktop_app.window.forms.field import LABEL_PIXELS
from desktop_app.window.forms.form import Entry, Form, same
from desktop_app.window.forms.hint import Hint
from desktop_app.window.forms.plugin_form import PluginForm
from desktop_app.window.forms.section import Section
from desktop_app.window.forms.settings_parameters import section_parameters
from desktop_app.window.pages.backbone_browser import BackboneBrowser
from desktop_app.window.pages.weights_field import WeightsField
from desktop_app.window.workspace import Workspace

# Hyper-parameters of networks that have a key of their own in [model].
_OWN_KEYS = ("layers", "dropout", "head", "pooling", "backbone", "weights")
# What only a network with a backbone takes.
_BACKBONE_KEYS = ("backbone", "weights", "freeze", "head", "pooling", "adapters")
_TEXTS: dict[Any, str] = {"avg": "Average", "softmax": "Softmax", "sigmoid": "Sigmoid"}


class NetworkForm(QWidget):
    """The network's own fields are made anew where another network is chosen, by a person or by the data."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._kept: dict[str, dict[str, Any]] = {}
        self._settled = ""
        self._built: tuple[object, ...] | None = None
        draft, shelf = workspace.draft, workspace.shelf
        self.kind = PluginForm(
            draft, shelf, "model.kind", "network", None, elsewhere=_OWN_KEYS, takes_along=self._other_network
        )
        self.kind.changed.connect(self._build)
        self._own = QWidget()
        QVBoxLayout(self._own).setContentsMargins(0, 0, 0, 0)
        self._backbone: PluginForm | None = None
        self.weights: WeightsField | None = None
        self.browse_button: QPushButton | None = None
        self._own_form: Form | None = None
        self.initializer = PluginForm(draft, shelf, "model.initializer", "initializer", "he")
        self.activation = PluginForm(draft, shelf, "model.activation", "activation", "relu")
        self.normalization = PluginForm(
            draft, shelf, "model.normalization", "normalization", "batch_norm", extra_choices=("none",)
        )
        self._hint: Any = None
        self.hints = {"model.initializer": Hint(), "model.activation": Hint()}
        for hint in self.hints.values():
            hint.taken.connect(self._take_hint)
        place, output = section_parameters(ModelSettings, ("normalization_place", "output"))
        self._rest = Form(
            draft,
            [
                Entry(
                    "model.normalization_place", place, "Its place", {"before": "Before activation", "after": "After"}
                ),
                Entry("model.output", output, "", _TEXTS),
            ],
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        for part in (
            self.kind,
            self._own,
            Section("Initialization", self.initializer, holding(column(self.hints["model.initializer"]))),
            Section("Activation", self.activation, holding(column(self.hints["model.activation"]))),
            Section("Normalization and output", self.normalization, self._rest),
        ):
            layout.addWidget(part)
        workspace.shelf.changed.connect(self._build)
        draft.changed.connect(self._show_what_acts)
        self._build()

    def show_network(self, name: str) -> None:
        """Tell which network the data chose, for its fields to be shown."""
        if name != self._settled:
            self._settled = name
            self._build()

    def show_problem(self, key: str, sentence: str) -> bool:
        """Say what is wrong beside the field."""
        parts: list[Any] = [self.kind, self.initializer, self.activation, self.normalization, self._rest]
        parts += [part for part in (self._backbone, self.weights, self._own_form) if part is not None]
        shown = [part.show_problem(key, sentence) for part in parts]
        return any(shown)

    def show_hint(self, hint: Any) -> None:
        """Say beside its field what the engine found could be better (a ``Hint`` of it); ``None`` says nothing."""
        self._hint = hint
        for field, shown in self.hints.items():
            if hint is not None and hint.field == field:
                shown.say(hint.sentence, hint.mend)
            else:
                shown.hide()

    def browse(self, default: str) -> None:
        """Open the browser of backbones; ``default`` is the network's own one."""
        current = (self._backbone.name if self._backbone else "") or default
        draft = self._workspace.draft

        def use(name: str) -> None:
            draft.set("model.backbone", None if name == default else name)

        BackboneBrowser(self._workspace, current, use, self).open()

    def join(self) -> None:
        """End what is being downloaded."""
        if self.weights is not None:
            self.weights.join()

    def _take_hint(self) -> None:
        """Do what the hint proposes; one step of undo."""
        hint = self._hint
        if hint is not None:
            self.show_hint(None)
            default = ModelSettings.model_fields[hint.key.removeprefix("model.")].default.name
            self._workspace.draft.set(hint.key, None if same(hint.value, default) else hint.value)

    def _build(self) -> None:
        name = self.kind.name or self._settled
        card = self._workspace.shelf.card("network", name) if name else None
        parameters = {parameter.name: parameter for parameter in card.parameters} if card else {}
        built = (name, tuple(parameters))
        if built == self._built:
            return
        self._built = built
        layout = self._own.layout()
        assert layout is not None
        layout.setSpacing(8)
        while (item := layout.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if self.weights is not None:
            self.weights.join()
        self._backbone = self.weights = self._own_form = None
        draft = self._workspace.draft
        if "backbone" in parameters:
            default = str(parameters["backbone"].default)
            self._backbone = PluginForm(draft, self._workspace.shelf, "model.backbone", "backbone", default)
            layout.addWidget(self._backbone)
            self.browse_button = button("Choose…", lambda: self.browse(default), "search")
            self.browse_button.setToolTip("Every backbone with its size, its licence, and where its weights are")
            beside = row(self.browse_button, None)
            beside.setContentsMargins(LABEL_PIXELS + 4, 0, 0, 0)
            layout.addWidget(holding(beside))
            self.weights = WeightsField(self._workspace, default)
            layout.addWidget(self.weights)
        entries = self._entries(parameters)
        if entries:
            self._own_form = Form(draft, entries)
            layout.addWidget(self._own_form)
        self._show_what_acts()

    def _show_what_acts(self) -> None:
        """Show the adapters' rank where there is a fine-tuning to train them."""
        rank = self._own_form.fields.get("model.adapters") if self._own_form else None
        if rank is not None:
            draft = self._workspace.draft
            rank.setVisible(draft.get("fine_tuning") is not None or bool(draft.get("model.adapters")))

    def _entries(self, parameters: dict[str, Parameter]) -> list[Entry]:
        entries = []
        if "backbone" in parameters:
            freeze = Parameter(
                "freeze",
                "switch",
                None,
                optional=True,
                help="Keep the backbone as it is while the classifier is trained",
            )
            entries = [Entry("model.freeze", freeze, "Freeze backbone")]
        titles = {"layers": "Layers", "head": "Classifier widths"}
        for name in ("layers", "head", "pooling", "dropout"):
            if name in parameters:
                entries.append(Entry(f"model.{name}", parameters[name], titles.get(name, ""), _TEXTS))
        if "backbone" in parameters:
            (rank,) = section_parameters(ModelSettings, ("adapters",))
            entries.append(Entry("model.adapters", rank, "Adapter rank"))
        return entries

    def _other_network(self, before: str | None, after: str | None) -> dict[str, Any]:
        """Take away the keys that the new network does not have, and bring its own back from when it was left."""
        draft = self._workspace.draft
        card = self._workspace.shelf.card("network", after or self._settled)
        names = {parameter.name for parameter in card.parameters} if card else set()
        own = {key: draft.get(f"model.{key}") for key in (*_OWN_KEYS, "freeze", "adapters")}
        kept = {f"model.{key}": value for key, value in own.items()}
        kept["fine_tuning"] = draft.get("fine_tuning")
        self._kept[before or ""] = kept
        changes: dict[str, Any] = {f"model.{key}": None for key in ("layers", "head", "pooling", "dropout")}
        if "backbone" not in names:
            changes |= {f"model.{key}": None for key in _BACKBONE_KEYS} | {"fine_tuning": None}
        return changes | self._kept.get(after or "", {})
