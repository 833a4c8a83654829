"""The command line: ``downslope COMMAND``. One file a command; each imports what it needs when it runs.

``predict`` must stay free of torch and every command but the window's free of a display, so nothing heavy is imported
here. May import: everything but Qt. Read first: ``line.py``.
"""

from desktop_app.command.line import main

__all__ = ["main"]
