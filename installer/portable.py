"""Makes the frozen folder an application for Linux: desktop entry, icons, a script for the menu, an archive."""

from __future__ import annotations

import gzip
import platform
import shutil
import sys
import tarfile
from pathlib import Path

_LINUX = Path(__file__).with_name("linux")
# Level 6 takes three times as long and saves a tenth: most of the folder is machine code for GPUs.
_GZIP_LEVEL = 1
_SAME_DATE = 315532800  # 1 January 1980 UTC, the earliest that every archive format knows


def add_desktop_files(program: Path, site: Path) -> None:
    """Put the desktop entry, the icons, the licence and ``install.sh`` into the program's folder.

    ``share/`` has the layout of ``/usr/share``, so that a package for a distribution can take it as it is.

    Args:
        program: The one-folder program.
        site: The folder with the installed wheel, where the icons are taken from.
    """
    applications = program / "share" / "applications"
    applications.mkdir(parents=True, exist_ok=True)
    shutil.copy2(_LINUX / "downslope.desktop", applications)
    shutil.copy2(_LINUX / "install.sh", program)
    (program / "install.sh").chmod(0o755)
    shutil.copy2(next(site.glob("downslope-*.dist-info/licenses/LICENSE")), program)
    for source, place in icons(site / "desktop_app" / "resources" / "icons"):
        target = program / "share" / "icons" / "hicolor" / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)


def icons(folder: Path) -> list[tuple[Path, str]]:
    """Return the icons in ``folder``, each with its place below the icon theme ``hicolor``."""
    pictures = sorted(folder.glob("downslope-*.png"), key=_pixels)
    placed = [(file, f"{_pixels(file)}x{_pixels(file)}/apps/downslope.png") for file in pictures]
    return [*placed, (folder / "downslope.svg", "scalable/apps/downslope.svg")]


def pack(program: Path, version: str) -> Path:
    """Write ``downslope-VERSION-SYSTEM-MACHINE.tar.gz`` beside the program's folder and return it.

    It unpacks to one folder. Nobody's name and no date of the build stand in it; links between libraries stay links.
    """
    name = f"downslope-{version}-{sys.platform}-{platform.machine()}"
    archive = program.parent / f"{name}.tar.gz"
    partial = archive.with_suffix(".partial")
    with (
        partial.open("wb") as file,
        gzip.GzipFile("", "wb", compresslevel=_GZIP_LEVEL, fileobj=file, mtime=0) as compressed,
        tarfile.open(fileobj=compressed, mode="w", format=tarfile.GNU_FORMAT) as content,
    ):
        content.add(program, name, filter=_anonymous)
    return partial.replace(archive)


def _anonymous(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mtime = _SAME_DATE
    return entry


def _pixels(file: Path) -> int:
    return int(file.stem.rpartition("-")[2])
