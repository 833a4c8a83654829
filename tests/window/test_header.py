"""The header says in one line what the draft is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.header import Header
from desktop_app.window.workspace import Workspace


@pytest.fixture
def header(qtbot: QtBot) -> Iterator[Header]:
    workspace = Workspace()
    made = Header(workspace)
    qtbot.addWidget(made)
    made.show()
    yield made
    workspace.shut_down()


@pytest.mark.parametrize(
    ("epochs", "words"), [(1, "1 epoch"), (2, "2 epochs"), (1200, "1,200 epochs"), ("x", "x epochs")]
)
def test_the_epochs_are_counted_in_words(header: Header, tmp_path: Path, epochs: object, words: str) -> None:
    header._workspace.draft.open({"data": {"source": "digits"}, "training": {"epochs": epochs}}, tmp_path)
    assert words in [part.strip() for each in header.findChildren(ElidedLabel) for part in each.text().split("·")]
