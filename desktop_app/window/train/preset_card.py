"""Fast, Balanced or Best: one click chooses the whole recipe, and the card says what was chosen and why."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout

from desktop_app.engine.presets import PRESETS, Decision
from desktop_app.window.building_blocks import column, label
from desktop_app.window.presets import Presets
from desktop_app.window.segments import Segments

_TITLES = {"fast": "Fast", "balanced": "Balanced", "best": "Best"}
_MEANING = {
    "fast": "Seconds: a new classifier on what the backbone sees.",
    "balanced": "A better classifier, then the backbone's last layers learn a little.",
    "best": "Takes longest: augmented views, averaged weights, more layers that learn.",
}


class PresetCard(QFrame):
    """Hidden where presets do not apply."""

    def __init__(self, presets: Presets) -> None:
        super().__init__()
        self._presets = presets
        self.choice = Segments([_TITLES[name] for name in PRESETS], "Recipe")
        self.choice.chosen.connect(lambda place: presets.apply(PRESETS[place]))
        for button, name in zip(self.choice.buttons, PRESETS, strict=True):
            button.setToolTip(_MEANING[name])
        self._own = label("Your own settings. Choose a recipe to start from.", "muted", True)
        self._decisions = QVBoxLayout()
        self._decisions.setSpacing(8)
        self._shown: tuple[Decision, ...] = ()
        self.setLayout(column(label("Recipe", "heading"), self.choice, self._own, self._decisions, spacing=8))
        presets.changed.connect(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Show which preset the draft is, and what it decided."""
        facts, current = self._presets.facts, self._presets.current
        self.setVisible(facts is not None)
        self.choice.show_chosen(PRESETS.index(current) if current else None)
        self._own.setVisible(current is None)
        preset = self._presets.preset(current) if current else None
        decisions = preset.decisions if preset else ()
        if decisions == self._shown:
            return
        self._shown = decisions
        while (item := self._decisions.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for decision in decisions:
            for text, look in ((f"{decision.what}: {decision.how}", ""), (decision.why, "small")):
                self._decisions.addWidget(label(text, look, wrap=True))
