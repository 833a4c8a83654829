"""Run every check on a plugin."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

_TICK, _CROSS = "✓", "✗"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``plugins check`` takes."""
    parser.add_argument("path", metavar="PATH", help="a plugin's file or folder, or the name of a listed plugin")
    # The other end of conformance/apart.py, which starts this very command in a process of its own.
    parser.add_argument("--inside", type=float, metavar="SECONDS", help=argparse.SUPPRESS)


def run(arguments: argparse.Namespace) -> int:
    """Show each check as it is done; one that fails makes the command fail."""
    from desktop_app.command.line import DONE, FAILED
    from desktop_app.command.report import say, show, show_json
    from desktop_app.registry.conformance import check_apart

    if arguments.inside:
        from desktop_app.registry.conformance.apart_child import serve

        serve(arguments.path, arguments.inside)
    tick, cross = _marks()
    tell = say if arguments.json else show
    checks = []
    for check in check_apart(arguments.path):
        checks.append(check)
        tell(f"{tick if check.passed else cross} {check.check}: {check.detail}")
    failed = sum(not check.passed for check in checks)
    if arguments.json:
        show_json({"checks": [asdict(check) for check in checks]})
    if failed:
        say(f"{failed} of {len(checks)} checks failed: {_names(checks)}.")
    elif not arguments.json:
        show(f"All {len(checks)} checks passed.")
    return FAILED if failed else DONE


def _names(checks: list) -> str:  # type: ignore[type-arg]
    return ", ".join(check.check for check in checks if not check.passed)


def _marks() -> tuple[str, str]:
    """Return a tick and a cross that the terminal can show."""
    try:
        f"{_TICK}{_CROSS}".encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return "+", "-"
    return _TICK, _CROSS
