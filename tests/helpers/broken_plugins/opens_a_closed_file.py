"""Broken: has closed its file before the end is told."""

import io

from desktop_app.api import RunTracker, Tracker, hookimpl


class OpensAClosedFile(RunTracker):
    def run_started(self, description, resumed_at=None):
        self.file = io.StringIO()
        self.file.close()

    def event(self, step, kind, text):
        self.file.write(text)


@hookimpl
def register_trackers():
    return Tracker("opens_a_closed_file", OpensAClosedFile)
