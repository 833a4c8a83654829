"""Open the window."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from desktop_app.command.report import say


def has_display() -> bool:
    """Return whether a window can be shown here."""
    if sys.platform in ("win32", "darwin"):
        return True
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def open_window(arguments: list[str], run_folder: Path | None = None) -> int:
    """Open the window on the project that the arguments name, or on a finished run; return its exit status."""
    project = Path(arguments[0]) if arguments else None
    if len(arguments) > 1:
        say(f"downslope: one project can be opened at a time, got {len(arguments)}. Try: downslope --help")
        return 2
    if project is not None and not project.exists():
        say(f'downslope: there is no command or project "{project}". Try: downslope --help')
        return 2
    if not has_display():
        say("There is no display to open a window on. To see the whole job without one: downslope demo")
        return 1
    from desktop_app.window.application import run

    return run(project, run_folder)
