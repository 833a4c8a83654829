"""Keeps cyclic garbage collection on the window's thread: Qt's objects must not be taken apart on another one."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer, Slot

_PERIOD_MS = 1000


class GarbageOnThisThread(QObject):
    """Turns Python's own collection off and collects here, once a second and only where it is due."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        self._spares = False
        gc.disable()
        self._timer = QTimer(self, interval=_PERIOD_MS)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def spare_what_is_there(self) -> None:
        """Leave everything that is there now out of later collections; only the first call does anything.

        PyTorch and the plugins are half a million objects that stay for good. Looking through them takes 150 ms and
        more each time, in which the window does not answer.
        """
        if not self._spares:
            self._spares = True
            gc.freeze()

    def end(self) -> None:
        """Give collection back to Python."""
        self._timer.stop()
        if self._spares:
            gc.unfreeze()
        if self._was_enabled:
            gc.enable()

    @Slot()
    def _collect(self) -> None:
        """Collect the oldest generation that has reached Python's own thresholds."""
        counts, thresholds = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > thresholds[generation]:
                gc.collect(generation)
                return
