"""ZIP archives of pictures: checked from their directory alone, then unpacked whole or not at all."""

import functools
import hashlib
import os
import re
import shutil
import stat
import tempfile
import time
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath

from desktop_app.errors import DataError

ARCHIVE_SUFFIXES = frozenset({".zip"})
_COPIED_BYTES = 1 << 20
_LEFT_BEHIND_SECONDS = 24 * 3600
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Limits:
    """What an archive may hold: the number of its entries, bytes of one and of all, and how far it may inflate."""

    entries: int = 500_000
    file_bytes: int = 2 << 30
    all_bytes: int = 200 << 30
    # Deflate's own limit is 1,032; folders of plain drawings reach some 100.
    ratio: int = 250
    ratio_from_bytes: int = 64 << 20


_USUAL = Limits()


def unpack(archive: Path, into: Path, limits: Limits = _USUAL) -> Path:
    """Return the folder with what ``archive`` holds, below ``into``, where it is named after the archive's SHA-256.

    One that is there already is used again. Hidden files and macOS's ``__MACOSX`` are left out; of a single folder
    around everything the inside is returned.
    Raises: ``DataError`` for an archive that is damaged, encrypted, of too many or too large files, that inflates as
        pictures never do, or whose names lead elsewhere, are links or clash; then nothing is left behind.
    """
    archive = Path(archive)
    try:
        state = archive.stat()
        folder = into / _digest(archive, state.st_size, state.st_mtime_ns)
        if not folder.is_dir():
            _unpack_beside(archive, folder, limits)
    except zipfile.BadZipFile as error:
        raise DataError(f'The archive "{archive}" is no ZIP file, or is damaged or cut short.') from error
    except (NotImplementedError, zlib.error, EOFError, RuntimeError) as error:
        raise DataError(f'The archive "{archive}" cannot be unpacked: {error}; pack it again as a ZIP.') from error
    except OSError as error:
        raise DataError(f'The archive "{archive}" cannot be unpacked: {error.strerror or error}.') from error
    return _inside(folder)


def check_archive(archive: Path, limits: Limits = _USUAL) -> list[tuple[zipfile.ZipInfo, str]]:
    """Return the files to unpack with the names that they get; nothing is unpacked.

    Raises: ``DataError`` as ``unpack`` does.
    """
    with zipfile.ZipFile(archive) as opened:
        entries = opened.infolist()
    if len(entries) > limits.entries:
        raise _refused(archive, f"holds {len(entries):,} files, more than {limits.entries:,}")
    wanted: list[tuple[zipfile.ZipInfo, str]] = []
    names: dict[str, str] = {}
    for entry in entries:
        name = _checked_name(archive, entry)
        if entry.is_dir() or any(part.startswith(".") or part == "__MACOSX" for part in name.split("/")):
            continue
        _check_entry(archive, entry, limits)
        # Two files on Linux are one on Windows and macOS, where the second would replace the first.
        key = unicodedata.normalize("NFC", name).casefold()
        if key in names:
            raise _refused(archive, f'holds "{names[key]}" and "{name}", which are one file on many systems')
        names[key] = name
        wanted.append((entry, name))
    for key, name in names.items():
        parts = key.split("/")
        above = next(
            (names["/".join(parts[:end])] for end in range(1, len(parts)) if "/".join(parts[:end]) in names), ""
        )
        if above:
            raise _refused(archive, f'holds "{above}" both as a file and as the folder of "{name}"')
    _check_sizes(archive, [entry for entry, _ in wanted], limits)
    return wanted


def _checked_name(archive: Path, entry: zipfile.ZipInfo) -> str:
    # ``filename`` ends at a NUL and has the system's own separator replaced; this is what stands in the archive.
    written = entry.orig_filename
    name = written.replace("\\", "/")
    parts = name.rstrip("/").split("/")
    if "\0" in written or name.startswith("/") or _DRIVE.match(name) or ".." in parts:
        raise _refused(archive, f"holds {written!r}, which would be written outside its folder")
    if any(not part or part == "." for part in parts):
        parts = [part for part in parts if part and part != "."]
    if not parts and not entry.is_dir():
        raise _refused(archive, f"holds {written!r}, which is no name")
    if os.name == "nt" and (":" in name or PureWindowsPath(name).is_reserved()):
        raise _refused(archive, f"holds {written!r}, a name that Windows does not allow")
    return "/".join(parts)


def _check_entry(archive: Path, entry: zipfile.ZipInfo, limits: Limits) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind and not stat.S_ISREG(kind):
        raise _refused(archive, f'holds "{entry.filename}", which is a link or another kind of special file')
    if entry.flag_bits & 0x1:
        raise _refused(archive, "is encrypted", "unpack it with its password and choose the folder")
    if entry.file_size > limits.file_bytes:
        raise _refused(archive, f'holds "{entry.filename}" of {_size(entry.file_size)}')


def _check_sizes(archive: Path, entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    if not entries:
        raise _refused(archive, "holds no files", "choose another one")
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if packed > archive.stat().st_size:
        raise _refused(archive, "names the same bytes as several files")
    if unpacked > limits.all_bytes:
        raise _refused(archive, f"holds {_size(unpacked)} in all, more than {_size(limits.all_bytes)}")
    if unpacked > limits.ratio_from_bytes and unpacked > limits.ratio * max(packed, 1):
        raise _refused(archive, f"would grow from {_size(packed)} to {_size(unpacked)}, as pictures never do")


def _unpack_beside(archive: Path, folder: Path, limits: Limits) -> None:
    """Unpack into a folder of its own and rename that: a reader, or a kill, meets all of it or nothing."""
    wanted = check_archive(archive, limits)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _clear_away(folder.parent)
    needed = sum(entry.file_size for entry, _ in wanted)
    free = shutil.disk_usage(folder.parent).free
    if needed > free:
        raise _refused(archive, f"needs {_size(needed)} on the disk, where {_size(free)} are free", "make room")
    beside = Path(tempfile.mkdtemp(suffix=".partial", prefix=f"{folder.name[:16]}.", dir=folder.parent))
    try:
        with zipfile.ZipFile(archive) as opened:
            for entry, name in wanted:
                target = beside / name
                target.parent.mkdir(parents=True, exist_ok=True)
                # zipfile gives no more bytes than the directory says, and compares the checksum.
                with opened.open(entry) as source, target.open("xb") as file:
                    shutil.copyfileobj(source, file, _COPIED_BYTES)
        try:
            beside.rename(folder)
        except OSError:
            if not folder.is_dir():  # another process was faster with the same bytes
                raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _clear_away(folder: Path) -> None:
    """Remove what a process that was killed while it unpacked has left behind."""
    for path in folder.glob("*.partial"):
        if time.time() - path.stat().st_mtime > _LEFT_BEHIND_SECONDS:
            shutil.rmtree(path, ignore_errors=True)


def _inside(folder: Path) -> Path:
    while True:
        entries = list(folder.iterdir())
        if len(entries) != 1 or not entries[0].is_dir():
            return folder
        folder = entries[0]


@functools.lru_cache(maxsize=16)
def _digest(archive: Path, _size_bytes: int, _modified: int) -> str:
    """Return the SHA-256; gigabytes take seconds, so that it is kept for as long as the file seems unchanged."""
    with archive.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _refused(archive: Path, why: str, then: str = "unpack it yourself and choose the folder") -> DataError:
    return DataError(f'The archive "{archive}" {why}; {then}.')


def _size(count: int) -> str:
    return f"{count / (1 << 30):,.1f} GB" if count >= 1 << 30 else f"{count / (1 << 20):,.1f} MB"
