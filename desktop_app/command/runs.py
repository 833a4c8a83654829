"""List the runs."""

from __future__ import annotations

import argparse
from pathlib import Path

from desktop_app.folders import user_folders


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``runs`` takes."""
    parser.add_argument("--project", type=Path, metavar="DIR", help="a folder with runs in it, or with a folder runs")


def run(arguments: argparse.Namespace) -> int:
    """List them, the newest first."""
    from desktop_app.command.line import DONE
    from desktop_app.command.report import percent, show, show_json
    from desktop_app.engine.run import list_runs
    from desktop_app.errors import RunError

    folder = user_folders().runs
    if arguments.project:
        folder = arguments.project
        if not folder.is_dir():
            raise RunError(f"There is no folder {folder}; give one that holds runs.")
        if (folder / "runs").is_dir():
            folder = folder / "runs"
    found = list_runs(folder)
    if arguments.json:
        rows = [
            {
                "run": str(line.folder),
                "name": line.name,
                "status": line.status,
                "epochs": line.epochs,
                "val_accuracy": line.val_accuracy,
                "val_loss": line.val_loss,
                "problem": line.problem,
            }
            for line in found
        ]
        show_json({"runs": rows})
        return DONE
    for line in found:
        figures = f"{line.epochs:>5} epochs  accuracy {percent(line.val_accuracy):>6}"
        show(f"{line.name:<32} {line.status:<12} {figures}  {line.folder}")
    if not found:
        show(f"There are no runs in {folder}.")
    return DONE
