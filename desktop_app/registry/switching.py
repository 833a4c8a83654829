"""Enables and disables a plugin by the name that a person gives."""

from __future__ import annotations

from pathlib import Path

from desktop_app.errors import PluginError, did_you_mean
from desktop_app.registry.discovery import Candidate
from desktop_app.registry.loading import Loader
from desktop_app.registry.record import PluginRecord
from desktop_app.registry.registry import Registry

# Where several plugins have a name, the one that is used comes first.
_ORDER = ("user", "installed", "built-in")


def switch(wanted: str, *, on: bool, user_folder: Path | None = None) -> PluginRecord:
    """Enable or disable a plugin for good, and return its record afterwards.

    Args:
        wanted: The name of a plugin or of something that it contributes, such as ``lion``; ``user:lion`` says whose.
        on: Whether it is to be used from now on. One that failed in a trial is tried again.
        user_folder: Where the user's plugins lie; by default, the one that ``folders`` names.

    Raises: ``PluginError`` where there is no such plugin or the switch cannot be written down.
    """
    loader = Loader(user_folder)
    candidate = _find(wanted, loader)
    key = (candidate.source, candidate.name)
    if on:
        loader.switches.enable(key)
        loader.forget_failed_trials()
        return loader.load(candidate, _others(loader, candidate))
    if key not in loader.switches:
        # Off before it is loaded: disabling must help against a plugin whose import does harm.
        loader.switches.disable(key, ())
        loader.switches.disable(key, loader.import_alone(candidate).things)
    return loader.load(candidate, Registry())


def _others(loader: Loader, candidate: Candidate) -> Registry:
    """Return the plugins that may have taken the names of this one."""
    registry = Registry()
    for other in loader.found():
        if (other.source, other.name) == (candidate.source, candidate.name):
            break
        registry.add(loader.load(other, registry))
    return registry


def _find(wanted: str, loader: Loader) -> Candidate:
    source, colon, name = wanted.partition(":")
    if not colon or source not in _ORDER:
        source, name = "", wanted
    found = sorted(loader.found(), key=lambda candidate: _ORDER.index(candidate.source))
    meant = [one for one in found if one.name == name and source in ("", one.source)]
    if not meant:
        # Not the name of a plugin: that of something a plugin contributes, which only loading tells.
        registry = loader.load_all()
        owners = {record.key for record in registry.plugins if any(name == thing for _, thing in record.things)}
        meant = [one for one in found if (one.source, one.name) in owners and source in ("", one.source)]
        if not meant:
            names = {one.name for one in found} | {thing for record in registry.plugins for _, thing in record.things}
            raise PluginError(
                f'There is no plugin "{wanted}".{did_you_mean(name, names)} To see them all: downslope plugins list'
            )
    return meant[0]
