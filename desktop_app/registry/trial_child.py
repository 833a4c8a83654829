"""The other end of ``trial.py``: a process that imports the files it is told to, and may die of it.

Reads a JSON object a line from standard input: ``folder`` and ``origin`` of a plugin, ``path`` (the import path) and
``seconds`` (how long it may take). Answers each with a line, ``{"lived": true}``. Before the first it says
``{"ready": true}``. An import that takes too long, or a crash, ends the process; the last lines of the answer are then
Python's own traceback, made by ``faulthandler``.
"""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import json
import os
import sys
import threading
import warnings
from pathlib import Path
from typing import TextIO


def serve(idle_seconds: float) -> None:
    """Answer until standard input ends or nothing has come for ``idle_seconds``; never returns."""
    requests, replies = _take_pipes()
    faulthandler.enable(replies)
    warnings.simplefilter("ignore")
    with contextlib.suppress(Exception):
        importlib.import_module("torch")  # what nearly every plugin imports is there before its time begins to run
    from desktop_app.registry.asking import import_and_ask
    from desktop_app.registry.discovery import user_candidates

    _say(replies, {"ready": True})
    while True:
        idle = threading.Timer(idle_seconds, os._exit, (0,))
        idle.daemon = True
        idle.start()
        line = requests.readline()
        idle.cancel()
        if not line:
            os._exit(0)  # whatever the plugins left behind, threads included, ends here
        request = json.loads(line)
        sys.path[:] = request["path"]
        faulthandler.dump_traceback_later(request["seconds"], exit=True, file=replies)
        # A plugin's border: what it raises, the wish to end included, is told by the real import.
        with contextlib.suppress(BaseException):
            for candidate in user_candidates(Path(request["folder"])):
                if candidate.origin == request["origin"]:
                    import_and_ask(candidate)
        faulthandler.cancel_dump_traceback_later()
        _say(replies, {"lived": True})


def _take_pipes() -> tuple[TextIO, TextIO]:
    """Keep the two pipes to ourselves: a plugin finds nothing on standard input, and prints where nobody reads."""
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nothing, descriptor)
    return requests, replies


def _say(replies: TextIO, answer: dict[str, bool]) -> None:
    replies.write(f"{json.dumps(answer)}\n")
    replies.flush()
