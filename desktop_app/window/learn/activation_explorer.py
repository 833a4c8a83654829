"""Activation explorer: value, slope, and what comes out of a unit Gaussian, for several activations at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from desktop_app.engine.learn.activation_curves import DRAWN_TO, ActivationCurve, activation_curve, table_of
from desktop_app.engine.sheet import Sheet
from desktop_app.window.command_palette import Command
from desktop_app.window.learn.choice_stack import ChoiceEntry, ChoiceStack, Part
from desktop_app.window.learn.explorer import Between, Explorer, Report
from desktop_app.window.learn.number_table import NumberTable
from desktop_app.window.plots.graph import Curve, Graph
from desktop_app.window.plots.saving import Saver
from desktop_app.window.plots.shaded_graph import ShadedGraph, Span
from desktop_app.window.wording import figure, share, short, words
from desktop_app.window.workspace import Workspace

_HEADER = ("Activation", "Mean", "Std", "E f²", "E f′²", "Saturated", "Dead")
_TIPS = (
    "",
    "Mean of what comes out of a unit Gaussian",
    "Standard deviation of what comes out",
    "Second moment of what comes out: what one layer does to a signal, weights aside",
    "Second moment of the slope: what one layer does to a gradient on its way back, weights aside",
    "Share of a unit Gaussian that lies where the slope is below 0.01, all the way to one side",
    "Share that lies where value and slope are both exactly 0, all the way to one side",
)
_SEEN = (-1.5, 3.0)
_BARS = "The bars at the foot of the first plot stand where the slope is below 0.01, all the way to one side."
_FIRST: tuple[dict[str, Any], ...] = ({"activation": "relu"}, {"activation": "tanh"}, {"activation": "sigmoid"})


class ActivationExplorer(Explorer):
    """Each activation has a colour; a bar in it at the foot of the plot says where it saturates."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.curves: tuple[ActivationCurve, ...] = ()
        self.value = ShadedGraph("Value, and slope (dashed)", "x", "f(x)", sheet=self._curve_sheet)
        self.outputs = Graph("What comes out of a unit Gaussian", "f(x)", "density")
        for graph in (self.value, self.outputs):
            self.add_picture(graph)
        # What happens around 0 is what matters; a double click fits all of it.
        self.value.view.setRange(xRange=(-DRAWN_TO, DRAWN_TO), yRange=_SEEN)
        self.table = NumberTable(_HEADER, _TIPS)
        self.stack = ChoiceStack(workspace.shelf, "Activations", [Part("activation", "relu")], _FIRST, self._name_of)
        self.stack.changed.connect(self.change)
        self.lay_out(None, (self.table,), (self.stack,))

    def task(self) -> Callable[[Between, Report], Any]:
        """Compute a curve for each entry."""
        registry = self.workspace.shelf.registry
        assert registry is not None
        wanted = [(*entry.choice("activation"), self._name_of(entry), entry.dot.place) for entry in self.stack.entries]

        def compute(between: Between, _report: Report) -> Any:
            found = []
            for name, hyper, title, place in wanted:
                between()
                found.append((activation_curve(registry, name, hyper, title), place))
            return found

        return compute

    def show_result(self, result: Sequence[tuple[ActivationCurve, int]]) -> None:
        """Draw the curves, and say where they saturate and die."""
        self.curves = tuple(curve for curve, _ in result)
        drawn, outputs, spans, rows = [], [], [], []
        for curve, place in result:
            drawn.append(Curve(curve.title, curve.x, curve.value, place))
            drawn.append(Curve("", curve.x, curve.slope, place, dashed=True))
            spans += [
                Span(max(low, -DRAWN_TO), min(high, DRAWN_TO), place)
                for low, high in curve.saturated_spans
                if low < DRAWN_TO and high > -DRAWN_TO
            ]
            outputs.append(Curve(curve.title, curve.outputs, curve.density, place))
            # What a share of all takes exactly has no density: a dashed line stands there, as high as the share.
            outputs += [Curve("", np.array([at, at]), np.array([0.0, much]), place, True) for at, much in curve.atoms]
            rows.append(
                (
                    curve.title,
                    *(figure(_tidy(number)) for number in (curve.mean, curve.std)),
                    *(figure(number) for number in (curve.second_moment, curve.slope_second_moment)),
                    _share(curve.saturated),
                    _share(curve.dead),
                )
            )
        self.value.show_curves(drawn)
        self.value.show_spans(spans)
        self.outputs.show_curves(outputs)
        self.table.show_rows(rows, [place for _, place in result])
        said = [curve.in_words() for curve in self.curves]
        exactly = [
            f"{_share(much)} of {curve.title} is exactly {figure(at)} (dashed line)."
            for curve in self.curves
            for at, much in curve.atoms
        ]
        self.words.setText("\n".join([*said, *exactly, _BARS]))

    def plugins_changed(self) -> None:
        """Name the entries as the new plugins are named."""
        self.stack.refresh_names()

    def _name_of(self, entry: ChoiceEntry) -> str:
        name, hyper = entry.choice("activation")
        card = self.workspace.shelf.card("activation", name)
        title = card.title if card and card.title else name
        return ", ".join([title, *(f"{words(key).lower()} {short(value)}" for key, value in hyper.items())])

    def _curve_sheet(self) -> Sheet:
        """Return every number that is drawn of values and slopes."""
        rows = [
            (curve.title, x, value, slope)
            for curve in self.curves
            for x, value, slope in zip(curve.x.tolist(), curve.value.tolist(), curve.slope.tolist(), strict=True)
        ]
        return Sheet(("activation", "x", "value", "slope"), rows)

    def commands(self) -> list[Command]:
        """Offer the table as a file; the plots are saved by a right click on them."""
        save = Saver("Activations", self.table, None, lambda: table_of(self.curves))
        return [
            Command("Add an activation", self.stack.add),
            Command("Save the activations' numbers…", lambda: save.ask("Tables (*.csv)", ".csv", save.save_csv)),
        ]


def _tidy(number: float) -> float:
    """Return 0 for what is 0 but for rounding."""
    return 0.0 if abs(number) < 1e-12 else number


def _share(fraction: float) -> str:
    return share(fraction) if fraction == 0 or fraction >= 5e-4 else "< 0.1 %"
