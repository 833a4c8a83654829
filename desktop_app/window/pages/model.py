"""Model: the layers as they will be built, and the forms that change them at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import Figure, column, holding, label
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.pages.layer_table import LayerTable
from desktop_app.window.pages.network_form import NetworkForm
from desktop_app.window.pages.page import Page
from desktop_app.window.pages.signal_view import SignalView
from desktop_app.window.wording import about, count, size
from desktop_app.window.workspace import Workspace

_BYTES_A_PARAMETER = 4


class ModelPage(Page):
    """A table of layers with figures above; it follows the forms within a moment."""

    NAME, TITLE, ICON = "model", "Model", "model"

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._title = ElidedLabel("", "title")
        self.figures = {name: Figure(name) for name in ("layers", "parameters", "trained", "float32 weights")}
        self.layers = LayerTable()
        self.signals = SignalView(workspace, self)
        self._content = self._make_content()
        self.add_content(self._content)
        self.form = NetworkForm(workspace)
        self.add_inspector(label("Network", "heading"), self.form)
        self.signals.hinted.connect(self.form.show_hint)
        workspace.network.changed.connect(self.refresh)
        workspace.data.changed.connect(self.refresh)
        self.refresh()

    def show_problem(self, key: str, sentence: str) -> bool:
        """Say what is wrong beside the field."""
        return self.form.show_problem(key, sentence)

    def join(self) -> None:
        """Let what is being computed end."""
        self.signals.stop()
        self.form.join()

    def showEvent(self, event: QShowEvent) -> None:
        """Look into the network that was built meanwhile."""
        super().showEvent(event)
        self.signals.page_shown()

    def refresh(self) -> None:
        """Show the state that the network is in."""
        network, data = self.workspace.network, self.workspace.data
        if network.state in ("empty", "failed"):
            self.signals.clear()
        if data.state == "empty":
            self.set_state("empty")
            self.panel.show_empty(
                "model",
                "The network appears here",
                "Its layers follow from the data: how large the pictures are, how many columns, how many classes.",
                "Choose data",
                lambda: self.workspace.page_asked.emit("data"),
            )
            self.stack.setCurrentWidget(self.panel)
        elif network.state == "ready":
            self.set_state("done")
            self._show_network(network.value)
            self.stack.setCurrentWidget(self._content)
        elif data.state == "failed":
            self.set_state("empty")
            self.panel.show_error(
                "The data comes first",
                "The network's inputs and outputs follow from the data, and that cannot be used yet.",
                "Go to the data",
                lambda: self.workspace.page_asked.emit("data"),
            )
            self.stack.setCurrentWidget(self.panel)
        elif network.state == "failed":
            self.set_state("attention")
            text = sentence(network.error) if network.error else ""
            self.panel.show_error("The network cannot be built", text, "Undo", self.workspace.draft.undo)
            self.stack.setCurrentWidget(self.panel)
        elif network.value is None:
            self.set_state("running")
            loading = self.workspace.shelf.registry is None
            self.panel.show_loading("Loading PyTorch…" if loading else "Building the network…")
            self.stack.setCurrentWidget(self.panel)

    def _make_content(self) -> QWidget:
        figures = QHBoxLayout()
        figures.setSpacing(12)
        for made in self.figures.values():
            figures.addWidget(made, 1)
        card = column(self.layers, margins=8)
        layout = column(self._title, figures, holding(card, "card"), self.signals, spacing=12)
        layout.setContentsMargins(24, 16, 24, 16)
        layout.setStretch(2, 1)
        return holding(layout)

    def _show_network(self, network: Any) -> None:
        settled, summary = network.experiment, network.summary
        kind = settled.model.kind.name
        self.form.show_network(kind)
        card = self.workspace.shelf.card("network", kind)
        title = card.title if card and card.title else kind
        self._title.setText(f"{title}: {settled.model.backbone.name}" if settled.model.backbone else title)
        # What backbones have in place of something left out computes nothing.
        rows = [found for found in summary.rows if found.kind != "Identity"]
        with_weights = sum(1 for found in rows if found.parameters)
        self.figures["layers"].show_value(count(len(rows)), f"layers, {count(with_weights)} with weights")
        self.figures["parameters"].show_value(about(summary.parameters), tooltip=count(summary.parameters))
        part = summary.trained_parameters / max(summary.parameters, 1)
        trained = summary.trained_parameters
        caption = f"trained at first ({part * 100:.0f} %)"
        self.figures["trained"].show_value(about(trained), caption, tooltip=count(trained))
        self.figures["float32 weights"].show_value(size(_BYTES_A_PARAMETER * summary.parameters))
        self.layers.show_rows(rows, _stages(settled))
        self.signals.show_network(network)


def _stages(settled: Any) -> tuple[str, ...]:
    """Return what the stages of an experiment are called."""
    first = "Feature extraction" if settled.model.freeze else "Training"
    return (first, "Fine-tuning") if settled.fine_tuning else (first,)
