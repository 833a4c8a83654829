from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from desktop_app.engine.run import Run
from desktop_app.store.metrics import Histogram, MetricsWriter
from desktop_app.store.run_folder import RunFolder
from desktop_app.window.background import Background
from desktop_app.window.plots import arriving_series
from desktop_app.window.plots.arriving_series import ArrivingSeries
from desktop_app.window.plots.run_series import RunSeries


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[MetricsWriter]:
    folder = RunFolder.create(tmp_path, "long")
    folder.experiment.write_text('[data]\nsource = "digits"\n')
    made = MetricsWriter(folder.metrics)
    values = [float("nan") if step == 7 else float("inf") if step == 8 else 1.0 / step for step in range(1, 1001)]
    made.append("train_loss", range(1, 1001), values)
    made.append_histograms({"weights/a": Histogram(3, 0.0, 1.0, np.array([1, 2]))})
    made.event(5, "stage", "training")
    made.commit()
    yield made
    made.close()


@pytest.fixture
def run(tmp_path: Path, writer: MetricsWriter) -> Run:
    return Run.open(tmp_path / "long-1")


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background]:
    made = Background()
    yield made
    made.join()


def test_a_run_is_read_as_a_recorder_is_and_each_series_once(run: Run) -> None:
    series = RunSeries(run)
    steps, values = series.read("train_loss", 5)
    assert steps[:3].tolist() == [6, 7, 8]
    assert np.isnan(values[1])
    assert np.isinf(values[2])
    assert series.names() == ["train_loss"]
    assert [event.kind for event in series.events()] == ["stage"]
    assert series.histogram_names() == ["weights/a"]
    assert len(series.histograms("weights/a")) == 1
    assert series.histograms("weights/a", 1) == []
    assert len(series.read("nothing")[0]) == 0
    shutil.rmtree(run.folder)
    assert len(series.read("train_loss", 990)[0]) == 10
    assert series.histogram_names() == ["weights/a"]


def test_what_is_read_behind_the_window_comes_in_pieces_and_whole(
    qtbot: QtBot, run: Run, background: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arriving_series, "_AT_ONCE", 300)
    series = ArrivingSeries(run, background)
    # How much has come at the first asking is up to the thread that reads; more than a piece is not.
    assert len(series.read("train_loss")[0]) in (0, 300)
    assert series.is_reading
    sizes: list[int] = []

    def there() -> bool:
        sizes.append(len(series.read("train_loss")[0]))
        return sizes[-1] == 1000 and not series.is_reading

    qtbot.waitUntil(there)
    np.testing.assert_array_equal(series.read("train_loss")[1], run.series("train_loss")[1])
    assert series.read("train_loss", 998)[0].tolist() == [999, 1000]


def test_what_is_appended_meanwhile_comes_when_it_is_looked_at_again(
    qtbot: QtBot, run: Run, writer: MetricsWriter, background: Background
) -> None:
    series = ArrivingSeries(run, background)
    qtbot.waitUntil(lambda: len(series.read("train_loss")[0]) == 1000 and not series.is_reading)
    writer.append("train_loss", [1001, 1002], [0.5, 0.25])
    writer.commit()
    series.look_again()
    qtbot.waitUntil(lambda: len(series.read("train_loss")[0]) == 1002)


def test_a_run_that_is_gone_costs_one_sentence(qtbot: QtBot, run: Run, background: Background) -> None:
    series = ArrivingSeries(run, background)
    shutil.rmtree(run.folder)
    series.read("train_loss")
    qtbot.waitUntil(lambda: bool(series.problem))
    assert "is not a run" in series.problem
    assert not series.is_reading
    assert len(series.read("val_loss")[0]) == 0
