"""One picture: as large as it goes, where the network looked, its probabilities, and what can be put right."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QComboBox, QFrame, QScrollArea, QSlider, QVBoxLayout, QWidget

from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.computed import Computed
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.evaluate.corrections import Corrections
from desktop_app.window.evaluate.heat_picture import HeatPicture
from desktop_app.window.evaluate.judging import Judged, Judging
from desktop_app.window.probability_bars import ProbabilityBars
from desktop_app.window.thumbnails import image_of
from desktop_app.window.wording import count, share
from desktop_app.window.workspace import Workspace

_SIDE = 900
_BARS = 8
_SIDE_PANEL = 320


class PictureView(QWidget):
    """Shows the samples at some places one after another; ``closed`` asks to go back."""

    closed = Signal()

    def __init__(self, workspace: Workspace, judging: Judging, corrections: Corrections) -> None:
        super().__init__()
        self._judging, self._corrections = judging, corrections
        self._judged: Judged | None = None
        self._places: list[int] = []
        self._at = 0
        self.heat = Computed("heat", workspace.background, self)
        self.heat.changed.connect(self._show_heat)
        self.title = ElidedLabel("", "heading")
        self._where = label("", "muted")
        self.back = button("Back", self.closed.emit, "return")
        self.before = button("", lambda: self._go(-1), "left", "flat")
        self.after = button("", lambda: self._go(1), "collapsed", "flat")
        self.before.setAccessibleName("The picture before")
        self.before.setToolTip("The picture before (Left)")
        self.after.setAccessibleName("The next picture")
        self.after.setToolTip("The next picture (Right)")
        self.picture = HeatPicture()
        self.bars = QVBoxLayout()
        self.bars.setContentsMargins(0, 0, 0, 0)
        self.truth = label("", "", wrap=True)
        self.which = QComboBox()
        self.which.setAccessibleName("Class whose heat map is shown")
        self.which.activated.connect(lambda _place: self._ask_for_heat())
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(50)
        self.opacity.setAccessibleName("Opacity of the heat map")
        self.opacity.valueChanged.connect(self.picture.set_opacity)
        self.heat_words = label("", "small", wrap=True)
        self.labels = QComboBox()
        self.labels.setAccessibleName("Give it another label")
        self.labels.activated.connect(self._relabel)
        self.out = button("Leave it out", self._leave_out, "remove")
        self.undo = button("Undo", self._take_back, "undo")
        self.corrected = label("", "good", wrap=True)
        self.setLayout(self._laid_out())
        corrections.changed.connect(self._show_correction)
        keys = {"Escape": self.closed.emit, "Left": lambda: self._go(-1), "Right": lambda: self._go(1)}
        for key, deed in keys.items():
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(deed)

    def show_sample(self, judged: Judged, places: list[int], at: int) -> None:
        """Show one of the samples at ``places``; the others are before and after it."""
        if self._judged is not judged:
            classes = list(judged.evaluation.predictions.classes)
            self.which.clear()
            self.which.addItems(classes)
            self.labels.clear()
            self.labels.addItem("Give it the label…")
            self.labels.addItems(classes)
        self._judged, self._places, self._at = judged, list(places), at
        self._show()

    @property
    def name(self) -> str:
        """The name of the sample on show."""
        return str(self._predictions.names[self._place]) if self._judged is not None else ""

    @property
    def _place(self) -> int:
        return self._places[self._at]

    @property
    def _predictions(self) -> Any:
        assert self._judged is not None
        return self._judged.evaluation.predictions

    def _laid_out(self) -> QVBoxLayout:
        head = row(self.back, self.title, self._where, self.before, self.after, spacing=8)
        head.setStretch(1, 1)
        parts = (
            self.truth,
            self.bars,
            label("Where the network looked", "section"),
            row(label("for", "muted"), self.which, None, spacing=8),
            row(label("Opacity", "muted"), self.opacity, spacing=8),
            self.heat_words,
            label("Put it right", "section"),
            self.labels,
            row(self.out, None),
            self.corrected,
            row(self.undo, None),
            None,
        )
        inside = holding(column(*parts, spacing=8, margins=16))
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        side = holding(column(area), "card")
        side.setFixedWidth(_SIDE_PANEL)
        body = row(holding(column(self.picture, margins=12), "card"), side, spacing=12)
        body.setStretch(0, 1)
        whole = column(head, body, spacing=12)
        whole.setStretch(1, 1)
        return whole

    def _show(self) -> None:
        predictions, place = self._predictions, self._place
        self.title.setText(predictions.names[place])
        self._where.setText(f"{count(self._at + 1)} of {count(len(self._places))}")
        self.before.setEnabled(self._at > 0)
        self.after.setEnabled(self._at < len(self._places) - 1)
        true, guessed = int(predictions.targets[place]), int(predictions.guessed[place])
        if guessed < 0:
            self.truth.setText(f"It is {predictions.classes[true]}; the answer is no number.")
        elif guessed == true:
            self.truth.setText(f"It is {predictions.classes[true]}, and is recognised.")
        else:
            sure = share(float(predictions.confidence[place]))
            self.truth.setText(f"It is {predictions.classes[true]}, taken for {predictions.classes[guessed]} ({sure}).")
        self._show_bars(np.nan_to_num(predictions.answers[place]))
        self.picture.show_picture(image_of(self._item, _SIDE))
        self.which.setCurrentIndex(max(guessed, 0))
        self.labels.setCurrentIndex(0)
        self._show_correction()
        self._ask_for_heat()

    @property
    def _item(self) -> Any:
        assert self._judged is not None
        return self._judged.samples.items[self._place]

    def _show_bars(self, answers: Any) -> None:
        while (item := self.bars.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        best = np.argsort(-answers, kind="stable")[:_BARS]
        self.bars.addWidget(ProbabilityBars([(self._predictions.classes[at], float(answers[at])) for at in best]))

    def _ask_for_heat(self) -> None:
        if self._judged is not None:
            self.heat.ask(self._judging.heat(self._item, max(self.which.currentIndex(), 0)))

    def _show_heat(self) -> None:
        state = self.heat.state
        self.opacity.setEnabled(state == "ready")
        if state == "loading":
            self.heat_words.setText("Looking…")
        elif state == "failed":
            self.heat_words.setText(sentence(self.heat.error) if self.heat.error else "")
        elif state == "ready":
            self.picture.show_heat(self.heat.value)
            nothing = "Nothing in the picture speaks for this class."
            some = "Bright places speak for the class (Grad-CAM), on the picture as the network sees it."
            self.heat_words.setText(some if self.heat.value.heat.any() else nothing)

    def _go(self, step: int) -> None:
        if self._judged is not None and 0 <= self._at + step < len(self._places):
            self._at += step
            self._show()

    def _relabel(self, at: int) -> None:
        if at > 0:
            self._corrections.relabel(self.name, self.labels.itemText(at))

    def _leave_out(self) -> None:
        self._corrections.leave_out(self.name)

    def _take_back(self) -> None:
        self._corrections.take_back(self.name)
        self.labels.setCurrentIndex(0)

    def _show_correction(self) -> None:
        if self._judged is None:
            return
        name = self.name
        left_out, given = self._corrections.is_left_out(name), self._corrections.label_of(name)
        words = "It is left out from the next training on." if left_out else ""
        if given is not None:
            words = f"It is {given} from the next training on."
        self.corrected.setText(words)
        self.corrected.setVisible(bool(words))
        self.undo.setVisible(bool(words))
        self.out.setEnabled(not left_out)
        if given is None:
            self.labels.setCurrentIndex(0)
