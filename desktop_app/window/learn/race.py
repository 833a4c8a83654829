"""Optimizer race: the registry's own optimizers down a surface, side by side, with every step to look at."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QMenu

from desktop_app.engine.learn.race_watch import RaceWatch
from desktop_app.engine.learn.surfaces import SURFACES, Pair
from desktop_app.window.background import sentence
from desktop_app.window.building_blocks import column, holding, row
from desktop_app.window.command_palette import Command, CommandPalette
from desktop_app.window.learn.lesson import Lesson
from desktop_app.window.learn.race_clock import RaceClock
from desktop_app.window.learn.race_curves import RaceCurves
from desktop_app.window.learn.race_director import RaceDirector
from desktop_app.window.learn.race_lanes import MOST, parameters_of
from desktop_app.window.learn.race_map import Look, RaceMap
from desktop_app.window.learn.race_own_loss import OwnLoss
from desktop_app.window.learn.race_panel import NARROW_PIXELS, WIDE_PIXELS, RacePanel
from desktop_app.window.learn.race_top import RaceTop
from desktop_app.window.learn.race_transport import RaceTransport
from desktop_app.window.plots.saving import Saver
from desktop_app.window.wording import figure, short
from desktop_app.window.workspace import Notice, Workspace

# Below this height the curves would leave the map too little room.
_ROOM_FOR_CURVES = 620
# From this width on the names of entrants get more of it.
_ROOM_FOR_NAMES = 900


class RaceLesson(Lesson):
    """Begins with the classics on a ravine; everything that is changed is raced anew at once."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.director = RaceDirector(workspace, self)
        self.own_loss = OwnLoss(workspace, self)
        self.clock = RaceClock(self)
        self.top = RaceTop()
        self.map = RaceMap(self._add_saving)
        self.transport = RaceTransport(self.clock)
        self.curves = RaceCurves()
        self.panel = RacePanel()
        self.saver = Saver("Optimizer race", self, self.map.plotItem, self.curves.sheet)
        self._curves_asked = False
        words = row(self.top.words)
        words.setContentsMargins(8, 0, 8, 0)
        card = holding(column(words, self.map, self.transport, margins=8, spacing=4), "card")
        left = column(self.top, card, self.curves, spacing=12)
        left.setContentsMargins(16, 12, 16, 16)
        left.setStretch(1, 3)
        left.setStretch(2, 1)
        whole = row(holding(left), self.panel, spacing=0)
        whole.setStretch(0, 1)
        self.setLayout(whole)
        self._connect()
        self._bind_keys()
        self._show_surface()
        self._show_field()

    def shown(self) -> None:
        """Race, unless what was raced is still there."""
        self.map.setFocus()
        self.director.awake = True
        if self.director.race is None:
            self.director.begin()

    def hidden(self) -> None:
        """Stand still, and end what is being computed."""
        self.director.awake = False
        self.clock.pause()
        self.director.work.stop()
        self.own_loss.stop()

    def commands(self) -> list[Command]:
        """Return what can be done with the race."""
        surfaces = [
            Command(f"Race on: {surface.title}", lambda surface=surface: self.director.show_surface(surface))  # type: ignore[misc]
            for surface in SURFACES
        ]
        return [
            Command("Play or pause the race", self.clock.toggle, "Space"),
            Command("Replay the race", self.clock.replay),
            Command("Add an optimizer to the race", self.ask_for_optimizer),
            Command("Find the best learning rates", self.director.search_rates),
            *surfaces,
            Command("Race on your own loss", self.own_loss.ask),
            Command("Save the race's numbers…", lambda: self.saver.ask("Tables (*.csv)", ".csv", self.saver.save_csv)),
        ]

    def ask_for_optimizer(self) -> None:
        """Ask, by typing parts of its name, which optimizer is to take part."""
        commands = [
            Command(str(found.title or name), lambda name=name: self._add(name), name)  # type: ignore[misc]
            for name, found in self.director.registry.optimizers.items()
        ]
        # The names of what comes from a collection have a dot: they follow.
        commands.sort(key=lambda command: ("." in command.keys, command.text.lower()))
        palette = CommandPalette(commands, self.window())
        palette.search.setPlaceholderText("Which optimizer is to take part?")
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave the room to the map where there is little of it, unless a person has decided."""
        super().resizeEvent(event)
        self.panel.setFixedWidth(WIDE_PIXELS if self.width() >= _ROOM_FOR_NAMES else NARROW_PIXELS)
        if not self._curves_asked:
            self.top.show_curves_button(self.height() >= _ROOM_FOR_CURVES)
            self.curves.setVisible(self.height() >= _ROOM_FOR_CURVES)

    def _show_surface(self) -> None:
        director = self.director
        self.clock.pause()
        self.clock.show_step(0)
        self.top.show_surface(director.surface)
        self.map.show_trails((), (), 0)
        self.map.show_surface(director.surface, director.relief, director.start)
        self.panel.table.show_trails((), 0)
        self.curves.clear()

    def _show_field(self) -> None:
        """Show who takes part, and the settings of the one that is picked."""
        director, panel = self.director, self.panel
        field, lane = director.entrants, director.lane
        panel.table.show_names([entrant.label for entrant in field], self._looks)
        panel.allow(adding=len(field) < MOST, searching=bool(field))
        usual = director.surface.steps
        panel.show_race_settings(director.steps, usual, director.seed, by_chance=director.surface.draw is not None)
        if lane is None:
            panel.show_picked("")
            return
        place = director.lanes.all.index(lane)
        panel.table.pick(place)
        panel.show_picked(field[place].label)
        known = parameters_of(lane.optimizer, director.registry)
        rate = director.rates.get(lane.key)
        note = f"{short(rate)} is the best rate that a search found on this surface." if rate else ""
        raced = director.race.trails if director.race is not None else ()
        problem = raced[place].error if place < len(raced) and raced[place].entrant == field[place] else ""
        panel.settings.show_settings(lane.optimizer, known, field[place].hyper, note, problem)

    def _show_race(self, showing: str) -> None:
        director, clock = self.director, self.clock
        assert director.race is not None
        trails, steps = director.race.trails, director.race.steps
        step = min(clock.step, steps) if showing == "stay" else steps
        self.map.show_trails(trails, self._looks, step)
        self.panel.table.show_trails(trails, step)
        self.curves.show_race(director.race, director.relief, self._looks)
        clock.set_steps(steps)
        if showing == "replay":
            clock.replay()
        else:
            clock.pause()
            clock.show_step(step)

    def _show_step(self, step: int) -> None:
        race = self.director.race
        if race is not None:
            step = min(step, race.steps)
            self.map.show_step(step)
            self.panel.table.show_step(step)
            self.curves.show_step(step)

    @property
    def _looks(self) -> list[Look]:
        return [Look.at(lane.place) for lane in self.director.lanes.all]

    def _add(self, optimizer: str) -> None:
        if not self.director.add(optimizer):
            self.top.say(f"{MOST} take part already; take one out first.")

    def _copy(self) -> None:
        lane = self.director.lane
        if lane is not None:
            self.director.add(lane.optimizer, lane)

    def _choose(self, place: int) -> None:
        if place < len(SURFACES):
            self.director.show_surface(SURFACES[place])
        else:
            self.top.show_surface(self.director.surface)
            self.own_loss.ask()

    def _hover(self, place: Pair | None) -> None:
        if place is None:
            self.top.say("")
            return
        import torch

        with torch.no_grad():
            loss = float(self.director.surface.loss(torch.tensor(place, dtype=torch.float64)))
        x, y = self.director.surface.axes
        self.top.say(f"{x} {figure(place[0])}   {y} {figure(place[1])}   loss {figure(loss)}")

    def _show_progress(self, watch: RaceWatch) -> None:
        text = f"Waiting for a step of {watch.entrant}…" if watch.stalled else "Searching for the best learning rates…"
        self.top.show_progress(text, watch.share)

    def _show_own_progress(self, watch: RaceWatch) -> None:
        self.top.show_progress("Computing a cut through your own loss…", watch.share, cancellable=True)

    def _show_idle(self) -> None:
        self.top.show_progress("", None)

    def _training_changed(self) -> None:
        self.clock.beside_training(self.workspace.training.active)

    def _fail(self, error: BaseException) -> None:
        self._say_bad(f"The race could not be run. {sentence(error)}")

    def _say_bad(self, text: str) -> None:
        self.workspace.said.emit(Notice(text, "bad"))

    def _add_saving(self, menu: QMenu) -> None:
        menu.addSeparator()
        self.saver.add_to(menu)

    def _popup_saving(self) -> None:
        self.saver.popup(self.top.save.mapToGlobal(self.top.save.rect().bottomLeft()))

    def _toggle_curves(self, shown: bool) -> None:
        self._curves_asked = True
        self.curves.setVisible(shown)

    def _connect(self) -> None:
        director, panel, top = self.director, self.panel, self.top
        director.surface_changed.connect(self._show_surface)
        director.field_changed.connect(self._show_field)
        director.raced.connect(self._show_race)
        director.said.connect(top.say)
        director.failed.connect(self._fail)
        director.work.progressed.connect(self._show_progress)
        director.work.idle.connect(self._show_idle)
        self.own_loss.progressed.connect(self._show_own_progress)
        self.own_loss.ended.connect(self._show_idle)
        self.own_loss.found.connect(director.show_surface)
        top.chosen.connect(self._choose)
        top.cancelled.connect(self.own_loss.stop)
        top.curves_toggled.connect(self._toggle_curves)
        top.save.clicked.connect(self._popup_saving)
        self.map.start_dragged.connect(director.drag)
        self.map.start_dropped.connect(director.drop)
        self.map.hovered.connect(self._hover)
        self.clock.moved.connect(self._show_step)
        panel.add_asked.connect(self.ask_for_optimizer)
        panel.search_asked.connect(director.search_rates)
        panel.copy_asked.connect(self._copy)
        panel.remove_asked.connect(director.remove)
        panel.steps_edited.connect(director.set_steps)
        panel.steps.put_back.connect(lambda: director.set_steps(director.surface.steps))
        panel.seed_edited.connect(director.set_seed)
        panel.table.picked.connect(director.pick)
        panel.settings.edited.connect(director.edit)
        panel.settings.put_back.connect(director.put_back)
        self.workspace.training.state_changed.connect(self._training_changed)

    def _bind_keys(self) -> None:
        space = QShortcut(QKeySequence(Qt.Key.Key_Space), self)
        space.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        space.activated.connect(self.clock.toggle)
        # On the map alone: elsewhere the arrows belong to sliders and texts.
        for key, steps in ((Qt.Key.Key_Left, -1), (Qt.Key.Key_Right, 1)):
            shortcut = QShortcut(QKeySequence(key), self.map)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(lambda steps=steps: self.transport.nudge(steps))
