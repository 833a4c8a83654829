"""The Model page looks into the network before its first step, and mends what does not fit with one click."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop_app.window.frame import Frame
from desktop_app.window.pages.model import ModelPage

LONG_MS = 60_000
DEEP: dict[str, Any] = {"kind": "mlp", "layers": [32] * 16, "normalization": "none", "initializer": "xavier"}


def opened(qtbot: QtBot, frame: Frame, tmp_path: Path, **model: Any) -> ModelPage:
    frame.workspace.open_values({"data": {"source": "digits"}, "model": model}, tmp_path)
    frame.show_page("model")
    page = frame.page
    assert isinstance(page, ModelPage)
    qtbot.waitUntil(lambda: page.signals.found.state == "ready", timeout=LONG_MS)
    return page


def test_a_mismatch_is_said_beside_the_initializer_and_one_click_mends_it(
    qtbot: QtBot, frame: Frame, tmp_path: Path
) -> None:
    page = opened(qtbot, frame, tmp_path, **DEEP)
    hint = page.form.hints["model.initializer"]
    qtbot.waitUntil(lambda: "With Xavier and ReLU" in hint.text, timeout=LONG_MS)
    assert not page.form.hints["model.activation"].text
    assert page.form.initializer.choice is not None
    assert not page.form.initializer.choice.wrong
    qtbot.mouseClick(hint.button, Qt.MouseButton.LeftButton)
    assert frame.workspace.draft.get("model.initializer") is None  # he, the default
    qtbot.waitUntil(
        lambda: page.signals.found.state == "ready" and not page.signals.found.value[0].matters, timeout=LONG_MS
    )
    assert not hint.text
    frame.workspace.draft.undo()
    assert frame.workspace.draft.get("model.initializer") == "xavier"
    qtbot.waitUntil(lambda: bool(hint.text), timeout=LONG_MS)


def test_sigmoid_is_mended_by_a_normalization_beside_the_activation(qtbot: QtBot, frame: Frame, tmp_path: Path) -> None:
    page = opened(qtbot, frame, tmp_path, **{**DEEP, "activation": "sigmoid"})
    hint = page.form.hints["model.activation"]
    qtbot.waitUntil(lambda: bool(hint.text), timeout=LONG_MS)
    hint.button.setFocus()
    qtbot.keyClick(hint.button, Qt.Key.Key_Space)
    assert frame.workspace.draft.get("model.normalization") is None  # batch norm, the default


def test_nothing_is_said_of_a_shallow_network_and_its_signals_are_drawn(
    qtbot: QtBot, frame: Frame, tmp_path: Path
) -> None:
    page = opened(qtbot, frame, tmp_path, kind="mlp", layers=[32, 32], normalization="none", initializer="xavier")
    assert [hint.text for hint in page.form.hints.values()] == ["", ""]
    assert page.signals.isVisible()
    assert [len(curve.x) for curve in page.signals.graph.curves] == [3, 3]
    file = tmp_path / "signals.csv"
    page.signals.graph.saver.save_csv(file)
    assert len(file.read_text(encoding="utf-8").splitlines()) == 4


def test_nothing_is_computed_while_another_page_is_in_front(qtbot: QtBot, frame: Frame, tmp_path: Path) -> None:
    frame.workspace.open_values({"data": {"source": "digits"}, "model": DEEP}, tmp_path)
    page = frame.pages["model"]
    assert isinstance(page, ModelPage)
    qtbot.waitUntil(lambda: frame.workspace.network.state == "ready", timeout=LONG_MS)
    assert frame.page is not page
    assert page.signals.found.state == "empty"
    before = torch.get_rng_state()
    frame.show_page("model")
    qtbot.waitUntil(lambda: page.signals.found.state == "ready", timeout=LONG_MS)
    assert torch.equal(before, torch.get_rng_state())


def test_hints_and_signals_go_with_the_data(qtbot: QtBot, frame: Frame, tmp_path: Path) -> None:
    page = opened(qtbot, frame, tmp_path, **DEEP)
    qtbot.waitUntil(lambda: bool(page.form.hints["model.initializer"].text), timeout=LONG_MS)
    frame.workspace.draft.update({"data": None, "model": None})
    qtbot.waitUntil(lambda: not page.form.hints["model.initializer"].text, timeout=LONG_MS)
    assert page.signals.found.state == "empty"
