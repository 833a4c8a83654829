"""A star on the best epoch of each run, with its value where there is only one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import pyqtgraph as pg
from PySide6.QtGui import QColor

from desktop_app.window.plots.curve_item import CurveItem
from desktop_app.window.plots.shown_run import ShownRun
from desktop_app.window.theme import colours

_SIZE = 13
# How far above the star its words begin, counted in their height.
_LIFT = 1.4
_GROUND_ALPHA = 225


class BestMarks:
    """Stands on the dashed curve, which is what an epoch is judged by; a plot without one has no star."""

    def __init__(self, view: pg.PlotWidget) -> None:
        self._view = view
        self._stars = pg.ScatterPlotItem(symbol="star", size=_SIZE)
        self._stars.setZValue(15)
        self._text = pg.TextItem(anchor=(0.5, 1.3))
        self._text.setZValue(15)
        self._text.hide()
        # Where each star stands in the plot's own units, and its run's place in the palette.
        self._spots: list[tuple[tuple[float, float], int]] = []
        self.words = ""
        """What stands beside the star, empty where there is none or more than one."""
        view.addItem(self._stars, ignoreBounds=True)
        view.addItem(self._text, ignoreBounds=True)
        view.getViewBox().sigRangeChanged.connect(lambda *_: self._keep_inside())

    def show_best(
        self,
        runs: Sequence[ShownRun],
        items: Sequence[CurveItem],
        words: Callable[[float | None], str],
        *,
        log: bool,
        by_epoch: bool,
    ) -> None:
        """Put a star on each run's best epoch; ``words`` says how a value is written."""
        spots: list[tuple[tuple[float, float], int]] = []
        value = None
        for item in items:
            best = item.run.best_step
            if not item.style.dashed or best is None or item.run.hidden:
                continue
            found = item.buffer.at(best)
            if found is None or not math.isfinite(found) or (log and found <= 0.0):
                continue
            value = found
            place = (item.run.place(best, by_epoch=by_epoch), math.log10(found) if log else found)
            spots.append((place, item.run.colour))
        said = f"best {words(value)}" if len(runs) == 1 and len(spots) == 1 else ""
        # Most drawings change no star.
        if (spots, said) == (self._spots, self.words):
            return
        self._spots, self.words = spots, said
        self._draw_stars()
        self._text.setVisible(bool(said))
        if said:
            self._text.setText(said)
            self._text.setPos(*spots[0][0])
            self._keep_inside()

    def _keep_inside(self) -> None:
        """Put the words on the side of the star that has more room, above it or, under the upper edge, below."""
        (left, right), (bottom, top) = self._view.getViewBox().viewRange()
        place = self._text.pos()
        share = (place.x() - left) / max(right - left, 1e-9)
        height = self._view.getViewBox().height()
        over = (top - place.y()) / max(top - bottom, 1e-9) * height
        has_room = over > _LIFT * self._text.boundingRect().height()
        self._text.setAnchor((min(max(share, 0.0), 1.0), _LIFT if has_room else 1.0 - _LIFT))

    def recolour(self) -> None:
        """Take up the colours of a new scheme."""
        self._text.setColor(colours().muted)
        # Curves go on behind the words, faintly, so that these can be read.
        ground = QColor(colours().surface)
        ground.setAlpha(_GROUND_ALPHA)
        self._text.fill = pg.mkBrush(ground)
        self._text.update()
        self._draw_stars()

    def _draw_stars(self) -> None:
        shades = colours()
        self._stars.setData(
            [
                {"pos": place, "brush": shades.runs[colour % len(shades.runs)], "pen": shades.surface}
                for place, colour in self._spots
            ]
        )
