"""A table shows what each of its columns is, and a click on a header changes it, with a way back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.data import DataPage
from desktop_app.window.table_opening import SMALL_BYTES

LONG_MS = 60_000
Open = Callable[[Path], DataPage]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    lines = [f"2024-01-{row % 28 + 1:02},{row % 3},C{row:03},EUR,{row * 0.5},{'ab'[row % 2]}" for row in range(40)]
    file = tmp_path / "mixed.csv"
    file.write_text("\n".join(["day,month,code,currency,size,side", *lines]) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def opened(qtbot: QtBot, frame: Frame) -> Open:
    def open_it(file: Path) -> DataPage:
        frame.workspace.open_path(file)
        settled(qtbot, frame)
        page = frame.pages["data"]
        assert isinstance(page, DataPage)
        return page

    return open_it


def settled(qtbot: QtBot, frame: Frame) -> None:
    workspace = frame.workspace
    qtbot.waitUntil(
        lambda: workspace.table.previews.state == workspace.data.state == workspace.network.state == "ready",
        timeout=LONG_MS,
    )


def columns(page: DataPage) -> dict[str, tuple[str, str]]:
    return {each.name: (each.column.looks, each.role) for each in page.table.rows.columns}


def choose(qtbot: QtBot, frame: Frame, page: DataPage, column: str, text: str) -> None:
    """Click on a column's header, then on an entry of the menu that opens."""
    header = page.table.horizontalHeader()
    place = list(columns(page)).index(column)
    page.table.scrollTo(page.table.rows.index(0, place))
    at = QPoint(header.sectionViewportPosition(place) + 30, 12)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    menu = next(menu for menu in page.findChildren(QMenu) if menu.isVisible())
    action: QAction = next(action for action in menu.actions() if action.text() == text)
    before = page.table.rows.columns
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    qtbot.waitUntil(lambda: page.table.rows.columns != before, timeout=LONG_MS)
    settled(qtbot, frame)


def test_every_column_shows_what_it_is_and_why_it_is_left_out(opened: Open, mixed: Path) -> None:
    page = opened(mixed)
    assert columns(page) == {
        "side": ("category", "answer"),
        "day": ("date", "learned from"),
        "month": ("number", "learned from"),
        "code": ("identifier", "left out"),
        "currency": ("constant", "left out"),
        "size": ("number", "learned from"),
    }
    tip = page.table.rows.headerData(3, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert tip == "code\nIdentifier, left out: it is an identifier (40 different values in 40 rows)"


def test_a_click_makes_a_number_a_category_and_undo_takes_it_back(
    qtbot: QtBot, frame: Frame, opened: Open, mixed: Path
) -> None:
    page, draft = opened(mixed), frame.workspace.draft
    choose(qtbot, frame, page, "month", "Category")
    assert draft.get("data.categorical") == ["month"]
    assert draft.get("data.columns") is None
    assert frame.workspace.data.value[0].items.vocabularies["month"] == ("0", "1", "2")
    draft.undo()
    qtbot.waitUntil(lambda: columns(page)["month"] == ("number", "learned from"), timeout=LONG_MS)
    assert draft.get("data.categorical") is None


def test_columns_are_left_out_and_brought_back_in_the_order_of_the_file(
    qtbot: QtBot, frame: Frame, opened: Open, mixed: Path
) -> None:
    page, draft = opened(mixed), frame.workspace.draft
    choose(qtbot, frame, page, "month", "Leave out")
    assert draft.get("data.columns") == ["day", "size"]
    choose(qtbot, frame, page, "code", "Category")
    assert draft.get("data.columns") == ["day", "code", "size"]
    choose(qtbot, frame, page, "code", "Leave out")
    choose(qtbot, frame, page, "month", "Number")
    assert draft.get("data.columns") is None
    assert columns(page)["month"] == ("number", "learned from")


def test_another_column_can_be_predicted(qtbot: QtBot, frame: Frame, opened: Open, mixed: Path) -> None:
    page = opened(mixed)
    choose(qtbot, frame, page, "size", "Predict this column")
    assert columns(page)["size"] == ("number", "answer")
    assert columns(page)["side"] == ("category", "learned from")
    assert frame.workspace.data.value[0].task == "regression"


def test_a_large_table_is_read_behind_the_window(qtbot: QtBot, frame: Frame, opened: Open, tmp_path: Path) -> None:
    file = tmp_path / "large.csv"
    rest = ".123456789012345,7.123456789012345,"
    lines = [f"{place % 7}{rest}{place % 2}" for place in range(SMALL_BYTES // len(rest) + 1)]
    file.write_text("\n".join(["size,same,side", *lines]) + "\n", encoding="utf-8")
    frame.workspace.open_path(file)
    assert frame.workspace.draft.get("data.source") is None
    qtbot.waitUntil(lambda: frame.workspace.draft.get("data.path") == str(file), timeout=LONG_MS)
