"""Hand a run that has ended to a tracker, such as TensorBoard."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

from desktop_app.errors import PluginError

_FOLDER = "folder"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``track`` takes."""
    parser.add_argument("run", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument("--with", required=True, dest="tracker", metavar="NAME", help="tensorboard, mlflow or a plugin")
    parser.add_argument("--out", type=Path, metavar="DIR", help="where it writes; by default below the run's folder")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="one of the tracker's hyper-parameters, as uri=http://localhost:5000",
    )


def run(arguments: argparse.Namespace) -> int:
    """Hand it over and report."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import Phases, show, show_json
    from desktop_app.engine.run import Run
    from desktop_app.engine.tracking.replay import replay
    from desktop_app.registry import load_plugins

    opened, trackers = Run.open(arguments.run), load_plugins().trackers
    if arguments.tracker not in trackers:
        raise PluginError(f'There is no tracker "{arguments.tracker}". {trackers.installed(arguments.tracker)}')
    contribution = trackers[arguments.tracker]
    handed = replay(opened, contribution, _hyper(arguments, contribution), Phases())
    written = dataclasses.asdict(handed)
    place = written.pop("place")
    if arguments.json:
        show_json({"run": str(opened.folder), "tracker": contribution.name, "place": place, "written": written})
        return DONE
    to = f" to {place}" if place else ""
    show(f"Handed over{to}: {', '.join(f'{number:,} {what}' for what, number in written.items())}")
    return DONE


def _hyper(arguments: argparse.Namespace, contribution: Any) -> dict[str, Any]:
    """Return the hyper-parameters that were given; the folder of ``--out`` is taken from where the command runs."""
    from desktop_app.command.train import read_assignment

    hyper = dict(read_assignment(assignment) for assignment in arguments.set)
    if arguments.out:
        if not any(parameter.name == _FOLDER for parameter in contribution.parameters):
            raise PluginError(f"{contribution} has no {_FOLDER} to write to; leave --out out.")
        hyper[_FOLDER] = str(arguments.out.absolute())
    return hyper
