"""Each layer over time: heat maps of what the instruments measured, histograms, and what measuring costs."""

from __future__ import annotations

import contextlib
import time

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QSizePolicy, QSplitter, QStackedWidget, QToolButton, QWidget

from desktop_app.engine.sheet import Sheet
from desktop_app.errors import DownslopeError
from desktop_app.window.building_blocks import column, holding, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.editors import ChoiceBox
from desktop_app.window.icons import put
from desktop_app.window.plots.arriving_series import ArrivingSeries
from desktop_app.window.plots.saving import Saver
from desktop_app.window.plots.series_buffer import SeriesSource
from desktop_app.window.state_panel import StatePanel
from desktop_app.window.train.heat_map import HeatMap
from desktop_app.window.train.layer_graph import LayerGraph
from desktop_app.window.train.layer_matrix import LayerMatrix
from desktop_app.window.train.quantities import Quantity, quantities_in, quantity
from desktop_app.window.train.running_order import running_order
from desktop_app.window.train.shades import ShadeBar
from desktop_app.window.train.spread_view import SpreadView
from desktop_app.window.wording import count, figure, share
from desktop_app.window.workspace import Workspace

# Histograms are taken seldom, and laying them out anew is the dearest part of a tick.
_SPREAD_MS = 500
# Five pictures a second follow a training well enough, and leave the interpreter to it.
_DRAW_SECONDS = 0.2
_ARRIVING_MS = 120


