"""Measure a run's best network, class by class."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``evaluate`` takes."""
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument("--data", type=Path, metavar="PATH", help="other data; by default the run's validation samples")


def run(arguments: argparse.Namespace) -> int:
    """Evaluate and report."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import percent, show, show_json
    from desktop_app.engine.report import evaluate_run
    from desktop_app.engine.run import Run
    from desktop_app.registry import load_plugins

    found = evaluate_run(Run.open(arguments.run), load_plugins(), arguments.data)
    if arguments.json:
        show_json(dataclasses.asdict(found))
        return DONE
    if found.accuracy is None:
        show(f"{found.samples} samples: mean error {found.mean_absolute_error:.4g}, R2 {found.r2}")
        return DONE
    show(f"{found.samples} samples, accuracy {percent(found.accuracy)}")
    for each in found.per_class:
        precision, recall = percent(each.precision), percent(each.recall)
        show(f"  {each.name:<24} {each.samples:>6} samples  precision {precision:>6}  recall {recall:>6}")
    return DONE
