"""Computes features behind the window, for the training that pressing Train would start."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from desktop_app.window.background import Background

if TYPE_CHECKING:
    from desktop_app.engine.experiment import Experiment
    from desktop_app.registry import Registry

# Whoever still changes the draft, or looks around, is not to be slowed down.
_PATIENCE_MS = 1500
_PLACE = "features"
_OF_THE_MODEL = {"kind", "backbone", "weights", "freeze", "pooling", "adapters"}


class _CancelledError(Exception):
    """Ends the thread; nobody sees it."""


class Warming(QObject):
    """Fills the feature cache while nothing else is to be done; ``changed`` tells of each step.

    One at a time: ``ask`` cancels what runs for another experiment, ``cancel`` whatever runs. A thread ends with the
    block of the network that it is at. ``noticed`` carries a sentence where features cannot be kept.
    """

    changed = Signal()
    noticed = Signal(str)
    _progressed = Signal(int, int)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._asked = ""
        self._cancelled = threading.Event()
        self._work: tuple[Experiment, Any, Registry] | None = None
        self._timer = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self._timer.timeout.connect(self._start)
        self._progressed.connect(self._show)
        self.done = 0
        self.total = 0

    def ask(self, experiment: Experiment, samples: Any, registry: Registry) -> None:
        """Begin soon, unless the same was asked for before; ``experiment`` is settled."""
        asked = _key(experiment)
        if asked == self._asked:
            return
        self.cancel()
        self._asked = asked
        self._work = (experiment, samples, registry)
        self._timer.start()

    def cancel(self) -> None:
        """Let go of what runs or is about to; what was computed so far is kept."""
        self._timer.stop()
        self._cancelled.set()
        self._asked = ""
        self._work = None
        self._background.forget(_PLACE)
        self._end()

    @Slot()
    def give_way(self) -> None:
        """Let go of what runs or is about to, for somebody is at work; what has ended need not be begun anew."""
        if self._timer.isActive() or self._background.busy(_PLACE):
            self.cancel()

    @Slot()
    def _start(self) -> None:
        work, cancelled = self._work, threading.Event()
        if work is None:
            return
        self._work, self._cancelled = None, cancelled
        experiment, samples, registry = work
        # The network stands, which was built with all that this imports.
        from desktop_app.engine.warming import is_worth_warming, warm_features

        if not is_worth_warming(experiment):
            return
        shown = (0, 0)

        def report(done: int, total: int) -> None:
            nonlocal shown
            if cancelled.is_set():
                raise _CancelledError
            if total and (done, total) != shown:  # told between any two blocks of the network
                shown = (done, total)
                self._progressed.emit(done, total)

        def warm() -> None:
            with contextlib.suppress(_CancelledError):
                warm_features(experiment, samples, registry, report, self.noticed.emit)

        # What cannot be prepared is said where it is looked at, and by the training itself.
        self._background.run(_PLACE, warm, lambda _: self._end(), lambda _: self._end())
        self._show(0, len(samples))

    @Slot(int, int)
    def _show(self, done: int, total: int) -> None:
        if self._background.busy(_PLACE):
            self.done, self.total = done, total
            self.changed.emit()

    def _end(self) -> None:
        self.done = self.total = 0
        self.changed.emit()


def _key(experiment: Experiment) -> str:
    """Return what decides on the features; the network's weights cannot change while it stands in the draft."""
    model = experiment.model.model_dump(mode="json", include=_OF_THE_MODEL)
    # Views are computed of training pictures alone, plain features of all pictures.
    exclude = {"balance"} if experiment.data.views else {"balance", "validation", "test", "seed", "group"}
    data = experiment.data.model_dump(mode="json", exclude=exclude)
    tuning = experiment.fine_tuning
    cut = (tuning.unfreeze_last, tuning.gradual) if tuning else None
    training = experiment.training.model_dump(mode="json", include={"cache_features", "device"})
    seed = experiment.training.seed if experiment.data.views else 0
    return json.dumps([model, data, cut, training, seed], sort_keys=True, default=str)
