"""Broken: an event's text has no place to go."""

from desktop_app.api import RunTracker, Tracker, hookimpl


class ShortOfAnArgument(RunTracker):
    def event(self, step, kind):
        pass


@hookimpl
def register_trackers():
    return Tracker("short_of_an_argument", ShortOfAnArgument)
