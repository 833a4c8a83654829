"""How this very program is started once more, as it runs now: from an installation, a checkout, or frozen."""

from __future__ import annotations

import os
import sys


def own_command(*arguments: str) -> list[str]:
    """Return the command line of another ``downslope`` with these arguments."""
    frozen = getattr(sys, "frozen", False)
    return [*([sys.executable] if frozen else [sys.executable, "-P", "-m", "desktop_app"]), *arguments]


def own_environment() -> dict[str, str]:
    """Return the environment for it, in which it finds the same packages at the same places."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path)}
