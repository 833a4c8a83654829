"""List every plugin that was found; one that failed does not fail the command."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from desktop_app.registry import PluginRecord

# A plugin that has more than this many things is told in one line.
_MANY = 8


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Take nothing but what every command takes."""


def run(arguments: argparse.Namespace) -> int:
    """Show a line for everything that plugins have, and one for each plugin of which nothing is known."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import show, show_json
    from desktop_app.registry import load_plugins

    registry = load_plugins()
    if arguments.json:
        every = [row for record in registry.plugins for row in rows_of(record)]
        # Whoever looks a name up finds what is used under it first.
        show_json({"plugins": sorted(every, key=lambda row: row["status"] == "replaced")})
        return DONE
    for record in registry.plugins:
        rows = rows_of(record)
        if len(rows) > _MANY:
            rows = [{**rows[0], "name": record.name, "note": f"{len(rows)} of them. {record.note}"}]
        for row in rows:
            what = f"{row['kind'] or '-':<14} {row['name']:<22} {row['source']:<10} {row['version'] or '-':<9}"
            show(f"{what} {row['status']:<9} {' '.join(filter(None, (row['error'], row['note'])))}".rstrip())
    return DONE


def rows_of(record: PluginRecord) -> list[dict[str, Any]]:
    """Return a row for everything that the plugin has, or one for the plugin where nothing is known of that.

    ``status`` is the plugin's, or ``replaced`` where another plugin's thing of that kind and name is used.
    """
    common = {
        "plugin": record.name,
        "source": record.source,
        "status": record.status,
        "error": record.error or None,
        "note": record.note or None,
        "version": record.version or None,
        "file": record.origin,
    }
    withheld = record.status if record.status == "disabled" else "replaced"
    rows = [{"name": made.name, "kind": made.KIND, **common} for made in record.contributions]
    rows += [{"name": name, "kind": kind, **common, "status": withheld} for kind, name in record.withheld]
    return rows or [{"name": record.name, "kind": None, **common}]
