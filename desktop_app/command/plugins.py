"""Show, check, write and switch plugins."""

from __future__ import annotations

import argparse
from importlib import import_module

# What can be done with plugins: the module that does it, with ``add_arguments(parser)`` and ``run(arguments) -> int``,
# and its help.
_ACTIONS = {
    "list": ("plugins_list", "every plugin, with its source and state"),
    "check": ("plugins_check", "run every check on a plugin"),
    "new": ("plugins_new", "write a new plugin, and a test for it, to begin with"),
    "enable": ("plugins_switch", "use a plugin again"),
    "disable": ("plugins_switch", "leave a plugin out from now on"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``plugins`` takes."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for action, (module, summary) in _ACTIONS.items():
        one = actions.add_parser(action, help=summary, description=summary[0].upper() + summary[1:])
        import_module(f"{__package__}.{module}").add_arguments(one)


def run(arguments: argparse.Namespace) -> int:
    """Do what was asked for and return the exit status."""
    module, _ = _ACTIONS[arguments.action]
    return int(import_module(f"{__package__}.{module}").run(arguments))
