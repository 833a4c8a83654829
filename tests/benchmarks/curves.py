"""How fast the curves of the Train page are drawn: ten million points, and twenty runs that grow meanwhile.

The first part shows a page with one run of ten million steps and turns the wheel and drags, as a mouse does; a frame is
the time from the mouse's event to the end of the repaint, with what is drawn of the other plots meanwhile. The second
overlays twenty runs of 100,000 points each, to which fifty are added at each of ten ticks a second, and measures
how long a posted event waits for the window's thread. No training runs beside them: the figures are the drawing's own.
On a machine that does other things too, the seconds of the processor (cpu) say more than those of the clock.

Run: python tests/benchmarks/curves.py [--points 10000000] [--frames 90] [--seconds 20]
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import tempfile
import time
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["DOWNSLOPE_HOME"] = tempfile.mkdtemp(prefix="downslope-benchmark-")

import numpy as np
from event_loop import Probe, run_until
from measuring import write_measured
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

RUNS, POINTS_A_RUN, POINTS_A_TICK = 20, 100_000, 50
TICK_MS = 100
MOUSE_SECONDS = 0.011


class Grown:
    """The reading side of a run over arrays that are there already; ``count`` of their steps have been made."""

    rewinds = 0

    def __init__(self, points: int, seed: int, count: int) -> None:
        generator = np.random.default_rng(seed)
        self.count = count
        steps = np.arange(1, points + 1)
        falling = 2.0 / (1.0 + steps / 20_000.0)
        self._series: dict[str, tuple[np.ndarray, np.ndarray]] = {
            "train_loss": (steps, falling + generator.normal(scale=0.1, size=points)),
            "lr": (steps, np.linspace(1e-3, 1e-5, points)),
        }
        for name in ("samples_per_second", "memory_bytes"):
            self._series[name] = (steps[::50], generator.normal(2e4, 1e3, len(steps[::50])))
        epochs = steps[points // 50 - 1 :: points // 50]
        for name in ("epoch_train_loss", "val_loss", "train_accuracy", "val_accuracy"):
            self._series[name] = (epochs, 1.0 / (1.0 + epochs / 50_000.0))

    def read(self, name: str, start: int = 0) -> tuple[np.ndarray, np.ndarray]:
        """Return what was made of a series, from place ``start`` on."""
        if name not in self._series:
            return np.empty(0, dtype=np.int64), np.empty(0)
        steps, values = self._series[name]
        end = int(np.searchsorted(steps, self.count, side="right"))
        return steps[start:end], values[start:end]

    def names(self) -> list[str]:
        """Return the names of all series."""
        return sorted(self._series)

    def events(self) -> list[Any]:
        """Return nothing: no events."""
        return []

    def histograms(self, name: str, start: int = 0) -> list[Any]:
        """Return nothing: no histograms."""
        return []

    def histogram_names(self) -> list[str]:
        """Return nothing: no histograms."""
        return []


def a_view(runs: list[Grown]) -> Any:
    """Return the curves of these runs, shown, and wholly drawn."""
    from desktop_app.window.background import Background
    from desktop_app.window.plots.shown_run import ShownRun
    from desktop_app.window.train.comparison import Comparison
    from desktop_app.window.train.curves_view import CurvesView

    background = Background()
    comparison = Comparison(background)
    view = CurvesView(comparison)
    view.setAttribute(Qt.WidgetAttribute.WA_DontCreateNativeAncestors)
    view.resize(880, 660)
    view.show()
    comparison.runs = [ShownRun(str(place), f"run {place}", run, place % 7) for place, run in enumerate(runs)]
    comparison.changed.emit()
    view.background = background
    while view.is_reading:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return view


def frames(view: Any, number: int) -> dict[str, Any]:
    """Zoom in with the wheel, drag to and fro, zoom out, and return how long each frame took."""
    viewport = view.loss.view.viewport()
    times: dict[str, list[float]] = {"zoom": [], "pan": []}
    third = max(number // 3, 1)
    seen: set[tuple[float, ...]] = set()
    busy = time.process_time()
    for _ in range(third):
        times["zoom"].append(frame(view, lambda: wheel(viewport, 1)))
    press(viewport, QEvent.Type.MouseButtonPress, 400)
    for place in range(third):
        x = 400 + round(120 * np.sin(place / 4))
        # No mouse reports more often, and pyqtgraph leaves out what comes sooner. Nothing is drawn meanwhile.
        time.sleep(MOUSE_SECONDS)
        times["pan"].append(frame(view, lambda x=x: press(viewport, QEvent.Type.MouseMove, x)))
        seen.add(tuple(view.loss.view.getViewBox().viewRange()[0]))
    press(viewport, QEvent.Type.MouseButtonRelease, 400)
    if len(seen) < third // 2:
        raise RuntimeError("The plot did not go with the mouse: nothing was measured.")
    for _ in range(third):
        times["zoom"].append(frame(view, lambda: wheel(viewport, -1)))
    cpu_ms = round((time.process_time() - busy) / (3 * third) * 1000, 1)
    return {name: in_figures(taken) for name, taken in times.items()} | {"mean_cpu_ms": cpu_ms}


def frame(view: Any, happen: Any) -> float:
    """Return the seconds from an event to the end of the painting that it brought about."""
    began = time.perf_counter()
    happen()
    QApplication.processEvents()
    return time.perf_counter() - began


def wheel(viewport: QWidget, turns: int) -> None:
    """Turn the wheel by one notch over the middle of the plot."""
    centre = QPointF(viewport.rect().center())
    none, keys = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    place = viewport.mapToGlobal(centre)
    phase = Qt.ScrollPhase.NoScrollPhase
    QApplication.sendEvent(
        viewport, QWheelEvent(centre, place, QPoint(), QPoint(0, 120 * turns), none, keys, phase, False)
    )


def press(viewport: QWidget, kind: QEvent.Type, x: int) -> None:
    """Press, move or release the left button at ``x``."""
    point = QPointF(x * viewport.width() / 800, viewport.height() / 2)
    left, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(viewport, QMouseEvent(kind, point, viewport.mapToGlobal(point), left, left, keys))


def in_figures(times: list[float]) -> dict[str, Any]:
    """Return the spread of frame times, and the frames a second that the median and the slowest of them give."""
    taken = np.array(times) * 1000
    return {
        "frames": len(taken),
        "median_ms": round(float(np.median(taken)), 1),
        "p90_ms": round(float(np.percentile(taken, 90)), 1),
        "worst_ms": round(float(taken.max()), 1),
        "frames_per_second": round(1000 / float(np.median(taken)), 1),
        "worst_frames_per_second": round(1000 / float(taken.max()), 1),
    }


def growing(seconds: float) -> dict[str, Any]:
    """Draw twenty runs that grow, and return how long events waited for the window meanwhile."""
    rounds = int(seconds * 1000 / TICK_MS) + 200
    total = POINTS_A_RUN + rounds * POINTS_A_TICK
    runs = [Grown(total, seed, POINTS_A_RUN) for seed in range(RUNS)]
    view = a_view(runs)
    ticks = {"made": 0, "pull_cpu": 0.0}

    def tick() -> None:
        ticks["made"] += 1
        for run in runs:
            run.count += POINTS_A_TICK
        busy = time.process_time()
        view.pull()
        ticks["pull_cpu"] += time.process_time() - busy

    timer = QTimer()
    timer.timeout.connect(tick)
    timer.start(TICK_MS)
    probe = Probe()
    run_until(lambda: False, 1.0)
    probe.taken()
    ticks.update(made=0, pull_cpu=0.0)
    began, busy = time.monotonic(), time.process_time()
    run_until(lambda: False, seconds)
    figures = probe.taken() | {
        "ticks_per_second": round(ticks["made"] / (time.monotonic() - began), 1),
        "cpu_ms_a_tick": round((time.process_time() - busy) / ticks["made"] * 1000, 1),
        "of_it_reading_and_thinning_ms": round(ticks["pull_cpu"] / ticks["made"] * 1000, 1),
        "load_of_the_machine": round(os.getloadavg()[0], 1),
    }
    timer.stop()
    probe.stop()
    view.hide()
    return figures


def main() -> int:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=10_000_000)
    parser.add_argument("--frames", type=int, default=90)
    parser.add_argument("--seconds", type=float, default=20.0)
    arguments = parser.parse_args()

    from desktop_app.window.application import make_application

    make_application()
    run = Grown(arguments.points, 0, arguments.points)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    view = a_view([Grown(100, 0, 100)])
    view.hide()
    probe = Probe()
    began = time.perf_counter()
    view = a_view([run])
    figures: dict[str, Any] = {
        "points": arguments.points,
        "first_drawing_seconds": round(time.perf_counter() - began, 2),
        "first_drawing": probe.taken(),
        "peak_memory_mb": round((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024),
    }
    probe.stop()
    figures["one run"] = frames(view, arguments.frames)
    moved = [frame(view, lambda value=value: view.set_strength(value)) for value in np.linspace(0.0, 0.99, 20).tolist()]
    figures["smoothing slider"] = in_figures(moved)
    view.hide()
    figures["twenty runs that grow"] = growing(arguments.seconds)
    command = f"python tests/benchmarks/curves.py --points {arguments.points} --seconds {arguments.seconds:g}"
    write_measured("curves", command, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
