"""Where a network of two inputs draws the line between its classes: live while it learns, and of its best weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from desktop_app.engine.sheet import Sheet
from desktop_app.window.building_blocks import column, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.icons import put
from desktop_app.window.plots.legend import Legend
from desktop_app.window.plots.mouse import PlotMouse
from desktop_app.window.plots.saving import Saver
from desktop_app.window.theme import colours
from desktop_app.window.train.shades import rgb
from desktop_app.window.wording import count, figure, share

if TYPE_CHECKING:
    from desktop_app.engine.insight.boundary import Boundary

# How strongly a class that is certain covers the ground: points in the same colour stay visible on it.
_STRENGTH = 0.6
_POINT_PIXELS = 7
# Places in the palette of runs, so that neighbours differ in lightness too.
_ORDER = (0, 1, 2, 3, 5, 4, 6)
_SYMBOLS = ("o", "s", "t1", "d", "p", "star", "h")


class BoundaryView(QWidget):
    """The plane in the colour of the class that wins there, stronger where it is more certain; samples on top."""

    def __init__(self) -> None:
        super().__init__()
        self.title = "Decision boundary"
        self.boundary: Boundary | None = None
        self._mouse = PlotMouse()
        self.view = pg.PlotWidget(viewBox=self._mouse)
        self.view.hideButtons()
        self.view.setMenuEnabled(False)
        self.view.setFrameShape(self.view.Shape.NoFrame)
        self._mouse.setDefaultPadding(0.0)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setZValue(-20)
        self.view.addItem(self._image)
        self._scatters: list[pg.ScatterPlotItem] = []
        self.caption = label("", "muted")
        self._readout = ElidedLabel("", "small")
        self._readout.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.legend = Legend()
        self.saver = Saver(self.title, self, self.view.plotItem, self.sheet)
        self._mouse.asked_to_save.connect(lambda place: self.saver.popup(place.toPoint()))
        self.save = QToolButton()
        put(self.save, "save")
        self.save.setToolTip("Save as a picture or as numbers")
        self.save.setAccessibleName("Save the decision boundary")
        self.save.clicked.connect(lambda: self.saver.popup(self.save.mapToGlobal(self.save.rect().bottomLeft())))
        self.view.scene().sigMouseMoved.connect(self._moved)
        heading = row(label(self.title, "heading"), self.caption, self._readout, self.save, spacing=12)
        heading.setStretch(2, 1)
        head = column(heading, self.legend, spacing=4)
        head.setContentsMargins(12, 8, 4, 0)
        layout = column(head, self.view, spacing=4)
        layout.setStretch(1, 1)
        layout.setContentsMargins(0, 0, 8, 4)
        self.setLayout(layout)
        self.setProperty("look", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._recolour()

    def show_boundary(self, boundary: Boundary | None, said_of_it: str = "") -> None:
        """Show this one; ``said_of_it`` stands before the step, such as the best epoch's accuracy."""
        before = self.boundary
        if boundary is before and boundary is not None:
            return
        self.boundary = boundary
        if boundary is None:
            self._image.clear()
            self._show_points(())
            self.caption.setText(said_of_it)
            self._readout.setText("")
            self.legend.show_names([])
            self._recolour()
            return
        right = _share_right(boundary)
        parts = [said_of_it, f"step {count(boundary.step)}", f"{share(right)} of the points right"]
        self.caption.setText("  ·  ".join(part for part in parts if part))
        self.legend.show_names([(name, False) for name in boundary.classes])
        if before is None or before.points is not boundary.points:
            self._show_points(boundary.classes)
        step_x, step_y = boundary.x[1] - boundary.x[0], boundary.y[1] - boundary.y[0]
        self._area = QRectF(
            boundary.x[0] - step_x / 2, boundary.y[0] - step_y / 2, step_x * len(boundary.x), step_y * len(boundary.y)
        )
        self._recolour()

    def sheet(self) -> Sheet:
        """Return the plane, a row a place."""
        shown = self.boundary
        if shown is None:
            return Sheet(("x", "y", "class", "certainty"), [])
        rows = [
            (x, y, shown.classes[shown.winner[down, right]], float(shown.certainty[down, right]))
            for down, y in enumerate(shown.y.tolist())
            for right, x in enumerate(shown.x.tolist())
        ]
        return Sheet((*shown.names, "class", "certainty"), rows)

    @property
    def readout(self) -> str:
        """What is said of the place under the mouse."""
        return self._readout.text()

    def leaveEvent(self, event: QEvent) -> None:
        """Say nothing of a place any more."""
        self._readout.setText("")
        super().leaveEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "save"):
            self._recolour()
        super().changeEvent(event)

    def _show_points(self, classes: tuple[str, ...]) -> None:
        for scatter in self._scatters:
            self.view.removeItem(scatter)
        self._scatters = []
        shown = self.boundary
        for place in range(len(classes)):
            scatter = pg.ScatterPlotItem(size=_POINT_PIXELS, symbol=_SYMBOLS[place % len(_SYMBOLS)])
            if shown is not None:
                scatter.setData(pos=shown.points[shown.labels == place].astype(np.float64))
            self._scatters.append(scatter)
            self.view.addItem(scatter)

    def _recolour(self) -> None:
        shades = colours()
        self.view.setBackground(shades.surface)
        names = self.boundary.names if self.boundary is not None else ("", "")
        for side, name in zip(("bottom", "left"), names, strict=True):
            axis = self.view.getAxis(side)
            axis.setPen(pg.mkPen(shades.line))
            axis.setTextPen(pg.mkPen(shades.muted))
            axis.enableAutoSIPrefix(False)
            # Axis labels are HTML; a column may be called anything.
            self.view.setLabel(side, name.replace("&", "&amp;").replace("<", "&lt;"), color=shades.muted)
            # Without a plane its axes would count what is nowhere. A name shows an axis again, so this comes last.
            self.view.showAxis(side, self.boundary is not None)
        chosen = [shades.runs[_ORDER[place % len(_ORDER)]] for place in range(len(self._scatters))]
        for scatter, shade in zip(self._scatters, chosen, strict=True):
            scatter.setBrush(pg.mkBrush(shade))
            scatter.setPen(pg.mkPen(shades.surface))
        if self.boundary is not None:
            self.legend.recolour([QColor(shade) for shade in chosen])
            self._image.setImage(_painted(self.boundary, chosen), autoLevels=False, levels=(0, 255))
            self._image.setRect(self._area)

    def _moved(self, place: QPointF) -> None:
        shown = self.boundary
        if shown is None or not self._mouse.sceneBoundingRect().contains(place):
            return
        point = self._mouse.mapSceneToView(place)
        if not self._area.contains(point):
            self._readout.setText("")
            return
        right, down = int(np.abs(shown.x - point.x()).argmin()), int(np.abs(shown.y - point.y()).argmin())
        name, sure = shown.classes[shown.winner[down, right]], share(float(shown.certainty[down, right]))
        where = f"{shown.names[0]} {figure(point.x())}   {shown.names[1]} {figure(point.y())}"
        self._readout.setText(f"{where}   {name}, {sure} certain")


