from __future__ import annotations

import subprocess
import sys

# Each line crosses so many rows of pixels that Qt would share them out among threads.
PAINTING = """
import psutil
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from desktop_app.window.application import make_application

application = make_application()
before = psutil.Process().num_threads()
picture = QImage(2000, 2000, QImage.Format.Format_ARGB32_Premultiplied)
painter = QPainter(picture)
painter.setRenderHint(QPainter.RenderHint.Antialiasing)
painter.setPen(QPen(QColor(0, 0, 0, 120), 9))
for place in range(50):
    painter.drawLine(place * 20, 0, 2000 - place * 20, 2000)
painter.end()
print(psutil.Process().num_threads() - before)
"""


def test_painting_waits_for_no_other_thread() -> None:
    done = subprocess.run([sys.executable, "-c", PAINTING], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "0"
