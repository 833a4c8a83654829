"""Tensors on disk: written beside and renamed over, read without running code."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Any

from desktop_app.errors import RunError


def save_checkpoint(path: Path, content: dict[str, Any]) -> None:
    """Write ``content`` (tensors, plain values) so that ``path`` is at any moment the whole old or the whole new file.

    Raises: ``RunError`` where the disk refuses; the old file is then still there.
    """
    import torch

    beside = path.with_name(f"{path.name}.partial")
    try:
        with beside.open("wb") as file:
            torch.save(content, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except (OSError, RuntimeError) as error:  # torch reports a full disk as a RuntimeError of its writer
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise RunError(
            f"The checkpoint {path} could not be written: {_first_line(error)}. "
            "Make room on the disk, or allow writing there, and resume."
        ) from error


def load_checkpoint(path: Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU.

    Raises: ``RunError`` for a file that is missing, broken, or holds anything but tensors and plain values.
    """
    import torch

    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise RunError(f"There is no checkpoint {path}.") from error
    except Exception as error:
        raise RunError(f"The checkpoint {path} is broken or not one of ours: {_first_line(error)}.") from error
    if not isinstance(content, dict):
        raise RunError(f"The checkpoint {path} is not one of ours.")
    return content


def _first_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    lines = str(error).splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
