"""The figure that matters with its interval, and one sentence that says what to expect."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QFrame

from desktop_app.window.building_blocks import Figure, button, column, label, row
from desktop_app.window.wording import count, figure, share


class Headline(QFrame):
    """A card over the views."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("look", "card")
        self.figure = Figure("", flat=True)
        self.figure.setMinimumWidth(230)
        self.sentence = label("", "heading", wrap=True)
        self.details = label("", "muted", wrap=True)
        self.remarks = label("", "warning", wrap=True)
        self.folds = button("", lambda: None, look="flat")
        words = column(self.sentence, self.details, self.remarks, spacing=4)
        layout = row(self.figure, words, self.folds, spacing=24, margins=12)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_evaluation(self, evaluation: Any, under_way: str) -> None:
        """Show the figures of an ``Evaluation``; ``under_way`` says how it stands with folds that are not there."""
        samples = count(evaluation.samples)
        folds = ""
        if evaluation.is_classification:
            of = evaluation.folds if evaluation.folds is not None else evaluation
            what = f"right in {len(of.per_fold)} folds" if evaluation.folds is not None else "right"
            tip = "Wilson's interval: where the share of right answers on more samples of this kind will likely lie"
            self.figure.show_value(share(of.accuracy), f"{what}; 95 % interval {_interval(of.interval)}", tip)
            if evaluation.folds is not None and evaluation.predictions.part != "folds":
                pictures = count(len(of.predictions), "picture")
                folds = (
                    f"The figure is of all {pictures}, each judged by a head that was trained without it; on the "
                    f"{samples} below, {share(evaluation.accuracy)} ({_interval(evaluation.interval)}) are right."
                )
        else:
            self.figure.show_value(figure(evaluation.mean_absolute_error), "mean error")
        part = {
            "validation": f"Measured on {samples} samples that it was not trained on.",
            "training": f"Measured on {samples} samples that it was trained on.",
            "test": f"Measured on the {samples} test samples, which have been looked at "
            f"{count(evaluation.test_looks, 'time')}.",
            "folds": f"Measured on {samples} pictures, each judged by a head that was trained without it.",
            "other": f"Measured on {samples} samples.",
        }[evaluation.predictions.part]
        extra = ""
        if evaluation.regression is not None:
            off = figure(evaluation.regression.root_mean_squared_error)
            extra = f"Root mean squared error {off}."
        self.sentence.setText(evaluation.sentence)
        self.details.setText(" ".join(text for text in (folds or part, extra, under_way) if text))
        self.remarks.setText(" ".join(evaluation.remarks))
        self.remarks.setVisible(bool(evaluation.remarks))


def _interval(bounds: tuple[float, float]) -> str:
    return f"{bounds[0] * 100:.0f} to {bounds[1] * 100:.0f} %"
