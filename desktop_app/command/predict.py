"""Predict pictures, folders or a table with an exported model; runs on ONNX Runtime alone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``predict`` takes."""
    parser.add_argument("model", type=Path, metavar="MODEL.onnx", help="an exported model")
    parser.add_argument(
        "paths", type=Path, nargs="+", metavar="PATH", help="pictures, folders, or a .csv or .parquet file"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the predictions to a CSV file too")


def run(arguments: argparse.Namespace) -> int:
    """Predict and report; an input that cannot be read costs its own row, and status 1 only where none can."""
    from desktop_app.command.line import DONE, FAILED
    from desktop_app.command.report import say, show, show_json
    from desktop_app.inference.onnx_session import OnnxModel
    from desktop_app.inference.prediction import predict_paths, write_csv

    model = OnnxModel.open(arguments.model)
    rows = []
    for prediction in predict_paths(model, arguments.paths):
        rows.append(prediction)
        if prediction.problem:
            say(f"{prediction.input}: {prediction.problem}")
        elif not arguments.json:
            show(_line(prediction))
    if not rows:
        say("There is nothing to predict: the folders hold no pictures.")
    if arguments.csv:
        write_csv(rows, arguments.csv)
    if arguments.json:
        show_json({"predictions": [_row(prediction) for prediction in rows], "provider": model.provider})
    return DONE if any(not prediction.problem for prediction in rows) else FAILED


def _line(prediction: Any) -> str:
    if prediction.value is not None:
        return f"{prediction.input}\t{prediction.value:g}"
    return f"{prediction.input}\t{prediction.label}\t{prediction.probability:.3f}"


def _row(prediction: Any) -> dict[str, Any]:
    row: dict[str, Any] = {"input": prediction.input}
    if prediction.problem:
        return {**row, "label": None, "probability": None, "problem": prediction.problem}
    if prediction.value is not None:
        return {**row, "value": prediction.value}
    return {**row, "label": prediction.label, "probability": prediction.probability}