class LayersView(QWidget):
    """A view of the Train page: a heat map on top, and of the layer that is chosen its curve and its histograms."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        self._source: SeriesSource | None = None
        self._names: frozenset[str] = frozenset()
        self._matrices: dict[str, LayerMatrix] = {}
        self._graphs: dict[str, LayerGraph] = {}
        self._order: list[str] = []
        self._layer = ""
        self._is_new, self._drawn = False, float("-inf")
        self.quantities = ChoiceBox()
        self.quantities.setAccessibleName("Quantity")
        self.quantities.setMinimumContentsLength(24)
        self.quantities.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.quantities.currentIndexChanged.connect(self._quantity_chosen)
        self.cost = ElidedLabel("", "small")
        self.cost.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.cost.setToolTip(
            "Measured while the training runs. The first looks cost the most; the interval lets the share fall to 1.5 %"
        )
        self.sentence = label("", "muted", wrap=True)
        self.sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        # Room for two lines: what is below it does not jump from quantity to quantity.
        self.sentence.setMinimumHeight(2 * self.sentence.fontMetrics().lineSpacing())
        self.heat = HeatMap()
        self.heat.setAccessibleName("Layers over steps")
        self.heat.chosen.connect(self._row_chosen)
        self.heat.pointed.connect(self._pointed)
        self.heat.scale_changed.connect(self._show_scale)
        self.bar = ShadeBar()
        self._pointed_layer = ElidedLabel("", "small")
        self._pointed_layer.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._pointed_value = label("", "small")
        self._graph_stack = QStackedWidget()
        self.spread = SpreadView()
        self.spread.keys.currentIndexChanged.connect(lambda _: self._pull_spread())
        self._spread_due = QTimer(self, singleShot=True, interval=_SPREAD_MS)
        self._spread_due.timeout.connect(self._pull_spread)
        # The series of a run that is over are read behind the window, and no tick tells when they have come.
        self._arriving = QTimer(self, singleShot=True, interval=_ARRIVING_MS)
        self._arriving.timeout.connect(self._pull_arriving)
        self._nothing = StatePanel()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._nothing)
        self._stack.addWidget(self._make_content())
        self.setLayout(row(self._stack))
        workspace.draft.changed.connect(self._show_state)
        self._show_state()

    def show_source(self, source: SeriesSource | None) -> None:
        """Show another run, live or over; ``None`` shows nothing."""
        self._source = source
        self._names, self._matrices, self._order = frozenset(), {}, []
        self.quantities.blockSignals(True)
        self.quantities.clear()
        self.quantities.blockSignals(False)
        self.heat.fit()
        self.spread.show_histograms(())
        self._show_state()
        if self.isVisible():
            self.pull()

    def pull(self) -> None:
        """Draw what is new; called at ticks while this view is in front."""
        if self._source is None:
            return
        self._look_for_names(self._source)
        shown = self._shown
        if shown is None:
            return
        matrix = self._matrix(shown.key)
        self._is_new |= matrix.pull(self._source, self._names)
        if self._is_new and time.monotonic() - self._drawn >= _DRAW_SECONDS:
            self._draw(shown, matrix)
            self._show_cost(self._source)
        if not self._spread_due.isActive():
            self._spread_due.start()
        self._wait_for_more()

    def _pull_arriving(self) -> None:
        """Draw what has come; of a run that was deleted or broken meanwhile the curves tell."""
        with contextlib.suppress(DownslopeError):
            self.pull()

    def show_layer(self, quantity: str, layer: str) -> None:
        """Bring one layer of one quantity to the front, such as the evidence of a finding."""
        if self._source is not None:
            self._look_for_names(self._source)
        place = self.quantities.findData(quantity)
        if place < 0:
            return
        self._layer = layer
        if place == self.quantities.currentIndex():
            self._show_quantity()
        else:
            self.quantities.setCurrentIndex(place)

    def sheet(self) -> Sheet:
        """Return what the heat map shows: each value of each layer as it was measured."""
        shown = self._shown
        matrix = self._matrix(shown.key) if shown is not None else LayerMatrix("")
        rows = [
            (layer, int(step), float(value))
            for layer, values, there in zip(matrix.layers, matrix.values, matrix.measured, strict=True)
            for step, value in zip(matrix.steps[there], values[there], strict=True)
        ]
        return Sheet(("layer", "step", matrix.key), rows)

    @property
    def readout(self) -> str:
        """What is said of the place under the mouse, or of the latest value of the layer that is chosen."""
        return f"{self._pointed_layer.text()}   {self._pointed_value.text()}".strip()

    @property
    def layer(self) -> str:
        """The layer that is chosen; empty where none is."""
        return self._layer

    @property
    def text(self) -> str:
        """What stands here while there is nothing to be seen."""
        return self._nothing.text

    def _make_content(self) -> QWidget:
        inside = column(spacing=0)
        inside.setContentsMargins(0, 0, 8, 4)
        self._heat_card = holding(inside, "card")
        self.saver = Saver("Layers", self._heat_card, self.heat.plotItem, self.sheet)
        self.heat.asked_to_save.connect(lambda place: self.saver.popup(place.toPoint()))
        self.save = QToolButton()
        put(self.save, "save")
        self.save.setToolTip("Save as a picture or as numbers")
        self.save.setAccessibleName("Save the heat map")
        self.save.clicked.connect(lambda: self.saver.popup(self.save.mapToGlobal(self.save.rect().bottomLeft())))
        legend = row(self.bar, self._pointed_layer, self._pointed_value, self.save, spacing=12)
        legend.setStretch(1, 1)
        legend.setContentsMargins(12, 8, 4, 0)
        inside.addLayout(legend)
        inside.addWidget(self.heat, 1)
        below = QSplitter(Qt.Orientation.Horizontal)
        below.setHandleWidth(12)
        below.addWidget(self._graph_stack)
        below.addWidget(self.spread)
        below.setChildrenCollapsible(False)
        below.setStretchFactor(0, 4)
        below.setStretchFactor(1, 5)
        below.setSizes([400, 500])
        both = QSplitter(Qt.Orientation.Vertical)
        both.setHandleWidth(12)
        both.addWidget(self._heat_card)
        both.addWidget(below)
        both.setChildrenCollapsible(False)
        both.setStretchFactor(0, 5)
        both.setStretchFactor(1, 4)
        both.setSizes([500, 400])
        head = row(self.quantities, self.cost, spacing=12)
        head.setStretch(1, 1)
        content = column(head, self.sentence, both, spacing=8)
        content.setStretch(2, 1)
        return holding(content)

    @property
    def _shown(self) -> Quantity | None:
        key = self.quantities.currentData()
        return quantity(str(key)) if key else None

    def _matrix(self, key: str) -> LayerMatrix:
        if key not in self._matrices:
            self._matrices[key] = LayerMatrix(key, self._order)
        return self._matrices[key]

    def _look_for_names(self, source: SeriesSource) -> None:
        """Offer what is there; new series come with a new stage."""
        names = frozenset(source.names())
        if names == self._names:
            return
        self._names = names
        if not self._order:
            self._order = running_order(self._workspace)
            self._matrices = {}
        there = quantities_in(names)
        if [self.quantities.itemData(place) for place in range(self.quantities.count())] != [
            each.key for each in there
        ]:
            before = self.quantities.currentData()
            self.quantities.blockSignals(True)
            self.quantities.clear()
            for each in there:
                self.quantities.addItem(each.title, each.key)
            self.quantities.setCurrentIndex(max(self.quantities.findData(before), 0 if there else -1))
            self.quantities.blockSignals(False)
            self._show_state()
            if there:
                self._show_quantity()

    def _show_state(self) -> None:
        """Show the layers, or say why there are none and what can be done about it."""
        if self.quantities.count():
            self._stack.setCurrentIndex(1)
            return
        self._stack.setCurrentIndex(0)
        draft, training = self._workspace.draft, self._workspace.training
        if training.active and training.session is not None and training.session.experiment.training.instruments:
            self._nothing.show_loading("The first numbers come in a moment")
            return
        what = "Gradients, updates and activations of each layer stand here while instruments watch a training. "
        if draft.get("training.instruments", True):
            self._nothing.show_empty("layers", "Nothing was measured", what + "They are switched on for the next run.")
        else:
            self._nothing.show_empty(
                "layers",
                "Instruments are switched off",
                what + "They take 1 to 2 % of the time, and more of a short training's.",
                "Switch them on for the next run",
                lambda: draft.set("training.instruments", True),
            )

    def _quantity_chosen(self, _place: int) -> None:
        self._show_quantity()

    def _show_quantity(self) -> None:
        shown = self._shown
        if shown is None or self._source is None:
            return
        self.sentence.setText(shown.sentence)
        self.sentence.setToolTip(shown.good.source if shown.good else "")
        self.saver.title = shown.title
        matrix = self._matrix(shown.key)
        matrix.pull(self._source, self._names)
        self._draw(shown, matrix)
        self._show_scale()
        self._show_cost(self._source)
        self._show_spread_keys(shown)
        self._pull_spread()
        self._wait_for_more()

    def _draw(self, shown: Quantity, matrix: LayerMatrix) -> None:
        if self._layer not in matrix.layers and matrix.layers:
            self._layer = matrix.layers[0]
        row_chosen = matrix.layers.index(self._layer) if self._layer in matrix.layers else -1
        self.heat.choose(row_chosen)
        self.heat.show_matrix(matrix, shown.kind)
        self._is_new, self._drawn = False, time.monotonic()
        self._draw_graph(shown, matrix, row_chosen)
        if self.heat.step is None:
            self._pointed(None)

    def _draw_graph(self, shown: Quantity, matrix: LayerMatrix, row_chosen: int) -> None:
        if shown.key not in self._graphs:
            graph = self._graphs[shown.key] = LayerGraph(shown)
            self._graph_stack.addWidget(graph)
        graph = self._graphs[shown.key]
        self._graph_stack.setCurrentWidget(graph)
        if row_chosen >= 0:
            there = matrix.measured[row_chosen]
            graph.show_layer(self._layer, matrix.steps[there], matrix.values[row_chosen][there])

    def _row_chosen(self, place: int) -> None:
        shown = self._shown
        if shown is None:
            return
        matrix = self._matrix(shown.key)
        self._layer = matrix.layers[place]
        self._draw_graph(shown, matrix, place)
        self._pointed((place, self.heat.step) if self.heat.step is not None else None)
        self._show_spread_keys(shown)
        self._pull_spread()

    def _pointed(self, place: tuple[int, float] | None) -> None:
        """Say what is under the mouse; elsewhere, the latest of the layer that is chosen."""
        shown = self._shown
        if shown is None:
            return
        matrix = self._matrix(shown.key)
        if place is None:
            at = self.heat.row
            found = matrix.find(at, float("inf"), float("inf")) if 0 <= at < len(matrix.layers) else None
        else:
            at = place[0]
            found = self.heat.read_off(*place)
        self._pointed_layer.setText(matrix.layers[at] if found is not None else "")
        if found is None:
            self._pointed_value.setText("")
            return
        value = share(found[1]) if shown.kind == "share" else figure(found[1])
        self._pointed_value.setText(f"step {count(found[0])}   {value}")

    def _show_scale(self) -> None:
        self.bar.show_scale(self.heat.scale, has_broken=self.heat.has_broken)

    def _show_cost(self, source: SeriesSource) -> None:
        shares, intervals = source.read("instrument_share")[1], source.read("instrument_interval")[1]
        parts = []
        if len(shares):
            parts.append(f"Instruments take {share(float(shares[-1]))} of the time")
        if len(intervals):
            steps = round(float(intervals[-1]))
            parts.append("every step" if steps <= 1 else f"every {count(steps)} steps")
        self.cost.setText("; ".join(parts))

    def _show_spread_keys(self, shown: Quantity) -> None:
        if self._source is None:
            return
        split = [name.partition("/") for name in self._source.histogram_names()]
        keys = sorted({key for key, _, layer in split if layer == self._layer}, key=_order_of_spreads)
        self.spread.show_keys(keys, shown.spread_of)

    def _pull_spread(self) -> None:
        shown = self._shown
        if self._source is None or shown is None:
            return
        self._show_spread_keys(shown)
        name = f"{self.spread.key}/{self._layer}"
        self.spread.show_histograms(self._source.histograms(name) if self.spread.key else ())

    def _wait_for_more(self) -> None:
        if isinstance(self._source, ArrivingSeries) and (self._source.is_reading or self._is_new) and self.isVisible():
            self._arriving.start()


def _order_of_spreads(key: str) -> tuple[int, str]:
    usual = ("weights", "gradients", "updates", "activations")
    return (usual.index(key) if key in usual else len(usual), key)
