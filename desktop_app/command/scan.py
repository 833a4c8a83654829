"""Check an experiment's data before training."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``scan`` takes."""
    parser.add_argument("file", type=Path, metavar="FILE.toml", help="the experiment")


def run(arguments: argparse.Namespace) -> int:
    """Look at every sample and report what is wrong; problems alone do not fail the command."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import show, show_json
    from desktop_app.engine.experiment import Experiment
    from desktop_app.engine.scan import scan
    from desktop_app.registry import load_plugins

    found = scan(Experiment.load(arguments.file), load_plugins())
    problems = [{"path": problem.path, "problem": problem.problem} for problem in found.problems]
    if arguments.json:
        unit = "rows" if found.is_table else "images"
        show_json({unit: found.samples, "classes": dict(found.counts), "problems": problems})
        return DONE
    what = "rows" if found.is_table else "pictures"
    show(f"{found.samples} {what}, {len(found.counts)} classes, {len(problems)} problems")
    for name, count in found.counts:
        show(f"  {name:<24} {count:>7}")
    for problem in problems:
        show(f"  {problem['path']}: {problem['problem']}")
    return DONE
