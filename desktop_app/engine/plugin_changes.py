"""Which plugins are not what they were when a run was trained: a network made by other code has other answers."""

from __future__ import annotations

from collections.abc import Collection

from desktop_app.engine.run import Run
from desktop_app.errors import RunError
from desktop_app.registry import Registry

IN_A_NETWORK = ("activation", "normalization", "network", "backbone")
"""The kinds whose code runs whenever a network answers; the others are done with when the training is."""


def changed_plugins(run: Run, registry: Registry, kinds: Collection[str] | None = None) -> tuple[str, ...]:
    """Return a sentence for each plugin of the person's own that has changed since ``run`` was trained, or is gone.

    Built-in plugins are left out: they change with Downslope, whose version the run keeps. ``kinds`` limits the look
    to some of them; a run that does not say what it used has changed nothing.
    """
    try:
        used = run.files.read_json(run.files.environment).get("plugins", [])
    except RunError:
        return ()
    now = {(made.KIND, made.name): record.sha256 for record in registry.plugins for made in record.contributions}
    found = []
    for plugin in used:
        kind, name = plugin["kind"], plugin["name"]
        if plugin["source"] == "built-in" or not plugin["sha256"] or (kinds is not None and kind not in kinds):
            continue
        if (kind, name) not in now:
            found.append(f'The {kind} "{name}", which the run was trained with, is not there any more.')
        elif now[kind, name] != plugin["sha256"]:
            found.append(f'The {kind} "{name}" has changed since the run was trained; its answers may have, too.')
    return tuple(found)
