"""The Data page with the ways in that pictures have, and what can be done about their split."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.data import DataPage

Drop = Callable[[QWidget, list[Path]], None]
LONG_MS = 60_000


def page_with(qtbot: QtBot, frame: Frame, drop: Drop, path: Path, state: str = "ready") -> DataPage:
    page = frame.pages["data"]
    assert isinstance(page, DataPage)
    drop(page.drop, [path])
    qtbot.waitUntil(lambda: frame.workspace.data.state == state, timeout=LONG_MS)
    return page


def flat(pictures: Path, labelled: bool = True) -> Path:
    """Return the pictures of the class folders in one folder, with a CSV of their labels."""
    folder = pictures.parent / "flat"
    folder.mkdir()
    lines = ["image,species"]
    for path in sorted(pictures.rglob("*.png")):
        name = f"{path.parent.name}_{path.stem}.png"
        shutil.copy(path, folder / name)
        lines.append(f"{name},{path.parent.name}")
    if labelled:
        (folder / "species.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_a_zip_of_class_folders_is_dropped(qtbot: QtBot, frame: Frame, drop: Drop, pictures: Path) -> None:
    archive = shutil.make_archive(str(pictures.parent / "packed"), "zip", pictures.parent, pictures.name)
    page = page_with(qtbot, frame, drop, Path(archive))
    assert page.figures["samples"].value == "20"
    assert page.name.text() == "packed.zip"


def test_a_csv_that_names_pictures_is_dropped(qtbot: QtBot, frame: Frame, drop: Drop, pictures: Path) -> None:
    page = page_with(qtbot, frame, drop, flat(pictures) / "species.csv")
    assert page.figures["classes"].value == "2"
    assert frame.workspace.draft.get("data.source") == "image_folder"


def test_unlabelled_pictures_open_for_labelling(qtbot: QtBot, frame: Frame, drop: Drop, pictures: Path) -> None:
    drop(frame, [flat(pictures, labelled=False)])
    qtbot.waitUntil(lambda: frame.pages["data"].labelling.isVisible(), timeout=LONG_MS)
    assert frame.workspace.data.state == "empty"


def test_pictures_are_kept_together_by_a_ready_choice_or_a_pattern(
    qtbot: QtBot, frame: Frame, drop: Drop, pictures: Path
) -> None:
    for place, path in enumerate(sorted(pictures.rglob("*.png"))):
        path.rename(path.with_name(f"animal{place // 4} {place}.png"))
    page = page_with(qtbot, frame, drop, pictures)
    box = next(box for box in page.form.findChildren(QComboBox) if box.accessibleName() == "Group")
    assert box.currentText() == "Nothing"

    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "." in frame.workspace.draft.get("data.group", ""), timeout=LONG_MS)
    assert box.currentText() == "Numbered series"
    qtbot.waitUntil(lambda: frame.workspace.data.state == "ready", timeout=LONG_MS)

    def sides() -> list[set[str]]:
        samples, split = frame.workspace.data.value
        parts = (split.training, split.validation)
        return [{samples.names[place].rpartition(" ")[0] for place in part} for part in parts]

    qtbot.waitUntil(lambda: not set.intersection(*sides()), timeout=LONG_MS)
    line = box.findChild(QLineEdit)
    assert line is not None
    line.selectAll()
    qtbot.keyClicks(line, "animal(")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: frame.workspace.problem is not None, timeout=LONG_MS)
    assert str(frame.workspace.problem).startswith('data.group: "animal(" is no regular expression')


def test_the_split_is_saved_from_the_palette(
    qtbot: QtBot, frame: Frame, drop: Drop, pictures: Path, tmp_path: Path
) -> None:
    page = page_with(qtbot, frame, drop, pictures)
    next(command for command in page.commands() if command.text.startswith("Save the split")).do()
    dialog = page.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(tmp_path / "split.csv"))
    dialog.close()
    lines = (tmp_path / "split.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file,label,part"
    assert len(lines) == 21
