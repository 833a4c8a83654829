"""A regression's answers: predicted against true numbers, and how far each is off."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtWidgets import QWidget

from desktop_app.window.building_blocks import row
from desktop_app.window.evaluate.dot_graph import DotGraph
from desktop_app.window.plots.graph import Curve


class AnswerView(QWidget):
    """Two graphs of the same samples; on the dashed line, an answer is right."""

    def __init__(self) -> None:
        super().__init__()
        self.against = DotGraph("Predicted against true", "true", "predicted")
        self.residuals = DotGraph("Residuals", "true", "predicted less true")
        layout = row(self.against, self.residuals, spacing=12)
        layout.setStretch(0, 1)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_answers(self, evaluation: Any) -> None:
        """Show the answers of an ``Evaluation`` of a regression."""
        found = evaluation.regression
        if len(found.truth):
            ends = np.array([found.truth.min(), found.truth.max()])
            self.against.show_curves([Curve("right", ends, ends, 1, dashed=True)])
            self.residuals.show_curves([Curve("right", ends, np.zeros(2), 1, dashed=True)])
        self.against.show_dots(found.truth, found.predicted, 0)
        self.residuals.show_dots(found.truth, found.residuals, 0)
