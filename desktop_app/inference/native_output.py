"""Catches what ONNX Runtime's native code writes to standard error, past Python: the only place of some reasons."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator

_STANDARD_ERROR = 2
_one_at_a_time = threading.Lock()


@contextlib.contextmanager
def caught_standard_error() -> Iterator[Callable[[], str]]:
    """Yield what tells, afterwards, what was written to standard error meanwhile; none of it reaches the screen.

    It holds for the whole process, so keep it short. A program without a standard error, such as a window on Windows,
    has nothing to catch.
    """
    with _one_at_a_time, contextlib.ExitStack() as stack:
        said = ""
        try:
            sys.stderr.flush()
            kept = os.dup(_STANDARD_ERROR)
            stack.callback(os.close, kept)
            caught = stack.enter_context(tempfile.TemporaryFile())
            os.dup2(caught.fileno(), _STANDARD_ERROR)
        except (OSError, AttributeError, ValueError):
            yield lambda: ""
            return
        try:
            yield lambda: said
        finally:
            os.dup2(kept, _STANDARD_ERROR)
            caught.seek(0)
            said = caught.read(1 << 20).decode("utf-8", "replace")
