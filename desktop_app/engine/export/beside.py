"""A model is written beside its place and moved there when it is good: no half file, and no two exports in one file."""

from __future__ import annotations

import contextlib
import glob
import os
from collections.abc import Iterator
from pathlib import Path

import psutil

from desktop_app.errors import ExportError


def check_place(path: Path) -> None:
    """Make the folder of ``path`` and write an empty file to it, so that who waits for an export waits for something.

    Raises: ``ExportError`` where no file can be written there.
    """
    with refusals(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            raise ExportError(f'"{path}" is a folder; give the name of a file, such as "{path / "model.onnx"}".')
        probe = _partial(path)
        probe.touch()
        probe.unlink()


@contextlib.contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """Yield where to write to; where the block ends well, that file takes the place of ``path``, else it goes.

    The name is this process's own, and what a process that is no more left behind is removed.
    Raises: ``ExportError`` at once where no file can be written there, and where the disk refuses later.
    """
    check_place(path)
    _remove_left_behind(path)
    partial = _partial(path)
    try:
        with refusals(path):
            yield partial
            partial.replace(path)
    finally:
        with contextlib.suppress(OSError):
            partial.unlink()


@contextlib.contextmanager
def refusals(path: Path) -> Iterator[None]:
    """Say of the disk's refusals which file they are about.

    Raises: ``ExportError``.
    """
    try:
        yield
    except FileExistsError as error:  # of the folders that were to be made
        raise ExportError(
            f"The model could not be written to {path}: {error.filename} is not a folder; choose another place."
        ) from error
    except OSError as error:
        raise ExportError(
            f"The model could not be written to {path}: {error.strerror or error}; choose another place."
        ) from error


def _partial(path: Path) -> Path:
    return path.with_name(f".{path.name}.{os.getpid()}.partial")


def _remove_left_behind(path: Path) -> None:
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.partial"):
        process = left.name.split(".")[-2]
        if process.isascii() and process.isdigit() and not psutil.pid_exists(int(process)):
            with contextlib.suppress(OSError):
                left.unlink()
