"""The right side of a race: who takes part, how they fare, and the settings of the one that is picked."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

from desktop_app.api.markers import Range
from desktop_app.api.parameters import Parameter
from desktop_app.window.building_blocks import button, column, holding, label, row
from desktop_app.window.elided_label import ElidedLabel
from desktop_app.window.forms.field import Field
from desktop_app.window.forms.section import Section
from desktop_app.window.learn.race_settings import RaceSettings
from desktop_app.window.learn.race_table import RaceTable
from desktop_app.window.learn.race_transport import tool

NARROW_PIXELS, WIDE_PIXELS = 320, 376
MOST_STEPS = 5000
_STEPS = Parameter("steps", "integer", 200, Range(10, MOST_STEPS), help="How many steps everybody takes.")
_SEED = Parameter("seed", "integer", 0, Range(0, 10_000), help="What chance decides follows from it, for all alike.")


class RacePanel(QWidget):
    """``add_asked``, ``copy_asked``, ``remove_asked`` and ``search_asked`` tell of its buttons."""

    add_asked = Signal()
    copy_asked = Signal()
    remove_asked = Signal()
    search_asked = Signal()
    steps_edited = Signal(object)
    seed_edited = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setFixedWidth(NARROW_PIXELS)
        self.setProperty("look", "inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.add = button("Add", self.add_asked.emit, "add", "flat")
        self.add.setToolTip("Add any optimizer to the race")
        self.search = button("Best rates", self.search_asked.emit, "target")
        self.search.setToolTip(
            "Searches everybody's learning rate on this surface anew: fewest steps to the target,\n"
            "otherwise the lowest end, within the optimizer's usual range. So the rules are compared, not the guesses."
        )
        self.table = RaceTable()
        self.name = ElidedLabel("", "heading")
        self.copy = tool("copy", "The same once more, to compare two settings")
        self.remove = tool("remove", "Take it out of the race")
        self.copy.clicked.connect(self.copy_asked)
        self.remove.clicked.connect(self.remove_asked)
        self.settings = RaceSettings()
        self.steps, self.seed = Field(_STEPS), Field(_SEED)
        self.steps.edited.connect(self.steps_edited)
        self.seed.edited.connect(self.seed_edited)
        self.seed.put_back.connect(lambda: self.seed_edited.emit(0))
        head = row(label("Entrants", "heading"), None, self.search, self.add)
        picked = row(self.name, self.copy, self.remove, spacing=4)
        picked.setStretch(0, 1)
        self._picked_head = holding(picked)
        inside = column(self._picked_head, self.settings, Section("The race", self.steps, self.seed), None, spacing=12)
        inside.setContentsMargins(16, 8, 12, 16)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(holding(inside))
        head.setContentsMargins(16, 12, 12, 4)
        layout = column(head, self.table, area, spacing=0)
        layout.setStretch(1, 3)
        layout.setStretch(2, 2)
        self.setLayout(layout)

    def show_picked(self, label: str) -> None:
        """Name the entrant whose settings are shown; an empty text where none is picked."""
        self.name.setText(label)
        self._picked_head.setVisible(bool(label))
        self.settings.setVisible(bool(label))

    def allow(self, *, adding: bool, searching: bool) -> None:
        """Let buttons be pressed that have something to do."""
        self.add.setEnabled(adding)
        self.copy.setEnabled(adding)
        self.search.setEnabled(searching)

    def show_race_settings(self, steps: int, usual_steps: int, seed: int, *, by_chance: bool) -> None:
        """Show how long the race is and what its chance follows from."""
        self.steps.show_value(steps, differs=steps != usual_steps)
        self.seed.show_value(seed, differs=seed != 0)
        self.seed.setVisible(by_chance)
