"""Follows a training for its trackers: a listener of the recorder that only puts references into queues."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from desktop_app.api import RunDescription
from desktop_app.engine.experiment import PluginChoice
from desktop_app.engine.tracking.feed import Feed, deadline
from desktop_app.registry import Registry
from desktop_app.store.metrics import Histogram

# What a run's end waits for its trackers at most, all together.
END_SECONDS = 10.0
_A_HISTOGRAM_IS_WORTH = 32


class Tracking:
    """The trackers of one training; everything here is called on the thread that trains.

    Args:
        choices: The trackers that the experiment names; their names are in the registry.
        notice: Called with a step and a sentence, on the thread that trains, where a tracker was switched off.
    """

    def __init__(self, choices: Sequence[PluginChoice], registry: Registry, notice: Callable[[int, str], None]) -> None:
        self._feeds = [_feed(choice, registry) for choice in choices]
        self._untold = list(self._feeds)
        self._notice = notice
        self._folder = Path()
        self._step = 0

    def start(self, description: RunDescription, resumed_at: int | None = None) -> None:
        """Say what is trained, and begin to follow."""
        self._folder = description.folder
        self._step = resumed_at or 0
        for feed in self._feeds:
            feed.put(("run_started", (description, resumed_at)))
            feed.start()

    def numbers(self, name: str, steps: Sequence[int], values: Sequence[float]) -> None:
        """Pass on the next points of a series."""
        if steps:
            self._step = steps[-1]
        for feed in self._feeds:
            feed.put(("numbers", (name, steps, values)), len(steps))
        self._tell()

    def row(self, step: int, values: Mapping[str, float]) -> None:
        """Pass on one point of each of many series."""
        self._step = step
        for feed in self._feeds:
            feed.put(("row", (step, values)), len(values))
        self._tell()

    def histograms(self, histograms: Mapping[str, Histogram]) -> None:
        """Pass on one histogram of each of many names."""
        for feed in self._feeds:
            feed.put(("histograms", (histograms,)), len(histograms) * _A_HISTOGRAM_IS_WORTH)
        self._tell()

    def event(self, step: int, kind: str, text: str) -> None:
        """Pass on that something happened."""
        self._step = step
        for feed in self._feeds:
            feed.put(("event", (step, kind, text)))
        self._tell()

    def went_back(self, step: int) -> None:
        """Pass on that what came after ``step`` is void."""
        self._step = step
        for feed in self._feeds:
            feed.put(("went_back", (step,)))
        self._tell()

    def end(self, status: str, result: Mapping[str, Any]) -> None:
        """Say how the training ended, and wait some seconds for the trackers to take what is still waiting."""
        for feed in self._feeds:
            feed.put(("run_ended", (status, result)))
            feed.end()
        left = deadline(END_SECONDS)
        for feed in self._feeds:
            feed.wait(left())
        self._tell()

    def _tell(self) -> None:
        """Say once of each tracker that was switched off that it was."""
        for feed in [feed for feed in self._untold if feed.trouble]:
            self._untold.remove(feed)  # first: the notice is recorded, and comes by here again
            self._notice(
                self._step,
                f"The tracker {feed.name} was switched off for this run: {feed.trouble.rstrip('.')}. The training is "
                f"not touched by that; hand the run over afterwards with: "
                f'downslope track "{self._folder}" --with {feed.name}',
            )


def _feed(choice: PluginChoice, registry: Registry) -> Feed:
    contribution = registry.trackers[choice.name]
    return Feed(choice.name, lambda: contribution.create(**choice.hyper), Path(contribution.file))
