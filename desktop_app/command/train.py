"""Train an experiment."""

from __future__ import annotations

import argparse
import dataclasses
import tomllib
from pathlib import Path
from typing import Any

from desktop_app.errors import ExperimentError
from desktop_app.folders import user_folders


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``train`` takes."""
    parser.add_argument("file", type=Path, metavar="FILE.toml", help="the experiment")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where the run's folder is made")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="override one key, as training.optimizer.lr=0.01",
    )
    parser.add_argument("--device", metavar="D", help="auto, cpu, cuda, cuda:1 or mps")


def run(arguments: argparse.Namespace) -> int:
    """Train and report."""
    from desktop_app.command.watching import Watch
    from desktop_app.engine.experiment import Experiment
    from desktop_app.engine.session import Session
    from desktop_app.registry import load_plugins

    experiment = Experiment.load(arguments.file)
    for assignment in arguments.set:
        experiment = experiment.with_value(*read_assignment(assignment), arguments.file.absolute().parent)
    if arguments.device:
        experiment = experiment.with_value("training.device", arguments.device)
    registry = load_plugins()
    experiment.check(registry)
    watch = Watch()
    session = Session(experiment, registry, arguments.out or user_folders().runs, watch.listen)
    return report_end(session, watch, arguments)


def report_end(session: Any, watch: Any, arguments: argparse.Namespace) -> int:
    """See a session to its end and say how it ended."""
    from desktop_app.command.diagnose import in_short
    from desktop_app.command.line import DONE, INTERRUPTED
    from desktop_app.command.report import percent, say, show, show_json
    from desktop_app.engine.insight.diagnose import diagnose_session

    outcome = watch.see_to_the_end(session)
    result = outcome.result
    if result is None:
        say(outcome.reason)
        return INTERRUPTED if outcome.status == "interrupted" else DONE
    if outcome.status != "interrupted" and (trouble := in_short(diagnose_session(session))):
        say(f"{trouble} More: downslope diagnose {result.run}")
    if outcome.status == "interrupted":
        say(f"The run is kept. To go on: downslope resume {result.run}")
    if arguments.json:
        show_json(dataclasses.asdict(result))
    else:
        best = result.best.get("val_accuracy")
        of_best = f", best accuracy {percent(best)} in epoch {result.best['epoch']}" if best is not None else ""
        show(f"{outcome.status.capitalize()} after {result.epochs} epochs{of_best}. The run: {result.run}")
    return INTERRUPTED if outcome.status == "interrupted" else DONE


def read_assignment(assignment: str) -> tuple[str, Any]:
    """Return key and value of ``KEY=VALUE``; the value is read as TOML, or else as a text.

    Raises: ``ExperimentError`` where there is no key or no ``=``.
    """
    key, equals, text = assignment.partition("=")
    key = key.strip()
    if not equals or not all(key.split(".")):
        raise ExperimentError("--set", f'takes KEY=VALUE, such as training.epochs=5, got "{assignment}".')
    try:
        return key, tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return key, text.strip()
