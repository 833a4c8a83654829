"""The confusion matrix at the left, the samples of the chosen cell at the right."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QSplitter, QWidget

from desktop_app.window.building_blocks import button, column, holding, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.evaluate.confusion_matrix import ConfusionMatrix
from desktop_app.window.evaluate.corrections import Corrections
from desktop_app.window.evaluate.judging import Judged
from desktop_app.window.evaluate.sample_view import SampleView
from desktop_app.window.wording import count, share


class ConfusionView(QWidget):
    """Begins with the largest confusion; ``opened`` is that of the samples."""

    opened = Signal(object, int)

    def __init__(self, corrections: Corrections) -> None:
        super().__init__()
        self._judged: Judged | None = None
        self.matrix = ConfusionMatrix()
        self.matrix.chosen.connect(self._show_cell)
        self.hint = ElidedLabel("", "small")
        self.matrix.hovered.connect(self._say)
        self.as_shares: QPushButton = button("Shares", self._switch, look="tab")
        self.as_shares.setCheckable(True)
        self.as_shares.setToolTip("Write shares of each true class instead of counts")
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidget(self.matrix)
        area.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        foot = row(self.hint, self.as_shares, spacing=8)
        foot.setStretch(0, 1)
        left = column(area, foot, spacing=8, margins=12)
        left.setStretch(0, 1)
        self.heading = ElidedLabel("", "heading")
        self.number = ElidedLabel("", "small")
        self.samples = SampleView(corrections)
        self.samples.opened.connect(self.opened)
        right = column(self.heading, self.number, self.samples, spacing=4, margins=12)
        right.setStretch(2, 1)
        splitter = QSplitter()
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(12)
        splitter.addWidget(holding(left, "card"))
        splitter.addWidget(holding(right, "card"))
        splitter.setSizes([560, 480])
        self.setLayout(row(splitter))

    def show_confusion(self, judged: Judged) -> None:
        """Show the confusion of an ``Evaluation`` and choose the cell with the most mistakes."""
        self._judged = judged
        evaluation = judged.evaluation
        self.matrix.show_matrix(evaluation.predictions.classes, evaluation.confusion)
        mistakes = self.matrix.counted.copy()
        np.fill_diagonal(mistakes, 0)
        if mistakes.any():
            line, at = np.unravel_index(int(mistakes.argmax()), mistakes.shape)
            self.matrix.choose(int(line), int(at))
        elif self.matrix.counted.any():
            self.matrix.choose(*[int(np.diag(self.matrix.counted).argmax())] * 2)
        else:
            self.heading.setText("No sample has an answer")
            self.number.setText("")
            self.samples.show_places(judged, [])
        self._say("")

    def choose_class(self, place: int) -> None:
        """Choose the cell with the most mistakes of a class, or its right answers where it has none."""
        line = self.matrix.counted[place].copy()
        line[place] = 0
        self.matrix.choose(place, int(line.argmax()) if line.any() else place)

    def _show_cell(self, line: int, at: int) -> None:
        if self._judged is None:
            return
        predictions = self._judged.evaluation.predictions
        inside = (predictions.targets == line) & (predictions.guessed == at)
        places = np.flatnonzero(inside)
        order = np.argsort(-predictions.confidence[places], kind="stable")
        self.samples.show_places(self._judged, places[order].tolist())
        self.heading.setText(self.matrix.title(line, at))
        part = share(float(self.matrix.shares[line, at]))
        self.number.setText(f"{count(len(places), 'sample')}, {part} of {predictions.classes[line]}")

    def _say(self, words: str) -> None:
        self.hint.setText(words or "Click a cell to see what is in it.")

    def _switch(self) -> None:
        self.matrix.show_shares(self.as_shares.isChecked())
