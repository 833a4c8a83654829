"""Findings beside the controls of a training, driven with the mouse: on an ill run, on a healthy one, and by hand."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from desktop_app.engine.insight.diagnose import Diagnosis
from desktop_app.engine.insight.finding import Exhibit, Finding
from desktop_app.window.frame import Frame
from desktop_app.window.pages.train import TrainPage
from desktop_app.window.train.findings_panel import FindingsPanel
from desktop_app.window.workspace import Notice, Workspace

LONG_MS = 120_000
CAUSE = Finding(
    "init_mismatch",
    "error",
    "The signal shrinks to 3e-8 of its size on its way through 20 layers.",
    advice="Take an initializer that is made for sigmoid.",
    changes={"model.initializer": "xavier"},
    button="Train with xavier",
    exhibits=(Exhibit(("output_std/layers.0",), 1, 40),),
)
EFFECT = Finding("vanishing_gradients", "warning", "Gradients fall 4e5-fold.", "layers.0", because=("init_mismatch",))


@pytest.fixture
def panel(qtbot: QtBot, workspace: Workspace) -> FindingsPanel:
    made = FindingsPanel(workspace)
    qtbot.addWidget(made)
    made.resize(300, 600)
    made.show()
    return made


def give(panel: FindingsPanel, *findings: Finding, sentence: str = "One thing is wrong: weights.") -> None:
    """Have the panel show these, as when a diagnosis has come from behind the window."""
    panel.diagnosing.diagnosis = Diagnosis(findings, sentence)
    panel.diagnosing.changed.emit()
    QApplication.processEvents()  # layouts settle


def test_a_consequence_is_set_in_below_its_cause_and_names_it(panel: FindingsPanel) -> None:
    alone = Finding("small_validation", "note", "Only 12 samples validate.")
    give(panel, CAUSE, alone, EFFECT)
    assert [card.finding.code for card in panel.cards] == ["init_mismatch", "vanishing_gradients", "small_validation"]
    cause, effect, _ = panel.cards
    assert effect.cause.text() == "Follows from: the initial weights do not fit the network"
    assert (
        effect._body.mapTo(panel, effect._body.rect().topLeft()).x()
        > cause._body.mapTo(panel, cause._body.rect().topLeft()).x()
    )
    assert cause.accessibleName().startswith("Error: ")
    assert panel.has_errors


def test_show_asks_for_the_evidence(qtbot: QtBot, panel: FindingsPanel) -> None:
    give(panel, CAUSE, EFFECT)
    asked: list[Any] = []
    panel.evidence_asked.connect(asked.append)
    qtbot.mouseClick(panel.cards[0].show_evidence, Qt.MouseButton.LeftButton)
    assert asked == [CAUSE.exhibits[0]]
    assert not panel.cards[1].show_evidence.isVisible()
    assert not panel.cards[1].mend.isVisible()


def test_a_diagnosis_that_comes_again_keeps_cards_and_focus(qtbot: QtBot, panel: FindingsPanel) -> None:
    give(panel, CAUSE, EFFECT)
    before = list(panel.cards)
    before[0].show_evidence.setFocus()
    give(panel, dataclasses.replace(CAUSE, message="The signal shrinks to 2e-8."), EFFECT)
    assert panel.cards == before
    assert before[0].message.toPlainText() == "The signal shrinks to 2e-8."
    assert panel.focusWidget() is before[0].show_evidence
    give(panel, EFFECT)
    assert panel.cards == before[1:]
    assert not before[1].cause.isVisible()


def test_long_messages_and_buttons_fit_the_width(qtbot: QtBot, panel: FindingsPanel) -> None:
    long = "backbone." + "_".join(["a_block_with_a_very_long_name"] * 8)
    give(panel, dataclasses.replace(CAUSE, message=long, layer=long, button=f"Train without {long}"))
    card = panel.cards[0]
    qtbot.waitUntil(lambda: card.message.viewport().height() >= card.message.document().size().height())
    assert card.width() <= 300
    assert card.message.height() > 3 * card.message.fontMetrics().height()
    assert card.mend.toolTip().startswith(f"Train without {long}")
    assert "…" in card.mend.text()


def test_of_many_findings_more_are_shown_when_asked_for(qtbot: QtBot, panel: FindingsPanel) -> None:
    many = [Finding("dead_units", "warning", "Dead.", f"layers.{place}") for place in range(20)]
    give(panel, *many)
    assert len(panel.cards) == 6
    assert panel.more.text() == "Show 14 more"
    qtbot.mouseClick(panel.more, Qt.MouseButton.LeftButton)
    assert [card.finding.layer for card in panel.cards] == [each.layer for each in many]
    assert not panel.more.isVisible()


def test_an_error_of_a_live_training_is_said_once_in_the_bar(panel: FindingsPanel, workspace: Workspace) -> None:
    said: list[Notice] = []
    workspace.said.connect(said.append)
    panel.diagnosing.live = True
    give(panel, EFFECT)
    assert said == []
    give(panel, CAUSE)
    give(panel, CAUSE, EFFECT)
    assert [(notice.text, notice.tone) for notice in said] == [(CAUSE.message, "bad")]


def trained(qtbot: QtBot, frame: Frame, **training: Any) -> TrainPage:
    """Train the digits by a press of the main button, and wait for what is found."""
    workspace = frame.workspace
    values = {"data": {"source": "digits"}, "model": {"kind": "mlp", "layers": [64]}}
    workspace.open_values({**values, "training": {"epochs": 8, **training}}, Path())
    qtbot.waitUntil(lambda: workspace.ready_to_train, timeout=LONG_MS)
    qtbot.mouseClick(frame.header.main, Qt.MouseButton.LeftButton)
    page = frame.pages["train"]
    assert isinstance(page, TrainPage)
    found = page.findings
    qtbot.waitUntil(lambda: workspace.run is not None and not workspace.training.active, timeout=LONG_MS)
    qtbot.waitUntil(lambda: found.diagnosing.diagnosis is not None and not found.diagnosing.live, timeout=LONG_MS)
    return page


def test_a_healthy_run_is_said_to_be_healthy_and_its_layers_are_there(qtbot: QtBot, frame: Frame) -> None:
    page = trained(qtbot, frame)
    assert page.findings.verdict.text() == "This training looks healthy"
    assert page.state == "done"
    qtbot.mouseClick(page.tools.segments.buttons[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(page.layers.heat._matrix.steps) > 1, timeout=LONG_MS)
    assert page.layers.quantities.currentText() == "Gradient norm"
    assert page.layers.cost.text().startswith("Instruments take")
    assert not page.tools.segments.buttons[2].isVisible()


@pytest.mark.filterwarnings("ignore:.*lies outside its usual range")
def test_an_ill_run_asks_for_attention_and_its_advice_opens_a_clone(qtbot: QtBot, frame: Frame) -> None:
    page = trained(qtbot, frame, optimizer={"name": "sgd", "lr": 1e6})
    assert page.state == "attention"
    assert page.findings.has_errors
    qtbot.waitUntil(lambda: any(card.mend.isVisible() for card in page.findings.cards), timeout=LONG_MS)
    card = next(card for card in page.findings.cards if card.mend.isVisible())
    changes = dict(card.finding.changes)
    qtbot.mouseClick(card.mend, Qt.MouseButton.LeftButton)
    assert changes
    for key, value in changes.items():
        assert frame.workspace.draft.get(key) == value
