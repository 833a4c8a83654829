"""Go on with a run from its last checkpoint, exactly."""

from __future__ import annotations

import argparse
import math
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``resume`` takes."""
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument("--epochs", type=_positive, metavar="N", help="train N epochs longer than planned")
    parser.add_argument(
        "--micro-batch", type=_positive, metavar="N", help="let N samples at a time go through the network from here on"
    )
    parser.add_argument("--learning-rate", type=_rate, metavar="R", help="go on with this learning rate")


def run(arguments: argparse.Namespace) -> int:
    """Resume and report; a finished run prints its result again."""
    from desktop_app.command.line import DONE, UNUSABLE
    from desktop_app.command.report import say, show, show_json
    from desktop_app.command.train import report_end
    from desktop_app.command.watching import Watch
    from desktop_app.engine.plugin_changes import changed_plugins
    from desktop_app.engine.run import Run
    from desktop_app.engine.session import Session
    from desktop_app.registry import load_plugins

    finished = Run.open(arguments.run)
    if finished.status == "finished" and not arguments.epochs:
        if arguments.micro_batch is not None or arguments.learning_rate is not None:
            say(f"The run {arguments.run} is finished; to go on with it in another way, give --epochs N as well.")
            return UNUSABLE
        if arguments.json:
            show_json(finished.result)
        else:
            show(f"The run is finished, after {finished.result.get('epochs')} epochs. To extend it: --epochs N")
        return DONE
    registry = load_plugins()
    for change in changed_plugins(finished, registry):
        say(change)
    watch = Watch()
    session = Session.resuming(
        arguments.run,
        registry,
        arguments.epochs,
        watch.listen,
        micro_batch=arguments.micro_batch,
        learning_rate=arguments.learning_rate,
    )
    return report_end(session, watch, arguments)


def _rate(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value > 0):
        raise argparse.ArgumentTypeError(f"must be a finite number above 0, got {text}")
    return value


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value
