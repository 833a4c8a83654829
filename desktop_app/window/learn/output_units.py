"""Sigmoid at the output of a classifier of two classes, beside softmax: trained alike, they decide alike."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout

from desktop_app.api.markers import Range
from desktop_app.api.parameters import Parameter
from desktop_app.engine.learn.output_units import OutputComparison, compare_on_points, compare_outputs
from desktop_app.engine.learn.two_classes import SHAPES
from desktop_app.engine.sheet import Sheet
from desktop_app.window.building_blocks import Figure, holding, label
from desktop_app.window.draft import Draft
from desktop_app.window.forms.form import Entry, Form
from desktop_app.window.learn.decision_map import DecisionMap
from desktop_app.window.learn.explorer import PANEL_PIXELS, Between, Explorer, Report
from desktop_app.window.plots.graph import Curve, Graph
from desktop_app.window.wording import count, figure, share
from desktop_app.window.workspace import Workspace

_OWN = "own"
_TEXTS: dict[Any, str] = {"moons": "Two moons", "circles": "Circles", "clouds": "Two clouds", _OWN: "Your own data"}
_SETTINGS = (
    Parameter("points", "choice", SHAPES[0], None, (*SHAPES, _OWN), help="What is learned"),
    Parameter("steps", "integer", 300, Range(10, 3000), help="How many steps both are trained for"),
    Parameter("seed", "integer", 0, Range(0, 10_000), help="Draws the points, the weights and the order"),
)
_EXPLAINED = (
    "Softmax of two numbers is the sigmoid of their difference, so one unit can say whatever two can. Both networks "
    "begin with the same weights, the single unit with the difference of the two, and see the same batches. They still "
    "part a little: each of softmax's two units takes a step, which moves their difference twice as far. "
    "In your own network it is Output on the Model page."
)


class OutputUnits(Explorer):
    """Two planes side by side, and the probability along a line that is dragged through both."""

    WIDE = 480

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.result: OutputComparison | None = None
        self.softmax, self.sigmoid = DecisionMap("Softmax, two units"), DecisionMap("Sigmoid, one unit")
        for plane in (self.softmax, self.sigmoid):
            self.add_picture(plane, 220)
            plane.line_moved.connect(self._cut)
        self.along = Graph("Probability along the line", "x", "probability", sheet=self.sheet)
        self.along.setFixedHeight(200)
        names = ("samples", "plane", "saved", "equality")
        self.figures = {name: Figure(name) for name in names}
        self.figures["equality"].setToolTip(
            "Largest difference between softmax and the sigmoid of the difference of its own two numbers"
        )
        self.settings = Draft(self)
        self.form = Form(self.settings, [Entry(parameter.name, parameter, "", _TEXTS) for parameter in _SETTINGS])
        self.settings.changed.connect(self.change)
        self.words.setText(_EXPLAINED)
        self.note = label("", "small", wrap=True)
        self._figure_grid = QGridLayout()
        self._figure_grid.setContentsMargins(0, 0, 0, 0)
        self._figure_grid.setSpacing(12)
        self._columns = 0
        self.lay_out(
            holding(self._figure_grid), (self.along,), (label("What both learn", "heading"), self.form, self.note)
        )
        self._height: float | None = None
        workspace.data.changed.connect(self._data_changed)
        self._data_changed()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Put the figures into one line or two."""
        super().resizeEvent(event)
        columns = len(self.figures) if self.width() - PANEL_PIXELS >= self.WIDE else 2
        if columns != self._columns:
            self._columns = columns
            for place, shown in enumerate(self.figures.values()):
                self._figure_grid.addWidget(shown, place // columns, place % columns)
                self._figure_grid.setColumnStretch(place, 1 if place < columns else 0)

    def task(self) -> Callable[[Between, Report], Any]:
        """Train both."""
        registry = self.workspace.shelf.registry
        assert registry is not None
        value = {parameter.name: self.settings.get(parameter.name, parameter.default) for parameter in _SETTINGS}
        points, steps, seed = str(value["points"]), int(value["steps"]), int(value["seed"])
        self._height = None
        if points != _OWN:
            return lambda between, _report: compare_on_points(registry, points, seed, steps, between)  # type: ignore[arg-type]
        return self._on_own_data(registry, steps, seed)

    def show_result(self, result: OutputComparison) -> None:
        """Show both networks' answers."""
        self.result = result
        figures = self.figures
        figures["samples"].show_value(
            share(result.agreement), "decided alike", f"Of {count(len(result.labels))} samples"
        )
        plane = result.plane
        figures["plane"].setVisible(plane is not None)
        figures["saved"].show_value(
            count(result.saved), "parameters fewer", f"Of {count(result.softmax_parameters)} in all"
        )
        figures["equality"].show_value(figure(result.equality), "softmax − σ(z₁ − z₀)")
        right = dict(zip(("softmax", "sigmoid"), result.right, strict=True))
        for name, shown in (("softmax", self.softmax), ("sigmoid", self.sigmoid)):
            shown.setVisible(plane is not None)
            shown.caption.setText(f"{share(right[name])} right")
            if plane is not None and result.points is not None:
                shown.show_plane(plane.x, plane.y, getattr(plane, name), result.points, result.labels)
        if plane is None:
            self._show_ranked(result)
            return
        figures["plane"].show_value(share(plane.agreement), "of the plane alike")
        self._cut(self._height if self._height is not None else float(plane.y[len(plane.y) // 2]))

    def sheet(self) -> Sheet:
        """Return every sample's two probabilities."""
        return self.result.sheet() if self.result is not None else Sheet(("softmax", "sigmoid"), [])

    def _on_own_data(self, registry: Any, steps: int, seed: int) -> Callable[[Between, Report], Any]:
        experiment, samples = self.workspace.experiment, self.workspace.data.value[0]
        assert experiment is not None
        training = experiment.training.model_copy(update={"seed": seed})
        experiment = experiment.model_copy(update={"training": training, "fine_tuning": None})
        return lambda between, _report: compare_outputs(registry, experiment, samples, steps, between=between)

    def _cut(self, height: float) -> None:
        plane = self.result.plane if self.result is not None else None
        if plane is None:
            return
        self._height = height
        place = int(np.abs(plane.y - height).argmin())
        self.along.show_curves(
            [
                Curve("softmax", plane.x, plane.softmax[place], 2),
                Curve("sigmoid", plane.x, plane.sigmoid[place], 3, dashed=True),
            ]
        )
        for shown in (self.softmax, self.sigmoid):
            shown.move_line(height)

    def _show_ranked(self, result: OutputComparison) -> None:
        """Without a plane: every sample's two probabilities, in the order of the first."""
        order = np.argsort(result.probabilities[:, 0])
        rank = np.arange(1, len(order) + 1, dtype=float)
        self.along.show_curves(
            [
                Curve("softmax", rank, result.probabilities[order, 0], 2),
                Curve("sigmoid", rank, result.probabilities[order, 1], 3, dashed=True),
            ]
        )

    def _data_changed(self) -> None:
        """Offer the person's own data where it has two classes and trains in seconds."""
        reason = self._why_not_own()
        field = self.form.fields["points"]
        box: Any = getattr(field.editor, "box", None)
        if box is not None:
            place = box.findData(_OWN)
            entry = box.model().item(place)
            if entry is not None:
                entry.setEnabled(not reason)
        self.note.setText(reason)
        if self.settings.get("points") == _OWN:
            if reason:
                self.settings.remove("points")
            else:
                self.change()

    def _why_not_own(self) -> str:
        """Return why the person's own data cannot be taken; an empty text where it can."""
        data, experiment = self.workspace.data, self.workspace.experiment
        if data.state != "ready" or experiment is None:
            return "Your own data can be taken once it is chosen on the Data page and has two classes."
        samples = data.value[0]
        if len(samples.classes) != 2:
            return f"Your own data has {len(samples.classes) or 'no'} classes; this takes two."
        if samples.kind == "files":
            return "Your own data are pictures in files, which would take too long here; tables are trained in seconds."
        return ""
