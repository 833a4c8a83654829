"""Opens the window and runs it until it is closed."""

from __future__ import annotations

import logging
import os
import sys
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from desktop_app.folders import user_folders
from desktop_app.reading.resources import resource_file
from desktop_app.window import theme
from desktop_app.window.frame import Frame, follow_colours

_LOG_BYTES = 1_000_000
# How long a thread keeps the interpreter while another waits for it. The window and the training hand it to and fro all
# the time: a fifth of Python's own 5 ms shortens the window's waits and quickens short training steps by a third.
_SWITCH_SECONDS = 0.001


def make_application() -> QApplication:
    """Return the application, dressed in the system's light or dark; there is one a process."""
    # Qt splits up what it paints among threads of its own, and waits for them. Where a training has all cores at work,
    # painting alone takes less time: measured with two of them, 14 ms a frame of the curves instead of 20.
    os.environ.setdefault("QT_NO_GUI_THREADPOOL", "1")
    present = QApplication.instance()
    application = present if isinstance(present, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Downslope")
    application.setApplicationDisplayName("Downslope")
    application.setDesktopFileName("downslope")
    application.setWindowIcon(QIcon(str(resource_file("icons/downslope.svg"))))
    sys.setswitchinterval(_SWITCH_SECONDS)
    theme.dress(application)
    follow_colours(application)
    return application


def run(project: Path | None = None, run_folder: Path | None = None) -> int:
    """Open the window and return the exit status once it is closed.

    Args:
        project: An experiment file, a folder of pictures, a table or a model to open.
        run_folder: A finished run to show.
    """
    _log_to_file()
    application = make_application()
    frame = Frame()
    frame.show()
    # The first picture is painted before anything heavy begins.
    QTimer.singleShot(0, frame.load)
    target = run_folder or project
    if target is not None:
        QTimer.singleShot(0, lambda: frame.workspace.open_path(Path(target)))
    return application.exec()


def _log_to_file() -> None:
    """Write errors that nobody caught to the log folder, and show them nowhere else but on standard error."""
    from logging.handlers import RotatingFileHandler

    folder = user_folders().logs
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(folder / "window.log", maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    except OSError:
        return  # a full or read-only disk must not keep the window from opening
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    log = logging.getLogger("desktop_app")
    log.addHandler(handler)
    before = sys.excepthook

    def write_down(kind: type[BaseException], error: BaseException, trace: object) -> None:
        log.error("Uncaught", exc_info=error)
        before(kind, error, trace)  # type: ignore[arg-type]

    sys.excepthook = write_down
