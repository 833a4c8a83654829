"""Sees to it that a backbone's pretrained weights are on this machine before the network is built."""

from __future__ import annotations

from collections.abc import Callable

from desktop_app.api import Backbone, fetch_weights
from desktop_app.errors import ExperimentError

HUB = "hf-hub:"
DOWNLOADING = "Downloading weights"
"""The phase of a download; its numbers are bytes."""


def ensure_weights(backbone: Backbone, weights: str, report: Callable[[str, int, int], None]) -> None:
    """Download what ``weights = "pretrained"`` needs where it is not here; nothing where it is, or is not needed.

    Runs on the caller's thread, for as long as the network takes; ``report`` is called with the phase, the bytes that
    are there and the bytes in all, and may raise to cancel: what has arrived is kept for the next time.
    Raises: ``ExperimentError`` where there are no pretrained weights; ``DataError`` where they cannot be fetched.
    """
    if weights != "pretrained":
        return
    if backbone.pretrained == "none":
        sentence = f'there are no pretrained weights of "{backbone.name}"; take "random", a file, or another backbone.'
        raise ExperimentError("model.weights", sentence)
    if backbone.pretrained.startswith(HUB):
        repository = backbone.pretrained.removeprefix(HUB)
        fetch_weights(repository, lambda done, total: report(DOWNLOADING, done, total))
