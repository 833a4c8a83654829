"""Pictures that were dropped appear with their labels, are sorted and filtered; the chosen one is large."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.window.pages.predict import PredictPage
from desktop_app.window.picture_chips import MARK_ROLE

LONG_MS = 60_000
Drop = Callable[[QWidget, list[Path]], None]


def shown(page: PredictPage) -> list[str]:
    """Return the names of the pictures that are shown, in their order."""
    return [Path(page.predictions[place].input).stem for place in page.view.gallery.pictures.shown]


def entries(page: PredictPage) -> dict[str, str]:
    """Return what the list at the left offers, with the numbers beside it."""
    rows = (page.view.filters.item(row) for row in range(page.view.filters.count()))
    return {item.text(): item.data(Qt.ItemDataRole.UserRole + 1) for item in rows}


def choose(qtbot: QtBot, page: PredictPage, words: str) -> None:
    """Click an entry of the list at the left."""
    filters = page.view.filters
    item = next(filters.item(row) for row in range(filters.count()) if filters.item(row).text() == words)
    qtbot.mouseClick(filters.viewport(), Qt.MouseButton.LeftButton, pos=filters.visualItemRect(item).center())


def test_the_least_certain_stand_first_and_the_broken_last(predicted: PredictPage) -> None:
    assert shown(predicted) == ["d between", "b rather red", "c green", "a red", "e broken"]
    assert predicted.state == "done"
    assert predicted.view.head.title.text() == "5 predictions"
    assert predicted.view.head.provider.text() == "CPU"
    assert entries(predicted) == {
        "All": "5",
        "Not sure": "1",
        "Unreadable": "1",
        "red": "2",
        "green": "1",
        "blue": "1",
    }
    mark = predicted.view.gallery.pictures.index(0).data(MARK_ROLE)
    assert (mark.name, mark.order, round(mark.confidence, 1)) == ("blue", 2, 0.5)


def test_the_first_is_shown_in_large_with_all_its_labels_and_why_it_is_not_sure(predicted: PredictPage) -> None:
    inspector = predicted.inspector
    assert inspector.isVisible()
    assert inspector.name.text() == "d between.png"
    assert inspector.answer.text() == "blue"
    assert [name for name, _ in inspector.bars.pairs] == ["blue", "green", "red"]
    assert "less than the 60.0 %" in inspector.unsure.text()


def test_arrow_keys_move_and_a_broken_one_says_why(qtbot: QtBot, predicted: PredictPage) -> None:
    gallery, inspector = predicted.view.gallery, predicted.inspector
    gallery.setFocus()
    qtbot.keyClick(gallery, Qt.Key.Key_Right)
    assert inspector.name.text() == "b rather red.png"
    assert inspector.unsure.isHidden()
    qtbot.keyClick(gallery, Qt.Key.Key_End)
    assert inspector.name.text() == "e broken.png"
    assert inspector.problem.text() == "The file is not a picture."
    assert inspector.bars.isHidden()
    assert inspector.section.isHidden()


def test_a_label_is_shown_alone_and_kept_while_more_come(
    qtbot: QtBot, predicted: PredictPage, paint: Callable[..., Path]
) -> None:
    choose(qtbot, predicted, "red")
    assert shown(predicted) == ["b rather red", "a red"]
    predicted.dropped([paint("more.png", (251, 0, 0))])
    qtbot.waitUntil(lambda: shown(predicted) == ["b rather red", "a red", "more"], timeout=LONG_MS)
    choose(qtbot, predicted, "Not sure")
    assert shown(predicted) == ["d between"]
    choose(qtbot, predicted, "Unreadable")
    assert shown(predicted) == ["e broken"]


def test_another_order_is_chosen_from_the_list(qtbot: QtBot, predicted: PredictPage) -> None:
    order = predicted.view.head.order
    order.setFocus()
    qtbot.keyClick(order, Qt.Key.Key_Down)
    assert order.currentText() == "Most certain first"
    assert shown(predicted) == ["a red", "c green", "b rather red", "d between", "e broken"]
    assert predicted.inspector.name.text() == "a red.png"


def test_a_prediction_can_be_stopped_and_keeps_what_it_has(
    qtbot: QtBot, page: PredictPage, drop: Drop, paint: Callable[..., Path]
) -> None:
    first = paint("many/0.png", (9, 9, 9))
    for place in range(1, 1500):
        (first.parent / f"{place}.png").write_bytes(first.read_bytes())
    drop(page.drop, [first.parent])
    qtbot.waitUntil(page.progress.stop.isVisible, timeout=LONG_MS)
    qtbot.waitUntil(lambda: bool(page.predictions), timeout=LONG_MS)
    qtbot.mouseClick(page.progress.stop, Qt.MouseButton.LeftButton)
    there = len(page.predictions)
    assert 0 < there < 1500
    assert not page.running.active
    qtbot.wait(300)
    assert len(page.predictions) == there
    assert page.view.isVisible()


def test_only_the_pictures_in_sight_are_read(qtbot: QtBot, predicted: PredictPage, mixed: Path) -> None:
    predicted.view.take([predicted.predictions[3]] * 5000)
    qtbot.waitUntil(lambda: len(predicted.view.gallery.pictures.shown) == 5005)
    predicted.view.gallery.scrollToBottom()
    qtbot.wait(200)
    assert len(predicted.view.gallery.pictures._images) < 200


def test_clear_goes_back_to_the_area_to_drop_on(qtbot: QtBot, predicted: PredictPage) -> None:
    qtbot.mouseClick(predicted.clear_button, Qt.MouseButton.LeftButton)
    assert predicted.drop.isVisible()
    assert not predicted.inspector.isVisible()
    assert predicted.predictions == []


def test_a_file_that_is_no_model_is_refused_with_another_way(
    qtbot: QtBot, page: PredictPage, drop: Drop, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.onnx"
    broken.write_bytes(b"no model")
    drop(page.drop, [broken])
    qtbot.waitUntil(lambda: page.chosen.state == "failed", timeout=LONG_MS)
    assert page.panel.isVisible()
    assert "broken.onnx" in page.panel.text
    assert page.panel.button.text() == "Choose another model…"
    assert page.state == "attention"


def test_the_pictures_of_a_row_share_its_whole_width(qtbot: QtBot, predicted: PredictPage) -> None:
    gallery = predicted.view.gallery
    for width in (760, 900, 1240):
        predicted.resize(width, 700)
        room = gallery.maximumViewportSize().width() - gallery.verticalScrollBar().sizeHint().width() - 1

        def fills(room: int = room) -> bool:
            cells = [gallery.visualRect(gallery.pictures.index(row)) for row in range(5)]
            first = [cell for cell in cells if cell.top() == cells[0].top()]
            even = len({cell.width() for cell in cells}) == 1
            # A row that is not full keeps the places of its columns.
            columns = max(room // (gallery.pictures.side + 16), 1)
            return even and len(first) == min(columns, 5) and columns * cells[0].width() > room - columns - 2

        qtbot.waitUntil(fills, timeout=LONG_MS)
