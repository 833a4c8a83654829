"""Check an experiment's data before training."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from desktop_app.engine.scan import Finding, ScanReport

_SHOWN = 10
_TITLES = {"error": "To be dealt with first", "warning": "Likely to make the model worse", "note": "Worth knowing"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``scan`` takes."""
    parser.add_argument("file", type=Path, metavar="FILE.toml", help="the experiment")
    parser.add_argument("--quick", action="store_true", help="leave out the check of the labels, which takes longest")


def run(arguments: argparse.Namespace) -> int:
    """Look at every sample and report what is wrong; findings alone do not fail the command."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import say, show, show_json
    from desktop_app.command.scan_progress import ScanProgress
    from desktop_app.engine.experiment import Experiment
    from desktop_app.engine.scan import scan
    from desktop_app.registry import load_plugins

    experiment = Experiment.load(arguments.file)
    with ScanProgress() as progress:
        found = scan(experiment, load_plugins(), progress.report, quick=arguments.quick)
    _write(found, say if arguments.json else show)
    if arguments.json:
        problems = [{"path": problem.path, "problem": problem.problem} for problem in found.problems]
        unit = "rows" if found.is_table else "images"
        findings = [finding.to_dict() for finding in found.findings]
        show_json({unit: found.samples, "classes": dict(found.counts), "problems": problems, "findings": findings})
    return DONE


def _write(found: ScanReport, write: Callable[[str], None]) -> None:
    """Write the report for people: the classes, then the findings in groups, the worst first."""
    what = "rows" if found.is_table else "pictures"
    number = len(found.findings)
    nothing = "nothing suspicious" if not number else f"{number} finding{'' if number == 1 else 's'}"
    write(f"{found.samples:,} {what}, {len(found.counts)} classes, {nothing}")
    for name, count in found.counts:
        write(f"  {name:<24} {count:>7,}")
    for severity, title in _TITLES.items():
        group = [finding for finding in found.findings if finding.severity == severity]
        if group:
            write(f"\n{title}")
        for finding in group:
            _write_finding(finding, write)


def _write_finding(finding: Finding, write: Callable[[str], None]) -> None:
    write(f"  {finding.message} {finding.advice}")
    details = finding.details or ("",) * len(finding.names)
    for name, detail in list(zip(finding.names, details, strict=True))[:_SHOWN]:
        write(f"    {name}{': ' if detail else ''}{detail}")
    if len(finding.names) > _SHOWN:
        write(f"    and {len(finding.names) - _SHOWN:,} more (--json lists them all)")
