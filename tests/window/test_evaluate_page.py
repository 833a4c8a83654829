"""The Evaluate page, driven with the mouse on real runs: from the headline to a picture that is put right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.engine.experiment import Experiment
from desktop_app.engine.run import Run
from desktop_app.engine.train import train
from desktop_app.window.evaluate.confusion_matrix import ConfusionMatrix
from desktop_app.window.frame import Frame
from desktop_app.window.pages.evaluate import EvaluatePage
from desktop_app.window.pages.train import TrainPage

LONG_MS = 120_000
LONG_NAME = "a class with a name that is far too long for any label " * 3


@pytest.fixture(scope="module")
def shades_run(tmp_path_factory: pytest.TempPathFactory, registry: object) -> Path:
    """Return a run on pictures of three classes, of which two look alike."""
    folder = tmp_path_factory.mktemp("shades")
    generator = np.random.default_rng(0)
    for name, middle in (("dark", 60), ("light", 190), (LONG_NAME.strip(), 190)):
        (folder / "data" / name).mkdir(parents=True)
        for place in range(12):
            pixels = generator.integers(middle - 40, middle + 40, (32, 32, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(folder / "data" / name / f"{place}.png")
    experiment = Experiment.from_dict(
        {
            "name": "shades",
            "data": {"source": "image_folder", "path": str(folder / "data"), "image_size": 32, "test": 0.2},
            "model": {
                "kind": "transfer",
                "backbone": "test_efficientnet",
                "weights": "random",
                "freeze": True,
                "head": [8],
            },
            "training": {"epochs": 2, "threads": 1, "batch_size": 8},
        }
    )
    return train(experiment, folder / "runs", registry).folder


@pytest.fixture
def page(qtbot: QtBot, frame: Frame, shades_run: Path) -> EvaluatePage:
    """Return the page in front, with everything worked out for the run."""
    frame.workspace.open_run(shades_run)
    click(qtbot, frame.rail.button("evaluate"))
    found = frame.pages["evaluate"]
    assert isinstance(found, EvaluatePage)
    qtbot.waitUntil(lambda: found.judging.folds.state == "ready", timeout=LONG_MS)
    return found


def click(qtbot: QtBot, widget: QWidget, place: QPoint | None = None) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=place or widget.rect().center())


def open_first_mistake(qtbot: QtBot, page: EvaluatePage) -> None:
    click(qtbot, page.class_views.buttons[3])
    grid = page.mistakes.grid
    qtbot.waitUntil(lambda: grid.visualRect(grid.model().index(0, 0)).isValid())
    click(qtbot, grid.viewport(), grid.visualRect(grid.model().index(0, 0)).center())
    assert page.picture.isVisible()


def test_without_a_run_the_page_says_what_will_be_seen(qtbot: QtBot, frame: Frame) -> None:
    click(qtbot, frame.rail.button("evaluate"))
    page = frame.pages["evaluate"]
    assert "Nothing to evaluate yet" in page.panel.text
    click(qtbot, page.panel.button)
    assert frame.page is frame.pages["train"]


def test_the_headline_says_what_to_expect_and_each_view_shows_its_figures(qtbot: QtBot, page: EvaluatePage) -> None:
    evaluation = page.judged.evaluation
    folds = page.judging.folds.value.evaluation.folds
    assert page.headline.figure.value == f"{100 * folds.accuracy:.1f} %"
    assert page.headline.sentence.text().startswith("Expect ")
    assert "light" in page.headline.sentence.text()
    assert page.confusion.matrix.counted.tolist() == [list(row) for row in evaluation.confusion]
    click(qtbot, page.class_views.buttons[1])
    assert page.classes.table.isVisible()
    assert page.classes.table.rowCount() == 3
    click(qtbot, page.class_views.buttons[2])
    assert [curve.title for curve in page.curves.roc.curves][-1] == "mean"
    click(qtbot, page.class_views.buttons[3])
    assert page.mistakes.places == list(evaluation.mistakes)


def test_a_cell_shows_the_pictures_in_it_and_the_keyboard_moves_on(qtbot: QtBot, page: EvaluatePage) -> None:
    matrix, predictions = page.confusion.matrix, page.judged.evaluation.predictions

    click(qtbot, matrix, matrix.cell_rect(0, 0).center().toPoint())

    inside = np.flatnonzero((predictions.targets == 0) & (predictions.guessed == 0))
    assert sorted(page.confusion.samples.places) == inside.tolist()
    assert page.confusion.heading.text().endswith("recognised")
    qtbot.keyClick(matrix, Qt.Key.Key_Down)
    assert matrix.cell == (1, 0)
    assert "taken for" in page.confusion.heading.text()
    qtbot.mouseMove(matrix, matrix.cell_rect(1, 1).center().toPoint())
    qtbot.waitUntil(lambda: page.confusion.hint.text() == matrix.words(1, 1))
    click(qtbot, page.confusion.as_shares)
    assert matrix.as_shares


def test_a_picture_shows_where_the_network_looked(qtbot: QtBot, page: EvaluatePage) -> None:
    open_first_mistake(qtbot, page)
    view = page.picture

    qtbot.waitUntil(lambda: view.heat.state == "ready", timeout=LONG_MS)

    assert view.picture.has_heat
    assert view.name == page.judged.evaluation.predictions.names[page.mistakes.places[0]]
    assert "taken for" in view.truth.text()
    click(qtbot, view.after)
    assert view.name == page.judged.evaluation.predictions.names[page.mistakes.places[1]]
    click(qtbot, view.back)
    assert page.mistakes.isVisible()


def test_pictures_are_left_out_and_relabelled_for_the_next_training_and_taken_back(
    qtbot: QtBot, frame: Frame, page: EvaluatePage
) -> None:
    assert frame.header.main.text() == "Export"
    open_first_mistake(qtbot, page)
    view, draft = page.picture, frame.workspace.draft
    name = view.name

    click(qtbot, view.out)
    assert draft.get("data.excluded") == [name]
    qtbot.waitUntil(lambda: frame.header.main.text() == "Train")
    assert "left out" in view.corrected.text()
    view.labels.setFocus()
    for _ in range(2):  # from the first entry, which says what it is for, to the second class
        qtbot.keyClick(view.labels, Qt.Key.Key_Down)
    assert draft.get("data.excluded") is None
    assert draft.get("data.relabelled") == [[name, view.labels.itemText(2)]]
    click(qtbot, view.undo)
    assert draft.get("data.relabelled") is None
    qtbot.waitUntil(lambda: frame.header.main.text() == "Export")
    draft.undo()
    assert draft.get("data.relabelled") is not None


def test_the_test_samples_are_evaluated_on_a_click_that_is_counted(
    qtbot: QtBot, page: EvaluatePage, shades_run: Path
) -> None:
    before = Run.open(shades_run).files.state().get("test_looks") or 0
    assert page.part.findData("test") == -1

    click(qtbot, page.test)
    qtbot.waitUntil(lambda: page.part.currentData() == "test", timeout=LONG_MS)

    assert page.judged.evaluation.predictions.part == "test"
    assert Run.open(shades_run).files.state()["test_looks"] == before + 1
    assert "looked at" in page.headline.details.text()
    assert page.test.text().endswith("again")


def test_a_report_is_written_behind_the_window(qtbot: QtBot, frame: Frame, page: EvaluatePage, tmp_path: Path) -> None:
    page.write_report(tmp_path / "report.html")

    qtbot.waitUntil(lambda: page.report.isEnabled() and not frame.workspace.background.busy("report"), timeout=LONG_MS)
    assert page.headline.sentence.text() in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_a_cancelled_evaluation_begins_again_when_asked(
    qtbot: QtBot, frame: Frame, shades_run: Path, tmp_path: Path
) -> None:
    frame.workspace.open_run(shades_run)
    frame.workspace.judging.cancel()
    frame.workspace.judging.found.clear()
    click(qtbot, frame.rail.button("evaluate"))
    page = frame.pages["evaluate"]
    assert page.panel.button.text() == "Evaluate"
    click(qtbot, page.panel.button)
    qtbot.waitUntil(lambda: page.state == "done", timeout=LONG_MS)


def test_a_run_whose_data_is_gone_says_so(qtbot: QtBot, frame: Frame, shades_run: Path, tmp_path: Path) -> None:
    import shutil

    copied = tmp_path / "run"
    shutil.copytree(shades_run, copied)
    settings = copied / "experiment.toml"
    data = str(shades_run.parents[1] / "data")
    settings.write_text(settings.read_text(encoding="utf-8").replace(data, str(tmp_path / "gone")), encoding="utf-8")
    frame.workspace.open_run(copied)
    click(qtbot, frame.rail.button("evaluate"))
    page = frame.pages["evaluate"]
    qtbot.waitUntil(lambda: page.state == "attention", timeout=LONG_MS)
    assert "gone" in page.panel.text
    assert page.panel.button.text() == "Try again"


def test_a_regression_shows_its_answers_after_a_training(
    qtbot: QtBot, frame: Frame, drop: Callable[[QWidget, list[Path]], None], tmp_path: Path
) -> None:
    generator = np.random.default_rng(0)
    rows = [f"{x:.3f},{2 * x + 1:.4f}" for x in generator.normal(size=80)]
    (tmp_path / "line.csv").write_text("\n".join(["x,y", *rows]), encoding="utf-8")
    drop(frame.pages["data"].drop, [tmp_path / "line.csv"])
    qtbot.waitUntil(lambda: frame.workspace.ready_to_train, timeout=LONG_MS)
    click(qtbot, frame.header.main)
    qtbot.waitUntil(lambda: frame.workspace.run_status == "finished", timeout=LONG_MS)
    train_page, page = frame.pages["train"], frame.pages["evaluate"]
    assert isinstance(train_page, TrainPage)
    assert isinstance(page, EvaluatePage)
    click(qtbot, train_page.run_panel.controls.evaluate)
    qtbot.waitUntil(lambda: page.state == "done", timeout=LONG_MS)
    assert page.answers.isVisible()
    assert "off by" in page.headline.sentence.text()
    click(qtbot, page.number_views.buttons[1])
    assert page.farthest.rows.table.rowCount() == page.judged.evaluation.samples
    assert page.farthest.rows.table.horizontalHeaderItem(4).text() == "x"


def test_an_export_goes_first_unless_somebody_waits_for_the_figures(
    qtbot: QtBot, frame: Frame, shades_run: Path
) -> None:
    workspace, judging = frame.workspace, frame.workspace.judging
    workspace.export.wait()
    workspace.open_run(shades_run)
    workspace.export.wait()  # as while an export runs
    judging.cancel()
    judging.try_again()
    qtbot.wait(300)
    assert judging.found.state == "loading"

    click(qtbot, frame.rail.button("evaluate"))

    qtbot.waitUntil(lambda: judging.found.state == "ready", timeout=LONG_MS)


def test_folds_are_trained_for_somebody_who_looks_and_can_be_cancelled(
    qtbot: QtBot, frame: Frame, shades_run: Path
) -> None:
    (shades_run / "predictions-folds.npz").unlink(missing_ok=True)
    page = frame.pages["evaluate"]
    assert isinstance(page, EvaluatePage)
    judging = page.judging
    frame.workspace.open_run(shades_run)
    qtbot.waitUntil(lambda: judging.found.state == "ready", timeout=LONG_MS)
    assert judging.folds.state == "empty"
    click(qtbot, frame.rail.button("evaluate"))
    assert judging.folds.state == "loading"
    assert page.headline.folds.text() == "Cancel"

    click(qtbot, page.headline.folds)

    assert (judging.folds.state, page.headline.folds.text()) == ("empty", "Train in folds")
    assert page.confusion.isVisible()
    click(qtbot, page.headline.folds)
    qtbot.waitUntil(lambda: judging.folds.state == "ready", timeout=LONG_MS)
    assert not page.headline.folds.isVisible()


def test_closing_while_it_evaluates_leaves_no_thread(qtbot: QtBot, frame: Frame, shades_run: Path) -> None:
    for kept in shades_run.glob("*.npz"):
        kept.unlink()
    frame.workspace.open_run(shades_run)
    click(qtbot, frame.rail.button("evaluate"))
    assert frame.workspace.judging.found.state == "loading"
    frame.close()  # and the fixture counts threads


@pytest.mark.parametrize("classes", [2, 10, 150])
def test_a_matrix_of_any_size_finds_each_cell_again(qtbot: QtBot, classes: int) -> None:
    matrix = ConfusionMatrix()
    qtbot.addWidget(matrix)
    matrix.resize(600, 500)
    names = [f"class {place} {'x' * (place % 90)}" for place in range(classes)]
    matrix.show_matrix(names, np.eye(classes, dtype=int).tolist())
    matrix.show()
    qtbot.waitExposed(matrix)

    for line, column in ((0, 0), (classes - 1, 0), (classes // 2, classes - 1)):
        place = matrix.cell_rect(line, column).center()
        assert matrix.cell_at(place) == (line, column)
    assert matrix.cell_at(matrix.cell_rect(0, 0).topLeft() - matrix.cell_rect(0, 0).bottomRight()) is None
    last = matrix.cell_rect(classes - 1, classes - 1)
    assert last.right() <= matrix.width()
    assert last.bottom() <= matrix.height()
