"""What goes into the file and what comes out: the options of an export, folded away until somebody needs them."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from desktop_app.engine.export import ExportOptions
from desktop_app.window.building_blocks import column, holding, label, row
from desktop_app.window.forms.section import Section
from desktop_app.window.forms.switch import Switch
from desktop_app.window.segments import Segments

_LAYOUTS = ("nhwc", "nchw")
_PIXELS = ("uint8", "float32")
_NAME_PIXELS = 168


class OptionsForm(Section):
    """``changed`` tells that ``options`` are others now."""

    changed = Signal()

    def __init__(self) -> None:
        self.any_size, self.logits, self.calibrate = Switch(), Switch(), Switch()
        self.calibrate.setChecked(True)
        self.axes = Segments(("Height, width, colours", "Colours, height, width"), "Order of a picture's axes")
        self.pixels = Segments(("Bytes, 0 to 255", "Numbers, 0 to 1"), "Kind of pixels")
        self._of_pictures = (
            _line(
                "Any size in", self.any_size, "Resizing and cropping lie inside the file: pictures go in as they are."
            ),
            _line("Axes of a picture", self.axes, "What the program that feeds the file has: NHWC or NCHW."),
            _line("Pixels", self.pixels, "uint8, or float32 already divided by 255."),
        )
        self._of_classes = (
            _line("Logits out", self.logits, "Without softmax, for programs that take it themselves."),
            _line(
                "Calibrate",
                self.calibrate,
                "A temperature fitted on the validation samples makes 0.8 mean right 8 times in 10, and finds from "
                "where on the answer is not sure.",
            ),
        )
        super().__init__("Options", *self._of_pictures, *self._of_classes, opened=False)
        self._pictures = self._classes = True
        for switch in (self.any_size, self.logits, self.calibrate):
            switch.toggled.connect(lambda _on: self.changed.emit())
        for segments in (self.axes, self.pixels):
            segments.chosen.connect(lambda _place: self.changed.emit())
        self.title.toggled.connect(lambda _opened: self._show_what_applies())

    @property
    def options(self) -> ExportOptions:
        """What is chosen, where it applies to the run on show."""
        chosen: dict[str, Any] = {}
        if self._pictures:
            chosen["any_size"] = self.any_size.isChecked()
            chosen["layout"] = _LAYOUTS[self.axes.place]
            chosen["pixels"] = _PIXELS[self.pixels.place]
        if self._classes:
            chosen["logits"] = self.logits.isChecked()
            chosen["calibrate"] = self.calibrate.isChecked()
        return ExportOptions(**chosen)

    def show_for(self, *, pictures: bool, classes: bool) -> None:
        """Offer what applies to a run on pictures or rows, with classes or numbers to predict."""
        self._pictures, self._classes = pictures, classes
        self.setVisible(pictures or classes)
        self._show_what_applies()

    def _show_what_applies(self) -> None:
        opened = self.title.isChecked()
        for line in self._of_pictures:
            line.setVisible(opened and self._pictures)
        for line in self._of_classes:
            line.setVisible(opened and self._classes)


def _line(name: str, editor: QWidget, told: str) -> QWidget:
    heading = QLabel(name)
    heading.setFixedWidth(_NAME_PIXELS)
    editor.setToolTip(told)
    if not editor.accessibleName():
        editor.setAccessibleName(name)
    line = row(heading, editor, None, spacing=8)
    hint = label(told, "small", wrap=True)
    hint.setContentsMargins(_NAME_PIXELS + 8, 0, 0, 0)
    return holding(column(line, hint, spacing=2))
