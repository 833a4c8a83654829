"""Keeps the talk of ONNX Runtime's tools off the person's screen."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator

_TOOLS = "onnxruntime"


@contextlib.contextmanager
def quiet_tools() -> Iterator[None]:
    """Silence what the tools print, warn of and log; they log to the root logger, too, which sets itself up for it."""
    root, tools = logging.getLogger(), logging.getLogger(_TOOLS)
    handler, level = logging.NullHandler(), tools.level
    root.addHandler(handler)
    root.addFilter(_is_not_directly_logged)
    tools.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        tools.setLevel(level)
        root.removeFilter(_is_not_directly_logged)
        root.removeHandler(handler)


def _is_not_directly_logged(record: logging.LogRecord) -> bool:
    """Return whether a record was logged by a logger with a name; the root's filters see no others than its own."""
    return record.name != "root"
