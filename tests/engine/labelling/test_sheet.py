"""Labels with undo, held against a model that copies everything at each step."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.engine.labelling.sheet import LabelSheet
from desktop_app.errors import DataError

PICTURES = [f"{place}.jpg" for place in range(4)]
NAMES = ["a", "b", "c"]


class Model:
    """The same as a sheet, told plainly: a list of classes, a mapping, and a copy of both for each step."""

    def __init__(self) -> None:
        self.classes: list[str] = []
        self.labels: dict[str, str] = {}
        self.before: list[tuple[list[str], dict[str, str]]] = []
        self.after: list[tuple[list[str], dict[str, str]]] = []

    def step(self, classes: list[str], labels: dict[str, str]) -> None:
        if (classes, labels) != (self.classes, self.labels):
            self.before.append((self.classes, self.labels))
            self.after.clear()
            self.classes, self.labels = classes, labels

    def go(self, start: list, end: list) -> None:  # type: ignore[type-arg]
        if start:
            end.append((self.classes, self.labels))
            self.classes, self.labels = start.pop()

    def do(self, deed: str, pictures: list[str], one: str, other: str) -> bool:
        """Return whether the deed is allowed."""
        labels = dict(self.labels)
        if deed == "add":
            allowed = one not in self.classes
            if allowed:
                self.step([*self.classes, one], labels)
            return allowed
        if deed == "undo":
            self.go(self.before, self.after)
        elif deed == "redo":
            self.go(self.after, self.before)
        elif deed == "clear":
            self.step(self.classes, {key: value for key, value in labels.items() if key not in pictures})
        elif deed == "label":
            if pictures and one not in self.classes:
                return False
            self.step(self.classes, labels | dict.fromkeys(pictures, one))
        elif one not in self.classes:
            return False
        elif deed == "delete":
            left = {key: value for key, value in labels.items() if value != one}
            self.step([name for name in self.classes if name != one], left)
        else:
            if deed == "rename":
                if one == other:
                    return True
                if other in self.classes:
                    return False
                classes = [other if name == one else name for name in self.classes]
            else:
                if other not in self.classes:
                    return False
                classes = [name for name in self.classes if name != one or one == other]
            self.step(classes, {key: other if value == one else value for key, value in labels.items()})
        return True


DEEDS = st.tuples(
    st.sampled_from(["add", "label", "label", "clear", "rename", "merge", "delete", "undo", "undo", "redo"]),
    st.lists(st.sampled_from(PICTURES), unique=True),
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
)


def do(sheet: LabelSheet, deed: str, pictures: list[str], one: str, other: str) -> None:
    deeds = {
        "add": lambda: sheet.add_class(one),
        "label": lambda: sheet.label(pictures, one),
        "clear": lambda: sheet.clear(pictures),
        "rename": lambda: sheet.rename(one, other),
        "merge": lambda: sheet.merge(one, other),
        "delete": lambda: sheet.delete_class(one),
        "undo": sheet.undo,
        "redo": sheet.redo,
    }
    deeds[deed]()


@given(st.lists(DEEDS, max_size=40))
def test_any_sequence_of_deeds_does_what_a_model_that_copies_everything_does(deeds: list) -> None:  # type: ignore[type-arg]
    sheet, model = LabelSheet(), Model()
    for deed, pictures, one, other in deeds:
        if model.do(deed, pictures, one, other):
            do(sheet, deed, pictures, one, other)
        else:
            with pytest.raises(DataError):
                do(sheet, deed, pictures, one, other)
        assert list(sheet.classes) == model.classes
        assert dict(sheet.labels) == model.labels
        assert (sheet.can_undo, sheet.can_redo) == (bool(model.before), bool(model.after))


def test_classes_of_labels_that_are_there_already_come_in_the_order_of_their_names() -> None:
    assert LabelSheet({"1.jpg": "fox", "2.jpg": "elk", "3.jpg": "fox"}).classes == ("elk", "fox")


@pytest.mark.parametrize("name", ["", "  ", "a/b", "a\\b", "two\nlines", ".", "..", "x" * 101])
def test_a_name_that_could_not_be_a_folder_is_refused(name: str) -> None:
    sheet = LabelSheet()
    with pytest.raises(DataError, match="class"):
        sheet.add_class(name)
    assert sheet.classes == ()
    assert not sheet.can_undo


def test_a_name_loses_the_spaces_at_its_ends_and_keeps_all_other_letters() -> None:
    assert LabelSheet().add_class("  Rötliche Möwe, jung; «2» 🦆 ") == "Rötliche Möwe, jung; «2» 🦆"


def test_accepting_many_is_one_step_back() -> None:
    sheet = LabelSheet({"0.jpg": "a", "1.jpg": "b"})
    sheet.label_each({"2.jpg": "a", "3.jpg": "b"})
    sheet.undo()
    assert dict(sheet.labels) == {"0.jpg": "a", "1.jpg": "b"}
