"""Signals and gradients through the network on show, before its first step; worked out behind the window."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from desktop_app.engine.sheet import Sheet
from desktop_app.errors import DownslopeError
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import column, label
from desktop_app.window.computed import Computed
from desktop_app.window.plots.graph import Curve, Graph
from desktop_app.window.workspace import Workspace

_HEIGHT = 156


class _CancelledError(DownslopeError):
    """Another network has taken this one's place."""


class SignalView(QWidget):
    """A small graph and a sentence; ``hinted`` carries a ``Hint`` of the engine, or ``None``.

    Nothing is computed while nobody looks at ``page``; this view itself is hidden as long as it has nothing to show.
    """

    hinted = Signal(object)

    def __init__(self, workspace: Workspace, page: QWidget) -> None:
        super().__init__()
        self._workspace, self._page = workspace, page
        self.found = Computed("signals", workspace.background, self)
        self.found.changed.connect(self._refresh)
        self._cancelled = threading.Event()
        self._network: Any = None
        self._asked: Any = None
        title = "Before the first step"
        self.graph = Graph(title, "layer with weights", "std", log_y=True, sheet=self._sheet, whole_x=True)
        self.graph.setFixedHeight(_HEIGHT)
        self.words = label("", "small", wrap=True)
        self.setLayout(column(self.graph, self.words, spacing=4))
        self.setVisible(False)

    def show_network(self, network: Any) -> None:
        """Look into a network (what the workspace knows of it), as soon as somebody looks at this page."""
        self._network = network
        self._ask()

    def clear(self) -> None:
        """There is no network."""
        self._network = self._asked = None
        self.stop()
        self.found.clear()

    def stop(self) -> None:
        """Let what is being computed end."""
        self._cancelled.set()

    def page_shown(self) -> None:
        """Compute what was put off while the page was hidden."""
        self._ask()

    def _ask(self) -> None:
        registry, data = self._workspace.shelf.registry, self._workspace.data
        if self._network is None or self._network is self._asked or registry is None or data.state != "ready":
            return
        if not self._page.isVisible():
            return
        self._asked = self._network
        experiment, samples = self._network.experiment, data.value[0]
        self._cancelled.set()
        cancelled = self._cancelled = threading.Event()

        def between() -> None:
            if cancelled.is_set():
                raise _CancelledError("Another network is on show by now.")

        def look() -> Any:
            from desktop_app.engine.device import use_threads
            from desktop_app.engine.learn.network_hint import find_hint
            from desktop_app.engine.learn.own_network import own_signals

            use_threads(1)
            signals = own_signals(experiment, registry, samples, between)
            return signals, find_hint(experiment, registry, samples, signals, between)

        self.found.ask(look)

    def _refresh(self) -> None:
        found = self.found
        if found.state == "loading":
            return
        signals, hint = found.value if found.state == "ready" else (None, None)
        layers = signals.layers if signals is not None else ()
        self.setVisible(len(layers) > 1 or found.state == "failed")
        self.graph.setVisible(len(layers) > 1)
        if found.state == "failed" and found.error is not None:
            self.words.setText(f"Signals cannot be shown. {sentence(found.error)}")
        elif signals is not None:
            self.words.setText(signals.in_words())
            place = np.arange(1, len(layers) + 1, dtype=float)
            self.graph.show_curves(
                [
                    Curve("signal", place, np.array([layer.signal for layer in layers]), 0),
                    Curve("gradient of the loss", place, np.array([layer.gradient for layer in layers]), 1),
                ]
            )
        self.words.setVisible(bool(self.words.text()))
        self.hinted.emit(hint)

    def _sheet(self) -> Sheet:
        value = self.found.value
        return value[0].sheet() if value is not None else Sheet(("layer",), [])
