"""How soon the window answers while it scans 20,000 picture files, from the moment that their folder is opened.

The pictures are small and varied (soft patterns in JPEG and PNG, some copies, some cut short), which is harder for a
window than large ones: less time in decoders, which give up the interpreter, and more in Python. The labels of another,
smaller folder are checked afterwards, as the window checks those of so many pictures only when it is asked to.

Run: python tests/benchmarks/scan_responsiveness.py [--pictures 20000] [--judged 300]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from event_loop import Probe, run_until
from measuring import write_measured
from PIL import Image

CLASSES = 10
SIDES = (64, 80, 96, 128, 160)
LONGEST_SECONDS = 1800


def make_pictures(folder: Path, number: int) -> None:
    """Write ``number`` files into class folders; every hundredth is a copy, another hundredth is cut short."""
    generator = np.random.default_rng(0)
    before = b""
    for place in range(number):
        parent = folder / f"class_{place % CLASSES}"
        parent.mkdir(parents=True, exist_ok=True)
        file = parent / f"{place:05}{'.png' if place % 4 == 0 else '.jpg'}"
        if place % 100 == 50:
            file.with_suffix(".jpg").write_bytes(before)
            continue
        side = int(generator.choice(SIDES))
        coarse = generator.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        Image.fromarray(coarse).resize((side, side * 3 // 4), Image.Resampling.BICUBIC).save(file)
        if file.suffix == ".jpg":
            before = file.read_bytes()
        if place % 100 == 75:
            file.write_bytes(file.read_bytes()[:-200])


def measured(folder: Path, smaller: Path) -> dict[str, Any]:
    """Return how soon the window answered, by what it was doing."""
    from desktop_app.window.application import make_application
    from desktop_app.window.frame import Frame

    make_application()
    frame = Frame()
    frame.show()
    frame.load()
    workspace = frame.workspace
    run_until(lambda: workspace.shelf.registry is not None, 120)
    run_until(lambda: False, 5.0)
    scanned = frame.pages["data"].scanned  # type: ignore[attr-defined]
    scanning = scanned.scanning
    probe = Probe()
    figures: dict[str, Any] = {}
    run_until(lambda: False, 5.0)
    figures["idle"] = probe.taken()
    began = time.monotonic()
    workspace.open_path(folder)
    run_until(lambda: scanning.state == "looking", 120)
    run_until(lambda: scanning.progress.total > 0, 120)
    figures["while the folder is opened and the forms are made"] = probe.taken()
    run_until(lambda: scanning.state != "looking", LONGEST_SECONDS)
    figures["while pictures are looked at and compared"] = probe.taken()
    seconds = time.monotonic() - began
    report = scanning.report
    scanned.findings_tab.click()
    run_until(lambda: False, 3.0)
    figures["while findings are shown"] = probe.taken()
    samples = len(workspace.data.value[0])
    figures["scan"] = {
        "pictures": samples,
        "seconds": round(seconds, 1),
        "pictures_per_second": round(samples / seconds),
        "findings": {finding.code: len(finding.names) for finding in report.findings},
    }
    workspace.open_path(smaller)
    run_until(lambda: scanning.state == "judging", LONGEST_SECONDS)
    probe.taken()
    run_until(lambda: scanning.state != "judging", LONGEST_SECONDS)
    figures["while labels are checked"] = probe.taken()
    probe.stop()
    frame.close()
    run_until(lambda: not frame.isVisible(), 10)
    return figures


def main() -> int:
    """Measure and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=20_000)
    parser.add_argument("--judged", type=int, default=300)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="downslope-scan-") as folder:
        pictures, smaller = Path(folder, "pictures"), Path(folder, "smaller")
        make_pictures(pictures, wanted.pictures)
        make_pictures(smaller, wanted.judged)
        figures = measured(pictures, smaller)
    command = f"python tests/benchmarks/scan_responsiveness.py --pictures {wanted.pictures} --judged {wanted.judged}"
    write_measured("scan_responsiveness", command, figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
