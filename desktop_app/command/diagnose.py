"""Say what is wrong with a run, and what to do about it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.engine.insight.diagnose import Diagnosis
    from desktop_app.engine.insight.finding import Finding


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``diagnose`` takes."""
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder; it may still be training")


def run(arguments: argparse.Namespace) -> int:
    """Diagnose and report. Whatever is found, the command itself has done its work."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import show, show_json
    from desktop_app.engine.insight.diagnose import diagnose_run
    from desktop_app.engine.run import Run

    found = diagnose_run(Run.open(arguments.run))
    if arguments.json:
        show_json(found.to_dict())
        return DONE
    for line in _lines(found):
        show(line)
    return DONE


def in_short(found: Diagnosis) -> str:
    """Return what a training says at its end about what was found: nothing where it is healthy."""
    if found.is_healthy:
        return ""
    advice = found.troubles[0].advice
    return f"{found.sentence} {advice}" if advice else found.sentence


def _lines(found: Diagnosis) -> Iterator[str]:
    yield found.sentence
    for finding in found.findings:
        yield from _of(finding)
    yield from found.unseen


def _of(finding: Finding) -> Iterator[str]:
    yield ""
    yield f"{finding.severity.capitalize()}: {finding.code}" + (f" in {finding.layer}" if finding.layer else "")
    yield f"  {finding.message}"
    if finding.because:
        yield f"  It follows from {', '.join(finding.because)}."
    if finding.advice:
        yield f"  {finding.advice}"
    for key, value in finding.changes.items():
        yield f"    {key} = {'its default' if value is None else value}"
