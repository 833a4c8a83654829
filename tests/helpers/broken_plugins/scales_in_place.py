"""Broken: changes the numbers that others read too."""

from desktop_app.api import RunTracker, Tracker, hookimpl


class ScalesInPlace(RunTracker):
    def numbers(self, name, steps, values):
        values *= 100.0


@hookimpl
def register_trackers():
    return Tracker("scales_in_place", ScalesInPlace)