def _painted(boundary: Boundary, shades: list[str]) -> np.ndarray:
    """Return a picture, ``uint8 [y, x, 3]``: a class's colour where it is certain, the ground where it guesses."""
    base = np.array(rgb(colours().surface), dtype=np.float64)
    towards = np.array([rgb(shade) for shade in shades], dtype=np.float64)[boundary.winner]
    guess = 1.0 / len(boundary.classes)
    known = np.nan_to_num(np.clip((boundary.certainty - guess) / (1.0 - guess), 0.0, 1.0))
    # A little even where the network only guesses: else a boundary that it is unsure of would not be seen at all.
    strength = (0.12 + (_STRENGTH - 0.12) * known)[..., None]
    return np.asarray(base * (1.0 - strength) + towards * strength).astype(np.uint8)


def _share_right(boundary: Boundary) -> float | None:
    """Return which share of the points lies where their own class wins, by the nearest place of the grid."""
    if not len(boundary.points):
        return None
    right = _nearest(boundary.x, boundary.points[:, 0])
    down = _nearest(boundary.y, boundary.points[:, 1])
    return float((boundary.winner[down, right] == boundary.labels).mean())


def _nearest(axis: np.ndarray, values: np.ndarray) -> np.ndarray:
    step = axis[1] - axis[0]
    return np.clip(np.round((values - axis[0]) / step), 0, len(axis) - 1).astype(np.intp)
