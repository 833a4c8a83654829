"""The window around the pages: keyboard, palette, help, notices, states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.engine.experiment import Experiment
from desktop_app.reading.resources import resource_file
from desktop_app.registry.catalogue import Catalogue
from desktop_app.window.frame import Frame
from desktop_app.window.pages.all_pages import PAGES
from desktop_app.window.pages.plugins import PluginsPage

Drop = Callable[[QWidget, list[Path]], None]
CTRL = Qt.KeyboardModifier.ControlModifier
LONG_MS = 60_000


def test_the_window_stands_before_the_plugins_are_loaded(qtbot: QtBot) -> None:
    frame = Frame()
    frame.show()
    qtbot.waitExposed(frame)
    assert frame.workspace.shelf.registry is None
    assert frame.header.main.text() == "Choose data"
    assert frame.header.main.isEnabled()
    frame.close()
    frame.deleteLater()


def test_what_was_discovered_is_there_at_the_next_start(qtbot: QtBot, frame: Frame, home: Path) -> None:
    cached = Catalogue.load(home / "cache")
    assert cached is not None
    assert cached.card("optimizer", "adam") == frame.workspace.shelf.card("optimizer", "adam")


@pytest.mark.parametrize("place", range(len(PAGES)))
def test_ctrl_and_a_number_brings_a_page_to_the_front(qtbot: QtBot, frame: Frame, place: int) -> None:
    qtbot.keyClick(frame, Qt.Key(Qt.Key.Key_1 + place), CTRL)
    assert frame.page is frame.pages[PAGES[place].NAME]
    assert frame.rail.button(PAGES[place].NAME).isChecked()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.NAME)
def test_every_page_has_its_help(page: type) -> None:
    text = resource_file(f"docs/{page.NAME}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {page.TITLE}\n")


def test_f1_shows_the_help_of_the_page_in_front(qtbot: QtBot, frame: Frame) -> None:
    frame.show_page("export")
    qtbot.keyClick(frame, Qt.Key.Key_F1)
    assert frame.help.isVisible()
    assert frame.help.text.toPlainText().startswith("Export\n")
    frame.help.close()


def test_ctrl_k_finds_a_command_by_its_name_and_does_it(qtbot: QtBot, frame: Frame) -> None:
    qtbot.keyClick(frame, Qt.Key.Key_K, CTRL)
    palette = frame.palette_dialog
    assert palette is not None
    qtbot.keyClicks(palette.search, "go predict")
    assert palette.list.topLevelItemCount() == 1
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert frame.page is frame.pages["predict"]


def test_a_change_is_taken_back_and_made_again_with_the_keyboard(
    qtbot: QtBot, frame: Frame, drop: Drop, table: Path
) -> None:
    drop(frame, [table])
    name = frame.header.name
    name.selectAll()
    qtbot.keyClicks(name, "other")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    assert frame.workspace.draft.get("name") == "other"
    frame.setFocus()
    qtbot.keyClick(frame, Qt.Key.Key_Z, CTRL)
    assert frame.workspace.draft.get("name") == "points"
    qtbot.keyClick(frame, Qt.Key.Key_Z, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert frame.workspace.draft.get("name") == "other"


def test_an_experiment_is_saved_and_opened_again(
    qtbot: QtBot, frame: Frame, drop: Drop, table: Path, tmp_path: Path
) -> None:
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    drop(frame, [table])
    frame.workspace.draft.set("training.epochs", 7)
    qtbot.keyClick(frame, Qt.Key.Key_S, CTRL)
    dialog = frame.findChild(QFileDialog)
    file = tmp_path / "saved.toml"
    dialog.findChild(QLineEdit, "fileNameEdit").setText(str(file))
    save = next(button for button in dialog.findChildren(QPushButton) if "Save" in button.text())
    qtbot.mouseClick(save, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(file.is_file)
    assert Experiment.load(file).training.epochs == 7
    assert 'path = "points.csv"' in file.read_text(encoding="utf-8")
    assert "saved.toml" in frame.windowTitle()
    frame.workspace.draft.set("training.epochs", 9)
    drop(frame, [file])
    assert frame.workspace.draft.get("training.epochs") == 7
    assert frame.workspace.draft.get("data.target") == "side"


def test_a_value_that_makes_no_sense_is_said_beside_its_field_and_stops_the_button(
    qtbot: QtBot, frame: Frame, drop: Drop, table: Path
) -> None:
    drop(frame, [table])
    qtbot.waitUntil(lambda: frame.workspace.ready_to_train, timeout=LONG_MS)
    frame.workspace.draft.set("training.optimizer", {"name": "adam", "lr": -1.0})
    qtbot.waitUntil(lambda: frame.workspace.problem is not None)
    assert frame.workspace.problem is not None
    assert frame.workspace.problem.key == "training.optimizer.lr"
    field = frame.pages["train"].form.optimizer.fields["lr"]  # type: ignore[attr-defined]
    assert "above 0" in field.wrong
    assert not frame.header.main.isEnabled()
    frame.workspace.draft.undo()
    qtbot.waitUntil(lambda: frame.header.main.isEnabled())
    assert field.wrong == ""


def test_a_folder_of_one_class_gets_a_sentence_and_a_button(
    qtbot: QtBot, frame: Frame, drop: Drop, pictures: Path
) -> None:
    for file in (pictures / "light").iterdir():
        file.unlink()
    drop(frame, [pictures])
    qtbot.waitUntil(lambda: frame.workspace.data.state == "failed", timeout=LONG_MS)
    page = frame.pages["data"]
    assert page.panel.isVisible()
    assert "two classes" in page.panel.text
    qtbot.mouseClick(page.panel.button, Qt.MouseButton.LeftButton)
    assert frame.workspace.data.state == "empty"


def test_what_cannot_be_opened_is_said_under_the_header(qtbot: QtBot, frame: Frame, drop: Drop, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("hello", encoding="utf-8")
    drop(frame, [file])
    assert "notes.txt" in frame.notices.text
    assert frame.notices.isVisible()


def test_a_plugin_that_fails_stands_first_with_its_reason_and_a_new_one_appears_in_the_menu(
    qtbot: QtBot, frame: Frame, home: Path
) -> None:
    folder = home / "plugins"
    folder.mkdir()
    (folder / "broken.py").write_text("raise RuntimeError('no luck')\n", encoding="utf-8")
    (folder / "lazy.py").write_text(
        "import torch\n"
        "from desktop_app.api import Optimizer, hookimpl\n\n\n"
        "class Lazy(torch.optim.SGD):\n"
        "    def __init__(self, params, lr: float = 0.1, zeal: float = 0.5):\n"
        "        super().__init__(params, lr=lr * zeal)\n\n\n"
        "@hookimpl\n"
        "def register_optimizers():\n"
        "    return Optimizer('lazy', Lazy)\n",
        encoding="utf-8",
    )
    frame.show_page("plugins")
    page = frame.pages["plugins"]
    assert isinstance(page, PluginsPage)
    qtbot.mouseClick(page.reload, Qt.MouseButton.LeftButton)
    rows = page.table.model()
    qtbot.waitUntil(lambda: rows.index(0, 0).data() == "broken", timeout=LONG_MS)
    assert "no luck" in rows.index(0, 4).data()
    assert page.state == "attention"
    card = frame.workspace.shelf.card("optimizer", "lazy")
    assert card is not None
    frame.workspace.draft.set("training.optimizer", "lazy")
    form = frame.pages["train"].form.optimizer  # type: ignore[attr-defined]
    assert list(form.fields) == ["lr", "zeal"]


def test_switching_the_network_takes_its_keys_away_and_brings_them_back(
    qtbot: QtBot, frame: Frame, drop: Drop, tmp_path: Path
) -> None:
    for name, shade in (("dark", 30), ("light", 220)):
        (tmp_path / "large" / name).mkdir(parents=True)
        for place in range(3):
            Image.new("RGB", (80, 80), (shade, shade, shade)).save(tmp_path / "large" / name / f"{place}.png")
    drop(frame, [tmp_path / "large"])
    draft = frame.workspace.draft
    draft.update({"model.kind": "transfer", "model.head": [16], "fine_tuning": {}})
    kind = frame.pages["model"].form.kind  # type: ignore[attr-defined]
    kind._switch("cnn")
    assert draft.get("model") == {"kind": "cnn"}
    assert draft.get("fine_tuning") is None
    frame.workspace.look()
    assert frame.workspace.problem is None
    kind._switch("transfer")
    assert draft.get("model.head") == [16]
    assert draft.get("fine_tuning") == {}
