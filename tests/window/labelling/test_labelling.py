"""A folder of unsorted pictures is labelled with mouse and keys on the real window, and trained on."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.engine.labelling.keeping import LabelKeeper
from desktop_app.window.frame import Frame
from desktop_app.window.labelling.session import LabellingSession
from desktop_app.window.labelling.view import LabellingView
from desktop_app.window.pages.data import DataPage

Drop = Callable[[QWidget, list[Path]], None]
LONG_MS = 120_000


@pytest.fixture
def unsorted(tmp_path: Path) -> Path:
    """Return a folder of 8 dark and 8 light pictures in turn, and one that cannot be read between them."""
    generator = np.random.default_rng(0)
    folder = tmp_path / "holiday"
    folder.mkdir()
    for place in range(16):
        middle = 60 if place % 2 == 0 else 190
        pixels = generator.integers(middle - 40, middle + 40, (16, 16, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{place:02d}.png")
    (folder / "04b.png").write_bytes(b"no picture")
    return folder


class Labelling:
    """The view with its session, and what is done to it most."""

    def __init__(self, qtbot: QtBot, frame: Frame, drop: Drop, folder: Path) -> None:
        self.qtbot, self.frame = qtbot, frame
        page = frame.pages["data"]
        assert isinstance(page, DataPage)
        self.page = page
        drop(page.drop, [folder])
        qtbot.waitUntil(lambda: frame.workspace.labelling.state != "loading", timeout=LONG_MS)
        self.view: LabellingView = page.labelling
        assert self.view.isVisible()

    @property
    def session(self) -> LabellingSession:
        session = self.frame.workspace.labelling.session
        assert session is not None
        return session

    def add(self, *names: str) -> None:
        for name in names:
            self.qtbot.keyClick(self.view.grid, "+")
            self.qtbot.keyClicks(self.view.classes.new_class, name)
            self.qtbot.keyClick(self.view.classes.new_class, Qt.Key.Key_Return)

    def press(self, key: str | Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        self.qtbot.keyClick(self.view.grid, key, modifier)

    def undo(self) -> None:
        self.qtbot.keyClick(self.frame, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)

    def click(self, name: str, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        grid = self.view.grid
        row = grid.pictures.row_of(self.session.names.index(name))
        assert row is not None
        grid.scrollTo(grid.pictures.index(row))
        centre = grid.visualRect(grid.pictures.index(row)).center()
        self.qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, modifier, centre)

    def choose(self, box: QWidget, place: int) -> None:
        """Choose an entry of a combo box with the keyboard."""
        box.setFocus()
        self.qtbot.keyClick(box, Qt.Key.Key_Home)
        for _ in range(place):
            self.qtbot.keyClick(box, Qt.Key.Key_Down)

    @property
    def selected(self) -> list[str]:
        return [self.session.names[place] for place in self.view.grid.selected]

    @property
    def shown(self) -> list[str]:
        return [self.session.names[place] for place in self.view.grid.pictures.shown]

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.session.sheet.labels)


def in_file(folder: Path) -> dict[str, str]:
    return LabelKeeper(folder).read()


@pytest.fixture
def labelling(qtbot: QtBot, drop: Drop, unsorted: Path) -> Iterator[Labelling]:
    """Return the folder open for labelling while PyTorch is not there yet: all but proposals works without."""
    frame = Frame()
    frame.show()
    qtbot.waitExposed(frame)
    yield Labelling(qtbot, frame, drop, unsorted)
    frame.close()
    frame.deleteLater()


def with_five_a_class(qtbot: QtBot, frame: Frame, drop: Drop, folder: Path) -> Labelling:
    """Open the folder in a window that has its plugins, label five of each class, and wait for the proposals."""
    labelling = Labelling(qtbot, frame, drop, folder)
    labelling.add("dark", "light")
    assert not frame.header.main.isEnabled()
    for place in range(10):
        labelling.click(f"{place:02d}.png")
        labelling.press("12"[place % 2])
    qtbot.waitUntil(lambda: bool(labelling.session.proposals), timeout=LONG_MS)
    return labelling


def test_keys_label_the_selection_and_move_on_past_what_is_labelled(labelling: Labelling) -> None:
    assert labelling.view.hint.text().startswith("Name your first class")
    labelling.add("dark", "light")
    assert labelling.view.classes.new_class.text() == ""
    assert labelling.selected == ["00.png"]
    labelling.press("1")
    assert labelling.selected == ["01.png"]
    labelling.click("03.png")
    labelling.press("2")
    labelling.click("02.png", Qt.KeyboardModifier.NoModifier)
    labelling.press("1")
    assert labelling.labels == {"00.png": "dark", "03.png": "light", "02.png": "dark"}
    assert labelling.selected == ["04.png"]
    labelling.click("04.png")
    labelling.click("06.png", Qt.KeyboardModifier.ControlModifier)
    assert labelling.selected == ["04.png", "06.png"]
    labelling.press("1")
    assert labelling.labels["04.png"] == labelling.labels["06.png"] == "dark"
    labelling.press("9")
    assert len(labelling.labels) == 5, "no class has that key"
    labelling.click("03.png")
    labelling.press(Qt.Key.Key_Delete)
    assert "03.png" not in labelling.labels
    labelling.undo()
    assert labelling.labels["03.png"] == "light"
    assert labelling.view.progress.text().startswith("5 of 17 labelled")


def test_a_rubber_band_and_ctrl_a_select_many(labelling: Labelling, qtbot: QtBot) -> None:
    labelling.add("dark")
    grid = labelling.view.grid
    grid.scrollToTop()
    first, second = (grid.visualRect(grid.pictures.index(row)) for row in (0, 1))
    port, left = grid.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(port, left, pos=first.topLeft() + QPoint(6, 6))
    qtbot.mouseMove(port, first.center())
    qtbot.mouseMove(port, second.center())
    qtbot.mouseRelease(port, left, pos=second.center())
    assert labelling.selected == ["00.png", "01.png"]
    labelling.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(labelling.selected) == 17
    qtbot.mouseClick(labelling.view.classes.buttons["dark"], left)
    assert set(labelling.labels.values()) == {"dark"}
    assert len(labelling.labels) == 17


def test_after_five_a_class_the_rest_is_proposed_accepted_corrected_and_trained(
    qtbot: QtBot, frame: Frame, drop: Drop, unsorted: Path
) -> None:
    labelling = with_five_a_class(qtbot, frame, drop, unsorted)
    assert frame.header.main.text() == "Train with 10 labelled pictures"
    session = labelling.session
    rest = {f"{place:02d}.png": ("dark", "light")[place % 2] for place in range(10, 16)}
    assert {session.names[place]: proposal.name for place, proposal in session.proposals.items()} == rest
    assert [session.names[place] for place in session.unreadable] == ["04b.png"]
    assert "Enter accepts" in labelling.view.hint.text()
    labelling.choose(labelling.view.tools.which, 2)
    assert labelling.shown == list(rest)
    labelling.choose(labelling.view.tools.how, 2)
    confidences = [session.proposals[place].confidence for place in labelling.view.grid.pictures.shown]
    assert confidences == sorted(confidences)
    labelling.choose(labelling.view.tools.how, 1)
    surest = [session.proposals[place].confidence for place in labelling.view.grid.pictures.shown]
    assert surest == sorted(confidences, reverse=True)
    labelling.choose(labelling.view.tools.how, 0)
    labelling.click("11.png")
    labelling.press(Qt.Key.Key_Return)
    assert labelling.labels["11.png"] == "light"
    assert labelling.shown == [name for name in rest if name != "11.png"]
    assert labelling.selected == ["12.png"]
    labelling.press("2")
    assert labelling.labels["12.png"] == "light", "a class's key corrects a proposal"
    labelling.undo()
    sure = session.sure(0.9)
    assert labelling.view.tools.accept.text() == f"Accept all above 90 % ({len(sure)})"
    assert sure
    qtbot.mouseClick(labelling.view.tools.accept, Qt.MouseButton.LeftButton)
    assert len(labelling.labels) == 11 + len(sure)
    labelling.undo()
    assert len(labelling.labels) == 11, "accepting many is one step back"
    labelling.choose(labelling.view.tools.which, 3)
    assert labelling.shown == ["04b.png"]
    qtbot.waitUntil(lambda: in_file(unsorted) == labelling.labels)
    qtbot.mouseClick(frame.header.main, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: frame.workspace.training.active, timeout=LONG_MS)
    assert frame.page.NAME == "train"
    assert frame.workspace.experiment is not None
    assert frame.workspace.experiment.data.path == str(unsorted)
    assert frame.workspace.data.value[0].classes == ("dark", "light")
    assert len(frame.workspace.data.value[0]) == 11
    qtbot.mouseClick(frame.header.main, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not frame.workspace.training.active, timeout=LONG_MS)
    frame.show_page("data")
    qtbot.mouseClick(labelling.page.more, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: frame.workspace.labelling.state == "open", timeout=LONG_MS)
    assert labelling.labels == in_file(unsorted)
    assert labelling.view.back.isVisible()
    qtbot.mouseClick(labelling.view.back, Qt.MouseButton.LeftButton)
    assert labelling.page.more.isVisible()


def test_classes_are_renamed_merged_and_deleted_and_each_can_be_undone(labelling: Labelling, qtbot: QtBot) -> None:
    labelling.add("dark", "light", "grey")
    for key in "123":
        labelling.press(key)
    classes = labelling.view.classes
    actions = {action.text(): action for action in classes.menus["grey"].actions()}
    actions["Rename…"].trigger()
    line = classes.rename_line
    assert line is not None
    qtbot.keyClicks(line, "middle")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert labelling.session.sheet.classes == ("dark", "light", "middle")
    assert labelling.labels["02.png"] == "middle"
    into = next(action for action in classes.menus["middle"].actions() if action.text() == "Merge into")
    into.menu().actions()[1].trigger()
    assert labelling.labels == {"00.png": "dark", "01.png": "light", "02.png": "light"}
    classes.menus["light"].actions()[-1].trigger()
    assert labelling.labels == {"00.png": "dark"}
    labelling.undo()
    labelling.undo()
    labelling.undo()
    assert labelling.session.sheet.classes == ("dark", "light", "grey")
    qtbot.keyClick(
        labelling.frame, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    assert labelling.session.sheet.classes == ("dark", "light", "middle")


def test_a_name_with_a_slash_is_refused_in_a_sentence(labelling: Labelling) -> None:
    labelling.add("a/b")
    assert labelling.session.sheet.classes == ()
    assert "leave them out" in labelling.frame.notices.text


def test_a_picture_is_seen_large_and_labelled_there(labelling: Labelling, qtbot: QtBot) -> None:
    labelling.add("dark", "light")
    labelling.press(Qt.Key.Key_Space)
    preview = labelling.view.preview
    assert preview.isVisible()
    qtbot.keyClick(preview, "1")
    assert labelling.labels == {"00.png": "dark"}
    assert "01.png" in preview.accessibleDescription()
    qtbot.keyClick(preview, Qt.Key.Key_Right)
    assert labelling.selected == ["02.png"]
    qtbot.keyClick(preview, Qt.Key.Key_Left)
    qtbot.keyClick(preview, Qt.Key.Key_Escape)
    assert labelling.view.grid.isVisible()
    assert labelling.selected == ["01.png"]


def test_labels_are_there_again_after_the_window_was_closed_in_the_middle(labelling: Labelling, unsorted: Path) -> None:
    labelling.add("dark", "light")
    labelling.press("1")
    labelling.press("2")
    labelling.frame.close()
    assert in_file(unsorted) == {"00.png": "dark", "01.png": "light"}


def test_pictures_that_vanish_meanwhile_spoil_nothing(labelling: Labelling, unsorted: Path) -> None:
    labelling.add("dark", "light")
    (unsorted / "00.png").unlink()
    (unsorted / "08.png").unlink()
    labelling.press("1")
    labelling.press(Qt.Key.Key_Space)
    labelling.qtbot.keyClick(labelling.view.preview, Qt.Key.Key_Escape)
    assert labelling.session.save()
    assert in_file(unsorted) == {"00.png": "dark"}


def test_where_labels_cannot_be_written_it_is_said_and_they_are_kept_elsewhere(
    labelling: Labelling, unsorted: Path, tmp_path: Path
) -> None:
    (unsorted / "labels.csv").mkdir()  # stands in for a read-only disk, which root could write to
    labelling.add("dark")
    labelling.press("1")
    view = labelling.view
    labelling.qtbot.waitUntil(lambda: view.elsewhere.isVisible())
    assert not labelling.session.kept
    labelling.session.keep_elsewhere(tmp_path / "mine.csv")
    assert not view.elsewhere.isVisible()
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8").endswith("00.png,dark\n")


_LABELS_FOREVER = """
import sys, time
from pathlib import Path
from PySide6.QtCore import QCoreApplication, QTimer
from desktop_app.engine.labelling.keeping import LabelKeeper
from desktop_app.window.labelling.session import LabellingSession

