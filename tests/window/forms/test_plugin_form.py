from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from desktop_app.registry import Registry
from desktop_app.window.background import Background
from desktop_app.window.draft import Draft
from desktop_app.window.forms.plugin_form import PluginForm
from desktop_app.window.plugin_shelf import PluginShelf

Form = tuple[PluginForm, Draft]


@pytest.fixture
def optimizer_form(qtbot: QtBot, registry: Registry) -> Callable[[], Form]:
    def make(default: object = "adam") -> Form:
        draft, shelf = Draft(), PluginShelf(Background())
        shelf.registry, shelf.catalogue = registry, registry.catalogue()
        form = PluginForm(draft, shelf, "training.optimizer", "optimizer", default)  # type: ignore[arg-type]
        qtbot.addWidget(form)
        form.show()
        return form, draft

    return make


def choose(qtbot: QtBot, form: PluginForm, name: str) -> None:
    """Choose a plugin by its title, typed into the list."""
    assert form.choice is not None
    box = form.choice.findChild(QComboBox)
    line = box.lineEdit()
    line.selectAll()
    qtbot.keyClicks(line, box.itemText(box.findData(name)))
    qtbot.keyClick(line, Qt.Key.Key_Return)


def type_into(qtbot: QtBot, form: PluginForm, name: str, text: str) -> None:
    line = form.fields[name].findChild(QLineEdit)
    line.selectAll()
    qtbot.keyClicks(line, text)
    qtbot.keyClick(line, Qt.Key.Key_Return)


def test_the_form_has_a_field_for_each_hyper_parameter(optimizer_form: Callable[[], Form], registry: Registry) -> None:
    form, _ = optimizer_form()
    assert list(form.fields) == [parameter.name for parameter in registry.optimizers["adam"].parameters]


def test_the_draft_holds_only_what_differs_from_the_signature(qtbot: QtBot, optimizer_form: Callable[[], Form]) -> None:
    form, draft = optimizer_form()
    type_into(qtbot, form, "lr", "0.02")
    assert draft.values == {"training": {"optimizer": {"name": "adam", "lr": 0.02}}}
    assert form.fields["lr"].differs
    qtbot.mouseClick(form.fields["lr"].reset_button, Qt.MouseButton.LeftButton)
    assert draft.values == {}
    assert not form.fields["lr"].differs


def test_switching_back_brings_the_other_plugins_values_back(qtbot: QtBot, optimizer_form: Callable[[], Form]) -> None:
    form, draft = optimizer_form()
    type_into(qtbot, form, "lr", "0.02")
    choose(qtbot, form, "sgd")
    assert draft.get("training.optimizer") == "sgd"
    choose(qtbot, form, "adam")
    assert draft.get("training.optimizer") == {"name": "adam", "lr": 0.02}


def test_a_default_with_values_of_its_own_is_put_back_to_them(
    qtbot: QtBot, optimizer_form: Callable[..., Form]
) -> None:
    form, draft = optimizer_form({"name": "adam", "lr": 1e-4})
    assert form.fields["lr"].findChild(QLineEdit).text() == "1e-4"
    type_into(qtbot, form, "lr", "0.5")
    assert draft.get("training.optimizer.lr") == 0.5
    qtbot.mouseClick(form.fields["lr"].reset_button, Qt.MouseButton.LeftButton)
    assert draft.values == {}


def test_a_text_that_is_no_number_is_refused_beside_the_field(qtbot: QtBot, optimizer_form: Callable[[], Form]) -> None:
    form, draft = optimizer_form()
    type_into(qtbot, form, "lr", "fast")
    assert "must be a number" in form.fields["lr"].wrong.lower()
    assert draft.values == {}


def test_a_problem_of_the_experiment_stands_beside_its_field(optimizer_form: Callable[[], Form]) -> None:
    form, _ = optimizer_form()
    assert form.show_problem("training.optimizer.lr", "must be above 0, got -1.")
    assert form.fields["lr"].wrong == "Must be above 0, got -1."
    assert not form.show_problem("data.path", "is missing.")
    assert form.fields["lr"].wrong == ""


def test_undo_takes_a_choice_back(qtbot: QtBot, optimizer_form: Callable[[], Form]) -> None:
    form, draft = optimizer_form()
    choose(qtbot, form, "sgd")
    while draft.can_undo:
        draft.undo()
    assert form.name == "adam"
    assert "betas" in form.fields or "beta1" in form.fields


def test_the_arrow_keys_move_a_slider_and_its_number(qtbot: QtBot, optimizer_form: Callable[[], Form]) -> None:
    form, draft = optimizer_form()
    slider = form.fields["lr"].editor.slider  # type: ignore[attr-defined]
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    assert draft.get("training.optimizer.lr") > 1e-3
    assert float(form.fields["lr"].findChild(QLineEdit).text()) == draft.get("training.optimizer.lr")


def test_an_automatic_value_is_shown_as_what_it_is_in_the_form_that_is_chosen(
    qtbot: QtBot, optimizer_form: Callable[[], Form]
) -> None:
    form, draft = optimizer_form()
    choose(qtbot, form, "rmsprop")
    line = form.fields["alpha"].findChild(QLineEdit)
    assert (line.text(), line.placeholderText()) == ("", "0.99")
    draft.set("training.optimizer", {"name": "rmsprop", "form": "textbook"})
    assert (line.text(), line.placeholderText()) == ("", "0.9")
    assert "0.99 standard, 0.9 textbook" in form.fields["alpha"].toolTip()
    choose(qtbot, form, "adamw")
    box = form.fields["decay"].findChild(QComboBox)
    assert box.itemText(0) == "Automatic (standard)"


def test_the_question_mark_asks_for_the_card_of_the_plugin_that_is_chosen(
    qtbot: QtBot, optimizer_form: Callable[[], Form]
) -> None:
    form, _ = optimizer_form()
    choose(qtbot, form, "sgd")
    with qtbot.waitSignal(form._shelf.card_asked) as asked:
        qtbot.mouseClick(form.card_link, Qt.MouseButton.LeftButton)
    assert asked.args == [("optimizer", "sgd")]


def test_a_text_that_names_nothing_puts_the_choice_back(qtbot: QtBot, optimizer_form: Callable[[], Form]) -> None:
    form, draft = optimizer_form()
    line = form.choice.findChild(QComboBox).lineEdit()
    line.selectAll()
    qtbot.keyClicks(line, "nothing of the kind")
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert line.text() == "Adam"
    assert draft.values == {}


def test_any_part_of_a_name_finds_it(qtbot: QtBot, optimizer_form: Callable[[], Form]) -> None:
    form, _ = optimizer_form()
    line = form.choice.findChild(QComboBox).lineEdit()
    line.selectAll()
    qtbot.keyClicks(line, "rmsp")
    completer = line.completer()
    found = {completer.completionModel().index(place, 0).data() for place in range(completer.completionCount())}
    assert "RMSProp" in found
    assert all("rmsp" in title.lower() for title in found)


def test_going_through_the_list_with_the_keys_keeps_the_list(qtbot: QtBot, optimizer_form: Callable[[], Form]) -> None:
    form, draft = optimizer_form()
    box = form.choice.findChild(QComboBox)
    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    qtbot.keyClick(box, Qt.Key.Key_Down)
    assert form.choice.findChild(QComboBox) is box
    assert draft.get("training.optimizer") == box.itemData(box.findData("adam") + 2)
