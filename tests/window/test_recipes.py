"""Augmentation, mixing, balance, smoothing and averages are set where they can act, and what training sees is shown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.data import DataPage
from desktop_app.window.pages.train import TrainPage

Drop = Callable[[QWidget, list[Path]], None]
LONG_MS = 60_000


def opened(qtbot: QtBot, frame: Frame, drop: Drop, path: Path) -> DataPage:
    page = frame.pages["data"]
    assert isinstance(page, DataPage)
    drop(page.drop, [path])
    qtbot.waitUntil(lambda: frame.workspace.network.state == "ready", timeout=LONG_MS)
    return page


def choose(qtbot: QtBot, page: QWidget, name: str, text: str) -> None:
    """Choose an entry with the keyboard, as it is named in its list."""
    box = next(box for box in page.findChildren(QComboBox) if box.accessibleName() == name and box.isVisible())
    box.setFocus()
    while box.currentText() != text:
        before = box.currentIndex()
        QTest.keyClick(box, Qt.Key.Key_Down)
        assert box.currentIndex() != before, f"{name} has no {text}"
    qtbot.wait(0)


def names_of(page: QWidget) -> set[str]:
    return {box.accessibleName() for box in page.findChildren(QComboBox) if box.isVisibleTo(page)}


def test_what_training_sees_is_shown_follows_the_settings_and_is_drawn_again(
    qtbot: QtBot, frame: Frame, drop: Drop, pictures: Path
) -> None:
    page = opened(qtbot, frame, drop, pictures)
    button = page.form.preview_button
    assert not button.isVisible()
    choose(qtbot, page.form, "Augment", "Light")
    qtbot.waitUntil(button.isVisible)
    qtbot.waitUntil(lambda: frame.workspace.data.state == "ready", timeout=LONG_MS)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    preview = page.form._preview
    assert preview is not None
    qtbot.waitUntil(lambda: preview.found.state == "ready", timeout=LONG_MS)
    light = preview.found.value
    assert [row.label for row in light] == ["dark", "light"]
    # Each row: the picture as it is, and five versions of it.
    assert len([shown for shown in preview.grid.findChildren(QLabel) if not shown.pixmap().isNull()]) == 12

    choose(qtbot, page.form, "Mix", "Cut and paste (CutMix)")
    # On the way there the list stands at mixup for a moment, which may be drawn too.
    qtbot.waitUntil(lambda: "mixing: CutMix" in preview.settings.text(), timeout=LONG_MS)
    qtbot.waitUntil(lambda: preview.found.state == "ready" and preview.found.value is not light, timeout=LONG_MS)
    mixed = preview.found.value
    assert any(len(version.shares) == 2 for row in mixed for version in row.versions)
    assert any("% dark" in shown.text() for shown in preview.grid.findChildren(QLabel))

    qtbot.mouseClick(preview.again, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: preview.found.state == "ready" and preview.found.value is not mixed, timeout=LONG_MS)
    preview.close()
    assert preview.found.value is None  # the pictures are not kept behind a closed window

    frame.workspace.draft.set("training.epochs", -1)
    qtbot.waitUntil(lambda: frame.workspace.problem is not None, timeout=LONG_MS)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert "once the data is read and no setting is wrong" in preview.panel.text


def test_settings_stand_only_where_they_can_act(
    qtbot: QtBot, frame: Frame, drop: Drop, table: Path, tmp_path: Path
) -> None:
    page = opened(qtbot, frame, drop, table)
    train = frame.pages["train"]
    assert isinstance(train, TrainPage)
    qtbot.waitUntil(lambda: "Balance" in names_of(page.form), timeout=LONG_MS)
    assert not {"Mix", "Augment"} & names_of(page.form)
    smoothing = train.form._regularisation.fields["training.label_smoothing"]
    assert not smoothing.isHidden()

    numbers = tmp_path / "numbers.csv"
    numbers.write_text("x,y\n" + "\n".join(f"{row},{row / 3}" for row in range(40)), encoding="utf-8")
    frame.workspace.open_path(numbers)
    qtbot.waitUntil(
        lambda: frame.workspace.data.state == "ready" and not frame.workspace.data.value[0].classes, timeout=LONG_MS
    )
    qtbot.waitUntil(lambda: "Balance" not in names_of(page.form))  # the form before goes with the next events
    assert smoothing.isHidden()


def test_an_average_that_cannot_be_is_said_beside_its_field(
    qtbot: QtBot, frame: Frame, drop: Drop, table: Path
) -> None:
    opened(qtbot, frame, drop, table)
    train = frame.pages["train"]
    assert isinstance(train, TrainPage)
    qtbot.mouseClick(frame.rail.button("train"), Qt.MouseButton.LeftButton)
    section = train.form._regularisation_section
    assert not section.title.isChecked()
    qtbot.mouseClick(section.title, Qt.MouseButton.LeftButton)
    choose(qtbot, train.form, "Ema decay", "Over 100 steps")
    assert frame.workspace.draft.get("training.ema_decay") == 0.99
    qtbot.mouseClick(section.title, Qt.MouseButton.LeftButton)

    frame.workspace.draft.set("training.optimizer", "schedule_free_adamw")
    qtbot.waitUntil(lambda: frame.workspace.problem is not None, timeout=LONG_MS)

    assert section.title.isChecked()  # it opens, so that the sentence is seen
    assert any("evaluates other weights than it trains by itself" in shown.text() for shown in
               train.form._regularisation.findChildren(QLabel))  # fmt: skip
