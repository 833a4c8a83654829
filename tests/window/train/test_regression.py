"""A regression is measured by its mean error from its first step on, also where no epoch of it ends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.train.run_panel import RunPanel

LONG_MS = 60_000


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    """Return a table of two columns of numbers and a price that follows from them."""
    generator = np.random.default_rng(0)
    values = generator.normal(size=(3000, 2))
    file = tmp_path / "prices.csv"
    lines = [f"{x:.3f},{y:.3f},{20000 + 5000 * x - 3000 * y:.2f}" for x, y in values]
    file.write_text("\n".join(["area,age,price", *lines]) + "\n", encoding="utf-8")
    return file


def train(frame: Frame, qtbot: QtBot, table: Path, **training: Any) -> None:
    """Begin to learn the prices with the main button."""
    data = {"source": "table", "path": str(table), "target": "price"}
    frame.workspace.open_values({"name": "prices", "data": data, "training": {"threads": 1, **training}}, table.parent)
    qtbot.mouseClick(frame.rail.button("train"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: frame.header.main.text() == "Train" and frame.header.main.isEnabled(), timeout=LONG_MS)
    qtbot.mouseClick(frame.header.main, Qt.MouseButton.LeftButton)


def captions(panel: RunPanel) -> list[str]:
    return [label.text() for label in panel.figures["accuracy"].findChildren(QLabel)]


def test_before_its_first_epoch_has_ended_there_is_a_plot_of_the_mean_error(
    frame: Frame, qtbot: QtBot, prices: Path
) -> None:
    training, page = frame.workspace.training, frame.pages["train"]
    training.state_changed.connect(training.pause)
    train(frame, qtbot, prices, batch_size=2, epochs=2)
    qtbot.waitUntil(lambda: training.state == "paused", timeout=LONG_MS)
    qtbot.waitUntil(lambda: page.curves.error.isVisible())

    assert len(training.session.recorder.read("epoch_train_loss")[0]) == 0
    assert not page.curves.accuracy.isVisible()
    assert captions(page.run_panel) == ["–", "mean error"]


@pytest.mark.filterwarnings("ignore::desktop_app.api.OutOfRangeWarning")
def test_one_that_failed_within_its_first_epoch_has_no_accuracy(frame: Frame, qtbot: QtBot, prices: Path) -> None:
    page = frame.pages["train"]
    train(frame, qtbot, prices, epochs=1, optimizer={"name": "sgd", "lr": 1e6}, non_finite="stop")
    qtbot.waitUntil(lambda: frame.workspace.run_status == "failed", timeout=LONG_MS)

    assert len(frame.workspace.run.series("val_mae")[0]) == 0
    assert captions(page.run_panel) == ["–", "best mean error"]
    assert page.curves.error.isVisible()
    assert not page.curves.accuracy.isVisible()
