"""Draw the icon in every size and format: ``python resources/icons/build.py`` writes them beside ``downslope.svg``.

PNGs of 16 to 512 pixels for Linux and the window, ``downslope.ico`` for Windows, ``downslope.icns`` for macOS.
"""

import sys
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

SVG = Path(__file__).with_name("downslope.svg")
SIZES = (16, 24, 32, 48, 64, 128, 256, 512)
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_SIZES = (16, 32, 64, 128, 256, 512)
"""In pixels; macOS shows 32 and more as half their size on its dense screens."""


def draw(size: int) -> Image.Image:
    """Return the icon as ``size`` by ``size`` pixels, RGBA."""
    canvas = QImage(size, size, QImage.Format.Format_RGBA8888)
    canvas.fill(0)
    painter = QPainter(canvas)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(SVG)).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return Image.frombytes("RGBA", (size, size), bytes(canvas.constBits()), "raw", "RGBA", canvas.bytesPerLine())


def build(folder: Path = SVG.parent) -> list[Path]:
    """Write all files into ``folder`` and return them."""
    drawn = {size: draw(size) for size in SIZES}
    written = []
    for size, picture in drawn.items():
        written.append(folder / f"downslope-{size}.png")
        picture.save(written[-1], optimize=True)
    for suffix, sizes in (("ico", ICO_SIZES), ("icns", ICNS_SIZES)):
        written.append(folder / f"downslope.{suffix}")
        largest, *others = sorted((drawn[size] for size in sizes), key=lambda picture: -picture.width)
        largest.save(written[-1], sizes=[(size, size) for size in sizes], append_images=others)
    return written


if __name__ == "__main__":
    sys.stdout.write("".join(f"{path} {path.stat().st_size:,} bytes\n" for path in build()))
