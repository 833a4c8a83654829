"""Write a new plugin and its test."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``plugins new`` takes."""
    from desktop_app.registry.templates import KIND_NAMES

    parser.add_argument("kind", metavar="KIND", choices=KIND_NAMES, help=", ".join(KIND_NAMES))
    parser.add_argument("name", metavar="NAME", help="small letters, digits and _; the file is named after it")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where to write; default: the plugin folder")


def run(arguments: argparse.Namespace) -> int:
    """Write both files and say what to do with them."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import say, show, show_json
    from desktop_app.folders import user_folders
    from desktop_app.registry.templates import check_name, refuse_taken_name, write_plugin

    check_name(arguments.kind, arguments.name)
    refuse_taken_name(arguments.kind, arguments.name)
    folder = arguments.out or user_folders().plugins
    plugin, test = write_plugin(arguments.kind, arguments.name, folder.expanduser().absolute())
    if arguments.json:
        show_json({"path": str(plugin), "test": str(test)})
    else:
        show(str(plugin))
        show(str(test))
    if arguments.out:
        say(f"To use it, put {plugin.name} into the plugin folder: {user_folders().plugins}")
    say(f"To try it: downslope plugins check {plugin}")
    return DONE
