"""Initialisation explorer: signals and gradients layer by layer through a deep network, before the first step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from desktop_app.api.markers import Range
from desktop_app.api.parameters import Parameter
from desktop_app.engine.learn.network_hint import short_title
from desktop_app.engine.learn.signal_flow import DeepNetwork, Recipe, SignalFlow, measure_signals, title_of
from desktop_app.engine.learn.signal_theory import Pair, Verdict, fitting_initializers
from desktop_app.engine.sheet import Sheet
from desktop_app.window.building_blocks import label
from desktop_app.window.draft import Draft
from desktop_app.window.forms.form import Entry, Form
from desktop_app.window.learn.choice_stack import ChoiceEntry, ChoiceStack, Part
from desktop_app.window.learn.explorer import Between, Explorer, Report
from desktop_app.window.learn.verdict_list import VerdictList
from desktop_app.window.plots.graph import Curve
from desktop_app.window.plots.shaded_graph import Band, ShadedGraph
from desktop_app.window.workspace import Workspace

_PARTS = (
    Part("activation", "relu"),
    Part("initializer", "he"),
    Part("normalization", "none", ("none",)),
)
_PLACE = Parameter("place", "choice", "before", None, ("before", "after"), help="Before or after the activation")
_MORE = (Entry("place", _PLACE, "Its place", {"before": "Before activation", "after": "After"}),)
_FIRST: tuple[dict[str, Any], ...] = (
    {"activation": "sigmoid", "initializer": "he"},
    {"activation": "tanh", "initializer": "xavier"},
    {"activation": "relu", "initializer": "xavier"},
    {"activation": "relu", "initializer": "he"},
    {"activation": "relu", "initializer": "he", "normalization": "batch_norm"},
)
_NETWORK = (
    Parameter("depth", "integer", 50, Range(2, 200), help="How many layers there are"),
    Parameter("width", "integer", 256, Range(8, 1024), help="How many units each layer has"),
    Parameter("batch", "integer", 128, Range(2, 1024), help="How many samples go through at once"),
    Parameter("seeds", "integer", 5, Range(1, 25), help="How many draws the median and the band are taken over"),
)
# Theory tells a slow decay from a fast one only far down: an edge of chaos looks like its neighbours in 50 layers.
_DEEPER = 4


@dataclass(frozen=True)
class Flowed:
    """What was measured of one entry, and which initializer theory recommends for its activation."""

    flow: SignalFlow
    place: int
    best: Pair
    verdict: Verdict


class InitializationExplorer(Explorer):
    """A colour for each pair: the median over the draws, a band around it, and what it comes to in words."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.found: dict[int, Flowed] = {}
        titles = ("Signal, and what differs between samples (dashed)", "Gradient")
        self.signal, self.gradient = (
            ShadedGraph(title, "layer", "std", log_y=True, sheet=self.sheet, whole_x=True) for title in titles
        )
        for graph in (self.signal, self.gradient):
            self.add_picture(graph)
        self.verdicts = VerdictList()
        self.stack = ChoiceStack(workspace.shelf, "Networks", _PARTS, _FIRST, self._name_of, _MORE)
        self.stack.changed.connect(self.change)
        self.settings = Draft(self)
        self.form = Form(self.settings, [Entry(parameter.name, parameter) for parameter in _NETWORK])
        self.settings.changed.connect(self.change)
        self.lay_out(None, (self.verdicts,), (self.stack, label("Every network", "heading"), self.form))

    def task(self) -> Callable[[Between, Report], Any]:
        """Measure each entry; one after the other appears."""
        registry = self.workspace.shelf.registry
        assert registry is not None
        values = {parameter.name: self.settings.get(parameter.name, parameter.default) for parameter in _NETWORK}
        network = DeepNetwork(**values)
        wanted = [(self._recipe(entry), entry.dot.place) for entry in self.stack.entries]
        self.found = {}

        def compute(between: Between, report: Report) -> Any:
            found = []
            for number, (recipe, place) in enumerate(wanted):
                flow = measure_signals(registry, recipe, network, between=between)
                ranked = fitting_initializers(registry, recipe.pair, _DEEPER * network.depth)
                best, _ = ranked[0]
                verdict = next(
                    told for pair, told in fitting_initializers(registry, best, network.depth) if pair == best
                )
                found.append(Flowed(flow, place, best, verdict))
                report((tuple(found), (number + 1) / len(wanted)))
            return tuple(found)

        return compute

    def show_part(self, part: tuple[Sequence[Flowed], float]) -> None:
        """Show the networks that were measured so far."""
        found, done = part
        self.progress.setRange(0, 1000)
        self.progress.setValue(round(1000 * done))
        self.show_result(found)

    def show_result(self, result: Sequence[Flowed]) -> None:
        """Draw medians and bands, and say what they come to."""
        self.found = {flowed.place: flowed for flowed in result}
        signal, gradient, signal_bands, gradient_bands = [], [], [], []
        for flowed in result:
            flow, place = flowed.flow, flowed.place
            signal.append(Curve(flow.title, flow.layers, flow.signal.median, place))
            signal.append(Curve("", flow.layers, _seen(flow), place, dashed=True))
            gradient.append(Curve(flow.title, flow.layers, flow.gradient.median, place))
            signal_bands.append(Band(flow.layers, flow.signal.low, flow.signal.high, place))
            gradient_bands.append(Band(flow.layers, flow.gradient.low, flow.gradient.high, place))
        self.signal.show_curves(signal)
        self.gradient.show_curves(gradient)
        self.signal.show_bands(signal_bands)
        self.gradient.show_bands(gradient_bands)
        self.verdicts.show_verdicts(
            [(flowed.place, flowed.flow.title, self._in_words(flowed), flowed.flow.keeps) for flowed in result]
        )

    def sheet(self) -> Sheet:
        """Return every median and band, a row a layer of each network."""
        rows: list[tuple[object, ...]] = []
        header: tuple[str, ...] = ("network",)
        for flowed in self.found.values():
            one = flowed.flow.sheet()
            header = ("network", *one.header)
            rows += [(flowed.flow.title, *row) for row in one.rows]
        return Sheet(header, rows)

    def plugins_changed(self) -> None:
        """Name the entries as the new plugins are named."""
        self.stack.refresh_names()

    def _recipe(self, entry: ChoiceEntry) -> Recipe:
        activation, activation_hyper = entry.choice("activation")
        initializer, initializer_hyper = entry.choice("initializer")
        normalization, normalization_hyper = entry.choice("normalization")
        pair = Pair(initializer, activation, initializer_hyper, activation_hyper)
        return Recipe(pair, normalization, normalization_hyper, entry.draft.get("place", "before"))

    def _name_of(self, entry: ChoiceEntry) -> str:
        registry = self.workspace.shelf.registry
        recipe = self._recipe(entry)
        entry.rest.setVisible(recipe.normalization != "none")
        known = registry is not None and all(
            name in registry.shelf(kind) or name == "none" for kind, (name, _) in _choices(entry).items()
        )
        if registry is None or not known:
            return f"{recipe.pair.activation}, {recipe.pair.initializer}"
        return title_of(registry, recipe)

    def _in_words(self, flowed: Flowed) -> str:
        registry = self.workspace.shelf.registry
        flow, pair = flowed.flow, flowed.flow.recipe.pair
        said = flow.in_words()
        if registry is None or flow.recipe.normalization != "none":
            return said
        best = short_title(registry, flowed.best.initializer)
        activation = registry.activations[pair.activation].title or pair.activation
        if not flowed.verdict.suits:
            return (
                f"{said} No initializer keeps {activation} that deep; {best} loses least. A normalization would help."
            )
        if flowed.best.initializer == pair.initializer:
            return said if flow.keeps else f"{said} For {activation}, {best} with its own settings fits."
        return said if flow.keeps else f"{said} For {activation}, {best} fits."


def _choices(entry: ChoiceEntry) -> dict[str, tuple[str, dict[str, Any]]]:
    return {part.kind: entry.choice(part.kind) for part in _PARTS}


def _seen(flow: SignalFlow) -> np.ndarray:
    """Return the differences as far as they are more than rounding."""
    return np.where(flow.difference.median > 1e-14 * flow.signal.median, flow.difference.median, np.nan)
