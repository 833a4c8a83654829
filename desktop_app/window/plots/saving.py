"""Saving what a plot shows: as a picture (PNG, SVG) or as the numbers behind it (CSV)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyqtgraph as pg
from pyqtgraph.exporters import Exporter
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from desktop_app.engine.sheet import Sheet

# What Qt writes itself, it does not say why it could not.
_REFUSED = "the folder or the disk refuses it"


@runtime_checkable
class TellsPeople(Protocol):
    """A widget that says sentences for whatever is on it, as each page does."""

    def say_bad(self, sentence: str) -> None:
        """Say what could not be done."""


class Saver:
    """Asks where to, and writes. Where the file cannot be written, the page that the picture is on says so.

    Args:
        title: What is saved; the file is named after it.
        picture: The widget that a PNG shows, title and legend included.
        plot: The plot that an SVG shows, or ``None`` where there is none.
        sheet: Gives the numbers at the time of saving.
    """

    def __init__(self, title: str, picture: QWidget, plot: pg.PlotItem | None, sheet: Callable[[], Sheet]) -> None:
        self.title = title
        self._picture, self._plot, self._sheet = picture, plot, sheet

    def add_to(self, menu: QMenu) -> None:
        """Add the entries for saving to a menu."""
        menu.addAction("Save picture…", lambda: self.ask("PNG pictures (*.png)", ".png", self.save_png))
        if self._plot is not None:
            menu.addAction("Save drawing…", lambda: self.ask("SVG drawings (*.svg)", ".svg", self.save_svg))
        menu.addAction("Save numbers…", lambda: self.ask("Tables (*.csv)", ".csv", self.save_csv))

    def popup(self, place: QPoint) -> None:
        """Open a menu with the entries for saving."""
        menu = QMenu(self._picture)
        self.add_to(menu)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(place)

    def ask(self, kinds: str, suffix: str, save: Callable[[Path], object]) -> None:
        """Ask for a file and save into it."""
        dialog = QFileDialog(self._picture, f"Save {self.title}", "", kinds)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.selectFile(self.title.lower().replace(" ", "_") + suffix)
        dialog.fileSelected.connect(lambda file: self._try(save, Path(file)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def save_png(self, file: Path) -> None:
        """Write the widget as it is seen now."""
        if not self._picture.grab().save(str(file), "PNG"):
            raise OSError(_REFUSED)

    def save_svg(self, file: Path) -> None:
        """Write the plot as a drawing."""
        if self._plot is not None:
            _write_svg(self._plot, self.title, file)

    def save_csv(self, file: Path) -> None:
        """Write the numbers behind the plot."""
        self._sheet().write_csv(file)

    def _try(self, save: Callable[[Path], object], file: Path) -> None:
        try:
            save(file)
        except OSError as error:
            told: QWidget | None = self._picture
            # Looked up, not handed down: plots stand deep inside of pages, and none is to be forgotten.
            while told is not None and not isinstance(told, TellsPeople):
                told = told.parentWidget()
            if told is None:
                raise
            told.say_bad(f"{file} cannot be written: {error.strerror or error}. Save it in another place.")


def _write_svg(plot: pg.PlotItem, title: str, file: Path) -> None:
    """Draw ``plot`` into an SVG file by Qt's own generator.

    pyqtgraph 0.14's exporter stumbles over closed paths, which the symbols of a scatter plot are.
    """
    exporter = Exporter(plot)
    source = QRectF(exporter.getSourceRect())
    target = QRectF(0.0, 0.0, source.width(), source.height())
    generator = QSvgGenerator()
    generator.setFileName(str(file))
    generator.setTitle(title)
    generator.setSize(target.size().toSize())
    generator.setViewBox(target)
    # Axes are replayed from recordings, which are scaled by the resolutions' ratio.
    generator.setResolution(plot.getViewWidget().logicalDpiX())
    painter = QPainter()
    if not painter.begin(generator):
        raise OSError(_REFUSED)
    try:
        # Items then draw shapes where they would copy prepared pixels to a screen.
        exporter.setExportMode(True, {"antialias": True, "background": None, "painter": painter, "resolutionScale": 1})
        exporter.getScene().render(painter, target, source)
    finally:
        exporter.setExportMode(False)
        painter.end()
