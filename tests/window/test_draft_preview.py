"""Data are read as the draft's network wants them, and once as long as nothing changes what is read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame

LONG_MS = 60_000
Drop = Callable[[QWidget, list[Path]], None]


def dropped(frame: Frame, qtbot: QtBot, drop: Drop, file: Path, text: str) -> None:
    """Write an experiment, drop it on the window and wait until its network is summed up, or cannot be."""
    file.write_text(text, encoding="utf-8")
    drop(frame, [file])
    settled(frame, qtbot)


def settled(frame: Frame, qtbot: QtBot) -> None:
    workspace = frame.workspace

    def is_settled() -> bool:
        return workspace.data.state in ("ready", "failed") and workspace.network.state in ("ready", "failed")

    qtbot.waitUntil(lambda: not workspace._settle.isActive() and is_settled(), timeout=LONG_MS)


def set_value(frame: Frame, qtbot: QtBot, key: str, value: Any) -> None:
    frame.workspace.draft.set(key, value)
    settled(frame, qtbot)


def test_digits_are_pictures_for_a_convolutional_network_and_columns_for_a_perceptron(
    frame: Frame, qtbot: QtBot, drop: Drop, tmp_path: Path
) -> None:
    workspace = frame.workspace
    dropped(frame, qtbot, drop, tmp_path / "digits.toml", '[data]\nsource = "digits"\n[model]\nkind = "cnn"\n')

    assert workspace.data.value[0].kind == "pictures"
    assert workspace.network.state == "ready", workspace.network.error
    assert workspace.network.value.experiment.model.kind.name == "cnn"

    set_value(frame, qtbot, "model.kind", "mlp")
    assert workspace.data.value[0].kind == "table"
    assert workspace.network.state == "ready", workspace.network.error

    set_value(frame, qtbot, "model.kind", None)
    assert workspace.data.value[0].kind == "table"
    assert workspace.network.value.experiment.model.kind.name == "mlp"


def test_samples_stay_where_another_network_or_another_split_changes_nothing_of_them(
    frame: Frame, qtbot: QtBot, drop: Drop, pictures: Path, tmp_path: Path
) -> None:
    workspace = frame.workspace
    text = f'[data]\nsource = "image_folder"\npath = "{pictures}"\n[model]\nkind = "cnn"\n'
    dropped(frame, qtbot, drop, tmp_path / "shades.toml", text)
    samples, split = workspace.data.value

    set_value(frame, qtbot, "model.kind", "transfer")
    assert workspace.data.value[0] is samples
    set_value(frame, qtbot, "data.validation", 0.4)
    assert workspace.data.value[0] is samples
    assert len(workspace.data.value[1].validation) > len(split.validation)

    set_value(frame, qtbot, "data.unreadable", "skip")
    assert workspace.data.value[0] is not samples


def test_data_are_shown_although_the_network_is_ill(frame: Frame, qtbot: QtBot, drop: Drop, tmp_path: Path) -> None:
    workspace = frame.workspace
    dropped(frame, qtbot, drop, tmp_path / "digits.toml", '[data]\nsource = "digits"\n[model]\nkind = "cnn"\n')
    set_value(frame, qtbot, "model.layers", [0])
    assert (workspace.data.state, workspace.data.value[0].kind) == ("ready", "pictures")
    assert workspace.network.state == "failed"

    set_value(frame, qtbot, "model", {"kind": "cmm"})
    assert (workspace.data.state, workspace.data.value[0].kind) == ("ready", "table")
    assert workspace.network.state == "failed"

    set_value(frame, qtbot, "data.source", "digitz")
    assert workspace.data.state == "failed"
    assert "digits" in str(workspace.data.error)
