"""How soon the window answers: idle, while PyTorch loads, and while a training runs on its worker thread.

A thread of its own posts an event to the window, waits for it to arrive there, notes how long that took, and after
about ten milliseconds (a mouse that is moved reports as often) posts the next. The training is the hardest there is for
a window: an MLP on the digits, whose steps are short, so that the worker fights for the interpreter all the time.

Run: python tests/benchmarks/event_loop.py [--seconds 60]
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["DOWNSLOPE_HOME"] = tempfile.mkdtemp(prefix="downslope-benchmark-")

import numpy as np
from measuring import write_measured
from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Signal, Slot

PAUSE_SECONDS = (0.005, 0.015)
BACKLOG_STEPS = 10_000


class Probe(QObject):
    """Notes how long posted events wait for the window's thread."""

    posted = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[float] = []
        self.running = True
        self._taken = threading.Event()
        self.posted.connect(self._arrived, Qt.ConnectionType.QueuedConnection)
        self._thread = threading.Thread(target=self._post, daemon=True)
        self._thread.start()

    def _post(self) -> None:
        draw = random.Random(0)
        while self.running:
            self._taken.clear()
            self.posted.emit(time.perf_counter())
            self._taken.wait()
            time.sleep(draw.uniform(*PAUSE_SECONDS))

    @Slot(float)
    def _arrived(self, posted: float) -> None:
        self.waits.append(time.perf_counter() - posted)
        self._taken.set()

    def taken(self) -> dict[str, Any]:
        """Return the figures so far, in milliseconds, and begin anew."""
        waits, self.waits = np.array(self.waits) * 1000, []
        return {
            "events": len(waits),
            "median_ms": round(float(np.median(waits)), 2),
            "p99_ms": round(float(np.percentile(waits, 99)), 2),
            "p999_ms": round(float(np.percentile(waits, 99.9)), 2),
            "worst_ms": round(float(waits.max()), 1),
        }

    def stop(self) -> None:
        """End the posting thread."""
        self.running = False
        self._taken.set()
        self._thread.join()


def run_until(condition: Callable[[], bool], seconds: float) -> None:
    """Run the event loop, as the application does, until ``condition`` holds or the time is over."""
    loop, timer, end = QEventLoop(), QTimer(), time.monotonic() + seconds
    timer.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
    timer.start(100)
    loop.exec()


def main() -> int:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds

    from desktop_app.window.application import make_application
    from desktop_app.window.frame import Frame

    application = make_application()
    frame = Frame()
    frame.show()
    run_until(lambda: False, 1.0)
    probe = Probe()
    figures: dict[str, Any] = {}

    run_until(lambda: False, seconds / 4)
    figures["idle, before PyTorch is loaded"] = probe.taken()

    frame.load()
    run_until(lambda: frame.workspace.shelf.registry is not None, 120)
    figures["while PyTorch and the plugins load"] = probe.taken()

    workspace = frame.workspace
    epochs = 1_000_000
    workspace.open_values(
        {"name": "benchmark", "data": {"source": "digits"}, "training": {"epochs": epochs}}, Path(tempfile.gettempdir())
    )
    run_until(lambda: workspace.ready_to_train, 60)
    run_until(lambda: False, 2.0)
    probe.taken()
    run_until(lambda: False, seconds)
    figures["idle"] = probe.taken()

    events: list[object] = []
    workspace.training.happened.connect(events.append)
    frame.show_page("train")
    workspace.start_training()
    run_until(lambda: workspace.training.state == "running", 60)
    run_until(lambda: False, 2.0)
    probe.taken()
    session = workspace.training.session
    assert session is not None
    before = session.progress()
    began = time.monotonic()
    run_until(lambda: False, seconds)
    figures["while training"] = probe.taken()
    steps = session.progress().step - before.step
    figures["while training"]["steps_per_second"] = round(steps / (time.monotonic() - began))

    run_until(lambda: session.progress().step - before.step > BACKLOG_STEPS, 600)
    # Everything that waits for the window is delivered now: an event an epoch came, none a step.
    in_time = len(events)
    application.processEvents()
    recorded = len(session.recorder.read("train_loss")[0])
    drawn = len(frame.pages["train"].curves.loss.buffers["train_loss"])  # type: ignore[attr-defined]
    figures["backlog"] = {
        "steps": recorded,
        "events_delivered": in_time,
        "events_waiting": len(events) - in_time,
        "steps_recorded_and_not_drawn": recorded - drawn,
    }
    workspace.training.stop()
    run_until(lambda: not workspace.training.active, 30)
    probe.stop()
    frame.close()
    run_until(lambda: not frame.isVisible(), 10)
    write_measured("event_loop", f"python tests/benchmarks/event_loop.py --seconds {seconds:g}", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
