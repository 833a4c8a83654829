"""The other end of ``apart.py``: runs the checks of one plugin and tells each, and may die of it.

Says one JSON object a line: ``{"begun": name, "limited": ...}``, ``{"check": name, "passed": ..., "detail": ...}`` and
at the end ``{"done": true}``. A check that takes too long, or a crash, ends the process; the last lines are then
Python's own traceback, made by ``faulthandler``.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import json
import os
import sys
from dataclasses import asdict
from typing import TextIO

from desktop_app.registry.conformance.check import Check
from desktop_app.registry.conformance.kit import watch_checks


def serve(target: str, seconds: float) -> None:
    """Run all checks of ``target``, each at most so long; never returns."""
    replies = _take_output()
    faulthandler.enable(replies)
    with contextlib.suppress(Exception):  # where it cannot be imported, the plugin's own import says so
        importlib.import_module("torch")  # what nearly every plugin imports is there before its time begins to run
    for event in watch_checks(target):
        faulthandler.cancel_dump_traceback_later()
        if isinstance(event, Check):
            _say(replies, asdict(event))
        else:
            _say(replies, {"begun": event.check, "limited": event.runs_the_plugin})
            if event.runs_the_plugin:
                faulthandler.dump_traceback_later(seconds, exit=True, file=replies)
    faulthandler.cancel_dump_traceback_later()
    _say(replies, {"done": True})
    os._exit(0)  # whatever the plugin left behind, threads included, ends here


def _take_output() -> TextIO:
    """Keep standard output to ourselves: what a plugin prints goes nowhere."""
    sys.stdout.flush()
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    return replies


def _say(replies: TextIO, told: dict[str, object]) -> None:
    replies.write(f"{json.dumps(told)}\n")
    replies.flush()