application = QCoreApplication([])
folder = Path(sys.argv[1])
session = LabellingSession(LabelKeeper(folder), sorted(folder.glob("*.png")), {})
session.change(lambda sheet: sheet.add_class("dark"))
places = iter(range(16))

def label_one():
    place = next(places, None)
    if place is None:
        return
    session.label([place], "dark")
    print(time.time(), flush=True)

timer = QTimer(interval=150)
timer.timeout.connect(label_one)
timer.start()
application.exec()
"""


def test_a_kill_loses_at_most_the_last_second(unsorted: Path) -> None:
    running = subprocess.Popen(
        [sys.executable, "-c", _LABELS_FOREVER, str(unsorted)], stdout=subprocess.PIPE, text=True, bufsize=1
    )
    assert running.stdout is not None
    times = [float(running.stdout.readline()) for _ in range(12)]
    killed = time.time()
    running.send_signal(signal.SIGKILL)
    times += [float(line) for line in running.stdout]
    running.wait()
    running.stdout.close()
    # A tenth of a second for a timer that a busy machine wakes late.
    old_enough = sum(killed - moment > 1.1 for moment in times)
    assert len(in_file(unsorted)) >= old_enough > 0
    assert not [path for path in unsorted.iterdir() if path.suffix == ".partial" and path.stat().st_size == 0]
