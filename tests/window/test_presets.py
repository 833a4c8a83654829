"""Recipes in the window: what photographs begin with, and how one is chosen, changed and taken back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.train import TrainPage

Drop = Callable[[QWidget, list[Path]], None]
LONG_MS = 60_000


@pytest.fixture
def photographs(tmp_path: Path) -> Path:
    """Return two classes of pictures that are large enough for a pretrained network; one class is rare."""
    generator = np.random.default_rng(0)
    folder = tmp_path / "photographs"
    for name, number in (("rare", 5), ("usual", 20)):
        (folder / name).mkdir(parents=True)
        for place in range(number):
            pixels = generator.integers(0, 256, (72, 72, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{place}.png")
    return folder


@pytest.fixture
def page(qtbot: QtBot, frame: Frame, drop: Drop, photographs: Path) -> TrainPage:
    """Return the Train page with the photographs open."""
    drop(frame, [photographs])
    qtbot.waitUntil(lambda: frame.workspace.presets.current is not None, timeout=LONG_MS)
    frame.show_page("train")
    shown = frame.pages["train"]
    assert isinstance(shown, TrainPage)
    return shown


def words(page: TrainPage) -> str:
    return "\n".join(found.text() for found in page.form.recipe.findChildren(QLabel) if found.isVisible())


def test_photographs_begin_with_balanced_and_the_card_says_what_was_chosen_and_why(
    qtbot: QtBot, frame: Frame, page: TrainPage
) -> None:
    draft = frame.workspace.draft
    assert frame.workspace.presets.current == "balanced"
    assert draft.get("model.dropout") == 0.5
    assert draft.get("data.balance") == "weights"
    assert draft.get("fine_tuning.unfreeze_last") == 10
    assert page.form.recipe.choice.place == 1
    assert "20 epochs" in words(page)
    assert "the largest class is 4 times the smallest" in words(page)
    assert not page.form.optimizer.isVisible()  # folded away under Details


def test_a_recipe_is_taken_back_and_not_forced_again(qtbot: QtBot, frame: Frame, page: TrainPage) -> None:
    draft = frame.workspace.draft
    workspace = frame.workspace
    frame.activateWindow()
    qtbot.waitUntil(frame.isActiveWindow)
    qtbot.keyClick(frame, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: draft.get("fine_tuning") is None)
    qtbot.waitUntil(lambda: workspace.network.state == "ready" and workspace.ready_to_train, timeout=LONG_MS)
    assert draft.get("fine_tuning") is None
    # The class that is rare weighs more in every recipe, so what is left is none of them.
    assert frame.workspace.presets.current is None
    assert "Your own settings" in words(page)


def test_one_click_chooses_another_and_a_changed_detail_is_ones_own(
    qtbot: QtBot, frame: Frame, page: TrainPage
) -> None:
    workspace = frame.workspace
    qtbot.mouseClick(page.form.recipe.choice.buttons[0], Qt.MouseButton.LeftButton)
    assert workspace.presets.current == "fast"
    assert workspace.draft.get("fine_tuning") is None
    assert workspace.draft.get("model.dropout") is None

    qtbot.mouseClick(page.form.recipe.choice.buttons[2], Qt.MouseButton.LeftButton)
    assert workspace.draft.get("data.views") == 8
    qtbot.waitUntil(lambda: "averaged" in words(page))

    qtbot.mouseClick(page.form.details.title, Qt.MouseButton.LeftButton)
    assert page.form.optimizer.isVisible()
    workspace.draft.set("training.epochs", 7)
    assert workspace.presets.current is None
    assert [button.isChecked() for button in page.form.recipe.choice.buttons] == [False, False, False]


def test_a_table_is_offered_no_recipe(qtbot: QtBot, frame: Frame, drop: Drop, table: Path) -> None:
    drop(frame, [table])
    qtbot.waitUntil(lambda: frame.workspace.network.state == "ready", timeout=LONG_MS)
    frame.show_page("train")
    page = frame.pages["train"]
    assert isinstance(page, TrainPage)
    assert page.form.recipe.isHidden()
    assert page.form.optimizer.isVisible()
    assert set(frame.workspace.draft.values) == {"name", "data"}
