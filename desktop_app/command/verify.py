"""Compare an exported file with its run once more, on this machine."""

from __future__ import annotations

import argparse
from pathlib import Path


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``verify`` takes."""
    parser.add_argument("model", type=Path, metavar="MODEL.onnx", help="an exported model, wherever it lies")
    parser.add_argument("run", type=Path, metavar="RUN", help="the folder of the run that it was exported from")
    parser.add_argument(
        "--provider", metavar="P", help="the provider of ONNX Runtime to compare on; by default each that works here"
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare, show the card, and fail where the answers differ."""
    from desktop_app.command.line import DONE, FAILED
    from desktop_app.command.report import Phases, show, show_json
    from desktop_app.engine.export.proof.card_text import lines
    from desktop_app.engine.export.proof.verifying import verify_file
    from desktop_app.engine.run import Run
    from desktop_app.registry import load_plugins

    providers = [arguments.provider] if arguments.provider else None
    opened = Run.open(arguments.run)
    card = verify_file(arguments.model, opened, load_plugins(), Phases(), providers)
    if arguments.json:
        shown = {"onnx": str(arguments.model.absolute()), "parity": card.parity.model_dump(), "card": card.model_dump()}
        show_json({**shown, "passed": card.passed})
    else:
        for line in lines(card):
            show(line)
    return DONE if card.passed else FAILED
