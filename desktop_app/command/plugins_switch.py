"""Switch a plugin off, so that it is not even imported, or on again."""

from __future__ import annotations

import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``plugins enable`` and ``plugins disable`` take."""
    parser.add_argument(
        "name",
        metavar="NAME",
        help="a plugin, or something that it contributes; where several have the name, SOURCE:NAME means one of them "
        "(user, installed or built-in), and NAME alone the first of them in this order",
    )


def run(arguments: argparse.Namespace) -> int:
    """Switch the plugin and say which one it was."""
    from desktop_app.command.line import DONE
    from desktop_app.command.plugins_list import rows_of
    from desktop_app.command.report import show, show_json
    from desktop_app.registry.switching import switch

    record = switch(arguments.name, on=arguments.action == "enable")
    if arguments.json:
        show_json({"plugins": rows_of(record)})
        return DONE
    state = {"ok": "enabled", "disabled": "disabled", "failed": "enabled, and fails"}[record.status]
    show(f"The {record.source} plugin {record.name} is {state} ({record.origin}). {record.error}".rstrip())
    return DONE
