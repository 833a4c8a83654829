"""A formula, set as in a book: LaTeX becomes an SVG in the theme's text colour, sharp on every screen."""

from __future__ import annotations

import warnings
from functools import lru_cache

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QFontDatabase, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.window.building_blocks import column, label
from desktop_app.window.theme import colours

_FONT_PIXELS = 22
_EDGE = 2
# A thousand backbones have no formula; those that have one are fewer than this.
_KEPT = 256


class FormulaError(Exception):
    """The LaTeX cannot be set; the text says why."""


@lru_cache(_KEPT)
def svg_of(latex: str, colour: str) -> bytes:
    """Return the formula as an SVG, in ``colour`` (``#rrggbb``); takes some 20 ms the first time.

    Raises: ``FormulaError`` where the LaTeX is broken.
    """
    with warnings.catch_warnings():
        # ziamath 0.13 finds its font by an importlib call that Python 3.11 and 3.12 want replaced, and 3.13 does not.
        warnings.filterwarnings("ignore", "path is deprecated", DeprecationWarning)
        from ziamath import Latex  # type: ignore[attr-defined]
        from ziamath.config import config  # a third of a second, which only the first formula needs to wait for

    config.svg2 = False  # Qt's SVG knows no symbols
    try:
        return str(Latex(latex, size=_FONT_PIXELS, color=colour).svg()).encode()
    except Exception as error:
        said = str(error) or "a bracket or an argument is missing"
        raise FormulaError(f"This LaTeX cannot be set ({type(error).__name__}: {said}).") from error


class _Picture(QWidget):
    """Draws an SVG at its own size, or smaller where there is less room."""

    def __init__(self) -> None:
        super().__init__()
        self._renderer = QSvgRenderer(self)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_svg(self, svg: bytes) -> None:
        self._renderer.load(QByteArray(svg))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        box = self._renderer.viewBoxF().size()
        return QSize(int(box.width()) + 2 * _EDGE, int(box.height()) + 2 * _EDGE)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.heightForWidth(max(self.width(), 80)))

    def heightForWidth(self, width: int) -> int:
        box = self._renderer.viewBoxF()
        return int(box.height() * self._scale(width)) + 2 * _EDGE

    def _scale(self, width: int) -> float:
        box = self._renderer.viewBoxF()
        return min(1.0, (width - 2 * _EDGE) / box.width()) if box.width() else 1.0

    def paintEvent(self, _event: QPaintEvent) -> None:
        box = self._renderer.viewBoxF()
        scale = self._scale(self.width())
        painter = QPainter(self)
        self._renderer.render(painter, QRectF(_EDGE, _EDGE, box.width() * scale, box.height() * scale))


class Formula(QWidget):
    """Shows a formula; LaTeX that cannot be set is shown as it was written, with the reason as its tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self._latex = ""
        self._picture = _Picture()
        self._source = label("", wrap=True)
        self._source.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._source.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._reason = ""
        self.setLayout(column(self._picture, self._source, spacing=0))

    @property
    def reason(self) -> str:
        """Why the formula could not be set; an empty text where it is."""
        return self._reason

    def show_formula(self, latex: str) -> None:
        """Show this LaTeX, which has no dollars around it."""
        self._latex = latex
        self.setAccessibleName(latex)
        self._draw()

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange and self._latex:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        self._reason = ""
        try:
            self._picture.show_svg(svg_of(self._latex, colours().text))
        except FormulaError as error:
            self._reason = str(error)
            self._source.setText(self._latex)
            self._source.setToolTip(self._reason)
        self._picture.setVisible(not self._reason)
        self._source.setVisible(bool(self._reason))
