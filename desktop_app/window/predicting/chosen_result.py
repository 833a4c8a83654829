"""The result that is chosen: shown in the inspector, and put into the training data by a key or a click."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from desktop_app.window.labelling.session import CLASS_KEYS
from desktop_app.window.predicting.additions import Additions, Wish
from desktop_app.window.predicting.chosen_model import ChosenModel
from desktop_app.window.predicting.inspector import Inspector
from desktop_app.window.predicting.results_view import ResultsView


class ChosenResult(QObject):
    """Ties the gallery, the inspector and the additions together; lives as long as the page."""

    def __init__(self, view: ResultsView, inspector: Inspector, additions: Additions, chosen: ChosenModel) -> None:
        super().__init__(view)
        self._view, self._inspector, self._additions, self._chosen = view, inspector, additions, chosen
        additions.changed.connect(self._added_changed)
        view.current_changed.connect(self.show)
        view.confirmed.connect(self._confirm)
        view.key_pressed.connect(self._key_pressed)
        inspector.added.connect(self._add_as)
        inspector.undone.connect(additions.undo)

    def show(self) -> None:
        """Show the current result in large."""
        place, model = self._view.current, self._chosen.model
        if place is None or model is None:
            self._inspector.show_nothing("The chosen picture is shown here in large.")
            return
        calibration, additions = model.metadata.calibration, self._additions
        self._inspector.show_prediction(
            self._view.results.predictions[place],
            calibration.not_sure if calibration is not None else 0.0,
            additions.classes,
            additions.why_not,
            additions.by_place.get(place),
        )

    def _confirm(self) -> None:
        found = self._view.results.predictions
        self._add([(place, found[place].label) for place in self._view.selected])

    def _key_pressed(self, key: str) -> None:
        place, classes = CLASS_KEYS.find(key.lower()), self._additions.classes
        if 0 <= place < len(classes):
            self._add_as(classes[place])
        elif place >= 0 and not classes:
            self._confirm()

    def _add_as(self, name: str) -> None:
        self._add([(place, name) for place in self._view.selected])

    def _add(self, wanted: list[tuple[int, str | None]]) -> None:
        """Add pictures as classes, and go on to the next one where it was one."""
        found = self._view.results.predictions
        wishes = [
            Wish(place, Path(found[place].input), label)
            for place, label in wanted
            if label is not None and found[place].problem is None
        ]
        if not wishes:
            return
        self._additions.add(wishes)
        if len(wanted) == 1 and not self._additions.why_not:
            self._view.go_on()

    def _added_changed(self) -> None:
        self._view.show_added()
        self.show()
