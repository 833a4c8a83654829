"""What a race is about: surface, start, entrants, learning rates; every change is raced anew behind the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QObject, Signal

from desktop_app.engine.learn.race import Entrant, Race, run_race
from desktop_app.engine.learn.race_tuning import best_learning_rates
from desktop_app.engine.learn.race_watch import RaceWatch
from desktop_app.engine.learn.surfaces import SURFACES, Pair, Surface
from desktop_app.window.learn.race_lanes import FIRST, Lane, Lanes, entrants, fitting
from desktop_app.window.learn.race_relief import Relief
from desktop_app.window.learn.race_work import RaceWork
from desktop_app.window.workspace import Workspace

if TYPE_CHECKING:
    from desktop_app.registry import Registry

# While the start is dragged a race of this many steps follows the mouse.
_PREVIEW_STEPS = 100
Showing = Literal["replay", "stay", "preview"]


@dataclass(frozen=True)
class _Found:
    """What a job brings back: the race, and the learning rates by lane."""

    race: Race
    rates: dict[int, float | None]


class RaceDirector(QObject):
    """``surface_changed`` and ``field_changed`` come at once, ``raced`` (how it is to be shown) with each result.

    ``said`` carries a sentence about what happened by itself, ``failed`` an error that no entrant is to blame for.
    """

    surface_changed = Signal()
    field_changed = Signal()
    raced = Signal(str)
    said = Signal(str)
    failed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._shelf = workspace.shelf
        self.surface = SURFACES[0]
        self.relief = Relief.of(self.surface)
        self.start: Pair = self.surface.start
        self.steps, self.seed = self.surface.steps, 0
        self.lanes = Lanes()
        self.race: Race | None = None
        self.picked = 0
        self.awake = False
        self.work = RaceWork("race", workspace.background, self)
        self._known: dict[Any, float | None] = {}
        for name in FIRST:
            if name in self.registry.optimizers:
                self.lanes.add(name)
        self.picked = self.lanes.all[0].key if self.lanes.all else 0
        self._versions = dict(self.registry.optimizers)
        workspace.shelf.changed.connect(self._shelf_changed)

    @property
    def registry(self) -> Registry:
        """The plugins, as they are now."""
        assert self._shelf.registry is not None, "a lesson is made when the plugins are loaded"
        return self._shelf.registry

    @property
    def rates(self) -> dict[int, float | None]:
        """The learning rates that a search found here, by the keys of the lanes that have them from it."""
        return {lane.key: self._known.get(self._rate_key(lane)) for lane in self.lanes.all if lane.searched}

    @property
    def entrants(self) -> tuple[Entrant, ...]:
        """Who takes part, with the settings known so far."""
        return entrants(self.lanes.all, self.rates, self.registry)

    @property
    def lane(self) -> Lane | None:
        """The lane that is picked; the first where that one is gone, ``None`` where there is none at all."""
        return self.lanes.find(self.picked) or (self.lanes.all[0] if self.lanes.all else None)

    def begin(self, showing: Showing = "replay") -> None:
        """Race with everything as it is now, after a search for the learning rates that are not known yet."""
        self.field_changed.emit()
        if self.awake:
            self.work.start(self._job(self.steps), self._done(showing), self.failed.emit)

    def show_surface(self, surface: Surface) -> None:
        """Race on another surface, from where its races begin."""
        self.surface, self.start, self.steps = surface, surface.start, surface.steps
        self.relief = Relief.of(surface)
        self.race = None
        self.surface_changed.emit()
        self.begin()

    def drag(self, start: Pair) -> None:
        """Race some steps from where the mouse is; the next ones begin when these are shown."""
        self.start = start
        job = self._job(min(self.steps, _PREVIEW_STEPS))
        self.work.start(job, self._done("preview"), self.failed.emit, waits=True)

    def drop(self, start: Pair) -> None:
        """Race from a new start."""
        self.start = start
        self.begin()

    def set_steps(self, steps: int) -> None:
        """Race for that many steps."""
        self.steps = steps
        self.begin()

    def set_seed(self, seed: int) -> None:
        """Race on other noise."""
        self.seed = seed
        self.begin()

    def add(self, optimizer: str, like: Lane | None = None) -> bool:
        """Let one more take part; returns whether there was room."""
        made = self.lanes.add(optimizer, like)
        if made is None:
            return False
        self.picked = made.key
        self.begin()
        return True

    def remove(self) -> None:
        """Take out the lane that is picked; the next one is picked then."""
        lane = self.lane
        if lane is None:
            return
        place = self.lanes.all.index(lane)
        self.lanes.remove(lane.key)
        if self.lanes.all:
            self.picked = self.lanes.all[min(place, len(self.lanes.all) - 1)].key
        self.begin("stay")

    def pick(self, place: int) -> None:
        """Pick the lane at ``place``."""
        self.picked = self.lanes.all[place].key
        self.field_changed.emit()

    def edit(self, name: str, value: Any) -> None:
        """Give the lane that is picked another setting; a learning rate that was searched stays what it is."""
        lane = self.lane
        if lane is not None:
            rate = self.rates.get(lane.key)
            kept = dict(lane.hyper) if rate is None else {**lane.hyper, "lr": rate}
            searched = lane.searched and rate is None and name != "lr"
            self.lanes.change(lane.key, hyper={**kept, name: value}, searched=searched)
            self.begin()

    def put_back(self, name: str) -> None:
        """Leave a setting to the plugin again; a learning rate, to the search."""
        lane = self.lane
        if lane is not None:
            hyper = {key: value for key, value in lane.hyper.items() if key != name}
            self.lanes.change(lane.key, hyper=hyper, searched=name == "lr" or lane.searched)
            self.begin()

    def search_rates(self) -> None:
        """Give everybody the best learning rate that a search finds on this surface; who never ended tries again."""
        self.work.endless.clear()
        for lane in self.lanes.all:
            hyper = {name: value for name, value in lane.hyper.items() if name != "lr"}
            self.lanes.change(lane.key, hyper=hyper, searched=True)
        self.begin()

    def _rate_key(self, lane: Lane) -> Any:
        contribution = self.registry.optimizers.get(lane.optimizer)
        return self.surface, contribution, lane.optimizer, repr(sorted(lane.hyper.items()))

    def _job(self, steps: int) -> Callable[[RaceWatch], _Found]:
        """Return a function for a thread; everything in it stays as it is now."""
        surface, start, seed, registry, lanes = self.surface, self.start, self.seed, self.registry, self.lanes.all
        keys = {lane.key: self._rate_key(lane) for lane in lanes if lane.searched}
        known = {lane: self._known[key] for lane, key in keys.items() if key in self._known}
        missing = [lane for lane in lanes if lane.key in keys and lane.key not in known]

        def job(watch: RaceWatch) -> _Found:
            found: tuple[float | None, ...] = ()
            if missing:
                field = [
                    Entrant(lane.optimizer, lane.optimizer, fitting(lane.hyper, lane.optimizer, registry))
                    for lane in missing
                ]
                found = best_learning_rates(surface, field, surface.start, surface.steps, 0, registry, watch)
            rates = known | {lane.key: rate for lane, rate in zip(missing, found, strict=True)}
            race = run_race(surface, entrants(lanes, rates, registry), start, steps, seed, registry, watch)
            return _Found(race, rates)

        return job

    def _done(self, showing: Showing) -> Callable[[_Found], None]:
        surface, lanes = self.surface, self.lanes.all

        def done(found: _Found) -> None:
            if surface is not self.surface or lanes != self.lanes.all:
                return  # of a field that has changed since; the next race is under way
            self._known |= {self._rate_key(lane): found.rates[lane.key] for lane in lanes if lane.key in found.rates}
            self.race = found.race
            self.field_changed.emit()
            self.raced.emit(showing)

        return done

    def _shelf_changed(self) -> None:
        """Race again with the new rule where the plugin of one that takes part was saved, or went."""
        if self._shelf.registry is None:
            return
        before, self._versions = self._versions, dict(self.registry.optimizers)
        names = {lane.optimizer for lane in self.lanes.all}
        changed = sorted(name for name in names if before.get(name) is not self._versions.get(name))
        if not changed:
            return
        self.begin()
        gone = [name for name in changed if name not in self._versions]
        updated = [name for name in changed if name in self._versions]
        parts = [f"{', '.join(gone)} is gone"] if gone else []
        parts += [f"{', '.join(updated)} was brought up to date and is raced anew"] if updated else []
        self.said.emit(f"{'; '.join(parts)}.")
