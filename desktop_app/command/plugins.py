"""Show the plugins."""

from __future__ import annotations

import argparse
from typing import Any

# A plugin that contributes more than this many things is told in one line.
_MANY = 8


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``plugins`` takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    actions.add_parser("list", help="every plugin, with its source and state", description="Every plugin there is")


def run(arguments: argparse.Namespace) -> int:
    """List every plugin that was found; one that failed does not fail the command."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import show, show_json
    from desktop_app.registry import load_plugins

    registry = load_plugins()
    if arguments.json:
        show_json({"plugins": [row for record in registry.plugins for row in _rows(record)]})
        return DONE
    for record in registry.plugins:
        rows = _rows(record)
        if len(rows) > _MANY:
            show(f"{rows[0]['kind']:<14} {record.name:<22} {record.source:<10} ok      {len(rows)} contributions")
            continue
        for row in rows:
            what = f"{row['kind'] or '-':<14} {row['name']:<22} {row['source']:<10} {row['status']:<7}"
            show(f"{what} {row['error'] or ''}".rstrip())
    return DONE


def _rows(record: Any) -> list[dict[str, Any]]:
    """Return a row a contribution, or one for a plugin that failed, whose kind is not known."""
    common = {"source": record.source, "status": record.status, "error": record.error or None, "file": record.origin}
    if not record.contributions:
        return [{"name": record.name, "kind": None, **common}]
    return [{"name": each.name, "kind": each.KIND, **common} for each in record.contributions]
