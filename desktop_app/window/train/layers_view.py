"""Each layer over time: heat maps of what the instruments measured, histograms, and what measuring costs."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from desktop_app.window.plots.series_buffer import SeriesSource
from desktop_app.window.workspace import Workspace


class LayersView(QWidget):
    """One of the views of the Train page."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace

    def show_source(self, source: SeriesSource | None) -> None:
        """Show another run, live or over; ``None`` shows nothing."""

    def pull(self) -> None:
        """Draw what is new; called at ticks while this view is in front."""

    def show_layer(self, quantity: str, layer: str) -> None:
        """Bring one layer of one quantity to the front, such as the evidence of a finding."""
