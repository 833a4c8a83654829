"""Batch norm: the highest learning rate that still trains, with it and without, before the activation or after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from desktop_app.api.markers import Range
from desktop_app.api.parameters import Parameter
from desktop_app.engine.learn.batch_norm_limit import (
    TRAINS_BELOW,
    Setting,
    Sweep,
    SweepPlan,
    Trial,
    rates_between,
    sweep,
)
from desktop_app.window.building_blocks import button, holding, label, row
from desktop_app.window.draft import Draft
from desktop_app.window.forms.form import Entry, Form
from desktop_app.window.forms.plugin_form import PluginForm
from desktop_app.window.icons import put
from desktop_app.window.learn.choice_stack import ChoiceEntry, ChoiceStack, Part
from desktop_app.window.learn.explorer import Between, Explorer, Report
from desktop_app.window.learn.number_table import NumberTable
from desktop_app.window.plots.graph import Curve, Graph
from desktop_app.window.wording import figure, short
from desktop_app.window.workspace import Workspace

_PLACE = Parameter("place", "choice", "before", None, ("before", "after"), help="Before or after the activation")
_MORE = (Entry("place", _PLACE, "Its place", {"before": "Before activation", "after": "After"}),)
_FIRST: tuple[dict[str, Any], ...] = (
    {},
    {"normalization": "batch_norm"},
    {"normalization": "batch_norm", "place": "after"},
)
_SWEEP = (
    Parameter("low", "number", 0.01, Range(1e-5, 1.0, log=True), help="The lowest learning rate that is tried"),
    Parameter("high", "number", 30.0, Range(0.1, 1000.0, log=True), help="The highest learning rate that is tried"),
    Parameter("layers", "integer", 3, Range(1, 20), help="How many hidden layers the network has"),
    Parameter("width", "integer", 64, Range(4, 512), help="How many units each of them has"),
    Parameter("steps", "integer", 200, Range(20, 2000), help="How many steps each training takes"),
    Parameter("seeds", "integer", 3, Range(1, 15), help="How many trainings each point is the median of"),
)
_TITLES = {"low": "Lowest rate", "high": "Highest rate", "layers": "Hidden layers"}
# Losses above this many times that of guessing are drawn there: how far a training went astray says nothing.
_HIGHEST_DRAWN = 10.0


class BatchNormExplorer(Explorer):
    """Points appear as they are computed; what was computed stays when the lesson is left and comes back."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.result: Sweep | None = None
        self._trials: tuple[Trial, ...] = ()
        self._plan: SweepPlan | None = None
        self._paused = False
        self.loss = Graph("Final loss", "learning rate", "loss", log_x=True, log_y=True, sheet=self.sheet)
        self.accuracy = Graph("Validation accuracy", "learning rate", "accuracy", log_x=True, sheet=self.sheet)
        for graph in (self.loss, self.accuracy):
            self.add_picture(graph)
        self.table = NumberTable(
            ("Network", "Highest that trains", "Best accuracy"),
            ("", f"The final loss is below {TRAINS_BELOW:.0%} of that of guessing", "Median over the seeds"),
        )
        self.pause = button("Pause", self._toggle, "pause")
        self.again = button("Start over", self._start_over, "reset", "flat")
        self.state = label("", "small", wrap=True)
        top = row(self.state, self.pause, self.again)
        top.setStretch(0, 1)
        self.stack = ChoiceStack(
            workspace.shelf, "Networks", [Part("normalization", "none", ("none",))], _FIRST, self._name_of, _MORE
        )
        self.settings = Draft(self)
        self.optimizer = PluginForm(self.settings, workspace.shelf, "optimizer", "optimizer", "sgd", elsewhere=("lr",))
        self.activation = PluginForm(self.settings, workspace.shelf, "activation", "activation", "relu")
        self.initializer = PluginForm(self.settings, workspace.shelf, "initializer", "initializer", "he")
        entries = [Entry(parameter.name, parameter, _TITLES.get(parameter.name, "")) for parameter in _SWEEP]
        self.form = Form(self.settings, entries)
        self.stack.changed.connect(self._edited)
        self.settings.changed.connect(self._edited)
        self.words.setText(
            "A rate trains where the mean loss of the last tenth of the steps, in the median over the seeds, is below "
            "half of the loss of guessing. Dashed lines stand at the highest such rate. Trained on the embedded digits."
        )
        common = label("Every training", "heading")
        parts = (self.stack, common, self.optimizer, self.activation, self.initializer, self.form)
        self.lay_out(holding(top), (self.table,), parts)
        self._show_state()

    def shown(self) -> None:
        """Go on where it stopped, unless a person paused it."""
        self.in_front = True
        if self.stale and not self._paused:
            self.compute()
        self._show_state()

    def task(self) -> Callable[[Between, Report], Any]:
        """Make the trials that are still missing."""
        registry = self.workspace.shelf.registry
        assert registry is not None
        plan = self.plan()
        if plan != self._plan:
            self._trials = _still_good(self._plan, self._trials, plan)
            self._plan = plan
        done = self._trials

        def compute(between: Between, report: Report) -> Any:
            return sweep(registry, plan, done, report, between)

        return compute

    def compute(self) -> None:
        """Go on, and say so."""
        super().compute()
        self._show_state()

    def plan(self) -> SweepPlan:
        """Return what the panel asks for."""
        value = {parameter.name: self.settings.get(parameter.name, parameter.default) for parameter in _SWEEP}
        low, high = sorted((float(value["low"]), float(value["high"])))
        settings = []
        for entry in self.stack.entries:
            name, hyper = entry.choice("normalization")
            settings.append(Setting(self._name_of(entry), name, hyper, entry.draft.get("place", "before")))
        return SweepPlan(
            tuple(settings),
            rates_between(low, high),
            (int(value["width"]),) * int(value["layers"]),
            self.settings.get("optimizer", "sgd"),
            self.settings.get("activation", "relu"),
            self.settings.get("initializer", "he"),
            steps=int(value["steps"]),
            seeds=int(value["seeds"]),
        )

    def show_part(self, part: Sweep) -> None:
        """Draw the points that there are."""
        self._trials = part.trials
        total = len(part.plan.settings) * len(part.plan.rates) * part.plan.seeds
        self.progress.setRange(0, total)
        self.progress.setValue(len(part.trials))
        self._draw(part)

    def show_result(self, result: Sweep) -> None:
        """Draw everything."""
        self._trials = result.trials
        self._draw(result)
        self._show_state()

    def sheet(self) -> Any:
        """Return a row a training."""
        from desktop_app.engine.sheet import Sheet

        return self.result.sheet() if self.result is not None else Sheet(("normalization",), [])

    def plugins_changed(self) -> None:
        """Name the entries as the new plugins are named, and begin anew: a rule may have changed."""
        self.stack.refresh_names()
        self._plan = None

    def _draw(self, found: Sweep) -> None:
        self.result = found
        losses, accuracies, rows, places = [], [], [], []
        bounds = (found.guessing * 1e-3, found.guessing * _HIGHEST_DRAWN)
        for number, (setting, entry) in enumerate(zip(found.plan.settings, self.stack.entries, strict=False)):
            place = entry.dot.place
            rates, loss, accuracy = found.curve(number)
            losses.append(Curve(setting.title, rates, np.clip(loss, *bounds), place))
            accuracies.append(Curve(setting.title, rates, accuracy, place))
            highest = found.highest(number)
            if highest is not None:
                at = np.array([highest, highest])
                losses.append(Curve("", at, np.array(bounds), place, dashed=True))
                accuracies.append(Curve("", at, np.array([0.0, 1.0]), place, dashed=True))
            open_end = highest == found.plan.rates[-1]
            best = figure(float(accuracy.max())) if len(accuracy) else "–"
            rows.append((setting.title, f"{short(highest) or 'none'}{' or more' if open_end else ''}", best))
            places.append(place)
        self.loss.show_curves(losses)
        self.accuracy.show_curves(accuracies)
        self.table.show_rows(rows, places)

    def _show_state(self) -> None:
        finished = self.result is not None and self.result.finished and not self.stale
        going = self.computing
        self.pause.setEnabled(going or not finished)
        self.pause.setText("Pause" if going else "Go on")
        put(self.pause, "pause" if going else "play", "text")
        if going:
            text = "Training: each point is a training of its own."
        elif finished and self.result is not None:
            text = f"{len(self.result.trials)} trainings."
        else:
            text = "Paused."
        self.state.setText(text)

    def _toggle(self) -> None:
        if self.computing:
            self._paused = True
            self.stop()
        else:
            self._paused = False
            self.compute()
        self._show_state()

    def _start_over(self) -> None:
        self.stop()
        self._paused, self._plan, self._trials = False, None, ()
        self.compute()

    def _edited(self) -> None:
        self.stop()
        self.change()
        self._paused = False
        self._show_state()

    def _failed(self, error: BaseException) -> None:
        super()._failed(error)
        self._show_state()

    def _name_of(self, entry: ChoiceEntry) -> str:
        name, hyper = entry.choice("normalization")
        entry.rest.setVisible(name != "none")
        if name == "none":
            return "Without"
        card = self.workspace.shelf.card("normalization", name)
        title = card.title if card and card.title else name
        place = entry.draft.get("place", "before")
        return ", ".join([f"{title} {place}", *(f"{key} {short(value)}" for key, value in hyper.items())])


def _still_good(old: SweepPlan | None, trials: tuple[Trial, ...], plan: SweepPlan) -> tuple[Trial, ...]:
    """Return the trials of an old plan that the new one asks for as well, under their new places."""
    if old is None or _apart_from_settings(old) != _apart_from_settings(plan):
        return ()
    known = {_what(setting): number for number, setting in enumerate(plan.settings)}
    kept = []
    for trial in trials:
        number = known.get(_what(old.settings[trial.setting]))
        if number is not None and trial.rate in plan.rates and trial.seed < plan.seeds:
            kept.append(Trial(number, trial.rate, trial.seed, trial.loss, trial.accuracy))
    return tuple(kept)


def _what(setting: Setting) -> tuple[Any, ...]:
    hyper = tuple(sorted((key, str(value)) for key, value in setting.hyper.items()))
    return setting.normalization, hyper, setting.place if setting.normalization != "none" else ""


def _apart_from_settings(plan: SweepPlan) -> tuple[Any, ...]:
    """Return what two plans must have in common for their trainings to be the same."""
    return plan.layers, str(plan.optimizer), str(plan.activation), str(plan.initializer), plan.steps, plan.batch_size
