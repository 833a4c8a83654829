"""Trackers are switched on and set with mouse and keys; the draft holds the shortest list of them."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from desktop_app.registry import Registry
from desktop_app.window.background import Background
from desktop_app.window.draft import Draft
from desktop_app.window.plugin_shelf import PluginShelf
from desktop_app.window.train.trackers_form import TrackersForm


class Opened:
    """The form over a draft, worked with mouse and keys."""

    def __init__(self, qtbot: QtBot, registry: Registry, written: Any = None) -> None:
        self._qtbot = qtbot
        self.draft, shelf = Draft(), PluginShelf(Background())
        shelf.registry, shelf.catalogue = registry, registry.catalogue()
        if written is not None:
            self.draft.set("training.trackers", written)
        self.form = TrackersForm(self.draft, shelf)
        qtbot.addWidget(self.form)
        self.form.show()

    @property
    def written(self) -> Any:
        return self.draft.get("training.trackers")

    def switch(self, name: str) -> None:
        self._qtbot.mouseClick(self.form.switches[name].editor.box, Qt.MouseButton.LeftButton)

    def type_into(self, name: str, key: str, text: str) -> None:
        line = self.form.fields[name, key].findChild(QLineEdit)
        line.selectAll()
        self._qtbot.keyClicks(line, text)
        self._qtbot.keyClick(line, Qt.Key.Key_Return)


@pytest.fixture
def opened(qtbot: QtBot, registry: Registry) -> Opened:
    return Opened(qtbot, registry)


def test_there_is_a_switch_for_each_tracker_and_what_it_takes_is_hidden_until_it_is_on(
    opened: Opened, registry: Registry
) -> None:
    assert list(opened.form.switches) == list(registry.trackers) == ["mlflow", "tensorboard"]
    assert not any(field.isVisible() for field in opened.form.fields.values())

    opened.switch("tensorboard")

    visible = [place for place, field in opened.form.fields.items() if field.isVisible()]
    assert visible == [("tensorboard", "folder")]
    assert opened.written == ["tensorboard"]


def test_what_was_set_stands_in_the_list_and_comes_back_with_the_switch(opened: Opened) -> None:
    opened.switch("tensorboard")
    opened.switch("mlflow")
    opened.type_into("mlflow", "uri", "http://localhost:5000")
    whole = ["tensorboard", {"name": "mlflow", "uri": "http://localhost:5000"}]
    assert opened.written == whole

    opened.switch("mlflow")
    assert opened.written == ["tensorboard"]
    opened.switch("mlflow")
    assert opened.written == whole


def test_putting_back_and_switching_off_leave_nothing_in_the_draft(qtbot: QtBot, opened: Opened) -> None:
    opened.switch("tensorboard")
    opened.type_into("tensorboard", "folder", "here")
    qtbot.mouseClick(opened.form.fields["tensorboard", "folder"].reset_button, Qt.MouseButton.LeftButton)
    assert opened.written == ["tensorboard"]

    qtbot.mouseClick(opened.form.switches["tensorboard"].reset_button, Qt.MouseButton.LeftButton)
    assert opened.draft.values == {}


def test_what_a_file_says_is_shown_and_what_is_not_installed_stays(qtbot: QtBot, registry: Registry) -> None:
    opened = Opened(qtbot, registry, ["elsewhere", {"name": "mlflow", "every": 10}])
    assert opened.form.switches["mlflow"].differs
    assert opened.form.fields["mlflow", "every"].editor.box.value() == 10

    opened.switch("tensorboard")

    assert opened.written == ["elsewhere", {"name": "mlflow", "every": 10}, "tensorboard"]


def test_a_list_that_is_none_does_no_harm(qtbot: QtBot, registry: Registry) -> None:
    opened = Opened(qtbot, registry, "tensorboard")
    assert not opened.form.switches["tensorboard"].differs


def test_what_is_wrong_is_said_beside_its_field_or_below_them_all(opened: Opened) -> None:
    opened.switch("mlflow")

    assert opened.form.show_problem("training.trackers.every", "must be a whole number.")
    assert opened.form.fields["mlflow", "every"].wrong == "Must be a whole number."
    assert opened.form.wrong == ""

    assert opened.form.show_problem("training.trackers", 'there is no tracker "x".')
    assert opened.form.fields["mlflow", "every"].wrong == ""
    assert opened.form.wrong == 'There is no tracker "x".'

    assert not opened.form.show_problem("training.epochs", "must be at least 1.")
    assert opened.form.wrong == ""
