"""Predictions are written as CSV and JSON and pictures copied by label, behind the window."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.window.pages.predict import PredictPage
from desktop_app.window.workspace import Notice

LONG_MS = 60_000


def last(said: list[Notice]) -> str:
    return said[-1].text if said else ""


def test_what_was_predicted_is_saved_as_csv_and_json(
    qtbot: QtBot, said: list[Notice], predicted: PredictPage, tmp_path: Path
) -> None:
    predicted.saving.write_csv(list(predicted.predictions), tmp_path / "out.csv")
    qtbot.waitUntil(lambda: "out.csv" in last(said), timeout=LONG_MS)
    assert said[-1].action == "Open the folder"
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text(encoding="utf-8").splitlines()))
    assert [Path(row["input"]).name for row in rows if row["unsure"] == "true"] == ["d between.png"]
    assert len(rows) == 5
    predicted.saving.write_json(list(predicted.predictions), tmp_path / "out.json")
    qtbot.waitUntil(lambda: "out.json" in last(said), timeout=LONG_MS)
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert len(found if isinstance(found, list) else found["predictions"]) == 5


def test_pictures_are_copied_into_folders_the_unsure_ones_apart(
    qtbot: QtBot, said: list[Notice], predicted: PredictPage, tmp_path: Path
) -> None:
    predicted.saving.copy_into(list(predicted.predictions), tmp_path / "sorted")
    assert predicted.progress.isVisible()
    assert predicted.progress.stop.isVisible()
    qtbot.waitUntil(lambda: "Copied 4 pictures" in last(said), timeout=LONG_MS)
    assert 'sorted, 1 of them into "not sure". 1 left out; ' in last(said)
    assert sorted(path.name for path in (tmp_path / "sorted").iterdir()) == ["green", "not sure", "red"]
    assert not predicted.progress.isVisible()


def test_copying_many_can_be_stopped_and_says_how_many_there_are(
    qtbot: QtBot, said: list[Notice], predicted: PredictPage, tmp_path: Path
) -> None:
    predicted.saving.copy_into(list(predicted.predictions) * 2000, tmp_path / "sorted")
    qtbot.waitUntil(lambda: predicted.saving.done > 0 and predicted.progress.stop.isVisible(), timeout=LONG_MS)
    qtbot.mouseClick(predicted.progress.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: last(said).startswith("Stopped; "), timeout=LONG_MS)
    assert 0 < len(list((tmp_path / "sorted").rglob("*.png"))) < 8000
    assert not predicted.progress.isVisible()
    assert len(predicted.predictions) == 5


def test_what_cannot_be_written_is_said(
    qtbot: QtBot, said: list[Notice], predicted: PredictPage, tmp_path: Path
) -> None:
    predicted.saving.write_csv(list(predicted.predictions), tmp_path / "nowhere" / "out.csv")
    qtbot.waitUntil(lambda: "cannot be written" in last(said), timeout=LONG_MS)
    assert predicted.saving.busy == ""


def test_rows_of_a_table_get_their_answers(
    qtbot: QtBot, page: PredictPage, table_model: Path, table: Path, drop: Callable[..., None]
) -> None:
    page.use_model(table_model)
    qtbot.waitUntil(lambda: page.chosen.state == "ready", timeout=LONG_MS)
    assert page.ways.table.isVisible()
    assert not page.ways.pictures.isVisible()
    drop(page.drop, [table])
    rows = page.view.rows.rows
    qtbot.waitUntil(lambda: rows.rowCount() == 60 and rows.columnCount() == 6, timeout=LONG_MS)
    header = [rows.headerData(place, Qt.Orientation.Horizontal) for place in range(6)]
    assert header == ["Row", "Label", "Probability", "x", "y", "side"]
    cells = [[rows.index(row, column).data() for column in range(6)] for row in range(60)]
    assert [row[0] for row in cells] == [str(number) for number in range(1, 61)]
    right = [row[1] == row[5] for row in cells if abs(float(row[3]) + float(row[4])) > 0.01]
    assert all(right)
    assert page.inspector.answer.text() == cells[0][1]
    assert not page.inspector.picture.isVisible()
