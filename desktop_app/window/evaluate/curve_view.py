"""ROC, precision over recall, and calibration."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtWidgets import QComboBox, QWidget

from desktop_app.window.building_blocks import column, label, row
from desktop_app.window.evaluate.dot_graph import DotGraph
from desktop_app.window.plots.graph import Curve, Graph
from desktop_app.window.wording import figure, share

_TOGETHER = 6
_NAME_LETTERS = 24
_UNIT = np.array([0.0, 1.0])


class CurveView(QWidget):
    """All classes together where they are few; the mean and one chosen class where they are many."""

    def __init__(self) -> None:
        super().__init__()
        self._curves: Any = None
        self.which = QComboBox()
        self.which.setAccessibleName("Class whose curves are shown")
        self.which.setMaximumWidth(280)
        self.which.currentIndexChanged.connect(self._show)
        self.facts = label("", "muted", wrap=True)
        self.roc = Graph("ROC", "wrongly taken for the class (share)", "found of the class (share)")
        self.precision = Graph("Precision and recall", "recall (share)", "precision (share)")
        self.calibration = DotGraph("Calibration", "probability given", "share that is right")
        for graph in (self.roc, self.precision, self.calibration):
            graph.view.setRange(xRange=(0.0, 1.0), yRange=(0.0, 1.02), padding=0.02)
        graphs = row(self.roc, self.precision, self.calibration, spacing=12)
        for place in range(3):
            graphs.setStretch(place, 1)
        head = row(label("Curves of", "muted"), self.which, self.facts, spacing=8)
        head.setStretch(2, 1)
        layout = column(head, graphs, spacing=8)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_curves(self, evaluation: Any) -> None:
        """Show the curves of an ``Evaluation``."""
        self._curves, found = evaluation.curves, evaluation.calibration
        self.which.blockSignals(True)
        self.which.clear()
        self.which.addItem("all classes" if len(self._curves.classes) <= _TOGETHER else "the mean of the classes")
        self.which.addItems([_short(each.name) for each in self._curves.classes])
        self.which.blockSignals(False)
        lines = [Curve("ideal", _UNIT, _UNIT, 1, dashed=True)]
        if found is not None:
            probability, right = np.array(found.probability), np.array(found.right)
            lines.append(Curve("this network", probability, right, 0))
            self.calibration.show_dots(probability, right, 0, size=8)
        self.calibration.show_curves(lines)
        facts = []
        if self._curves.average is not None:
            average = self._curves.average
            facts.append(f"mean ROC area {figure(average.roc_auc)}")
            facts.append(f"mean average precision {figure(average.average_precision)}")
        if found is not None:
            facts.append(f"expected calibration error {share(found.expected_error)}")
        if self._curves.left_out:
            facts.append(f"no curves for {count_words(self._curves.left_out)}")
        self.facts.setText("  ·  ".join(facts))
        self._show(0)

    def _show(self, place: int) -> None:
        if self._curves is None or place < 0:
            return
        if place == 0:
            drawn = list(self._curves.classes) if len(self._curves.classes) <= _TOGETHER else []
        else:
            drawn = [self._curves.classes[place - 1]]
        average = [self._curves.average] if self._curves.average is not None else []
        roc = [Curve(_short(each.name), each.false_positives, each.true_positives, at) for at, each in enumerate(drawn)]
        precision = [Curve(_short(each.name), each.recall, each.precision, at) for at, each in enumerate(drawn)]
        for each in average:
            roc.append(Curve("mean", each.false_positives, each.true_positives, len(drawn), dashed=bool(drawn)))
            precision.append(Curve("mean", each.recall, each.precision, len(drawn), dashed=bool(drawn)))
        self.roc.show_curves(roc)
        self.precision.show_curves(precision)


def count_words(names: tuple[str, ...]) -> str:
    """Return a few names, or how many there are."""
    return ", ".join(_short(name) for name in names) if len(names) <= 3 else f"{len(names)} classes"


def _short(name: str) -> str:
    half = _NAME_LETTERS // 2
    return name if len(name) <= _NAME_LETTERS else f"{name[:half]}…{name[-half:]}"
