"""Finds the plugin that is meant, and loads it alone, the way Downslope loads it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType

from desktop_app.api.contributions import Contribution
from desktop_app.errors import PluginError, did_you_mean
from desktop_app.folders import user_folders
from desktop_app.registry.discovery import Candidate, candidates, user_candidates
from desktop_app.registry.loading import load_one
from desktop_app.registry.record import PluginRecord
from desktop_app.registry.registry import Registry


def find(target: str | Path, user_folder: Path | None = None) -> Candidate:
    """Return the plugin that ``target`` means: a file, a folder with an ``__init__.py``, or the name of a listed one.

    Where several are listed under one name, the user's comes first, then an installed one, then a built-in one.
    Raises: ``PluginError`` where there is no such thing.
    """
    path = Path(target).expanduser().absolute()
    if path.exists():
        return _at(path)
    if isinstance(target, Path) or "/" in target or "\\" in target or path.suffix == ".py":
        raise PluginError(f"There is no plugin at {path}. Give a .py file, a folder with an __init__.py, or a name.")
    found = list(candidates(user_folder or user_folders().plugins))
    order = ("user", "installed", "built-in")
    named = sorted((one for one in found if one.name == target), key=lambda one: order.index(one.source))
    if not named:
        raise PluginError(
            f'There is no plugin "{target}", and no such file.{did_you_mean(target, {one.name for one in found})} '
            f"The names are those of: downslope plugins list."
        )
    return named[0]


def _at(path: Path) -> Candidate:
    path = path.parent if path.name == "__init__.py" else path
    file = path / "__init__.py" if path.is_dir() else path
    for candidate in user_candidates(path.parent):
        if Path(candidate.origin) == file:
            return candidate
    if path.name.startswith(("_", ".")):
        raise PluginError(f'{path} is passed over: the name of no plugin starts with "{path.name[0]}". Rename it.')
    if path.is_dir():
        raise PluginError(f"{path} is no plugin: a folder is one where it holds an __init__.py.")
    raise PluginError(f"{path} is no plugin: a plugin is a Python file, whose name ends in .py.")


def record_of(candidate: Candidate, module: ModuleType) -> PluginRecord:
    """Return what Downslope would write down about the plugin whose module was imported, were it the only one."""
    return load_one(dataclasses.replace(candidate, load=lambda: module), Registry())


def without(registry: Registry, candidate: Candidate) -> Registry:
    """Return the plugins that this one must leave the names of: all others, or all other built-ins for a built-in.

    A copy of it in the user's folder is not another one.
    """
    others = Registry()
    for record in registry.plugins:
        same_place = Path(record.origin).resolve() == Path(candidate.origin).resolve()
        copy = record.name == candidate.name and record.source == "user" == candidate.source
        later = candidate.source == "built-in" != record.source
        if not (same_place or copy or later):
            # A built-in that this very plugin took the place of is to be there as it was.
            others.add(registry.loaded(record.key) or record)
    return others


def contributions_of(target: str | Path) -> tuple[Contribution, ...]:
    """Return what the plugin contributes, for the tests of its author.

    Raises: ``PluginError`` with the reason where it cannot be loaded.
    """
    candidate = find(target)
    record = load_one(candidate, Registry())
    if record.status != "ok":
        raise PluginError(f"The plugin {candidate.origin} cannot be loaded: {record.error}")
    return record.contributions


def names_are_free(others: Registry, candidate: Candidate, contributions: Iterable[Contribution]) -> str:
    """Return the names. Raises: ``PluginError`` where another plugin has one of them and does not give way."""
    contributions = list(contributions)
    others.refuse_taken_names(contributions, candidate.source)
    return ", ".join(
        f"{made} takes the place of the built-in {made.name}" if made.name in others.shelf(made.KIND) else f"{made}"
        for made in contributions
    )
