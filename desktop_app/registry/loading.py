"""Imports each candidate, asks its hooks alone, and writes down what came of it."""

from __future__ import annotations

import textwrap
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

import pluggy

from desktop_app.api import hookspecs
from desktop_app.api.contributions import KINDS, Contribution
from desktop_app.api.markers import PROJECT
from desktop_app.errors import PluginError, did_you_mean
from desktop_app.folders import user_folders
from desktop_app.registry.discovery import Candidate, candidates
from desktop_app.registry.record import PluginRecord
from desktop_app.registry.registry import Registry

_LONGEST_REASON = 300
KIND_OF_HOOK = {kind.HOOK: kind for kind in KINDS}


def load_plugins(user_folder: Path | None = None) -> Registry:
    """Find and load every plugin.

    Args:
        user_folder: Where the user's plugins lie; by default, the one that ``folders`` names.
    """
    registry = Registry()
    for candidate in candidates(user_folder or user_folders().plugins):
        registry.add(_load(candidate, registry))
    return registry


def _load(candidate: Candidate, registry: Registry) -> PluginRecord:
    try:
        contributions = _contributions(candidate)
        registry.refuse_taken_names(contributions)
    except PluginError as error:
        return _failed(candidate, str(error))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a plugin's border: even its ``sys.exit()`` must hide nobody else
        return _failed(candidate, _reason(error, candidate))
    return PluginRecord(
        candidate.name, candidate.source, candidate.origin, "ok", "", tuple(contributions), candidate.sha256
    )


def _failed(candidate: Candidate, error: str) -> PluginRecord:
    return PluginRecord(candidate.name, candidate.source, candidate.origin, "failed", error)


def _contributions(candidate: Candidate) -> list[Contribution]:
    """Return what the plugin's hooks return.

    It has a plugin manager to itself: in a shared one, pluggy drops all results where a single implementation raises.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    plugin = candidate.load()
    manager.register(plugin, candidate.name)
    _refuse_unknown_hooks(manager, plugin)
    found: list[Contribution] = []
    for hook, kind in KIND_OF_HOOK.items():
        for returned in getattr(manager.hook, hook)():
            found += _checked(returned, kind, hook)
    if not found:
        raise PluginError("it contributes nothing: no function is marked @hookimpl, or its hooks return nothing.")
    names = [(contribution.KIND, contribution.name) for contribution in found]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice:
        raise PluginError(f'it registers the {twice[0]} "{twice[1]}" twice.')
    for contribution in found:
        _ = contribution.parameters  # a signature that cannot be read belongs to this plugin's reason
    return found


def _refuse_unknown_hooks(manager: pluggy.PluginManager, plugin: object) -> None:
    for name in dir(plugin):
        if manager.parse_hookimpl_opts(plugin, name) is not None and name not in KIND_OF_HOOK:
            raise PluginError(f'there is no hook "{name}".{did_you_mean(name, KIND_OF_HOOK)}')


def _checked(returned: object, kind: type[Contribution], hook: str) -> list[Contribution]:
    is_one = isinstance(returned, Contribution | str) or not isinstance(returned, Iterable)
    several: list[Any] = [returned] if is_one else list(cast("Iterable[Any]", returned))
    for contribution in several:
        if not isinstance(contribution, kind):
            raise PluginError(f"{hook} must return {kind.__name__}(...), it returned {contribution!r}.")
        if not contribution.name or not isinstance(contribution.name, str):
            raise PluginError(f"{hook}: a name must be a text that is not empty, got {contribution.name!r}.")
        if not callable(contribution.maker):
            raise PluginError(f'{hook}: "{contribution.name}" has nothing to call, got {contribution.maker!r}.')
    return several


def _reason(error: BaseException, candidate: Candidate) -> str:
    """Return one line: what was raised, and the deepest line of the plugin's own file that it passed through."""
    file = str(candidate.file)
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    said = textwrap.shorten(str(error), _LONGEST_REASON, placeholder=" ...") or "nothing more was said"
    if isinstance(error, SyntaxError):
        said = f"{error.msg} in {error.filename}"
        if error.filename == file:
            said, lines = error.msg, [error.lineno]
    elif isinstance(error, SystemExit):
        said = "it asks for the program's end when it is imported"
    where = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {said}{where}"
