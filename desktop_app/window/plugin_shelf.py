"""The plugins as the window knows them: from the last discovery's notes at once, then the real ones."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from desktop_app.folders import user_folders
from desktop_app.registry.catalogue import Catalogue
from desktop_app.window.background import Background

if TYPE_CHECKING:
    from desktop_app.registry import Registry

_PLACE = "plugins"


def _load() -> tuple[Any, Catalogue]:
    """Import torch and every plugin; runs on a thread behind the window."""
    from desktop_app.registry import load_plugins

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        registry = load_plugins()
    catalogue = registry.catalogue()
    catalogue.save(user_folders().cache)
    return registry, catalogue


class PluginShelf(QObject):
    """``catalogue`` (plain cards, maybe of the last start) and ``registry`` (``None`` until torch is loaded)."""

    changed = Signal()

    def __init__(self, background: Background, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background
        self.catalogue: Catalogue | None = Catalogue.load(user_folders().cache)
        self.registry: Registry | None = None
        self.error: BaseException | None = None

    @property
    def loading(self) -> bool:
        """Whether plugins are being loaded now."""
        return self._background.busy(_PLACE)

    def load(self) -> None:
        """Load every plugin on a thread; ``changed`` tells when they are there or why not."""
        self._background.run(_PLACE, _load, self._loaded, self._failed)
        self.changed.emit()

    def cards(self, kind: str) -> tuple[Any, ...]:
        """Return the cards of one kind, such as ``optimizer``; none while nothing is known yet."""
        return tuple(self.catalogue.cards(kind)) if self.catalogue else ()

    def card(self, kind: str, name: str) -> Any | None:
        """Return one card, or ``None`` where there is no such plugin."""
        return next((card for card in self.cards(kind) if card.name == name), None)

    def _loaded(self, found: tuple[Registry, Catalogue]) -> None:
        self.registry, self.catalogue = found
        self.error = None
        self.changed.emit()

    def _failed(self, error: BaseException) -> None:
        self.error = error
        self.changed.emit()
