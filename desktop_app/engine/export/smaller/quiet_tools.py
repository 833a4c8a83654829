"""Keeps the talk of ONNX Runtime's tools off the person's screen, and their folder out of Python's path."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import warnings
from collections.abc import Iterator

_TOOLS = "onnxruntime"


def load_tools() -> None:
    """Import ONNX Runtime's tools, before anything is imported from them.

    They put their own folder among those that modules are found in and need it while they are imported; it is taken out
    again, because its "optimizer" and others would pass for modules of that name.
    """
    before = list(sys.path)
    try:
        import onnxruntime.quantization.qdq_loss_debug
        import onnxruntime.transformers.float16  # noqa: F401
    finally:
        sys.path[:] = before


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
