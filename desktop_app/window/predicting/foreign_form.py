"""Asks what a model does not say of itself: its labels, and how pictures go into it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QPlainTextEdit, QScrollArea, QWidget

from desktop_app.errors import DownslopeError
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.choosing import choose_file
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.editors import ChoiceBox, SpinBox
from desktop_app.window.wording import count

if TYPE_CHECKING:
    from desktop_app.inference.metadata import Metadata

_LABEL_FILES = "Labels (*.txt *.json)"
_LARGEST_SIDE = 4096
_USUAL_SIDE = 224
_SIDE_PIXELS = 96
_RULES = {
    "Cut the middle out": "crop",
    "Stretch": "stretch",
    "Fit it in, with black borders": "pad",
}
# ImageNet's mean and deviation are those of torchvision's and timm's models (docs.pytorch.org/vision, "models").
_ZEROS, _HALVES, _ONES = (0.0, 0.0, 0.0), (0.5, 0.5, 0.5), (1.0, 1.0, 1.0)
SCALINGS: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "By ImageNet's mean and deviation": ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)),
    "From 0 to 1": (_ZEROS, _ONES),
    "From -1 to 1": (_HALVES, _HALVES),
    "From 0 to 255": (_ZEROS, (1 / 255, 1 / 255, 1 / 255)),
}
_LAYOUTS = {"Channels first (nchw)": "nchw", "Channels last (nhwc)": "nhwc"}


class ForeignForm(QWidget):
    """``described`` carries a ``Metadata``; ``other_asked`` asks for another model."""

    described = Signal(object)
    other_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._graph: Any = None
        self.title = ElidedLabel("", "title")
        self.sentence = label("", "muted", wrap=True)
        self.labels = QPlainTextEdit()
        self.labels.setAccessibleName("Labels, one a line")
        self.labels.setPlaceholderText("cat\ndog\n…")
        self.labels.setProperty("look", "field")
        self.labels.setTabChangesFocus(True)
        self.labels.setMinimumHeight(120)
        self.labels.textChanged.connect(self._look)
        self.from_file = button("Read labels from a file…", self._choose_labels, "open")
        self.number = label("", "small", wrap=True)
        self.height_box, self.width_box = _side("Height in pixels"), _side("Width in pixels")
        self.rule = _choice("How a picture gets this size", _RULES)
        self.scaling = _choice("Which numbers the pixels become", SCALINGS)
        self.scaling.setPlaceholderText("As they are, 0 to 255")
        self.layout_box = _choice("Where the colours are", _LAYOUTS)
        self.problem = label("", "bad", wrap=True)
        self.use = button("Use this model", self._describe, "check", "main")
        other = button("Other model…", self.other_asked.emit, "open", "flat")
        self.setLayout(self._laid_out(other))

    def show_graph(self, model: Path, graph: Any) -> None:
        """Ask about the model in this file; ``graph`` is what its graph says, a ``GraphForm``."""
        self._graph = graph
        self.title.setText(model.name)
        self.title.setToolTip(str(model))
        units = f", one for each of the {count(graph.units, 'number')} that it gives" if graph.units else ""
        self.sentence.setText(
            "This model was not made by Downslope, and does not say what it tells apart or what its pictures look "
            f"like. Give its labels{units}, and the rest as whoever trained it says."
        )
        self.labels.clear()
        self.show_error("")
        for box, side in zip((self.height_box, self.width_box), graph.sides, strict=True):
            box.setValue(side if isinstance(side, int) else _USUAL_SIDE)
            box.setEnabled(not isinstance(side, int))
        is_uint8 = graph.type == "uint8"
        self.scaling.setEnabled(not is_uint8)
        self.scaling.setCurrentIndex(-1 if is_uint8 else 0)
        self.layout_box.setCurrentIndex(self.layout_box.findData(graph.layout))
        known = sum(side in (1, 3) for side in (graph.shape[1], graph.shape[3])) == 1
        self.layout_box.setEnabled(not known)
        self._look()

    def show_error(self, sentence: str) -> None:
        """Say what is wrong; an empty text takes it back."""
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))

    @property
    def names(self) -> tuple[str, ...]:
        """The labels as they stand in the form."""
        return tuple(line.strip() for line in self.labels.toPlainText().splitlines() if line.strip())

    def metadata(self) -> Metadata:
        """Return what the form says."""
        from desktop_app.inference.metadata import Metadata, Pixels, Resize

        is_uint8 = self._graph.type == "uint8"
        mean, std = (_ZEROS, _ONES) if is_uint8 else self.scaling.currentData()
        pixels = Pixels(self.layout_box.currentData(), "uint8" if is_uint8 else "float32", mean, std)
        size = (self.height_box.value(), self.width_box.value())
        return Metadata(self.names, resize=Resize(size, self.rule.currentData()), pixels=pixels)

    def _laid_out(self, other: QWidget) -> Any:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        size = row(self.height_box, label("×", "muted"), self.width_box, label("pixels", "muted"), None)
        for line, (words, part) in enumerate(
            (
                ("Size (height × width)", holding(size)),
                ("Another shape", self.rule),
                ("Pixels", self.scaling),
                ("Layout", self.layout_box),
            )
        ):
            grid.addWidget(label(words, "muted"), line, 0)
            grid.addWidget(part, line, 1)
        grid.setColumnStretch(1, 1)
        parts: tuple[Any, ...] = (
            self.title,
            self.sentence,
            label("Labels", "section"),
            self.labels,
            row(self.from_file, self.number),
            label("Pictures", "section"),
            grid,
            self.problem,
            row(self.use, other, None),
            None,
        )
        inside = holding(column(*parts, spacing=12, margins=24), "card")
        inside.setMaximumWidth(720)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holding(row(None, inside, None)))
        return row(area, margins=24)

    def _look(self) -> None:
        names, units = self.names, self._graph.units if self._graph is not None else None
        fits = bool(names) and (units is None or len(names) == units or (units, len(names)) == (1, 2))
        if not units:
            self.number.setText(count(len(names), "label"))
        else:
            self.number.setText(f"{count(len(names))} of {count(max(units, 2), 'label')}")
        self.use.setEnabled(fits)
        self.use.setToolTip("" if fits else "Give as many labels as the model gives numbers, one a line.")

    def _choose_labels(self) -> None:
        choose_file(self, "Choose a file of labels", _LABEL_FILES, self.read_labels)

    def read_labels(self, file: Path) -> None:
        """Put the labels that stand in a file into the form."""
        from desktop_app.inference.description import read_labels

        try:
            self.labels.setPlainText("\n".join(read_labels(str(file))))
            self.show_error("")
        except DownslopeError as error:
            self.show_error(str(error))

    def _describe(self) -> None:
        self.described.emit(self.metadata())


def _side(name: str) -> SpinBox:
    made = SpinBox()
    made.setMinimumWidth(_SIDE_PIXELS)
    made.setRange(1, _LARGEST_SIDE)
    made.setAccessibleName(name)
    made.setValue(_USUAL_SIDE)
    return made


def _choice(name: str, entries: dict[str, Any]) -> ChoiceBox:
    made = ChoiceBox()
    made.setAccessibleName(name)
    made.setToolTip(name)
    for words, value in entries.items():
        made.addItem(words, value)
    return made
