"""Some 220 real photographs in five class folders, from Debian's ``tuxpaint-stamps-default`` (GPL-2: never commit).

Run: python tests/helpers/photographs.py FOLDER
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

STAMPS = Path("/usr/share/tuxpaint/stamps")
CLASSES = {
    "birds": ("animals/birds",),
    "mammals": ("animals/mammals", "animals/marsupials"),
    "food": ("food",),
    "plants": ("plants",),
    "household": ("household",),
}


def build(folder: Path) -> int:
    """Copy the photographs into ``folder``, one sub-folder a class, and return how many there are."""
    copied = 0
    for name, parts in CLASSES.items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        for file in sorted(file for part in parts for file in (STAMPS / part).rglob("*.png")):
            if "cartoon" not in file.parts:
                shutil.copyfile(file, folder / name / "_".join(file.relative_to(STAMPS).parts[1:]))
                copied += 1
    return copied


if __name__ == "__main__":
    sys.stdout.write(f"{build(Path(sys.argv[1]))} photographs\n")
