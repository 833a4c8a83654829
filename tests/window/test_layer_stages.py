"""The Model page's table says what learns in which stage and how fast, and follows the forms."""

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame

LONG_MS = 60_000


def said(frame: Frame, column: int) -> list[str]:
    """Return what the table says of the layers with weights in a column."""
    table = frame.pages["model"].layers.rows  # type: ignore[attr-defined]
    cells = [(table.index(row, 3).data(), table.index(row, column).data()) for row in range(table.rowCount())]
    return [text for parameters, text in cells if parameters]


def headers(frame: Frame) -> list[str]:
    table = frame.pages["model"].layers.rows  # type: ignore[attr-defined]
    return [table.headerData(place, Qt.Orientation.Horizontal) for place in range(table.columnCount())]


@pytest.fixture
def opened(frame: Frame, pictures: Path, qtbot: QtBot) -> Any:
    """Return the window with a small backbone on pictures, and what waits for its table."""

    def wait(stages: list[str], column: int, last: str) -> None:
        def shown() -> bool:
            return headers(frame)[4:] == stages and said(frame, column)[-1] == last

        qtbot.waitUntil(shown, timeout=LONG_MS)

    frame.workspace.open_path(pictures)
    network = {"model.kind": "transfer", "model.backbone": "resnet10t", "model.weights": "random", "model.freeze": True}
    frame.workspace.draft.update({**network, "data.image_size": 32, "model.normalization": "none"})
    frame.show_page("model")
    wait(["Feature extraction"], 4, "0.001")
    return wait


def test_a_fine_tuning_adds_its_column_and_follows_the_form(frame: Frame, opened: Any, qtbot: QtBot) -> None:
    draft = frame.workspace.draft
    assert said(frame, 4)[-3:] == ["frozen", "0.001", "0.001"]

    draft.update({"fine_tuning": {"unfreeze_last": 4}})
    opened(["Feature extraction", "Fine-tuning"], 5, "1e-4")
    assert said(frame, 5)[0] == "frozen"

    draft.update({"fine_tuning.layer_decay": 0.5, "fine_tuning.optimizer": {"name": "sgd", "lr": 0.08}})
    opened(["Feature extraction", "Fine-tuning"], 5, "0.08")
    assert said(frame, 5)[-3] == "0.04"
    assert "0.02" in said(frame, 5)

    draft.update({"fine_tuning.gradual": True})
    qtbot.waitUntil(lambda: "0.02, epoch 2" in said(frame, 5), timeout=LONG_MS)


def test_the_articles_recipe_keeps_the_open_data(frame: Frame, opened: Any, pictures: Path) -> None:
    command = next(found for found in frame.commands() if found.text == "Begin with the article's recipe")
    command.do()
    opened(["Feature extraction", "Fine-tuning"], 5, "1e-4")

    draft = frame.workspace.draft
    assert draft.get("data.path") == str(pictures)
    assert (draft.get("data.image_size"), draft.get("model.backbone")) == (224, "vgg16")
    assert said(frame, 5) == ["frozen"] * 10 + ["1e-4"] * 5
    draft.undo()
    assert draft.get("model.backbone") == "resnet10t"


def test_without_data_the_recipe_asks_for_pictures(frame: Frame) -> None:
    said_texts: list[str] = []
    frame.workspace.said.connect(lambda notice: said_texts.append(notice.text))

    frame.workspace.begin_with_article()

    assert said_texts == ["Choose pictures first; the recipe is then put around them."]
    assert frame.workspace.draft.values == {}


def test_the_adapters_rank_is_offered_where_it_acts(frame: Frame, opened: Any) -> None:
    form = frame.pages["model"].form  # type: ignore[attr-defined]
    rank = form._own_form.fields["model.adapters"]
    assert not rank.isVisibleTo(form)

    frame.workspace.draft.update({"fine_tuning": {}})
    assert rank.isVisibleTo(form)
    frame.workspace.draft.remove("fine_tuning")
    assert not rank.isVisibleTo(form)
