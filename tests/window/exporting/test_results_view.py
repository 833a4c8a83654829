"""What an export shows of its files, alone on the screen: rows, parity card, plot."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from parity_cards import card, exported
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from desktop_app.engine.export.smaller.choosing import Refused
from desktop_app.engine.run import Run
from desktop_app.window.background import Background
from desktop_app.window.exporting.bundle_view import BundleView
from desktop_app.window.exporting.bundling import Bundling
from desktop_app.window.exporting.exporting import Exporting
from desktop_app.window.exporting.exports import Exports
from desktop_app.window.exporting.results_view import ResultsView


@pytest.fixture
def view(qtbot: QtBot) -> Iterator[ResultsView]:
    """Return the view on the screen; no thread runs for it."""
    background = Background()
    bundle = BundleView(Bundling(background, background), lambda: None, lambda path: None)
    made = ResultsView(Exporting(background, background), bundle)
    qtbot.addWidget(made)
    made.resize(1000, 700)
    made.show()
    qtbot.waitExposed(made)
    yield made
    background.join()


def test_a_card_shows_each_provider_and_its_sum_can_be_copied(qtbot: QtBot, view: ResultsView, shades: Run) -> None:
    providers = ("CPUExecutionProvider", "CUDAExecutionProvider")
    view.show_exports(Exports((exported(shades.folder, card(providers=providers)),)), shades)

    assert view.card.shown_figures["Same label"] == ("100.0 %", "100.0 %")
    assert [view.card.figures.itemAtPosition(0, place).widget().text() for place in (1, 2)] == ["CPU", "CUDA"]
    qtbot.mouseClick(view.card.copy_sum, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "float32".ljust(64, "0")


def test_a_variant_that_could_not_be_made_says_why_without_a_card(qtbot: QtBot, view: ResultsView, shades: Run) -> None:
    refused = Refused("int8", None, "This network cannot be written as INT8: it has no layer with weights.")
    view.show_exports(Exports((exported(shades.folder, card()),), (refused,)), shades)
    assert view.card.isVisible()
    assert not view.reason.isVisible()

    qtbot.keyClick(view.variants.table, Qt.Key.Key_Down)

    assert view.reason.isVisible()
    assert view.reason.text() == refused.reason
    assert not view.card.isVisible()
    assert view.exported is None
    qtbot.keyClick(view.variants.table, Qt.Key.Key_Up)
    assert view.card.isVisible()


def test_the_plot_saves_what_it_shows(view: ResultsView, shades: Run, tmp_path: Path) -> None:
    half = card("float16", size_bytes=9_400_000, most_lost=0.01)
    files = (exported(shades.folder, card(), 12.3), exported(shades.folder, half, 13.1))
    view.show_exports(Exports(files, most_lost=0.01), shades)
    graph = view.graph
    titles = [curve.title for curve in graph.curves]
    assert titles == ["float32, 18.7 MB", "float16, 9.4 MB", "least that is accepted"]
    assert graph.curves[-1].y.tolist() == pytest.approx([94.0, 94.0])

    graph.saver.save_csv(tmp_path / "plot.csv")
    graph.saver.save_png(tmp_path / "plot.png")
    graph.saver.save_svg(tmp_path / "plot.svg")

    rows = list(csv.reader((tmp_path / "plot.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["variant", "one_ms", "in_a_batch_ms", "accuracy", "size_bytes"]
    assert rows[2] == ["float16", "13.1", "6.55", "0.95", "9400000"]
    assert (tmp_path / "plot.png").stat().st_size > 0
    assert (tmp_path / "plot.svg").stat().st_size > 0


def test_files_that_were_not_timed_have_neither_a_plot_nor_times(view: ResultsView, shades: Run) -> None:
    view.show_exports(Exports((exported(shades.folder, card()),)), shades)

    assert not view.graph.isVisible()
    assert view.variants.table.isColumnHidden(6)
    assert not view.loss.isVisible()
