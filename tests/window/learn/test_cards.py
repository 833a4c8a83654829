"""Cards in the open window: what they show, what they do, and how they follow settings and reloads."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from desktop_app.registry import Registry, load_plugins
from desktop_app.window.learn.card_content import CardContent, address
from desktop_app.window.learn.card_pictures import DescentPicture, PortraitPicture
from desktop_app.window.learn.card_view import CardView
from desktop_app.window.workspace import Workspace

LEFT = Qt.MouseButton.LeftButton
LONG_MS = 60_000

USERS = """
import torch
from torch import nn

from desktop_app.api import Activation, Optimizer, hookimpl


@hookimpl
def register_activations():
    return Activation("mine_with_a_name_that_is_very_long_" + "x" * 160, nn.Softsign, formula=r"\\frac{x")


@hookimpl
def register_optimizers():
    def refuses(params, lr: float = 0.1):
        raise ValueError("not today")

    return Optimizer("refuses", refuses, reference="a talk in a kitchen", notes=("One.", "Two."))
"""


@pytest.fixture
def workspace(qtbot: QtBot, registry: Registry):
    made = Workspace()
    made.shelf.registry, made.shelf.catalogue = registry, registry.catalogue()
    yield made
    made.shut_down()
    made.deleteLater()


def shown(qtbot: QtBot, workspace: Workspace, kind: str, name: str) -> tuple[CardView, CardContent]:
    view = CardView(workspace)
    qtbot.addWidget(view)
    view.resize(1000, 700)
    view.show_card(kind, name)
    view.show()
    qtbot.waitExposed(view)
    assert view.content is not None
    if view.content.picture is not None:
        picture = view.content.picture
        qtbot.waitUntil(lambda: not picture.busy, timeout=LONG_MS)
    return view, view.content


def texts(content: CardContent) -> str:
    return "\n".join(label.text() for label in content.findChildren(QLabel) if label.isVisibleTo(content))


def type_into(qtbot: QtBot, content: CardContent, name: str, text: str) -> None:
    line = content.settings.fields[name].findChild(QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_an_optimizers_card_says_what_it_is_and_runs_both_forms(qtbot: QtBot, workspace: Workspace) -> None:
    _, content = shown(qtbot, workspace, "optimizer", "rmsprop")
    card = content.card
    said = texts(content)
    for text in (card.title, card.summary, card.when, *card.notes, "default 0.99 standard, 0.9 textbook"):
        assert text in said
    assert len(content.formulas) == 2
    assert all(formula.reason == "" for formula in content.formulas)
    picture = content.picture
    assert isinstance(picture, DescentPicture)
    assert [curve.title for curve in picture.losses.curves] == ["standard", "textbook"]
    assert "apart" in picture.said


def test_the_rate_on_the_card_changes_the_picture_and_nothing_else(qtbot: QtBot, workspace: Workspace) -> None:
    _, content = shown(qtbot, workspace, "optimizer", "momentum")
    picture = content.picture
    assert isinstance(picture, DescentPicture)
    assert picture.field is not None
    before = picture.losses.curves[0].y
    line = picture.field.findChild(QLineEdit)
    assert float(line.placeholderText()) > 0
    qtbot.keyClicks(line, "0.001")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: picture.losses.curves[0].y[-1] > before[-1], timeout=LONG_MS)
    assert content.settings.hyper == {}


def test_a_setting_changes_picture_and_code_at_once(qtbot: QtBot, workspace: Workspace) -> None:
    _, content = shown(qtbot, workspace, "activation", "leaky_relu")
    picture = content.picture
    assert isinstance(picture, PortraitPicture)
    assert picture.graph is not None
    qtbot.mouseClick(content.show_code, LEFT)
    assert "nn.LeakyReLU(negative_slope=0.01)" in content.code.code
    type_into(qtbot, content, "negative_slope", "0.5")
    assert "nn.LeakyReLU(negative_slope=0.5)" in content.code.code
    graph = picture.graph
    qtbot.waitUntil(lambda: graph.curves[0].y.min() == -2.5, timeout=LONG_MS)
    qtbot.mouseClick(content.settings.fields["negative_slope"].reset_button, LEFT)
    assert "negative_slope=0.01" in content.code.code


def test_code_is_copied_and_saved(qtbot: QtBot, workspace: Workspace, tmp_path: Path) -> None:
    _, content = shown(qtbot, workspace, "activation", "relu")
    qtbot.mouseClick(content.show_code, LEFT)
    qtbot.mouseClick(content.code.copy, LEFT)
    assert QGuiApplication.clipboard().text() == content.code.code
    content.code.save_as(tmp_path / "relu.py")
    assert (tmp_path / "relu.py").read_text(encoding="utf-8") == content.code.code
    with qtbot.waitSignal(workspace.said) as said:
        content.code.save_as(tmp_path / "nowhere" / "relu.py")
    assert "cannot be written" in said.args[0].text


def test_use_it_writes_the_choice_in_one_step_that_can_be_taken_back(qtbot: QtBot, workspace: Workspace) -> None:
    draft = workspace.draft
    _, content = shown(qtbot, workspace, "optimizer", "nag")
    assert not content.use.isEnabled()
    draft.set("data.source", "digits")
    type_into(qtbot, content, "momentum", "0.8")
    qtbot.mouseClick(content.use, LEFT)
    assert draft.get("training.optimizer") == {"name": "nag", "momentum": 0.8}
    assert content.use.text() == "In use"
    assert not content.use.isEnabled()
    draft.undo()
    assert draft.get("training.optimizer") is None
    assert content.use.text() == "Use it"


def test_using_another_network_takes_the_keys_away_that_it_does_not_have(qtbot: QtBot, workspace: Workspace) -> None:
    draft = workspace.draft
    draft.update({"data.source": "digits", "model.kind": "transfer", "model.head": [8], "fine_tuning.epochs": 3})
    _, content = shown(qtbot, workspace, "network", "mlp")
    type_into(qtbot, content, "layers", "32, 16")
    qtbot.mouseClick(content.use, LEFT)
    assert draft.get("model") == {"kind": "mlp", "layers": [32, 16]}
    assert draft.get("fine_tuning") is None
    assert "parameters for 64 columns" in texts(content)


def test_a_paper_opens_in_the_browser(qtbot: QtBot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []
    # The one thing that cannot be had in a test is a browser.
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda link: opened.append(link.toString()))
    _, content = shown(qtbot, workspace, "optimizer", "adam")
    qtbot.mouseClick(content.paper, LEFT)
    assert opened == ["https://arxiv.org/abs/1412.6980"]
    assert address("a talk in a kitchen") == ""
    assert address("https://example.org/a") == "https://example.org/a"


def test_backbones_and_data_sources_have_cards_too(qtbot: QtBot, workspace: Workspace) -> None:
    _, content = shown(qtbot, workspace, "backbone", "efficientnet_lite0")
    assert content.picture is None
    assert "weights: Apache-2.0" in texts(content)
    _, content = shown(qtbot, workspace, "data_source", "digits")
    assert not content.use.isVisible()


@pytest.fixture
def with_users(workspace: Workspace, tmp_path: Path) -> Workspace:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "mine.py").write_text(USERS, encoding="utf-8")
    registry = load_plugins(folder)
    workspace.shelf.registry, workspace.shelf.catalogue = registry, registry.catalogue()
    return workspace


def test_a_users_plugin_gets_the_same_card_whatever_its_latex_and_name(qtbot: QtBot, with_users: Workspace) -> None:
    registry = with_users.shelf.registry
    assert registry is not None
    name = next(name for name in registry.activations if name.startswith("mine"))
    view, content = shown(qtbot, with_users, "activation", name)
    assert "This LaTeX cannot be set" in content.formulas[0].reason
    assert "user" in texts(content)
    assert content.width() <= view.width()
    assert isinstance(content.picture, PortraitPicture)
    assert content.picture.graph is not None


def test_a_plugin_that_refuses_is_shown_with_its_reason(qtbot: QtBot, with_users: Workspace) -> None:
    _, content = shown(qtbot, with_users, "optimizer", "refuses")
    assert content.picture is not None
    assert "not today" in content.picture.said
    assert "a talk in a kitchen" in texts(content)
    qtbot.mouseClick(content.show_code, LEFT)
    assert "not today" in content.code.code


def test_a_plugin_that_is_gone_is_said_to_be(qtbot: QtBot, with_users: Workspace, registry: Registry) -> None:
    view, _ = shown(qtbot, with_users, "optimizer", "refuses")
    with_users.shelf.registry, with_users.shelf.catalogue = registry, registry.catalogue()
    view.show_card("optimizer", "refuses")
    assert view.content is None
    assert view._panel.text.startswith('There is no optimizer "refuses"')


def test_settings_that_were_tried_are_there_when_the_card_is_opened_again(qtbot: QtBot, workspace: Workspace) -> None:
    view, content = shown(qtbot, workspace, "activation", "elu")
    name = next(iter(content.settings.fields))
    type_into(qtbot, content, name, "0.5")
    view.show_card("activation", "relu")
    view.show_card("activation", "elu")
    assert view.content is not None
    assert view.content.settings.hyper == {name: 0.5}
