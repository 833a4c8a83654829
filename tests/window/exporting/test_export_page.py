"""The Export page, driven with the mouse and the keyboard on real runs: from the options to the file that is taken."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from parity_cards import card, difference, exported
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.engine.export import exports_of
from desktop_app.engine.export.exported import remember
from desktop_app.engine.export.proof.parity_card import Divergence
from desktop_app.engine.export.smaller.choosing import Refused
from desktop_app.engine.run import Run
from desktop_app.errors import ExportError
from desktop_app.window.exporting.exports import Exports
from desktop_app.window.exporting.variant_table import VariantTable
from desktop_app.window.frame import Frame
from desktop_app.window.pages.export import ExportPage
from desktop_app.window.pages.predict import PredictPage

LONG_MS = 120_000
Open = Callable[[Run], ExportPage]


@pytest.fixture
def opened(qtbot: QtBot, frame: Frame) -> Open:
    """Return a function that opens a run with the Export page in front."""

    def open_run(run: Run) -> ExportPage:
        frame.workspace.open_run(run.folder)
        click(qtbot, frame.rail.button("export"))
        page = frame.pages["export"]
        assert isinstance(page, ExportPage)
        return page

    return open_run


def click(qtbot: QtBot, widget: QWidget, place: QPoint | None = None) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place or widget.rect().center())


def choose(qtbot: QtBot, table: VariantTable, line: int) -> None:
    """Click on a line of the table."""
    index = table.table.model().index(line, 1)
    click(qtbot, table.table.viewport(), table.table.visualRect(index).center())


def texts(table: VariantTable, line: int) -> dict[str, str]:
    """Return what stands in a line, by the names of the columns that are shown."""
    found = {}
    for place in range(table.table.columnCount()):
        if not table.table.isColumnHidden(place):
            found[table.table.horizontalHeaderItem(place).text()] = table.table.item(line, place).text()
    return found


def three(run: Run) -> tuple[Exports, Refused]:
    """Return float32 and float16 as exported from a run, and int8 as refused."""
    differing = (difference("dark/0.png", (0.7, 0.3), (0.4, 0.6)), difference("dark/1.png", (0.9, 0.1), (0.8, 0.2)))
    float16 = card("float16", size_bytes=9_400_000, most_lost=0.01, largest=4e-4)
    int8 = card("int8", size_bytes=5_100_000, lost=0.022, same=0.97, passed=False, most_lost=0.01, differing=differing)
    files = (exported(run.folder, card(), 12.3), exported(run.folder, float16, 13.1))
    refused = Refused("int8", int8, "It loses 2.2 points of accuracy, and may lose 1.")
    return Exports(files, (refused,), 0.01), refused


def test_without_a_run_the_page_says_what_will_be_seen(qtbot: QtBot, frame: Frame) -> None:
    click(qtbot, frame.rail.button("export"))
    page = frame.pages["export"]
    assert "Nothing to export yet" in page.panel.text
    click(qtbot, page.panel.button)
    assert frame.page is frame.pages["train"]


def test_all_variants_are_exported_and_the_recommended_one_predicts(
    qtbot: QtBot, frame: Frame, opened: Open, shades: Run
) -> None:
    page = opened(shades)
    assert "validation accuracy" in page.start.sentence.text()
    assert frame.header.main.text() == "Export"
    click(qtbot, frame.header.main)
    assert page.state == "running"
    assert frame.header.main.text() == "Exporting…"
    qtbot.waitUntil(lambda: frame.workspace.export.state == "ready", timeout=LONG_MS)

    exports, table = frame.workspace.export.value, page.results.variants
    assert {each.variant for each in exports.exported} | {each.variant for each in exports.refused} == {
        "float32",
        "float16",
        "int8",
    }
    assert {each.onnx for each in exports.exported} == {each.onnx for each in exports_of(shades)}
    assert page.results.exported == exports.recommended
    assert texts(table, table.place)["Verdict"] == "recommended"
    assert texts(table, 0)["Lost"] == "none"
    assert texts(table, 0)["One alone"].endswith("s")
    assert page.results.graph.isVisible()
    assert page.state == "done"
    assert frame.header.main.text() == "Predict"
    choose(qtbot, table, 0)
    assert page.results.card.verdict.text().startswith("The file gives the same answers as the trained network on ")
    click(qtbot, page.results.path_button)
    assert QGuiApplication.clipboard().text() == str(shades.files.onnx)
    click(qtbot, page.results.predict_button)
    predict = frame.pages["predict"]
    assert frame.page is predict
    assert isinstance(predict, PredictPage)
    assert predict.model == shades.files.onnx


def test_float32_alone_is_exported_as_the_options_say(qtbot: QtBot, frame: Frame, opened: Open, shades: Run) -> None:
    page = opened(shades)
    form = page.start.options
    assert not form.any_size.isVisible()
    click(qtbot, form.title)
    click(qtbot, form.logits)
    click(qtbot, form.axes.buttons[1])
    assert "Logits come out" in page.start.facts.text()
    assert "[batch, 3, height, width]" in page.start.facts.text()
    click(qtbot, form.logits)
    click(qtbot, form.axes.buttons[0])
    click(qtbot, form.calibrate)
    assert "calibrated" not in page.start.facts.text()

    click(qtbot, page.start.float32)
    qtbot.waitUntil(lambda: frame.workspace.export.state == "ready", timeout=LONG_MS)

    [only] = frame.workspace.export.value.exported
    assert (only.variant, only.options.calibrate, only.options.layout) == ("float32", False, "nhwc")
    assert page.results.variants.table.rowCount() == 1
    assert not page.results.loss.isVisible()
    click(qtbot, page.results.again_button)
    assert page.start.isVisible()
    click(qtbot, page.start.back)
    assert page.results.isVisible()


def test_another_loss_is_allowed_with_the_keyboard_and_another_file_is_recommended(
    qtbot: QtBot, frame: Frame, opened: Open, shades: Run
) -> None:
    small = card("int8", size_bytes=5_100_000, lost=0.012, most_lost=0.05)
    remember(shades, exported(shades.folder, card()), exported(shades.folder, small))
    page = opened(shades)
    table = page.results.variants
    assert texts(table, 0)["Verdict"] == "recommended"
    assert texts(table, 1)["Verdict"] == "loses more than 1.0 points"
    page.results.loss.slider.setFocus()

    for _ in range(2):
        qtbot.keyClick(page.results.loss.slider, Qt.Key.Key_Right)

    assert page.results.loss.number.text() == "1.2 points"
    assert texts(table, 1)["Verdict"] == "recommended"
    assert frame.workspace.export.value.onnx.name == "model-int8.onnx"
    assert "at most 1.2 points" in page.results.why.text()
    assert table.place == 0
    qtbot.keyClick(page.results.loss.slider, Qt.Key.Key_Home)
    assert texts(table, 0)["Verdict"] == "recommended"


def test_a_refused_variant_stays_as_a_row_with_its_reason_and_its_card(
    qtbot: QtBot, frame: Frame, opened: Open, shades: Run
) -> None:
    page = opened(shades)
    exports, refused = three(shades)
    frame.workspace.export.give(exports)
    table, view = page.results.variants, page.results.card

    choose(qtbot, table, 2)

    assert texts(table, 2)["Verdict"] == "refused: 2.2 points lost"
    assert table.table.item(2, 8).toolTip() == refused.reason
    assert not page.results.predict_button.isEnabled()
    assert not page.results.bundle_button.isEnabled()
    assert view.verdict.text() == refused.reason
    assert view.title.text() == "Parity card of the int8 file, which was not kept"
    assert view.shown_figures["Accuracy lost"] == ("2.2 points",)
    assert len(view.strip.cards) == 2
    qtbot.waitUntil(lambda: view.strip.cards[0].picture.isVisible(), timeout=LONG_MS)
    assert view.strip.cards[0].said.text() == "Network dark, file light"
    qtbot.keyClick(table.table, Qt.Key.Key_Up)
    assert page.results.exported == exports.exported[1]
    assert page.results.predict_button.isEnabled()
    frame.workspace.export.allow_loss(0.03)
    assert texts(table, 2)["Verdict"] == "refused at 1.0 points; export again to keep it"


def test_an_export_that_fails_shows_its_card_and_can_be_made_otherwise(
    qtbot: QtBot, frame: Frame, opened: Open, shades: Run
) -> None:
    page = opened(shades)
    parted = Divergence(layer="blocks.3.conv", operator="Conv", difference=0.12)
    error = ExportError("The exported file does not give the network's answers.")
    error.card = card(
        largest=0.03, passed=False, divergence=parted, differing=(difference("dark/0.png", (0.7, 0.3), (0.6, 0.4)),)
    )

    frame.workspace.export.fail(error)

    assert page.failed.isVisible()
    assert page.state == "attention"
    assert '"blocks.3.conv" (Conv)' in page.failed.card.verdict.text()
    qtbot.waitUntil(lambda: page.failed.card.strip.cards[0].picture.isVisible(), timeout=LONG_MS)
    click(qtbot, page.failed.change)
    assert page.start.isVisible()
    assert frame.workspace.export.state == "empty"
    frame.workspace.export.fail(ExportError("The model could not be written: the disk is full."))
    assert "the disk is full" in page.panel.text
    assert page.panel.button.text() == "Try again"


def test_files_older_than_the_network_say_so_and_the_main_button_exports_again(
    qtbot: QtBot, frame: Frame, opened: Open, shades: Run
) -> None:
    remember(shades, exported(shades.folder, card()))
    later = shades.files.onnx.stat().st_mtime_ns + 10**9
    os.utime(shades.files.best, ns=(later, later))

    page = opened(shades)

    assert page.results.outdated.isVisible()
    assert "before the last training" in page.results.outdated.text()
    assert texts(page.results.variants, 0)["Verdict"] == "outdated"
    assert page.state == "attention"
    assert frame.header.main.text() == "Export"


def test_a_regression_has_differences_in_words_and_no_accuracy(
    qtbot: QtBot, frame: Frame, opened: Open, houses: Run
) -> None:
    page = opened(houses)
    assert not page.start.options.isVisible()
    assert "The number that was learned comes out" in page.start.facts.text()
    small = card("int8", size_bytes=2, lost=None, labels=(), largest=0.004, most_lost=0.01)
    frame.workspace.export.give(
        Exports((exported(houses.folder, card(lost=None, labels=()), 0.02), exported(houses.folder, small, 0.03)))
    )

    shown = texts(page.results.variants, 1)
    assert set(shown) == {"Variant", "Size", "Lost", "Largest difference", "One alone", "In a batch", "Verdict"}
    assert shown["Largest difference"] == "0.004 σ"
    assert shown["One alone"] == "30 µs"
    assert "standard deviations" in page.results.card.verdict.text()
    assert not page.results.graph.isVisible()
    assert shown["Lost"] == "0.2 points"
    assert page.results.card.shown_figures["Explained variance, file"] == ("89.8 %",)


def test_an_export_that_is_given_up_leaves_what_was_exported_before(
    qtbot: QtBot, frame: Frame, opened: Open, shades: Run
) -> None:
    remember(shades, exported(shades.folder, card()))
    before = shades.files.onnx.read_bytes()
    page = opened(shades)
    click(qtbot, page.results.again_button)
    click(qtbot, page.start.float32)
    assert page.panel.button.text() == "Cancel"

    click(qtbot, page.panel.button)

    assert page.results.isVisible()
    assert frame.workspace.export.state == "ready"
    frame.workspace.background.join()
    assert shades.files.onnx.read_bytes() == before


def test_a_bundle_is_made_of_the_chosen_file(
    qtbot: QtBot, frame: Frame, opened: Open, shades: Run, tmp_path: Path
) -> None:
    page = opened(shades)
    click(qtbot, page.start.float32)
    qtbot.waitUntil(lambda: frame.workspace.export.state == "ready", timeout=LONG_MS)
    view = page.results.bundle_view
    assert not view.isVisible()

    page.bundle_into(tmp_path / "for others")
    qtbot.waitUntil(lambda: page.bundling.state != "loading", timeout=LONG_MS)

    assert page.bundling.state == "ready", page.bundling.error
    folder = tmp_path / "for others" / f"{shades.folder.name}-float32"
    assert page.bundling.value.folder == folder
    assert "model.onnx: the model" in view.contents.text()
    assert "predict.py" in view.contents.text()
    click(qtbot, view.copy_use)
    assert "check.py" in QGuiApplication.clipboard().text()
    click(qtbot, view.close_)
    assert not view.isVisible()


def test_a_bundle_of_a_file_that_is_gone_says_why_there_is_none(
    qtbot: QtBot, opened: Open, shades: Run, tmp_path: Path
) -> None:
    remember(shades, exported(shades.folder, card()))
    page = opened(shades)
    shades.files.onnx.unlink()

    page.bundle_into(tmp_path / "bundles")
    qtbot.waitUntil(lambda: page.bundling.state == "failed", timeout=LONG_MS)

    view = page.results.bundle_view
    assert "There is no bundle." in view.words.text()
    assert "model.onnx" in view.words.text()
    assert view.again.isVisible()
