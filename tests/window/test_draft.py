from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.window import draft as draft_module
from desktop_app.window.draft import Draft

KEYS = ("name", "data.source", "training.epochs", "training.optimizer", "model.kind")


def test_a_value_is_found_at_its_dotted_key() -> None:
    draft = Draft()
    draft.set("training.optimizer", {"name": "adam", "lr": 0.01})
    assert draft.get("training.optimizer.lr") == 0.01
    assert draft.values == {"training": {"optimizer": {"name": "adam", "lr": 0.01}}}


def test_removing_the_last_key_of_a_section_removes_the_section() -> None:
    draft = Draft()
    draft.set("training.epochs", 3)
    draft.remove("training.epochs")
    assert draft.values == {}


def test_an_empty_fine_tuning_stays_because_it_asks_for_the_stage() -> None:
    draft = Draft()
    draft.set("fine_tuning", {})
    draft.set("fine_tuning.epochs", 2)
    draft.remove("fine_tuning.epochs")
    assert draft.values == {"fine_tuning": {}}
    draft.remove("fine_tuning")
    assert draft.values == {}


def test_what_is_read_cannot_change_the_draft() -> None:
    draft = Draft()
    draft.set("model.layers", [8, 8])
    draft.get("model.layers").append(9)
    draft.values["model"]["layers"].append(9)
    assert draft.get("model.layers") == [8, 8]


def test_quick_changes_to_one_key_are_one_step_back() -> None:
    draft = Draft()
    for epochs in (1, 2, 3):
        draft.set("training.epochs", epochs)
    draft.undo()
    assert draft.values == {}
    assert not draft.can_undo


def test_slow_changes_to_one_key_are_steps_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((0.0, 10.0, 20.0))
    monkeypatch.setattr(draft_module.time, "monotonic", lambda: next(clock))
    draft = Draft()
    for epochs in (1, 2, 3):
        draft.set("training.epochs", epochs)
    draft.undo()
    assert draft.get("training.epochs") == 2


def test_a_change_after_an_undo_closes_the_way_forward() -> None:
    draft = Draft()
    draft.set("name", "one")
    draft.undo()
    draft.set("name", "two")
    draft.redo()
    assert draft.get("name") == "two"


def test_a_draft_is_saved_until_it_is_changed(tmp_path: Path) -> None:
    draft = Draft()
    draft.open({"name": "one"}, tmp_path, tmp_path / "one.toml")
    assert draft.is_saved
    draft.set("name", "two")
    assert not draft.is_saved
    draft.undo()
    assert draft.is_saved


@given(st.lists(st.tuples(st.sampled_from(KEYS), st.one_of(st.none(), st.integers(), st.text())), max_size=30))
def test_undoing_everything_and_redoing_it_leads_to_the_same_draft(changes: list[tuple[str, object]]) -> None:
    draft = Draft()
    for key, value in changes:
        draft.set(key, value)
    after = draft.values
    while draft.can_undo:
        draft.undo()
    assert draft.values == {}
    while draft.can_redo:
        draft.redo()
    assert draft.values == after


def test_opening_something_else_can_be_taken_back(tmp_path: Path) -> None:
    draft = Draft()
    draft.open({"name": "one"}, tmp_path, tmp_path / "one.toml")
    draft.set("name", "changed")
    draft.open({"name": "two"}, tmp_path)
    assert draft.file is None
    draft.undo()
    assert (draft.get("name"), draft.file, draft.is_saved) == ("changed", tmp_path / "one.toml", False)
    draft.undo()
    assert (draft.get("name"), draft.is_saved) == ("one", True)
    draft.redo()
    draft.redo()
    assert (draft.get("name"), draft.file) == ("two", None)
