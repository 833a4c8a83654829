"""Write a run's best network as ONNX and prove that it gives the same answers."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``export`` takes."""
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--out", type=Path, metavar="FILE.onnx", help="the file to write; by default in the run's folder"
    )


def run(arguments: argparse.Namespace) -> int:
    """Export and report."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import percent, say, show, show_json
    from desktop_app.engine.export.exporting import export_run
    from desktop_app.engine.run import Run
    from desktop_app.registry import load_plugins

    phases: set[str] = set()

    def report(phase: str, _share: float) -> None:
        if phase not in phases:
            phases.add(phase)
            say(f"{phase} ...")

    opened = Run.open(arguments.run)
    exported = export_run(opened, arguments.out, load_plugins(), report)
    parity = exported.parity
    if arguments.json:
        show_json({"onnx": str(exported.onnx), "parity": parity.model_dump()})
    else:
        show(
            f"{exported.onnx}: {percent(parity.top1_agreement)} of {parity.samples} answers agree, largest difference "
            f"{parity.max_abs_diff:.1e}, accuracy {percent(parity.accuracy_torch)} before and "
            f"{percent(parity.accuracy_onnx)} after. Passed."
        )
    return DONE
