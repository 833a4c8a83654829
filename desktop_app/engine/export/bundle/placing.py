"""Puts a finished bundle in its place, folder and ZIP, whole or not at all; only what was a bundle is replaced."""

from __future__ import annotations

import hashlib
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

from desktop_app.errors import ExportError

MARK = "<!-- A bundle made with Downslope. -->"
"""The first line of a bundle's ``MODEL_CARD.md``, by which it is known again."""
CARD = "MODEL_CARD.md"
SUMS = "SHA256SUMS"
# ZIP has no earlier date; a fixed one makes the same content the same bytes.
_DATE = (1980, 1, 1, 0, 0, 0)
_READABLE_FILE = 0o100644 << 16
_UNIX = 3


def archive_of(folder: Path) -> Path:
    """Return where the ZIP of a bundle in ``folder`` lies: beside it."""
    return folder.with_name(f"{folder.name}.zip")


def check_free(folder: Path) -> None:
    """Raise ``ExportError`` where something else than a bundle, or files of somebody's own, lie in the way."""
    for place in (folder, *folder.parents):
        if place.exists() and not place.is_dir():
            raise ExportError(f"{place} is not a folder; choose another place for the bundle.")
    if folder.is_symlink():  # it would be the link that is replaced
        raise ExportError(f"{folder} is a link; name the folder itself for the bundle.")
    if folder.is_dir() and any(folder.iterdir()):
        if not _is_marked(folder / CARD):
            raise ExportError(f"{folder} is not a bundle that could be replaced; choose an empty or a new folder.")
        if strange := _strange_file(folder):
            raise ExportError(
                f"{folder} holds {strange}, which is not the bundle's own and would be lost; move it away, or choose "
                "another folder."
            )
    archive = archive_of(folder)
    if archive.exists() and not _is_bundle_archive(archive):
        raise ExportError(f"{archive} is not the ZIP of a bundle; move it away, or choose another folder.")


def write_sums(folder: Path) -> None:
    """Write the SHA-256 of every file in ``folder``, in the form that ``sha256sum --check`` reads."""
    lines = [f"{_sha256(folder / name)}  {name}\n" for name in _names(folder)]
    (folder / SUMS).write_text("".join(lines), encoding="utf-8", newline="\n")


def write_archive(folder: Path, name: str, path: Path, report: Callable[[float], None]) -> None:
    """Write a ZIP of ``folder``'s files below ``name/``: sorted, with a fixed date: same files, same bytes."""
    names = _names(folder)
    with zipfile.ZipFile(path, "w") as archive:
        for done, inner in enumerate(names, start=1):
            entry = zipfile.ZipInfo(f"{name}/{inner}", _DATE)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, _UNIX, _READABLE_FILE
            with (folder / inner).open("rb") as source, archive.open(entry, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)
            report(done / len(names))


def put_in_place(made: Path, made_archive: Path, folder: Path) -> None:
    """Move a finished bundle and its ZIP to ``folder`` and beside it, in place of an older one.

    Raises: ``OSError`` where the disk refuses; an older bundle is then still there.
    """
    old = made.with_name(f"{made.name}.old")
    if folder.exists():
        folder.rename(old)
    try:
        made.rename(folder)
        made_archive.replace(archive_of(folder))  # on Windows it may be open in another program
    except OSError:
        if folder.exists():
            folder.rename(made)
        if old.exists():
            old.rename(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _names(folder: Path) -> list[str]:
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())


def _is_marked(card: Path) -> bool:
    try:
        with card.open("rb") as file:
            return file.read(len(MARK)) == MARK.encode()
    except OSError:
        return False


def _strange_file(folder: Path) -> str:
    """Return the first file that the bundle's own list does not name; Python's leavings are nobody's."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        lines = []
    known = {line[66:] for line in lines} | {SUMS}
    return next((name for name in _names(folder) if name not in known and "__pycache__/" not in name), "")


def _is_bundle_archive(archive: Path) -> bool:
    try:
        with zipfile.ZipFile(archive) as content:
            cards = [name for name in content.namelist() if name.count("/") == 1 and name.endswith(f"/{CARD}")]
            return len(cards) == 1 and content.open(cards[0]).read(len(MARK)) == MARK.encode()
    except (OSError, zipfile.BadZipFile):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
