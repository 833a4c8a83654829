"""The map of a race: the surface from above, the trails on it, and the start, which the mouse moves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QMenu

from desktop_app.engine.learn.race import Trail
from desktop_app.engine.learn.surfaces import Pair, Surface
from desktop_app.window.learn.race_relief import Colour, Relief
from desktop_app.window.plots.mouse import PlotMouse
from desktop_app.window.theme import colours

_HEAD, _START, _GOAL = 11, 18, 15
# What the mouse moves through while it zooms is not drawn anew at once.
_SETTLE_MS = 60
_MOST_PIXELS = 1600
# Places in the palette of runs: its second blue, close to the first in the dark, comes last.
_ORDER = (0, 1, 2, 3, 5, 6, 4)


@dataclass(frozen=True)
class Look:
    """How one entrant is drawn: its place in the palette of runs, dashed where the palette begins again."""

    colour: int
    dashed: bool

    @classmethod
    def at(cls, place: int) -> Look:
        """Return the look of the ``place``-th entrant."""
        return cls(_ORDER[place % len(_ORDER)], place // len(_ORDER) % 2 == 1)

    def shade(self) -> QColor:
        """Return its colour in the scheme in use."""
        return QColor(colours().runs[self.colour])


class RaceMap(pg.PlotWidget):
    """``start_dragged`` comes while the mouse moves the start, ``start_dropped`` when it lets go.

    ``hovered`` carries the loss under the mouse in words, or an empty text.
    """

    start_dragged = Signal(object)
    start_dropped = Signal(object)
    hovered = Signal(object)
    asked = Signal(object)

    def __init__(self, extra_menu: Callable[[QMenu], None]) -> None:
        self._mouse = PlotMouse()
        super().__init__(viewBox=self._mouse)
        self._extra_menu = extra_menu
        self._surface: Surface | None = None
        self._relief: Relief | None = None
        self._trails: Sequence[Trail] = ()
        self._looks: Sequence[Look] = ()
        self.hideButtons()
        self.setMenuEnabled(False)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(240, 160)
        self._ground = pg.ImageItem(axisOrder="row-major")
        self.addItem(self._ground, ignoreBounds=True)
        self._goals = pg.ScatterPlotItem(symbol="star", size=_GOAL)
        self._heads = pg.ScatterPlotItem(size=_HEAD)
        self.lines: list[pg.PlotCurveItem] = []
        self.start = pg.TargetItem(size=_START, symbol="o", movable=True)
        self.start.setToolTip("The start: drag it")
        self.start.sigPositionChanged.connect(self._start_moved)
        self.start.sigPositionChangeFinished.connect(lambda: self.start_dropped.emit(self._start_place()))
        for depth, item in enumerate((self._goals, self._heads, self.start), start=10):
            item.setZValue(depth)
            self.addItem(item, ignoreBounds=True)
        self._mouse.disableAutoRange()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._settle.timeout.connect(self._draw_ground)
        self._mouse.sigRangeChanged.connect(lambda *_: self._settle.start())
        self._mouse.asked_to_save.connect(self._ask)
        self.scene().sigMouseMoved.connect(self._moved)
        self.recolour()

    def show_surface(self, surface: Surface, relief: Relief, start: Pair) -> None:
        """Show another surface, whole, with the start where it is."""
        self._surface, self._relief = surface, relief
        self.setLabel("bottom", surface.axes[0])
        self.setLabel("left", surface.axes[1])
        self._goals.setData(*np.array(surface.minima).reshape(-1, 2).T)
        self.show_start(start)
        self.fit()
        self._draw_ground()

    def show_start(self, start: Pair) -> None:
        """Put the start somewhere without saying that it was moved."""
        self.start.blockSignals(True)
        self.start.setPos(QPointF(*start))
        self.start.blockSignals(False)

    def show_trails(self, trails: Sequence[Trail], looks: Sequence[Look], step: int) -> None:
        """Draw these trails, each in its look, up to ``step``."""
        self._trails, self._looks = trails, looks
        while len(self.lines) > len(trails):
            self.removeItem(self.lines.pop())
        while len(self.lines) < len(trails):
            line = pg.PlotCurveItem(antialias=True)
            line.setZValue(5)
            self.lines.append(line)
            self.addItem(line, ignoreBounds=True)
        self._recolour_lines()
        self.show_step(step)

    def show_step(self, step: int) -> None:
        """Draw every trail up to ``step``, with a dot where its entrant is; a cross where it was lost."""
        spots = []
        for trail, look, line in zip(self._trails, self._looks, self.lines, strict=True):
            gone = trail.positions[: step + 1]
            gone = gone[np.isfinite(gone).all(1)]
            line.setData(gone[:, 0], gone[:, 1])
            lost = bool(trail.error) or (trail.diverged is not None and trail.diverged <= step)
            if len(gone):
                spots.append({"pos": gone[-1], "brush": look.shade(), "symbol": "x" if lost else "o"})
        self._heads.setData(spots)

    def fit(self) -> None:
        """Show the whole surface."""
        if self._surface is not None:
            (left, bottom), (right, top) = self._surface.low, self._surface.high
            self._mouse.setRange(QRectF(left, bottom, right - left, top - bottom), padding=0)

    def recolour(self) -> None:
        """Take up the colours of the scheme in use."""
        shades = colours()
        self.setBackground(shades.surface)
        for name in ("left", "bottom"):
            axis = self.getAxis(name)
            axis.setPen(pg.mkPen(shades.line))
            axis.setTextPen(pg.mkPen(shades.muted))
            axis.enableAutoSIPrefix(False)
        edge = pg.mkPen(shades.surface, width=1)
        self._heads.setPen(edge)
        self._goals.setPen(edge)
        self._goals.setBrush(pg.mkBrush(shades.text))
        self.start.setPen(pg.mkPen(shades.text, width=2))
        self.start.setHoverPen(pg.mkPen(shades.accent, width=3))
        self.start.setBrush(pg.mkBrush(QColor(0, 0, 0, 0)))
        self.start.setHoverBrush(pg.mkBrush(QColor(0, 0, 0, 0)))
        self._recolour_lines()
        self._draw_ground()

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_settle"):
            self.recolour()
        super().changeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Draw the surface anew for the pixels that there are."""
        super().resizeEvent(event)
        if hasattr(self, "_settle"):
            self._settle.start()

    def leaveEvent(self, event: QEvent) -> None:
        """Say that the mouse is over no place any more."""
        self.hovered.emit(None)
        super().leaveEvent(event)

    def _draw_ground(self) -> None:
        """Compute the picture for exactly the part and the pixels that are seen: some milliseconds."""
        if self._relief is None:
            return
        (left, right), (bottom, top) = self._mouse.viewRange()
        box = self._mouse.sceneBoundingRect()
        scale = min(1.0, _MOST_PIXELS / max(box.width(), box.height(), 1.0))
        size = (max(2, round(box.width() * scale)), max(2, round(box.height() * scale)))
        shades = colours()
        valley, line = _rgb(shades.accent), _rgb(shades.text)
        picture = self._relief.picture((left, bottom), (right, top), size, (_rgb(shades.surface), valley, line))
        self._ground.setImage(picture, autoLevels=False, levels=(0, 255))
        self._ground.setRect(QRectF(left, bottom, right - left, top - bottom))

    def _recolour_lines(self) -> None:
        for line, look in zip(self.lines, self._looks, strict=False):
            pattern = Qt.PenStyle.DashLine if look.dashed else Qt.PenStyle.SolidLine
            line.setPen(pg.mkPen(look.shade(), width=2, style=pattern))
        if self.lines and len(self._trails) == len(self.lines):
            spots = self._heads.points()
            for spot, look in zip(spots, self._looks, strict=False):
                spot.setBrush(look.shade())

    def _start_place(self) -> Pair:
        place = self.start.pos()
        return float(place.x()), float(place.y())

    def _start_moved(self) -> None:
        self.start_dragged.emit(self._start_place())

    def _moved(self, place: QPointF) -> None:
        inside = self._mouse.sceneBoundingRect().contains(place)
        point = self._mouse.mapSceneToView(place)
        self.hovered.emit((point.x(), point.y()) if inside else None)

    def _ask(self, place: Any) -> None:
        point = self._mouse.mapSceneToView(self.mapToScene(self.mapFromGlobal(place.toPoint())))
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction("Start here", lambda: self._start_at(point))
        menu.addAction("Show everything", self.fit)
        self._extra_menu(menu)
        menu.popup(place.toPoint())

    def _start_at(self, point: QPointF) -> None:
        self.show_start((point.x(), point.y()))
        self.start_dropped.emit((point.x(), point.y()))


def _rgb(name: str) -> Colour:
    colour = QColor(name)
    return colour.red(), colour.green(), colour.blue()
