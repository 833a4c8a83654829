import os
import subprocess
import sys

import pytest
from PIL import Image

from installer import virtual_screen

pytestmark = [
    pytest.mark.display,
    pytest.mark.skipif(bool(virtual_screen.missing_programs()), reason="a virtual screen's programs are not installed"),
]

WINDOW = """
from PySide6.QtWidgets import QApplication, QLabel
application = QApplication([])
label = QLabel("seen")
label.setWindowTitle("A window to be found")
label.setStyleSheet("background: #ff0000")
label.resize(300, 200)
label.show()
application.exec()
"""


def test_a_window_is_found_once_it_is_visible_and_can_be_photographed(tmp_path):
    with virtual_screen.virtual_screen("400x300") as screen:
        environment = {**os.environ, "DISPLAY": screen.display, "QT_QPA_PLATFORM": "xcb"}
        with subprocess.Popen([sys.executable, "-c", WINDOW], env=environment) as process:
            try:
                screen.wait_for_window("A window to be found", process)
                screen.photograph(tmp_path / "screen.png")
            finally:
                process.kill()
    with Image.open(tmp_path / "screen.png") as picture:
        assert picture.size == (400, 300)


def test_a_program_that_ends_without_a_window_is_said_to_have_ended():
    with (
        virtual_screen.virtual_screen("400x300") as screen,
        subprocess.Popen([sys.executable, "-c", "exit(7)"]) as process,
        pytest.raises(ChildProcessError, match="status 7"),
    ):
        screen.wait_for_window("A window to be found", process)
