"""A plot that grows while it is watched: several series over the same steps.

The wheel zooms, dragging pans, a double click fits, a right click saves; the values under the mouse stand above.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.engine.sheet import Sheet
from desktop_app.window.building_blocks import column, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.plots.legend import Swatch
from desktop_app.window.plots.plot_view import PlotView
from desktop_app.window.plots.series_buffer import SeriesBuffer, SeriesSource
from desktop_app.window.theme import colours
from desktop_app.window.wording import count, figure, share

# Enough for the widest screen's eye, few enough that drawing leaves the interpreter to the training.
_POINTS = 500
_FAINT = 70
_STRENGTH = 0.9
_NEVER = (0.0, 1e15)


@dataclass(frozen=True)
class CurveStyle:
    """One series of a plot; a noisy one is drawn faintly with its moving average on top."""

    name: str
    title: str
    dashed: bool = False
    noisy: bool = False
    dots: bool = False
    colour: int = 0


class LivePlot(QWidget):
    """Title, legend, readout and curves; ``pull`` draws what is new. Small plots begin at zero."""

    def __init__(
        self, title: str, curves: tuple[CurveStyle, ...], *, as_share: bool = False, small: bool = False
    ) -> None:
        super().__init__()
        self.title = title
        self._styles, self._as_share, self._from_zero = curves, as_share, small
        self.buffers = {style.name: SeriesBuffer(style.name) for style in curves}
        self._readout = ElidedLabel("", "small")
        self._readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._swatches = [Swatch(style.title, dashed=style.dashed) for style in curves]
        self._followed = True
        self.view = PlotView(self)
        self.view.hovered.connect(self._hover)
        self.view.left.connect(lambda: self._readout.setText(""))
        self.view.getViewBox().sigXRangeChanged.connect(self._range_changed)
        self._lines: dict[str, pg.PlotDataItem] = {}
        self._faint: dict[str, pg.PlotDataItem] = {}
        for style in curves:
            if style.noisy:
                self._faint[style.name] = self.view.plot([], [])
            self._lines[style.name] = self.view.plot([], [])
        self._marks: list[pg.InfiniteLine] = []
        head = row(label(title, "small" if small else "heading"), spacing=12)
        if len(curves) > 1:
            for swatch in self._swatches:
                head.addWidget(swatch)
        head.addWidget(self._readout, 1)
        head.setContentsMargins(12, 8, 12, 0)
        layout = column(head, self.view, spacing=0)
        layout.setContentsMargins(0, 0, 8, 4)
        self.setLayout(layout)
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumHeight(96 if small else 160)
        self.view.name_axes("" if small else "Step", small=small)
        self._recolour()

    def clear(self) -> None:
        """Forget every series and mark."""
        for buffer in self.buffers.values():
            buffer.clear()
        for mark in self._marks:
            self.view.removeItem(mark)
        self._marks.clear()
        self.fit()

    def pull(self, source: SeriesSource) -> bool:
        """Draw what is new in ``source``; nothing is drawn where nothing is. Returns whether there was anything."""
        new = [buffer.pull(source) for buffer in self.buffers.values()]
        if any(new):
            self._draw()
        return any(new)

    def mark(self, step: float, text: str) -> None:
        """Draw a vertical line where a stage began."""
        options = {"position": 0.06, "color": colours().muted, "anchors": [(0, 0.5), (0, 0.5)]}
        line = pg.InfiniteLine(
            step, 90, pg.mkPen(colours().muted, style=Qt.PenStyle.DotLine), label=text, labelOpts=options
        )
        self._marks.append(line)
        self.view.addItem(line, ignoreBounds=True)

    def fit(self) -> None:
        """Show everything, and go on showing everything as it grows."""
        self.view.enableAutoRange()
        self._draw()

    def sheet(self) -> Sheet:
        """Return every value of every series, as it was recorded."""
        rows = [
            (name, round(step), value)
            for name, buffer in self.buffers.items()
            for step, value in zip(buffer.steps.tolist(), buffer.values.tolist(), strict=True)
        ]
        return Sheet(("series", "step", "value"), rows)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange:
            self._recolour()
        super().changeEvent(event)

    @property
    def _following(self) -> bool:
        """Whether everything is shown, and nobody has zoomed or panned."""
        return bool(self.view.getViewBox().autoRangeEnabled()[0])

    def _range_changed(self) -> None:
        """Thin the curves out anew for what is in sight; a plot that goes on following has just been drawn."""
        goes_on, self._followed = self._followed and self._following, self._following
        if not goes_on:
            self._draw()

    def _draw(self) -> None:
        following = self._following
        low, high = _NEVER if following else self.view.getViewBox().viewRange()[0]
        for style in self._styles:
            buffer = self.buffers[style.name]
            if style.noisy:
                self._faint[style.name].setData(*buffer.between(low, high, _POINTS), connect="finite")
            self._lines[style.name].setData(
                *buffer.between(low, high, _POINTS, strength=_STRENGTH if style.noisy else 0.0), connect="finite"
            )

        if self._from_zero and following:
            top = max((buffer.range[1] for buffer in self.buffers.values() if buffer.range), default=0.0)
            self.view.setYRange(0.0, 1.15 * top if top > 0 else 1.0, padding=0)

    def _hover(self, place: QPointF) -> None:
        texts = [f"step {count(max(0, round(place.x())))}"]
        for style in self._styles:
            value = self.buffers[style.name].at(place.x(), strength=_STRENGTH if style.noisy else 0.0)
            if value is not None:
                texts.append(f"{style.title} {share(value) if self._as_share else figure(value)}")
        self._readout.setText("   ".join(texts))

    def _recolour(self) -> None:
        shades = colours()
        self.view.recolour(as_share=self._as_share)
        for style, swatch in zip(self._styles, self._swatches, strict=True):
            colour = QColor(shades.runs[style.colour])
            pattern = Qt.PenStyle.DashLine if style.dashed else Qt.PenStyle.SolidLine
            # One pixel wide: wider pens are several times slower to draw.
            self._lines[style.name].setPen(pg.mkPen(colour, width=1, style=pattern))
            if style.dots:
                self._lines[style.name].setSymbol("o")
                self._lines[style.name].setSymbolSize(5)
                self._lines[style.name].setSymbolBrush(colour)
                self._lines[style.name].setSymbolPen(None)
            if style.noisy:
                faint = QColor(colour)
                faint.setAlpha(_FAINT)
                self._faint[style.name].setPen(pg.mkPen(faint, width=1))
            swatch.recolour(colour)
