"""Asks one plugin's hooks what it contributes, and says in a line why that failed."""

from __future__ import annotations

import contextlib
import sys
import textwrap
import traceback
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import pluggy

from desktop_app.api import hookspecs
from desktop_app.api.contributions import KINDS, Contribution
from desktop_app.api.markers import PROJECT
from desktop_app.errors import PluginError, did_you_mean
from desktop_app.registry.discovery import Candidate

_LONGEST_REASON = 300
KIND_OF_HOOK = {kind.HOOK: kind for kind in KINDS}


def import_and_ask(candidate: Candidate) -> tuple[ModuleType, tuple[Contribution, ...]]:
    """Import the plugin and return its module and what its hooks return; none of it may be anything.

    What it prints goes to standard error: standard output belongs to the command's result.
    Raises: ``PluginError`` for a plugin against the rules, and whatever the plugin raises, ``SystemExit`` included.
    """
    with contextlib.redirect_stdout(sys.stderr):
        module = candidate.load()
        return module, tuple(_ask(module, candidate.name))


def _ask(plugin: object, name: str) -> list[Contribution]:
    """Ask the hooks.

    The plugin has a manager to itself: in a shared one, pluggy drops all results where a single implementation raises.
    """
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(plugin, name)
    _refuse_unknown_hooks(manager, plugin)
    answered = False
    found: list[Contribution] = []
    for hook, kind in KIND_OF_HOOK.items():
        for returned in getattr(manager.hook, hook)():
            answered = True
            found += _checked(returned, kind, hook)
    # An empty answer is one: what the plugin passes on may not be installed here.
    if not answered:
        raise PluginError("it contributes nothing: no function is marked @hookimpl, or its hooks return nothing.")
    names = [(contribution.KIND, contribution.name) for contribution in found]
    seen: set[tuple[str, str]] = set()
    for kind_name, contributed in names:
        if (kind_name, contributed) in seen:
            raise PluginError(f'it registers the {kind_name} "{contributed}" twice.')
        seen.add((kind_name, contributed))
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
            said = textwrap.shorten(repr(contribution), _LONGEST_REASON, placeholder=" ...")
            raise PluginError(f"{hook} must return {kind.__name__}(...), it returned {said}.")
        if not contribution.name or not isinstance(contribution.name, str):
            raise PluginError(f"{hook}: a name must be a text that is not empty, got {contribution.name!r}.")
        if not callable(contribution.maker):
            raise PluginError(f'{hook}: "{contribution.name}" has nothing to call, got {contribution.maker!r}.')
    return several


def reason(error: BaseException, file: Path | None) -> str:
    """Return one line: what was raised, and the deepest line of the plugin's own file that it passed through."""
    if isinstance(error, PluginError):
        return " ".join(str(error).split())
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(file)]
    said = textwrap.shorten(str(error), _LONGEST_REASON, placeholder=" ...") or "nothing more was said"
    if isinstance(error, SyntaxError):
        said = f"{error.msg} in {error.filename}"
        if error.filename == str(file):
            said, lines = error.msg, [error.lineno]
    elif isinstance(error, SystemExit):
        said = "it asks for the program's end when it is imported"
    where = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {said}{where}"
