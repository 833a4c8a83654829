"""Brings a registry up to date with the files, as a new one: whoever holds the old one keeps what it had."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

from desktop_app.api.contributions import KINDS
from desktop_app.errors import PluginError
from desktop_app.registry.discovery import Candidate
from desktop_app.registry.loading import Loader
from desktop_app.registry.record import PluginRecord
from desktop_app.registry.registry import Registry
from desktop_app.registry.trial import TrialProcess

Things = frozenset[tuple[str, str]]
_NAMED = 3


@dataclass(frozen=True)
class Reloaded:
    """A new registry, or the very same where nothing changed; kind and name of what did; and what to say of it."""

    registry: Registry
    changed: Things = frozenset()
    news: tuple[str, ...] = ()
    failed: bool = False


def reload_plugins(
    registry: Registry, user_folder: Path | None = None, trial: TrialProcess | None = None, again: bool = False
) -> Reloaded:
    """Load what was added or changed, leave out what was removed or disabled, and take everything else as it is.

    A plugin whose new version fails is ``failed`` with its reason, and its last good version goes on. ``again`` tries
    files again that failed before, though they have not changed.
    """
    loader = Loader(user_folder, trial)
    if again:
        loader.forget_failed_trials()
    found = list(loader.found())
    if not again and _nothing_new(registry, found, loader):
        return Reloaded(registry)
    made = Registry()
    for candidate in found:
        before = registry.loaded((candidate.source, candidate.name))
        if before is not None and _still_good(candidate, before, made, loader):
            made.add(before)
            continue
        after = loader.load(candidate, made)
        if before is not None:
            after = _with_last_good(after, before, made)
        made.add(after)
    return Reloaded(made, _changed(registry, made), *_news(registry, made))


def _nothing_new(registry: Registry, found: list[Candidate], loader: Loader) -> bool:
    known = {(record.source, record.origin): record for record in registry.plugins}
    return len(found) == len(known) and all(
        (record := known.get((candidate.source, candidate.origin))) is not None
        and record.digest == candidate.digest
        and (record.key in loader.switches) == (record.status == "disabled")
        for candidate in found
    )


def _still_good(candidate: Candidate, before: PluginRecord, made: Registry, loader: Loader) -> bool:
    """Return whether the plugin needs no loading. One that failed always does: its reason may have been another's."""
    if (
        before.status != "ok"
        or before.origin != candidate.origin
        or before.digest != candidate.digest
        or before.key in loader.switches
        or made.loaded(before.key) is not None
    ):
        return False
    try:
        made.refuse_taken_names(before.contributions, before.source)
    except PluginError:
        return False
    return True


def _with_last_good(after: PluginRecord, before: PluginRecord, made: Registry) -> PluginRecord:
    """Return a plugin that failed with what its version before contributed, as far as the names are still free."""
    if after.status == "disabled" and not after.withheld:
        return dataclasses.replace(after, withheld=before.things)
    if after.status != "failed" or not before.contributions or made.loaded(before.key) is not None:
        return after
    try:
        made.refuse_taken_names(before.contributions, before.source)
    except PluginError:
        return after
    return dataclasses.replace(
        after,
        contributions=before.contributions,
        sha256=before.sha256,
        version=before.version,
        note="Its last good version is in use.",
    )


def _changed(before: Registry, after: Registry) -> Things:
    """Return kind and name of what is new, gone or another thing than it was."""
    old, new = (
        {(kind.KIND, name): made for kind in KINDS for name, made in registry.shelf(kind.KIND).items()}
        for registry in (before, after)
    )
    return frozenset(thing for thing in old.keys() | new.keys() if old.get(thing) is not new.get(thing))


def _news(before: Registry, after: Registry) -> tuple[tuple[str, ...], bool]:
    """Return a sentence about each plugin that changed, and whether one of them failed."""
    news: list[str] = []
    failed = False
    old = {record.key: record for record in before.plugins}
    for record in after.plugins:
        known = old.pop(record.key, None)
        if known is not None and (known.status, known.digest, known.error) == (
            record.status,
            record.digest,
            record.error,
        ):
            continue
        failed = failed or record.status == "failed"
        news.append(_sentence(record, known))
    news += [f"The plugin {record.name} was taken away." for record in old.values()]
    return tuple(news), failed


def _sentence(record: PluginRecord, known: PluginRecord | None) -> str:
    file = Path(record.origin)
    file_name = file.parent.name if file.name == "__init__.py" else file.name
    if record.status == "failed":
        error = record.error.rstrip(".")
        if record.contributions:
            return f"{file_name} has an error: {error}; the last good version stays in use."
        return f"{file_name} could not be loaded: {error}."
    if record.status == "disabled":
        return f"The plugin {record.name} is disabled now."
    things = ", ".join(f'{kind.replace("_", " ")} "{name}"' for kind, name in record.things[:_NAMED])
    more = f" and {len(record.things) - _NAMED} more" if len(record.things) > _NAMED else ""
    if known is None or known.status == "disabled":
        return f"The plugin {record.name} can be used now: {things or 'nothing for this machine'}{more}."
    return f"{things[:1].upper()}{things[1:]}{more}: brought up to date." if things else f"{file_name} was read again."
