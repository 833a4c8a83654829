"""Pack the embedded sample: ``python build.py FOLDER`` makes ``fashion_mnist_small.zip`` beside this file.

FOLDER holds ``train/CLASS/*.png`` and ``test/CLASS/*.png``. The same pictures give the same bytes on every machine:
names in order, no dates, no compression (PNG is compressed already).
"""

import sys
import zipfile
from pathlib import Path

SAMPLE = Path(__file__).with_name("fashion_mnist_small.zip")


def build(folder: Path, target: Path = SAMPLE) -> int:
    """Write ``target`` from the pictures in ``folder``; return how many there are."""
    pictures = sorted((path.relative_to(folder).as_posix(), path) for path in folder.glob("*/*/*.png"))
    with zipfile.ZipFile(target, "w") as archive:
        for name, path in pictures:
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.create_system = 3  # Unix, wherever this runs: the byte stands in the file
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, path.read_bytes())
    return len(pictures)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python build.py FOLDER")
    print(f"{build(Path(sys.argv[1]))} pictures in {SAMPLE}")  # noqa: T201 - a script's answer
