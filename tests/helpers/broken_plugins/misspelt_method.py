"""Broken: a method that is called nearly like one that is called."""

from desktop_app.api import RunTracker, Tracker, hookimpl


class MisspeltMethod(RunTracker):
    def run_ended(self, status, result):
        pass

    def number(self, name, steps, values):
        pass


@hookimpl
def register_trackers():
    return Tracker("misspelt_method", MisspeltMethod)
