"""Which process trains what, and what this one has under way."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import psutil

# "Running" on disk outlives a training at whose end the disk was full: of its own trainings a process knows better.
# The one thing of the house that is known in the whole process, as the process itself is what it is about.
_under_way: set[str] = set()
_lock = threading.Lock()


def this_process() -> dict[str, float]:
    """Return what tells this process from a later one with the same number."""
    return {"pid": os.getpid(), "created": psutil.Process().create_time()}


def is_alive(process: Any) -> bool:
    """Return whether the process that ``this_process`` described is still there."""
    try:
        found = psutil.Process(int(process["pid"]))
        # One that was killed stays in the list as a zombie until its parent has asked how it ended.
        is_same = abs(found.create_time() - process["created"]) < 1.0
        return bool(is_same and found.status() != psutil.STATUS_ZOMBIE)
    except (psutil.Error, KeyError, TypeError, ValueError, OverflowError):
        return False


def is_another(process: Any) -> bool:
    """Return whether a process is still there and is not this one."""
    return is_alive(process) and int(process["pid"]) != os.getpid()


def is_training(process: Any, what: Path | str) -> bool:
    """Return whether a process is still there and, where it is this one, has ``what`` under way."""
    return is_another(process) or (is_alive(process) and _name(what) in _under_way)


def take(what: Path | str) -> bool:
    """Note that this process begins to train ``what``: a run's folder, or what a queue calls one of its experiments.

    Returns whether it did not do so already.
    """
    name = _name(what)
    with _lock:
        is_new = name not in _under_way
        _under_way.add(name)
    return is_new


def release(what: Path | str) -> None:
    """Note that this process does not train ``what`` any more."""
    with _lock:
        _under_way.discard(_name(what))


def _name(what: Path | str) -> str:
    return os.path.normcase(what.resolve()) if isinstance(what, Path) else what
