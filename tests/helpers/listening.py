"""Trackers for tests: one that keeps what it is told, ones that fail or hang, and what registers them."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from desktop_app.api import RunTracker, Tracker
from desktop_app.registry import Registry
from desktop_app.registry.record import PluginRecord


class Listening(RunTracker):
    """Keeps every call in order; ``made`` holds all of them that there were."""

    made: list[Listening] = []

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.threads: set[str] = set()
        self.place = "an address"
        Listening.made.append(self)

    def _keep(self, *call: Any) -> None:
        self.calls.append(call)
        self.threads.add(threading.current_thread().name)

    def run_started(self, description: Any, resumed_at: int | None = None) -> None:
        self._keep("run_started", description, resumed_at)

    def numbers(self, name: str, steps: Any, values: Any) -> None:
        self._keep("numbers", name, steps.tolist(), values.tolist())

    def histogram(self, name: str, step: int, low: float, high: float, counts: Any) -> None:
        self._keep("histogram", name, step, low, high, counts.tolist())

    def event(self, step: int, kind: str, text: str) -> None:
        self._keep("event", step, kind, text)

    def went_back(self, step: int) -> None:
        self._keep("went_back", step)

    def run_ended(self, status: str, result: Any) -> None:
        self._keep("run_ended", status, dict(result))

    def series(self) -> dict[str, tuple[list[int], list[float]]]:
        """Return the points by series, as they came and without those that were taken back."""
        found: dict[str, tuple[list[int], list[float]]] = defaultdict(lambda: ([], []))
        for kind, *rest in self.calls:
            if kind == "numbers":
                found[rest[0]][0].extend(rest[1])
                found[rest[0]][1].extend(rest[2])
            elif kind == "went_back":
                for steps, values in found.values():
                    kept = sum(step <= rest[0] for step in steps)
                    del steps[kept:], values[kept:]
        return {name: points for name, points in found.items() if points[0]}

    def of(self, kind: str) -> list[tuple[Any, ...]]:
        """Return what it was called with, for one method."""
        return [tuple(rest) for called, *rest in self.calls if called == kind]


class Failing(RunTracker):
    """Raises with its third call of ``numbers``."""

    def __init__(self) -> None:
        self.count = 0

    def numbers(self, name: str, steps: Any, values: Any) -> None:
        self.count += 1
        if self.count == 3:
            raise OSError("the disk is full")


class Hanging:
    """Hangs in its first call until ``release`` is set; has one method alone."""

    release = threading.Event()

    def numbers(self, name: str, steps: Any, values: Any) -> None:
        Hanging.release.wait(60)


def registry_with(base: Registry, *trackers: tuple[str, Callable[..., object]]) -> Registry:
    """Return the plugins of ``base`` and trackers by name."""
    made = Registry()
    for record in base.plugins:
        made.add(record)
    contributions = tuple(Tracker(name, factory) for name, factory in trackers)
    made.add(PluginRecord("of tests", "user", str(Path(__file__)), "ok", contributions=contributions))
    return made
