"""A screen that nobody sees, for the finished program's window; it wants Debian's xvfb, xdotool and imagemagick."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_TIMEOUT_SECONDS = 180
_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Screen:
    """A running X server; ``display`` is its name, such as ``:99``."""

    display: str

    def wait_for_window(self, title: str, process: subprocess.Popen[bytes]) -> None:
        """Return once a visible window of ``process``'s has ``title`` in its title.

        Raises: ``TimeoutError`` after three minutes, ``ChildProcessError`` where the process ends before.
        """
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise ChildProcessError(f"it ended with status {process.returncode} before a window was seen")
            if self._run("xdotool", "search", "--onlyvisible", "--name", title).returncode == 0:
                return
            time.sleep(_POLL_SECONDS)
        raise TimeoutError(f'no window "{title}" within {_TIMEOUT_SECONDS} s')

    def photograph(self, file: Path) -> None:
        """Write a picture of the whole screen.

        Raises: ``ChildProcessError`` where ImageMagick cannot.
        """
        done = self._run("import", "-window", "root", str(file))
        if done.returncode:
            raise ChildProcessError(f"no picture was taken: {done.stderr.strip()}")

    def _run(self, *command: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "DISPLAY": self.display}
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_TIMEOUT_SECONDS)


def missing_programs() -> list[str]:
    """Return which of the programs that a virtual screen wants are not installed."""
    return [name for name in ("Xvfb", "xdotool", "import") if shutil.which(name) is None]


@contextmanager
def virtual_screen(size: str = "1440x900") -> Iterator[Screen]:
    """Run a screen of that many pixels while the block lasts; the server picks a free number for it."""
    read_end, write_end = os.pipe()
    with os.fdopen(read_end) as answer:
        # Without -noreset the server starts over each time its last client leaves, and refuses whoever comes just then.
        command = ["Xvfb", "-noreset", "-displayfd", str(write_end), "-screen", "0", f"{size}x24", "-nolisten", "tcp"]
        with subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL) as server:
            try:
                os.close(write_end)
                number = answer.readline().strip()
                if not number:
                    raise ChildProcessError("Xvfb did not start")
                yield Screen(f":{number}")
            finally:
                server.terminate()
