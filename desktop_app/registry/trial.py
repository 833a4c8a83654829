"""Tries the import of an unknown file in a process of its own: an endless loop or a crash ends that one alone.

Nothing inside one process can stop a loop in it. What an import merely raises is none of the trial's business.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import json
import logging
import os
import queue
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from desktop_app.errors import PluginError
from desktop_app.registry.own_program import own_command, own_environment
from desktop_app.registry.user_files import plugin_files

COMMAND = "try-plugins"
"""The hidden command of the program that runs the other end, ``trial_child.py``."""

IMPORT_SECONDS = 30.0
"""How long a plugin's import and its hooks may take: the slowest packages of the field need 10 s on a busy machine."""

_START_SECONDS = 180.0
_GRACE_SECONDS = 5.0
_IDLE_SECONDS = 30.0
_POLL_SECONDS = 0.01
_OF_SOMETHING_ELSE = "?"
_log = logging.getLogger(__name__)
_FRAME = re.compile(r'File "(?P<file>.+)", line (?P<line>\d+)')


class TrialClosedError(PluginError):
    """The trial was closed while a file was being tried; nothing is known of the file."""


class _Child:
    """One process, and a thread that reads its lines so that one can wait for them with a time limit."""

    def __init__(self, idle_seconds: float) -> None:
        self.process = subprocess.Popen(
            own_command(COMMAND, str(idle_seconds)),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            env={**own_environment(), "PYTHONDONTWRITEBYTECODE": "1"},
            start_new_session=True,  # Ctrl-C is for the program; and what the plugin starts can be ended with it
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.owner = os.getpid()
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._reader = threading.Thread(target=self._read, name="downslope-trial", daemon=True)
        self._reader.start()

    def _read(self) -> None:
        """Run on the reader's thread until the process has closed its output."""
        with contextlib.suppress(OSError, ValueError):
            for line in self.process.stdout or ():
                self._lines.put(line)
        self._lines.put(None)

    def ask(self, request: dict[str, Any]) -> None:
        """Send one request. Raises: ``OSError`` where the process is gone."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{json.dumps(request)}\n")
        self.process.stdin.flush()

    def answer(self, seconds: float) -> tuple[bool, list[str]]:
        """Wait for an answer: whether one came, and what the process said in its place.

        Raises: ``TimeoutError`` where there is neither an answer nor an end within ``seconds``.
        """
        end = time.monotonic() + seconds
        said: list[str] = []
        while True:
            try:
                line = self._lines.get(timeout=max(end - time.monotonic(), 0.001))
            except queue.Empty as error:
                raise TimeoutError from error
            if line is None:
                return False, said
            if line.startswith("{"):
                return True, said
            said.append(line)

    def end(self, wait_seconds: float = 0.0) -> int:
        """Wait so long for the process to end, end it and all it started, and return its status; a signal is negative.

        A process that we only inherited, being a fork of its owner, is left alone.
        """
        if self.owner != os.getpid():
            return 0
        end = time.monotonic() + wait_seconds
        while not self.ended() and time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
        if hasattr(os, "killpg"):
            # Before the process is waited for, its number cannot have become that of somebody else's.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            self.process.kill()
        status = self.process.wait()
        self._reader.join(_GRACE_SECONDS)
        for stream in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        return status

    def ended(self) -> bool:
        """Return whether the process has ended, without waiting for it: it keeps its number until ``end``."""
        if hasattr(os, "waitid"):
            return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        return self.process.poll() is not None


class TrialProcess:
    """Tries files one at a time in a process that is started when first needed and again after it was lost.

    It ends by itself when it has had nothing to do for ``idle_seconds`` and when the program ends, however that does.
    Any thread may use it; ``close`` ends a trial that another thread waits for.
    """

    def __init__(self, idle_seconds: float = _IDLE_SECONDS) -> None:
        self._idle_seconds = idle_seconds
        self._one_at_a_time = threading.Lock()
        self._child: _Child | None = None
        self._closed = False

    def try_out(self, folder: Path, origin: str, seconds: float | None = None) -> str | None:
        """Import the plugin whose file is ``origin``, found in ``folder``, elsewhere.

        Returns an empty text where the process lived, the reason where it did not, and ``None`` where no process could
        be had to try it in. Raises: ``TrialClosedError``.
        """
        limit = IMPORT_SECONDS if seconds is None else seconds
        request = {"folder": str(folder), "origin": origin, "path": sys.path, "seconds": limit}
        with self._one_at_a_time:
            reason = self._try_once(request)
            # A process that was there before may have died of something else: of idleness, or of what it tried before.
            while reason == _OF_SOMETHING_ELSE:
                reason = self._try_once(request)
            return reason

    def close(self) -> None:
        """End the process; nothing can be tried any more."""
        self._closed = True
        child = self._child
        if child is None:
            return
        if self._one_at_a_time.acquire(blocking=False):
            self._child = None
            child.end()
            self._one_at_a_time.release()
        else:
            child.process.kill()  # the thread that waits for its answer sees it end, and clears up

    def _try_once(self, request: dict[str, Any]) -> str | None:
        used = self._alive()
        child = self._child if used else self._start()
        if child is None:
            return None
        limit = request["seconds"]
        try:
            child.ask(request)
            lived, said = child.answer(limit + _GRACE_SECONDS)
            if lived:
                return ""
            status = child.end(_GRACE_SECONDS)
        except TimeoutError:
            said, status = ["Timeout"], child.end()
        except (OSError, ValueError):  # it ended, or was closed, before it could be asked
            said, status = [], child.end(_GRACE_SECONDS)
        self._child = None
        if self._closed:
            raise TrialClosedError("The trial of a plugin was cut short because the program ends.")
        timed_out = any(text.startswith("Timeout") for text in said)
        return _OF_SOMETHING_ELSE if used and not timed_out else _reason(said, status, Path(request["origin"]), limit)

    def _alive(self) -> bool:
        """Return whether there is a process, and clear up after one that has ended."""
        child = self._child
        if child is None or (child.owner == os.getpid() and not child.ended()):
            return child is not None
        child.end()
        self._child = None
        return False

    def _start(self) -> _Child | None:
        """Start a process; ``None`` where the machine gives none."""
        try:
            if self._closed:
                raise TrialClosedError("The trial of a plugin was not begun because the program ends.")
            self._child = child = _Child(self._idle_seconds)
        except OSError as error:
            _log.warning("Plugins cannot be tried out: %s", error)
            return None
        with contextlib.suppress(TimeoutError):
            ready, _ = child.answer(_START_SECONDS)
            if ready:
                return child
        child.end()
        self._child = None
        if self._closed:
            raise TrialClosedError("The trial of a plugin was cut short because the program ends.")
        _log.warning("Plugins cannot be tried out: the process for it does not start")
        return None


@functools.cache
def shared_trial() -> TrialProcess:
    """Return the one that everybody shares who has none of their own."""
    made = TrialProcess()
    atexit.register(made.close)
    return made


def _reason(said: list[str], status: int, file: Path, seconds: float) -> str:
    line = _line(said, file)
    if any(text.startswith("Timeout") for text in said):
        where = f" in line {line}" if line else ""
        return f"its import did not end within {seconds:g} seconds (an endless loop{where}?)"
    fatal = next((text.partition("Fatal Python error: ")[2].strip() for text in said if "Fatal Python" in text), "")
    if fatal or status < 0:
        what = fatal or signal.Signals(-status).name
        return f"its import crashed the whole program ({what}{f' in line {line}' if line else ''})"
    return f"its import ended the whole program (exit status {status})"


def _line(said: list[str], file: Path) -> str:
    """Return the line of the plugin that ran last, from a traceback whose most recent call comes first."""
    names = {one: "" if one == file else f" of {one.relative_to(file.parent).as_posix()}" for one in plugin_files(file)}
    for text in said:
        found = _FRAME.search(text)
        if found and Path(found["file"]) in names:
            return found["line"] + names[Path(found["file"])]
    return ""
