"""The plugins as the window knows them: at once from the last discovery's notes, then the real ones, up to date."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_app.folders import user_folders
from desktop_app.registry.catalogue import Catalogue
from desktop_app.registry.switches import Switches
from desktop_app.registry.trial import TrialProcess
from desktop_app.window.background import Background, sentence
from desktop_app.window.plugin_watch import PluginWatch

if TYPE_CHECKING:
    from desktop_app.registry import PluginRecord, Registry, Reloaded

_PLACE = "plugins"
# While somebody writes a plugin, each save is tried at once; afterwards the memory is given back.
_WARM_SECONDS = 900.0


@dataclass(frozen=True)
class News:
    """What came of loading plugins anew, in sentences, and whether one of them is bad news."""

    sentences: tuple[str, ...]
    bad: bool


def _load(trial: TrialProcess) -> tuple[Reloaded, Catalogue]:
    """Import torch and every plugin; runs on a thread behind the window."""
    from desktop_app.registry import Reloaded, load_plugins

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        registry = load_plugins(trial=trial)
    return Reloaded(registry), _catalogue(registry)


def _reload(registry: Registry, trial: TrialProcess, again: bool) -> tuple[Reloaded, Catalogue | None]:
    """Bring the plugins up to date; runs on a thread behind the window."""
    from desktop_app.registry import reload_plugins

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reloaded = reload_plugins(registry, trial=trial, again=again)
    return reloaded, _catalogue(reloaded.registry) if reloaded.registry is not registry else None


def _catalogue(registry: Registry) -> Catalogue:
    catalogue = registry.catalogue()
    catalogue.save(user_folders().cache)
    return catalogue


class PluginShelf(QObject):
    """``catalogue`` (plain cards, maybe of the last start) and ``registry`` (``None`` until torch is loaded).

    A registry is never changed: each reload puts a new one in its place, and a training keeps the one it began with.
    ``changed`` comes whenever there is something new to show, ``reloaded`` with the kind and name of each contribution
    that is new, gone or another than before (a frozenset of pairs), ``told`` with ``News`` of it.
    ``card_asked`` carries a kind and a name whose card somebody wants to read.
    """

    changed = Signal()
    reloaded = Signal(object)
    told = Signal(object)
    card_asked = Signal(object)

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self._trial = TrialProcess(_WARM_SECONDS)
        self._waiting: Callable[[], None] | None = None
        self._watch = PluginWatch(user_folders().plugins, self)
        self._watch.stirred.connect(self.bring_up_to_date)
        self.catalogue: Catalogue | None = Catalogue.load(user_folders().cache)
        self.registry: Registry | None = None
        self.error: BaseException | None = None

    @property
    def loading(self) -> bool:
        """Whether plugins are being loaded now."""
        return self._background.busy(_PLACE)

    def load(self) -> None:
        """Load every plugin on a thread; ``changed`` tells when they are there or why not.

        Where they are there already, those that changed or failed are loaded again.
        """
        if self.registry is not None:
            self.bring_up_to_date(again=True)
            return
        trial = self._trial
        self._watch.begin()
        self._background.run(_PLACE, lambda: _load(trial), self._loaded, self._failed)
        self.changed.emit()

    def bring_up_to_date(self, again: bool = False) -> None:
        """Load what was changed, added or removed, on a thread; ``again`` also what failed before."""
        registry, trial = self.registry, self._trial
        if self.loading:
            self._waiting = lambda: self.bring_up_to_date(again)
            return
        if registry is None:
            return
        self._background.run(_PLACE, lambda: _reload(registry, trial, again), self._loaded, self._could_not_reload)
        self.changed.emit()

    def switch(self, record: PluginRecord, on: bool) -> None:
        """Enable or disable a plugin for good.

        Raises: ``PluginError`` where that cannot be written down.
        """
        switches = Switches(user_folders().settings)
        if on:
            switches.enable(record.key)
        else:
            switches.disable(record.key, record.things)
        self.bring_up_to_date(again=on)

    def close(self) -> None:
        """Watch the folder no more and end the trial of a plugin, so that no thread waits for it."""
        self._watch.end()
        self._waiting = None
        self._trial.close()

    def cards(self, kind: str) -> tuple[Any, ...]:
        """Return the cards of one kind, such as ``optimizer``; none while nothing is known yet."""
        return tuple(self.catalogue.cards(kind)) if self.catalogue else ()

    def card(self, kind: str, name: str) -> Any | None:
        """Return one card, or ``None`` where there is no such plugin."""
        return self.catalogue.card(kind, name) if self.catalogue else None

    def _loaded(self, found: tuple[Reloaded, Catalogue | None]) -> None:
        reloaded, catalogue = found
        if catalogue is not None:
            self.registry, self.catalogue = reloaded.registry, catalogue
        self.error = None
        self.changed.emit()
        if reloaded.changed:
            self.reloaded.emit(reloaded.changed)
        if reloaded.news:
            self.told.emit(News(reloaded.news, reloaded.failed))
        self._go_on()

    def _failed(self, error: BaseException) -> None:
        self.error = error
        self.changed.emit()

    def _could_not_reload(self, error: BaseException) -> None:
        self.changed.emit()
        self.told.emit(News((f"The plugins could not be loaded anew. {sentence(error)}",), bad=True))
        self._go_on()

    def _go_on(self) -> None:
        """Do what was asked for meanwhile."""
        if self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting()
