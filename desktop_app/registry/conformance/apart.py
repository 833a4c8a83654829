"""Checks a plugin in a process of its own, which may hang or die of it; the other end is ``apart_child.py``."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

from desktop_app.registry.conformance.check import Check
from desktop_app.registry.conformance.subject import find
from desktop_app.registry.own_program import own_command, own_environment
from desktop_app.registry.user_files import plugin_files

SECONDS = 60.0
"""How long one check may take; the longest of the built-in plugins' takes three on a quiet machine."""

_START_SECONDS = 180.0
_GRACE_SECONDS = 10.0
_FRAME = re.compile(r'File "(?P<file>.+)", line (?P<line>\d+)')
_STARTING = "starting"


def check_apart(target: str | Path, seconds: float = SECONDS) -> Iterator[Check]:
    """Yield each check of a plugin as it is done.

    Args:
        target: A file, a folder with an ``__init__.py``, or the name of a listed plugin.
        seconds: How long one check may take. One that takes longer fails, and is the last.

    Raises: ``PluginError`` where there is no such plugin.
    """
    candidate = find(target)
    file = candidate.file or Path(candidate.origin)
    process = _start(target, seconds)
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(process, lines), name="downslope-check", daemon=True)
    reader.start()
    try:
        yield from _told(process, lines, file, seconds)
    finally:
        _end(process)
        reader.join(_GRACE_SECONDS)
        if process.stdout is not None:
            process.stdout.close()


def _start(target: str | Path, seconds: float) -> subprocess.Popen[str]:
    return subprocess.Popen(
        own_command("plugins", "check", str(target), "--inside", f"{seconds:g}"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        errors="replace",
        env={**own_environment(), "PYTHONDONTWRITEBYTECODE": "1"},
        start_new_session=True,  # what the plugin starts can be ended with it
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _read(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    """Run on the reader's thread until the process has closed its output."""
    with contextlib.suppress(OSError, ValueError):
        for line in process.stdout or ():
            lines.put(line)
    lines.put(None)


def _told(
    process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None], file: Path, seconds: float
) -> Iterator[Check]:
    """Yield what the process tells; where it hangs or ends too early, a last check that fails."""
    under_way, limit = _STARTING, _START_SECONDS
    traceback: list[str] = []
    while True:
        try:
            # The process watches the time itself, and tells the line; this is for one that cannot even do that.
            line = lines.get(timeout=limit + _GRACE_SECONDS)
        except queue.Empty:
            yield Check(under_way, False, _overtime(traceback, file, limit))
            return
        if line is None:
            yield Check(under_way, False, _why_it_ended(process, traceback, file, seconds))
            return
        told = _parsed(line)
        if told is None:
            traceback.append(line)
        elif "begun" in told:
            under_way, limit = str(told["begun"]), seconds if told["limited"] else _START_SECONDS
        elif "check" in told:
            yield Check(str(told["check"]), bool(told["passed"]), str(told["detail"]))
        else:
            return


def _parsed(line: str) -> dict[str, object] | None:
    """Return what the process tells; a line of a traceback is not JSON."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _why_it_ended(process: subprocess.Popen[str], traceback: list[str], file: Path, seconds: float) -> str:
    status = process.wait(_GRACE_SECONDS)
    if any(text.startswith("Timeout") for text in traceback):
        return _overtime(traceback, file, seconds)
    fatal = next((text.partition("Fatal Python error: ")[2].strip() for text in traceback if "Fatal" in text), "")
    if fatal or status < 0:
        return f"it crashed the whole program ({fatal or signal.Signals(-status).name}{_where(traceback, file)})"
    return f"it ended the whole program (exit status {status})"


def _overtime(traceback: list[str], file: Path, seconds: float) -> str:
    return f"it did not end within {seconds:g} seconds (an endless loop{_where(traceback, file)}?); no more was checked"


def _where(traceback: list[str], file: Path) -> str:
    """Return the plugin's line that ran last, from a traceback whose most recent call comes first."""
    files = {str(one) for one in plugin_files(file)}
    found = (_FRAME.search(text) for text in traceback)
    line = next((match["line"] for match in found if match and match["file"] in files), "")
    return f" in line {line}" if line else ""


def _end(process: subprocess.Popen[str]) -> None:
    """End the process and whatever the plugin started."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait(_GRACE_SECONDS)
