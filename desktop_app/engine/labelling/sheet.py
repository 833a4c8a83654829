"""The classes of a folder and which picture has which, with undo and redo of whatever is done to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from desktop_app.errors import DataError

_STEPS_KEPT = 500
_LONGEST_NAME = 100


@dataclass(frozen=True)
class _Step:
    """What stood before a change: all classes, and the label (or none) of each picture that it touched."""

    classes: tuple[str, ...]
    labels: Mapping[str, str | None]


class LabelSheet:
    """Labels by picture name, and the classes in the order in which they were made.

    Whatever changes something is one step of undo; what would change nothing is none.
    """

    def __init__(self, labels: Mapping[str, str] | None = None) -> None:
        self._labels = dict(labels or {})
        self._classes = tuple(sorted(set(self._labels.values())))
        self._before: list[_Step] = []
        self._after: list[_Step] = []

    @property
    def classes(self) -> tuple[str, ...]:
        """All classes, those without pictures, too."""
        return self._classes

    @property
    def labels(self) -> Mapping[str, str]:
        """The class of each labelled picture, by the picture's name; not to be changed by the caller."""
        return self._labels

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to go back."""
        return bool(self._before)

    @property
    def can_redo(self) -> bool:
        """Whether a step that was taken back can be taken again."""
        return bool(self._after)

    def add_class(self, name: str) -> str:
        """Add a class and return its name without spaces at its ends.

        Raises: ``DataError`` for a name that cannot be one or that there is already.
        """
        name = self._new_name(name)
        self._do((*self._classes, name), {})
        return name

    def label(self, pictures: Iterable[str], name: str) -> None:
        """Give ``pictures`` the class ``name``. Raises: ``DataError`` where there is no such class."""
        self.label_each(dict.fromkeys(pictures, name))

    def label_each(self, chosen: Mapping[str, str]) -> None:
        """Give each picture a class of its own, in one step. Raises: ``DataError`` where there is no such class."""
        for name in set(chosen.values()):
            self._check_known(name)
        self._do(self._classes, chosen)

    def clear(self, pictures: Iterable[str]) -> None:
        """Take the labels off ``pictures``."""
        self._do(self._classes, dict.fromkeys(pictures))

    def rename(self, name: str, new_name: str) -> str:
        """Call a class ``new_name``, and return it without spaces at its ends.

        Raises: ``DataError`` where there is no class ``name``, or ``new_name`` cannot be one or is there already.
        """
        self._check_known(name)
        if new_name.strip() == name:
            return name
        new_name = self._new_name(new_name)
        classes = tuple(new_name if known == name else known for known in self._classes)
        self._do(classes, dict.fromkeys(self._pictures_of(name), new_name))
        return new_name

    def merge(self, name: str, into: str) -> None:
        """Give all pictures of a class to another and remove it. Raises: ``DataError`` where one of them is unknown."""
        self._check_known(name)
        self._check_known(into)
        if name == into:
            return
        self._do(self._without(name), dict.fromkeys(self._pictures_of(name), into))

    def delete_class(self, name: str) -> None:
        """Remove a class; its pictures are unlabelled again. Raises: ``DataError`` where there is no such class."""
        self._check_known(name)
        self._do(self._without(name), dict.fromkeys(self._pictures_of(name)))

    def undo(self) -> None:
        """Take the last step back; does nothing where there is none."""
        if self._before:
            self._after.append(self._swap(self._before.pop()))

    def redo(self) -> None:
        """Take again what was taken back; does nothing where there is nothing."""
        if self._after:
            self._before.append(self._swap(self._after.pop()))

    def _do(self, classes: tuple[str, ...], labels: Mapping[str, str | None]) -> None:
        changed = {picture: label for picture, label in labels.items() if self._labels.get(picture) != label}
        if not changed and classes == self._classes:
            return
        self._before = [*self._before[-_STEPS_KEPT + 1 :], self._swap(_Step(classes, changed))]
        self._after.clear()

    def _swap(self, step: _Step) -> _Step:
        """Make what ``step`` holds true, and return the step that leads back."""
        back = _Step(self._classes, {picture: self._labels.get(picture) for picture in step.labels})
        self._classes = step.classes
        for picture, label in step.labels.items():
            if label is None:
                self._labels.pop(picture, None)
            else:
                self._labels[picture] = label
        return back

    def _pictures_of(self, name: str) -> list[str]:
        return [picture for picture, label in self._labels.items() if label == name]

    def _without(self, name: str) -> tuple[str, ...]:
        return tuple(known for known in self._classes if known != name)

    def _check_known(self, name: str) -> None:
        if name not in self._classes:
            raise DataError(f'There is no class "{name}"; add it first.')

    def _new_name(self, name: str) -> str:
        name = name.strip()
        if not name or name in (".", ".."):
            raise DataError(f'A class needs a name; "{name}" is none.')
        if not name.isprintable() or "/" in name or "\\" in name:
            raise DataError(f"The class name {name!r} has a slash, a backslash or a line break; leave them out.")
        if len(name) > _LONGEST_NAME:
            raise DataError(f"A class name has at most {_LONGEST_NAME} letters, this one has {len(name)}; shorten it.")
        if name in self._classes:
            raise DataError(f'There is a class "{name}" already; choose another name, or merge the two.')
        return name
