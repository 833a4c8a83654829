"""The legend of the runs that are compared: a click hides or shows one, the cross takes it away."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QToolButton, QWidget

from desktop_app.window.building_blocks import restyle, row
from desktop_app.window.icons import put
from desktop_app.window.plots.shown_run import ShownRun
from desktop_app.window.short_names import short_names
from desktop_app.window.theme import colours

_HEIGHT = 36
_LONGEST = 22


class RunLegend(QScrollArea):
    """One line, which scrolls where there are many. ``toggled`` and ``removed`` carry the run."""

    toggled = Signal(object)
    removed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[tuple[QPushButton, ShownRun]] = []
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(_HEIGHT)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def show_runs(self, runs: Sequence[ShownRun]) -> None:
        """Show these runs; the first cannot be taken away. One alone needs no legend."""
        entries: list[QWidget] = []
        self._shown = []
        names = short_names([run.name for run in runs], _LONGEST)
        for place, (run, name) in enumerate(zip(runs, names, strict=True)):
            entry = QPushButton(name)
            entry.setProperty("look", "flat")
            entry.setCheckable(True)
            entry.setChecked(not run.hidden)
            entry.setIcon(_line(run))
            entry.setIconSize(QSize(20, 12))
            entry.setToolTip(f"{run.name}\nClick to {'show' if run.hidden else 'hide'} it")
            entry.setAccessibleName(f"Show {run.name}")
            restyle(entry, "hidden", run.hidden)
            entry.clicked.connect(lambda _=False, each=run: self.toggled.emit(each))
            entries.append(entry)
            self._shown.append((entry, run))
            if place > 0:
                cross = QToolButton()
                put(cross, "close")
                cross.setToolTip(f"Compare with {run.name} no longer")
                cross.setAccessibleName(f"Remove {run.name}")
                cross.clicked.connect(lambda _=False, each=run: self.removed.emit(each))
                entries.append(cross)
        inside = QWidget()
        inside.setLayout(row(*entries, None, spacing=2))
        self.setWidget(inside)
        self.setVisible(len(runs) > 1)

    def changeEvent(self, event: QEvent) -> None:
        """Take up the colours of a new scheme."""
        if event.type() == QEvent.Type.PaletteChange:
            for entry, run in self._shown:
                entry.setIcon(_line(run))
        super().changeEvent(event)


def _line(run: ShownRun) -> QIcon:
    picture = QPixmap(20, 12)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    shade = QColor(colours().line if run.hidden else colours().runs[run.colour % len(colours().runs)])
    painter.setPen(QPen(shade, 3))
    painter.drawLine(1, 6, 19, 6)
    painter.end()
    return QIcon(picture)
